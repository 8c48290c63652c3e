"""Whose limits and normal ranges hold: an infant from admission to the first alarm, at a nurse's hands and on the real stack."""
from datetime import UTC, datetime, timedelta

from support.admin_ui import expect_done, open_section, unique
from support.browser import expect_accessible, log_in, open_patient
from support.clock import until
from support.device import Device
from support.past import post_past, worn_for_hours


def worn_by(stack, patient, ward):
    """A new device on a patient, worn since before the test measures."""
    fields = {"nom": unique("Bracelet "), "type_dispositif": "bracelet", "patient": patient}
    made = stack.request("POST", "/api/iot/dispositifs/", role="admin", json=fields).json()
    key = stack.request("POST", f"/api/iot/dispositifs/{made['id']}/cle/", role="admin").json()["cle"]
    device = Device(stack, {"dispositif": made["id"], "patient": patient, "cle": key}, ward)
    worn_for_hours(stack, device, 1)
    return device


def held_limits(device):
    """What the device is given that holds none: `{(vital, side, priority): limit}`."""
    answer = device.post({"mesures": [], "etat": {"limites": 0}}).json()
    return {(rule["type_donnee"], rule["cote"], rule["niveau_gravite"]): rule["seuil"] for rule in answer["limites"]["regles"]}


def alerts(stack, patient):
    rows = stack.request("GET", "/api/iot/alertes/", params={"patient_id": patient}).json()
    return [(row["type_alerte"], row["niveau_gravite"], row["profil"]) for row in rows if row["type_donnee"]]


def admit_infant(page, number):
    """Somebody three weeks old, by the form: what the age proposes is chosen in it, and put off."""
    page.click(".section-head button.primary")
    born = (datetime.now(UTC) - timedelta(days=21)).strftime("%Y-%m-%d")
    for name, text in (("nom", "Ndour"), ("prenom", "Aïda"), ("identifiant", number), ("date_naissance", born)):
        page.fill(f"dialog [name={name}]", text)
    assert page.locator("dialog [name=profil]").input_value() == "nourrisson_0_2"
    expect_accessible(page, "admission")
    page.select_option("dialog [name=profil]", "")
    page.click("dialog footer button.primary")
    expect_done(page, "NDOUR")


def test_an_infant_is_asked_about_and_then_alarms_by_an_infants_limits(stack, device, ward, page):
    number = unique("N")
    log_in(page, stack)
    open_section(page, stack, "patients")
    admit_infant(page, number)
    [infant] = stack.request("GET", "/api/patients/", params={"identifiant": number}).json()
    assert infant["profil"] is None and infant["profil_a_confirmer"]
    assert (infant["profil_propose"], infant["profil_en_vigueur"]) == ("nourrisson_0_2", "adulte")
    page.wait_for_selector('.data tbody .profile.asks:has-text("Profil à confirmer")')
    bracelet = worn_by(stack, infant["id"], ward)
    held = held_limits(bracelet)
    assert (held["heart_rate", "haut", "error"], held["heart_rate", "bas", "error"]) == (130, 80)
    post_past(bracelet, 58, [60] * 12, "heart_rate")
    until(lambda: alerts(stack, infant["id"]), 5, "the alert of a slow pulse before anybody has confirmed a profile")
    assert alerts(stack, infant["id"]) == [("heart_rate_bas", "error", "adulte")]

    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector(f'patient-tile[data-patient="{infant["id"]}"] .profile.asks')
    expect_accessible(page, "ward with a question")

    open_patient(page, stack, bracelet)
    page.wait_for_selector('.limits-part .provisional:has-text("Limites provisoires")')
    page.click('.who .profile.asks button:has-text("Nourrisson de 0 à 2 mois")')
    page.wait_for_selector("dialog .provisional")
    page.wait_for_selector("dialog [name=profil]")
    expect_accessible(page, "profile")
    page.click("dialog footer button.primary")
    page.wait_for_selector('.who .profile:not(.asks):has-text("Profil : Nourrisson de 0 à 2 mois")')
    page.wait_for_selector('vital-card[data-vital=heart_rate] .normal-range:has-text("111–149 bpm · 0–2 mois")')
    page.wait_for_selector('.limits-part .of-profile:has-text("Nourrisson")')
    expect_accessible(page, "patient with a profile")

    # The device alarms by the same limits, and what it measures is held against them.
    assert held_limits(bracelet)["heart_rate", "haut", "error"] == 190
    post_past(bracelet, 40, [140] * 15, "heart_rate")
    assert len(alerts(stack, infant["id"])) == 1
    post_past(bracelet, 20, [60] * 19, "heart_rate")
    page.wait_for_selector("vital-card[data-vital=heart_rate][data-state=low]")
    until(lambda: len(alerts(stack, infant["id"])) == 2, 5, "the alert of a slow pulse")
    assert alerts(stack, infant["id"])[0] == ("heart_rate_bas", "error", "nourrisson_0_2")

    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector(f'patient-tile[data-patient="{infant["id"]}"] .profile:not(.asks):has-text("0–2 mois")')
    page.goto(f"{stack.url}/#/releve/patient/{infant['id']}")
    page.wait_for_selector('.sheet .profile:has-text("Profil : Nourrisson de 0 à 2 mois")')

    # Another one than the age proposes, which makes limits looser, needs a reason.
    open_patient(page, stack, bracelet)
    page.click(".who .profile button")
    assert not page.is_visible("dialog [name=motif]")
    page.select_option("dialog [name=profil]", "adulte")
    page.click("dialog footer button.primary")
    page.wait_for_selector("dialog [data-field=motif] .field-error:not(:empty)")
    expect_accessible(page, "profile with a reason")
    page.fill("dialog [name=motif]", "date de naissance fausse")
    page.click("dialog footer button.primary")
    page.wait_for_selector('.who .profile:has-text("Profil à confirmer"), .who .profile:has-text("Profil : Adulte")')


def test_a_wards_default_and_its_limits_are_set_by_profile(stack, device, ward, page):
    log_in(page, stack, "admin")
    page.goto(f"{stack.url}/#/administration/services")
    page.click(f"[data-key=change-{ward}]")
    page.select_option("dialog [name=profil_par_defaut]", "enfant_5_12")
    page.click("dialog footer button.primary")
    expect_done(page, "est enregistré")
    page.wait_for_selector(f'.data tr:has([data-key=change-{ward}]):has-text("5–12 ans")')
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    assert (patient["profil_en_vigueur"], patient["profil_a_confirmer"]) == ("enfant_5_12", True)
    held = held_limits(device)
    assert (held["heart_rate", "haut", "error"], held["heart_rate", "bas", "error"]) == (130, 50)  # an adult's upper one, a child's lower one

    page.click(f"[data-key=limits-{ward}]")
    assert page.locator("dialog [name=profil]").input_value() == "enfant_5_12"
    page.wait_for_selector('dialog tr:has([data-vital=heart_rate]) .limit-value:has-text("150")')
    page.select_option("dialog [name=profil]", "hypercapnie")
    page.wait_for_selector('dialog tr:has([data-vital=spo2]) .limit-value:has-text("88")')
    expect_accessible(page, "limits of a ward, by profile")
