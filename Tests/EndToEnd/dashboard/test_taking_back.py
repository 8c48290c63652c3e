"""What was done by mistake is taken back where it was done, and later where it is listed, by keyboard."""
from support.admin_ui import admit, expect_done, expect_focus, open_section, search, unique
from support.alert_steps import raise_alert
from support.browser import expect_accessible, expect_value, log_in, open_patient
from support.clock import until
from support.keyboard import fill_in, press, tab_to
from support.past import low_limit, set_limits


def readings(stack, device):
    return sorted(map(tuple, stack.query(f"SELECT vital, value FROM readings WHERE patient_id = {device.patient} AND device_id = 0")))


def test_an_acknowledgement_and_an_entry_are_taken_back(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    alert = raise_alert(stack, device, "warning", "Douleur", "douleur")
    press(page, f"[data-alert='{alert}']")
    # A person's alert ends with its acknowledgement; it is open again when that is taken back.
    page.wait_for_selector(f"[data-take-back='{alert}']")
    tab_to(page, f"[data-take-back='{alert}']")
    expect_accessible(page, "taking back")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"alert-list li.open [data-alert='{alert}']:focus")
    shown = stack.request("GET", f"/api/iot/alertes/{alert}/").json()
    assert (shown["acquittee"], shown["terminee_le"]) == (False, None)
    # In the list of alerts, too.
    page.goto(f"{stack.url}/#/alertes")
    press(page, f".now [data-key=acknowledge-{alert}]")
    page.wait_for_selector(f"[data-key=take-back-{alert}]")  # a second later, so that no second press hits it
    press(page, f"[data-key=take-back-{alert}]")
    page.wait_for_selector(f".now [data-key=acknowledge-{alert}]")
    stack.request("POST", f"/api/iot/alertes/{alert}/acquitter/")

    open_patient(page, stack, device)
    assert page.locator("own-entries").is_hidden()
    press(page, ".patient-head .enter")
    fill_in(page, "respiratory_rate", "21")
    fill_in(page, "spo2", "96")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector("own-entries summary")
    assert readings(stack, device) == [("1", "96"), ("4", "21")]
    press(page, ".patient-head .take-back")
    press(page, "dialog button.danger")
    until(lambda: readings(stack, device) == [], 10, "the entry is gone")
    page.wait_for_selector('.patient-head .entered:has-text("annulée")')
    press(page, ".patient-head .enter")
    fill_in(page, "respiratory_rate", "21")
    page.keyboard.press("Enter")
    # Later, after a reload, one by one.
    expect_value(page, "respiratory_rate", "21", 10)
    page.reload()
    press(page, "own-entries summary")
    page.wait_for_selector("own-entries li")
    expect_accessible(page, "own entries")
    press(page, "own-entries [data-key^=correct-]")
    fill_in(page, "valeur", "210")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-field=valeur] .field-error:not(:empty)")
    fill_in(page, "valeur", "12")
    page.keyboard.press("Enter")
    expect_value(page, "respiratory_rate", "12", 10)
    page.wait_for_selector("own-entries summary:focus")
    press(page, "own-entries [data-key^=delete-]")
    press(page, "dialog button.danger")
    page.wait_for_selector(".patient-head .enter:focus")
    assert readings(stack, device) == [] and page.locator("own-entries").is_hidden()


def test_a_discharge_is_taken_back_where_it_was_done_and_later_with_another_bed(stack, page):
    patient = admit(stack)
    log_in(page, stack)
    open_section(page, stack, "patients")
    search(page, patient["identifiant"])

    def discharge():
        press(page, f"[data-key=discharge-{patient['id']}]")
        press(page, "dialog button.danger")
        expect_done(page, patient["nom"].upper())

    discharge()
    expect_accessible(page, "discharged")
    press(page, ".done .take-back")
    page.wait_for_selector("dialog")
    assert page.input_value("dialog [name=lit]") == patient["lit"]
    press(page, "dialog footer button.primary")
    expect_done(page, "de nouveau là")
    expect_focus(page, ".section-head h2")
    back = stack.request("GET", f"/api/patients/{patient['id']}/").json()
    assert (back["lit"], back["sorti_le"]) == (patient["lit"], None)

    discharge()
    admit(stack, lit=patient["lit"])
    press(page, '.controls .segments button:has-text("Sortis depuis 24 h")')
    press(page, f"[data-key=take_back-{patient['id']}]")
    page.wait_for_selector("dialog")
    press(page, "dialog footer button.primary")
    page.wait_for_selector('dialog [data-field=lit] .field-error:has-text("occupé")')
    bed = unique("b")
    fill_in(page, "lit", bed)
    page.keyboard.press("Enter")
    expect_done(page, bed)
    assert stack.request("GET", f"/api/patients/{patient['id']}/").json()["lit"] == bed


def test_a_loosened_limit_is_marked_and_who_made_it_is_one_step_away(stack, device, page):
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{device.ward}")
    tile = f"patient-tile[data-patient='{device.patient}']"
    page.wait_for_selector(tile)
    assert page.locator(f"{tile} .own-limits").count() == 0
    # A page that stands there learns it.
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(92, "warning", 15)])
    page.wait_for_selector(f'{tile} .own-limits:has-text("SpO₂")', timeout=10_000)
    expect_accessible(page, "ward with own limits")

    open_patient(page, stack, device)
    page.wait_for_selector('.who .own-limits:has-text("SpO₂")')
    press(page, ".limits-part [data-key=limits-spo2]")
    page.wait_for_selector("dialog .corner")
    assert page.locator("dialog [data-field=motif]").is_hidden()
    fill_in(page, "seuil_bas_warning", "91")
    fill_in(page, "motif", "Chirurgie thoracique")
    tab_to(page, "dialog [name=expire_le]")
    page.keyboard.type("Pendant 4")
    expect_accessible(page, "loosening")
    press(page, "dialog footer button.primary")
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector('.limits-part .terms-of:has-text("Chirurgie thoracique · fin")')
    press(page, ".limit-changes")
    page.wait_for_selector(".limit-change-list li[data-looser]")
    first, second = page.locator(".limit-change-list li").all_inner_texts()[:2]
    nurse, doctor = (stack.accounts[role]["username"] for role in ("infirmier", "medecin"))
    for text in ("SpO₂, basse, attention", "< 92 %, 15 s → < 91 %, 15 s", "assouplie", nurse, "Chirurgie thoracique", "fin"):
        assert text in first.replace("\u00a0", " "), (text, first)
    for text in ("< 94 %, 15 s (défaut) → < 92 %, 15 s", doctor, "BPCO"):
        assert text in second.replace("\u00a0", " "), (text, second)
    expect_accessible(page, "limit changes")
    page.keyboard.press("Escape")
    # What ends does so by itself, on pages that stand there.
    stack.query(f"UPDATE alarm_rules SET expires_at = now() WHERE patient_id = {device.patient}")
    page.wait_for_selector(".who .own-limits", state="hidden", timeout=20_000)
    page.wait_for_selector(".limits-part .origin[data-origin=patient]", state="detached", timeout=20_000)
