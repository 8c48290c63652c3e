"""What a nurse and a doctor set and read about alarms, in Chromium, on the real stack, by keyboard."""
import re

import pytest

from support.admin_ui import open_section, search
from support.browser import expect_accessible, log_in, open_patient
from support.clock import until
from support.keyboard import choose, fill_in, press, tab_to
from support.past import low_limit, post_past, set_limits, worn_for_hours


def open_limits(page, vital):
    page.wait_for_selector(f".limits-part [data-key=limits-{vital}]")
    press(page, f".limits-part [data-key=limits-{vital}]")
    page.wait_for_selector("dialog .corner")


def own(page, corner, **numbers):
    """Gives a corner of the open dialog numbers of its own."""
    choose(page, f"mode_{corner}", "Propre")
    for name, value in numbers.items():
        fill_in(page, f"{name}_{corner}", value)


def save(page):
    press(page, "dialog footer button.primary")


def expect_saved(page):
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector(".limits-part .entered:not(:empty)")


def expect_accessible_light_and_dark(page, where):
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect_accessible(page, f"{where}, {scheme}")


# What the server knows

def limits(stack, device):
    return stack.request("GET", f"/api/patients/{device.patient}/limites/").json()


@pytest.fixture
def patient_page(stack, device, page):
    """A patient's page, as a nurse has it; what has not its place in the first sight is there too."""
    log_in(page, stack)
    open_patient(page, stack, device)
    page.wait_for_selector(".limits-part .rule")
    return page


# Limits

def test_the_limits_say_where_they_come_from_and_stand_on_the_cards(stack, device, patient_page):
    page = patient_page
    cell = page.locator('.limits-part tr:has([data-key=limits-spo2]) td').first
    assert re.sub(r"\s+", " ", cell.inner_text()) == "< 90 % 10 s · marge de retour 1 défaut"
    assert page.locator("vital-card[data-vital=spo2] range-bar .limit").count() == 2
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(88)])
    page.reload()
    page.wait_for_selector('.limits-part .origin[data-origin=patient] svg')
    assert re.sub(r"\s+", " ", cell.inner_text()) == "< 88 % 0 s · marge de retour 1 patient BPCO"
    assert "< 88" in page.text_content("vital-card[data-vital=spo2] .limit-words").replace("\u00a0", " ")
    expect_accessible_light_and_dark(page, "patient")


def test_a_nurse_changes_a_limit_and_the_next_reading_raises_its_alert(stack, device, patient_page):
    page = patient_page
    open_limits(page, "spo2")
    expect_accessible_light_and_dark(page, "limits")
    own(page, "bas_error", seuil="12")
    save(page)
    page.wait_for_selector('dialog [data-field=seuil_bas_error] .field-error:has-text("30 à 100")')
    assert page.locator("dialog [name=seuil_bas_error]:focus").count() == 1
    fill_in(page, "seuil_bas_error", "96")
    fill_in(page, "delai_s_bas_error", "0")
    save(page)
    # The warning's 94 is below: its own field says so, and nothing typed is lost.
    page.wait_for_selector('dialog [data-field=seuil_bas_error] .field-error:has-text("plus basse que la limite d’attention")')
    assert page.input_value("dialog [name=seuil_bas_error]") == "96"
    own(page, "bas_warning", seuil="97,5", delai_s="0")
    save(page)
    expect_saved(page)
    assert page.locator("[data-key=limits-spo2]:focus").count() == 1
    rules = {rule["niveau_gravite"]: rule["seuil"] for rule in limits(stack, device)["propres"]}
    assert rules == {"error": 96, "warning": 97.5}
    device.report(spo2=95)
    page.wait_for_selector("alert-list li.open[data-severity=error]", timeout=1000)
    assert "96" in page.inner_text("alert-list .message")


def test_a_limit_is_switched_off_with_a_warning_and_goes_back_to_the_wards(stack, device, patient_page):
    page = patient_page
    open_limits(page, "heart_rate")
    choose(page, "mode_haut_error", "D")
    page.wait_for_selector('dialog [data-corner=haut_error] .off-warning:has-text("Aucune alarme urgente")')
    # Less is an alarm: the server asks why, and so the form does.
    save(page)
    page.wait_for_selector('dialog [data-field=motif] .field-error:has-text("motif")')
    fill_in(page, "motif", "Rythme connu")
    save(page)
    expect_saved(page)
    page.wait_for_selector('.limits-part .rule.off:has-text("désactivée")')
    off, = limits(stack, device)["propres"]
    assert (off["type_donnee"], off["cote"], off["niveau_gravite"], off["seuil"]) == ("heart_rate", "haut", "error", None)
    open_limits(page, "heart_rate")
    assert page.input_value("dialog [name=mode_haut_error]") == "off"
    choose(page, "mode_haut_error", "Celle du service (> 130")
    save(page)
    page.wait_for_selector(".limits-part .rule.off", state="detached")
    assert limits(stack, device)["propres"] == []


def test_limits_that_somebody_changed_meanwhile_are_shown_and_what_was_typed_is_kept(stack, device, patient_page):
    page = patient_page
    open_limits(page, "spo2")
    own(page, "bas_error", seuil="85")
    fill_in(page, "motif", "BPCO")
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(87), {**low_limit(None), "type_donnee": "heart_rate"}])
    save(page)
    page.wait_for_selector('dialog .form-problem:has-text("entre-temps")')
    page.wait_for_selector('dialog [data-corner=bas_error] .meanwhile:has-text("87")')
    assert page.locator("dialog .meanwhile:not(:empty)").count() == 1
    assert page.input_value("dialog [name=seuil_bas_error]") == "85"
    save(page)
    expect_saved(page)
    stored = {(rule["type_donnee"], rule["niveau_gravite"]): rule["seuil"] for rule in limits(stack, device)["propres"]}
    assert stored == {("spo2", "error"): 85, ("heart_rate", "error"): None}, "the other's change of another vital is kept"


def test_an_administrator_sets_a_wards_limits_and_the_hospitals(stack, device, page):
    ward = f"/api/services/{device.ward}/limites/"
    try:
        log_in(page, stack, "admin")
        page.goto(f"{stack.url}/#/administration/services")
        page.wait_for_selector(f"[data-key=limits-{device.ward}]")
        for key, corner, value in ((f"limits-{device.ward}", "bas_error", "6"), ("hospital-limits", "haut_error", "28")):
            press(page, f"[data-key={key}]")
            page.wait_for_selector("dialog limits-table .rule")
            expect_accessible_light_and_dark(page, key)
            press(page, "dialog [data-key=limits-respiratory_rate]")
            page.wait_for_selector("dialog .corner")
            own(page, corner, seuil=value)
            fill_in(page, "motif", "Protocole du service")
            page.keyboard.press("Enter")
            page.wait_for_selector("dialog .corner", state="detached")
            page.keyboard.press("Escape")
            page.wait_for_selector("dialog", state="detached")
        effective = {(rule["type_donnee"], rule["cote"]): (rule["seuil"], rule["origine"]) for rule in limits(stack, device)["limites"]}
        assert effective["respiratory_rate", "bas"] == (6, "service")
        assert effective["respiratory_rate", "haut"] == (28, "hopital")
    finally:
        set_limits(stack, ward, [], "admin")
        set_limits(stack, "/api/limites/", [], "admin")


# Rehearsal

def test_a_rehearsal_says_how_many_alerts_there_would_have_been_and_stores_nothing(stack, device, patient_page):
    page = patient_page
    worn_for_hours(stack, device)
    # Three times 20 s at 88 %: an error each by the defaults (under 90 for 10 s).
    post_past(device, 3600, ([97] * 30 + [88] * 20) * 3 + [97] * 30)
    open_limits(page, "spo2")
    own(page, "bas_error", seuil="85")

    def figures():
        page.wait_for_selector("limits-trial .result:not(.outdated) .verdict b")
        rows = page.locator("limits-trial tbody tr").all()
        return (page.inner_text("limits-trial .verdict b"), page.inner_text("limits-trial .figure span"),
                [row.locator("td").all_inner_texts() for row in rows])

    press(page, "limits-trial button")
    # 88 is a warning then: under 94 for 15 s.
    assert figures() == ("3", "au lieu de 3", [["3", "0"], ["0", "3"], ["0", "0"]])
    assert "85" in page.inner_text("limits-trial .what") and "180" in page.inner_text("limits-trial .result")
    assert page.locator("limits-trial button:focus").count() == 1
    press(page, "limits-trial summary")
    assert page.locator("limits-trial li[data-severity=warning] svg").count() == 3
    choose(page, "mode_bas_warning", "D")
    page.wait_for_selector("limits-trial .result.outdated .note")
    press(page, "limits-trial button")
    assert figures() == ("0", "au lieu de 3", [["3", "0"], ["0", "0"], ["0", "0"]])
    tab_to(page, "limits-trial select")
    page.keyboard.type("7 derniers")
    press(page, "limits-trial button")
    assert figures()[1] == "au lieu de 3"
    expect_accessible_light_and_dark(page, "rehearsal")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert limits(stack, device)["propres"] == []
    assert stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json() == []


def test_a_rehearsal_without_readings_and_one_of_impossible_limits_say_so(stack, device, patient_page):
    page = patient_page
    open_limits(page, "spo2")
    press(page, "limits-trial button")
    page.wait_for_selector('limits-trial .note:has-text("Aucune mesure")')
    own(page, "bas_error", seuil="98")
    press(page, "limits-trial button")
    page.wait_for_selector('dialog [data-field=seuil_bas_error] .field-error:has-text("plus basse que la limite d’attention")')


# The early warning score

def part(page, vital):
    return page.locator(f"news-score [data-part={vital}]")


def test_the_score_is_what_it_can_be_and_changes_with_what_is_taken_by_hand(stack, device, patient_page):
    page = patient_page
    device.report(spo2=97, heart_rate=72, temperature=33.1)
    page.wait_for_selector('news-score .count:has-text("2 paramètres sur 7")')
    assert part(page, "temperature").get_attribute("data-part-state") == "absent", "it was taken on the skin"
    page.wait_for_selector('news-score [data-part=temperature]:has-text("cutanée, non comptée")')
    assert "cutanée" in page.inner_text("news-score .notes")
    bounds = page.inner_text("news-score .bounds")
    assert re.search(r"0–\d+$", bounds) and page.inner_text("news-score .risk-word") == "Risque indéterminé (faible à élevé)"
    hand = {"respiratory_rate": 24, "systolic_bp": 105, "temperature": 38.5, "consciousness": "A", "supplemental_o2": 0}
    body = {"patient": device.patient, "mesures": [{"type_donnee": name, "valeur": value} for name, value in hand.items()]}
    assert stack.request("POST", "/api/iot/data/", json=body).status_code == 201
    page.wait_for_selector('news-score .count:has-text("7 paramètres sur 7")', timeout=1500)
    points = {vital: part(page, vital).locator(".points").inner_text() for vital in [*hand, "spo2", "heart_rate"]}
    assert points == {"respiratory_rate": "2", "systolic_bp": "1", "temperature": "1", "consciousness": "0", "supplemental_o2": "0",
                      "spo2": "0", "heart_rate": "0"}
    assert page.inner_text("news-score .bounds") == "4"
    assert page.locator("news-score .risk-word").all_inner_texts() == ["Risque faible"]
    # The fever stays in sight, whatever the skin says.
    device.report(temperature=33.2)
    card = "vital-card[data-vital=temperature]"
    until(lambda: "peau 33,2" in page.inner_text(f"{card} .updated").replace("\u00a0", " "), 2, "the skin's temperature stands beside the core's")
    assert page.inner_text(f"{card} .number") == "38,5" and page.get_attribute(card, "data-state") == "high"


def test_in_pregnancy_there_is_no_score_and_only_a_doctor_chooses_its_scale(stack, device, page):
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    log_in(page, stack)
    open_section(page, stack, "patients")
    search(page, patient["identifiant"])
    press(page, f"[data-key=change-{device.patient}]")
    page.wait_for_selector("dialog [name=enceinte]")
    assert page.locator("dialog [name=echelle_spo2]").count() == 0
    tab_to(page, "dialog [name=enceinte]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog", state="detached")
    open_patient(page, stack, device)
    page.wait_for_selector('news-score .not-applicable:has-text("grossesse")')
    page.context.clear_cookies()
    page.reload()
    log_in(page, stack, "medecin")
    open_section(page, stack, "patients")
    search(page, patient["identifiant"])
    press(page, f"[data-key=change-{device.patient}]")
    tab_to(page, "dialog [name=enceinte]")
    page.keyboard.press("Space")
    tab_to(page, "dialog [name=echelle_spo2]")
    page.keyboard.press("ArrowDown")
    expect_accessible_light_and_dark(page, "patient form")
    save(page)
    page.wait_for_selector("dialog", state="detached")
    changed = stack.request("GET", f"/api/patients/{device.patient}/").json()
    assert (changed["enceinte"], changed["echelle_spo2"], changed["nom"]) == (False, 2, patient["nom"])
    open_patient(page, stack, device)
    page.wait_for_selector('news-score .notes:has-text("échelle 2")')


# Measures

def test_the_alarm_load_is_told_a_patient_and_a_ward_and_so_is_their_delay(stack, device, page):
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(88)])
    device.report(spo2=86)
    alert, = stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()
    assert stack.request("POST", f"/api/iot/alertes/{alert['id']}/acquitter/").status_code == 200
    log_in(page, stack, "admin")
    open_patient(page, stack, device)
    today = page.locator("alarm-load tbody tr").first
    today.locator(".load-count b", has_text="1").wait_for()
    assert today.locator(".severity[data-severity=error] svg").count() == 1
    assert today.locator("td").last.inner_text().endswith("s")
    page.goto(f"{stack.url}/#/administration")
    press(page, "nav a[href='#/administration/alarmes']")
    page.wait_for_selector("alarm-section .figure")
    figures = page.locator("alarm-section .figure dd").all_inner_texts()
    assert all(re.fullmatch(r"[\d,\s]+(ms|s)", text) for text in figures[:2]) and int(figures[2].replace("\u202f", "")) >= 1, figures
    page.wait_for_selector(f"alarm-section a[href='#/service/{device.ward}']")
    press(page, "alarm-section .hours summary")
    assert page.locator("alarm-section .hours tbody tr").count() >= 1
    expect_accessible_light_and_dark(page, "measures")


def test_who_may_not_read_measures_has_no_such_section(stack, page):
    log_in(page, stack)
    page.goto(f"{stack.url}/#/administration/alarmes")
    page.wait_for_selector("administration-page .empty [role=alert]")
    assert stack.request("GET", "/api/alarmes/mesures/").status_code == 403
