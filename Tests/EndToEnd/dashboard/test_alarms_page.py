"""The alarms on screen: heard and shown on every page, the same for everybody, whatever the browser allows."""
import csv
import re
from datetime import UTC, datetime, timedelta

import pytest

from support.admin_ui import unique
from support.alert_steps import acknowledge, raise_alert
from support.browser import expect_accessible, log_in
from support.clock import until, wire_time


@pytest.fixture
def other(browser):
    """A second person's browser."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield page
    context.close()


def expect_sound(page, state=None, playing=None, seconds=10):
    wanted = "".join(f"[data-{name}={value!r}]" for name, value in (("state", state), ("playing", playing)) if value is not None)
    page.wait_for_selector("sound-control" + wanted, timeout=seconds * 1000)


def open_ward(page, stack, ward):
    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector("patient-tile")
    page.wait_for_selector(".chip[data-status=connected]")


def open_alerts(page, stack):
    page.goto(f"{stack.url}/#/alertes")
    page.wait_for_selector("alerts-page .past .list")
    page.wait_for_selector(".chip[data-status=connected]")


def test_what_is_typed_into_the_filters_before_the_lists_have_come_stays_with_its_focus(stack, page):
    log_in(page, stack)
    held, asked = [], re.compile(r"/api/patients/\?limit=")
    page.route(asked, lambda route: held.append(route))
    with page.expect_request(asked):
        page.goto(f"{stack.url}/#/alertes")
    since = page.locator(".filters [name=debut]")
    since.fill("2026-11-20T08:30")
    since.focus()
    for route in held:
        route.continue_()
    page.unroute(asked)
    page.wait_for_selector(".filters [name=patient_id] option:nth-child(2)", state="attached")
    assert since.input_value() == "2026-11-20T08:30"
    assert page.input_value(".filters [name=patient_id]") == ""
    page.wait_for_selector(".filters [name=debut]:focus")



def test_the_sound_is_blocked_until_a_hand_is_there_and_says_so(stack, device, ward, page, browser):
    log_in(page, stack)
    # The same session in a window that nobody has touched yet. Playwright's own look at a page counts as a touch: it looks
    # only once the sound was asked for, which is before the socket.
    context = browser.new_context(locale="fr-FR", storage_state=page.context.storage_state())
    untouched = context.new_page()
    with untouched.expect_websocket():
        untouched.goto(f"{stack.url}/#/service/{ward}", wait_until="commit")
    expect_sound(untouched, "blocked", "")
    assert untouched.inner_text("sound-control .words") == "Son coupé par le navigateur – touchez l’écran"
    raise_alert(stack, device, "error")
    untouched.wait_for_selector("patient-tile[data-alert=error]", timeout=1000)
    expect_sound(untouched, "blocked", "")
    untouched.mouse.click(2, 2)
    expect_sound(untouched, "on", "error", 2)
    context.close()


def test_the_worst_alarm_is_heard_on_every_page_of_the_ward_until_somebody_acknowledges_it(stack, device, ward, page):
    log_in(page, stack)
    open_ward(page, stack, ward)
    warning = raise_alert(stack, device, "warning", "FC haute", "heart_rate_haut")
    expect_sound(page, "on", "warning", 1)
    page.goto(f"{stack.url}/#/administration/patients")  # not a page about that ward at all
    page.wait_for_selector("patient-section table")
    error = raise_alert(stack, device, "error")
    expect_sound(page, "on", "error", 1)  # interrupts
    assert re.match(r"\(1\) ⬣ FAJMA – ", page.title())  # one patient
    assert page.get_attribute("link[rel=icon]", "href") == "favicon-error.svg"
    page.goto(f"{stack.url}/#/compte")
    page.wait_for_selector("account-page h1")
    expect_sound(page, "on", "error")
    acknowledge(stack, error)
    expect_sound(page, "on", "", 1)
    expect_sound(page, "on", "warning", 4)
    acknowledge(stack, warning)
    expect_sound(page, "on", "", 1)
    until(lambda: page.title() == "FAJMA – Mon compte", 2, "the title is plain again")
    assert page.get_attribute("link[rel=icon]", "href") == "favicon.svg"


def test_the_four_sounds_can_be_tried_and_the_volume_has_a_floor(stack, ward, page):
    log_in(page, stack)
    open_ward(page, stack, ward)
    expect_sound(page, "on", "")
    page.click("sound-control summary")
    page.click("sound-control .test")
    for severity in ("pulse", "error", "warning", "info"):
        page.wait_for_selector(f"sound-control[data-playing={severity}] .patterns li[data-severity={severity}][data-sounding]")
    expect_sound(page, "on", "")
    assert float(page.get_attribute("#sound-volume", "min")) > 0.2
    expect_accessible(page, "the panel of the sound")
    page.keyboard.press("Escape")
    page.wait_for_selector("sound-control details:not([open])")


def test_two_people_see_and_hear_the_same(stack, device, ward, page, other):
    log_in(page, stack)
    log_in(other, stack, "medecin")
    open_alerts(page, stack)
    open_ward(other, stack, ward)
    alert = raise_alert(stack, device, "error")
    button = f"alerts-page .now [data-key=acknowledge-{alert}]"
    page.wait_for_selector(button, timeout=1000)
    other.wait_for_selector("patient-tile[data-alert=error][data-stage=waiting]", timeout=1000)
    assert other.inner_text(".alert-count[data-severity=error] strong") == "1"
    page.focus(button)
    page.keyboard.press("Enter")  # one key
    other.wait_for_selector("patient-tile[data-stage=acknowledged]", timeout=1000)
    other.wait_for_selector(".alert-count", state="detached", timeout=1000)
    page.wait_for_selector(f"{button}", state="detached", timeout=1000)
    row = page.locator("alerts-page .now .alert-row.acknowledged", has_text="SpO2 basse").first
    assert stack.accounts["infirmier"]["username"] in row.inner_text()


def test_acknowledging_goes_down_the_list_a_key_each(stack, device, ward, page):
    log_in(page, stack)
    open_alerts(page, stack)
    alerts = [raise_alert(stack, device, "error", f"Essai {number}", f"essai_{number}") for number in (1, 2)]
    for alert in alerts:
        page.wait_for_selector(f".now [data-key=acknowledge-{alert}]")
    page.focus(f".now [data-key=acknowledge-{alerts[1]}]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".now [data-key=acknowledge-{alerts[1]}]", state="detached")
    page.wait_for_selector(".now .acknowledge:focus")


def test_an_alert_that_nobody_answers_stands_on_every_page_of_the_ward(stack, device, ward, page):
    log_in(page, stack)
    open_ward(page, stack, ward)
    alert = raise_alert(stack, device, "error")
    page.wait_for_selector("escalation-banner", state="hidden")
    stack.query(f"UPDATE alerts SET escalated_at = now() WHERE id = {alert}")
    # A patient has one entry, however many alerts; a new one does not make the line higher.
    stack.query(f"UPDATE alerts SET escalated_at = now() WHERE id = {raise_alert(stack, device, 'error', 'FC haute', 'heart_rate_haut')}")
    page.wait_for_selector("escalation-banner:not([hidden]) .entry", timeout=1000)
    page.wait_for_selector("escalation-banner .others", state="attached", timeout=1000)
    page.goto(f"{stack.url}/#/compte")
    page.wait_for_selector("account-page h1")
    person = stack.request("GET", f"/api/patients/{device.patient}/").json()
    assert page.inner_text("escalation-banner .beds") == "1 lit sans réponse"
    [entry] = page.locator("escalation-banner .entry").all_inner_texts()
    assert f"{person['nom'].upper()} {person['prenom']}" in entry
    assert page.locator("escalation-banner").bounding_box()["height"] < 50
    page.click("escalation-banner summary")
    # Of equally bad ones the one that has waited longest.
    assert page.inner_text("escalation-banner .message") == "SpO2 basse"
    expect_accessible(page, "escalation")
    page.click("escalation-banner .acknowledge")
    page.wait_for_selector("escalation-banner .message:text-is('FC haute')", timeout=1000)
    page.click("escalation-banner .acknowledge")
    page.wait_for_selector("escalation-banner", state="hidden", timeout=1000)


def test_the_list_is_filtered_and_saved_as_a_file_that_runs_nothing(stack, device, ward, page, tmp_path):
    stack.query(f"UPDATE alerts SET acknowledged_at = now(), ended_at = now() WHERE patient_id = {device.patient} AND ended_at IS NULL")
    for severity, message in (("error", "ok;=HYPERLINK(1)"), ("warning", "+33, dangereux")):
        acknowledge(stack, raise_alert(stack, device, severity, message, f"essai_{severity}"))
    # What no vital is about began when it was raised, whatever it says of long before: on the page and in the file.
    stack.query("UPDATE alerts SET ended_at = coalesce(ended_at, now()), measured_at = now() - interval '8 days' "
                f"WHERE patient_id = {device.patient} AND vital IS NULL")
    log_in(page, stack)
    open_alerts(page, stack)
    page.select_option(".filters [name=patient_id]", str(device.patient))
    page.select_option(".filters [name=niveau_gravite]", "error")
    page.click(".filters button.primary")
    rows = page.locator(".past .alert-row")
    page.wait_for_selector(".past .count .number:text-is('1')")
    assert rows.count() == 1 and "ok;=HYPERLINK(1)" in rows.inner_text()
    with page.expect_download() as download:
        page.click(".past .download")
    download.value.save_as(tmp_path / "alertes.csv")
    with open(tmp_path / "alertes.csv", encoding="utf-8-sig", newline="") as file:
        text = file.read()
    # A French spreadsheet splits at semicolons; one that splits elsewhere finds no formula either.
    head, *body = csv.reader(text.splitlines(), delimiter=";")
    assert head[5] == "Alerte" and [row[5] for row in body] == ["ok;'=HYPERLINK(1)"]
    measured, raised = (next(i for i, name in enumerate(head) if name.startswith(word)) for word in ("Mesurée", "Levée"))
    assert [row[measured] == row[raised] for row in body] == [True], body
    for separator in ",\t|":
        assert not [cell for row in csv.reader(text.splitlines(), delimiter=separator) for cell in row if cell.lstrip().startswith(("=", "+", "@"))]


def test_a_change_shows_in_the_history_by_itself(stack, device, ward, page):
    log_in(page, stack)
    open_alerts(page, stack)
    alert = raise_alert(stack, device, "warning", "Se termine")
    page.locator(".now .alert-row", has_text="Se termine").wait_for(timeout=1000)
    stack.query(f"UPDATE alerts SET ended_at = now() WHERE id = {alert}")
    page.locator(".past .alert-row", has_text="Se termine").wait_for(timeout=1000)
    assert page.locator(".now .alert-row", has_text="Se termine").count() == 0


def test_a_trace_bears_the_mark_of_its_alert(stack, device, ward, page):
    device.report(spo2=97)
    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    page.wait_for_selector("vital-card[data-vital=spo2] .value span.number")
    # Pixels of the error mark's red in the lowest eighth of the canvas.
    reds = """() => {
      const canvas = document.querySelector("vital-card[data-vital=spo2] canvas");
      const foot = Math.round(canvas.height * 7 / 8);
      const { data } = canvas.getContext("2d").getImageData(0, foot, canvas.width, canvas.height - foot);
      return data.filter((value, i) => i % 4 === 0 && value > 190 && data[i + 1] < 60 && data[i + 2] < 70 && data[i + 3] > 200).length;
    }"""
    assert page.evaluate(reds) == 0
    raise_alert(stack, device, "error")
    until(lambda: page.evaluate(reds) > 20, 3, "the mark is drawn")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_alerts_are_for_everybody(stack, device, ward, page, width, scheme):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    ended = raise_alert(stack, device, "error", "Terminée", "temperature_haut")
    stack.query(f"UPDATE alerts SET ended_at = now(), reminded_at = now() WHERE id = {ended}")
    acknowledge(stack, raise_alert(stack, device, "warning", "Acquittée", "heart_rate_haut"))
    raise_alert(stack, device, "error")
    log_in(page, stack)
    page.set_viewport_size({"width": width, "height": 800})
    open_alerts(page, stack)
    page.wait_for_selector(".now .alert-row.ended")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect_accessible(page, f"alerts, {scheme}, {width}")
    open_ward(page, stack, ward)
    page.wait_for_selector("patient-tile[data-alert=error]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect_accessible(page, f"ward, {scheme}, {width}")


def test_a_wall_display_hears_its_ward_and_has_nothing_to_press(stack, first_ward_device, page):
    log_in(page, stack, "ecran")
    page.wait_for_selector("patient-tile")
    expect_sound(page, "on")
    alert = raise_alert(stack, first_ward_device, "error")
    expect_sound(page, "on", "error", 2)
    assert page.locator("button, summary, select").count() == 0
    acknowledge(stack, alert)


def test_the_server_knows_whether_a_ward_can_be_heard(stack, device, ward, page):
    listening = f"SELECT count(*) FROM ward_listening WHERE ward_id = {ward} AND heard_at > now() - interval '5 seconds'"
    assert stack.query(listening) == [["0"]]
    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")  # not the ward's own page
    expect_sound(page, "on")
    until(lambda: stack.query(listening) == [["1"]], 10, "the ward is heard")


def test_a_tile_says_what_the_score_lacks_and_once_that_asks_for_somebody_what_it_can_be(stack, device, ward, page):
    log_in(page, stack)
    open_ward(page, stack, ward)
    device.report(spo2=97, heart_rate=80)
    page.wait_for_selector("patient-tile .score strong:text-is('?')", timeout=5000)
    # It says "?" before the first values, too.
    until(lambda: page.inner_text("patient-tile .missing") == "manque\u00a0: FR, O₂, PA, Consc., Temp.", 5, "the tile says what is missing")
    body = {"patient": device.patient, "mesures": [{"type_donnee": name, "valeur": value} for name, value in (
        ("respiratory_rate", 26), ("systolic_bp", 88), ("diastolic_bp", 52), ("supplemental_o2", 1))]}
    assert stack.request("POST", "/api/iot/data/", json=body).status_code == 201
    # What was taken at rounds and is abnormal stands large, and what is well makes room for it.
    page.wait_for_selector("patient-tile .round[data-part=respiratory_rate].abnormal .number:text-is('26')", timeout=5000)
    page.wait_for_selector("patient-tile .round[data-part=blood_pressure].abnormal .number:text-is('88/52')")
    page.wait_for_selector("patient-tile .round[data-part=supplemental_o2].abnormal .number:text-is('oui')")
    assert page.locator("patient-tile .cell.abnormal").count() == 0
    score = stack.request("GET", f"/api/patients/{device.patient}/score/").json()
    page.wait_for_selector(f"patient-tile .score strong:text-is('{score['minimum']}–{score['maximum']}')", timeout=2000)
    assert page.inner_text("patient-tile .score small").strip() == f"{score['connus']}/{score['parametres']}"


# Pauses

def test_a_pause_is_everybodys_with_its_owner_and_what_is_left(stack, device, ward, page, other):
    log_in(page, stack)
    log_in(other, stack, "medecin")
    open_ward(page, stack, ward)
    other.goto(f"{stack.url}/#/patient/{device.patient}")
    other.wait_for_selector("vital-card")
    raise_alert(stack, device, "warning")
    expect_sound(page, "on", "warning", 1)
    page.select_option("pause-control select", "5")
    page.click("pause-control .begin")
    for each in (page, other):
        each.wait_for_selector("pause-strip li[data-pause]", timeout=1000)
        expect_sound(each, "paused", "", 1)
        text = each.inner_text("pause-strip li p")
        assert re.search(rf"Son suspendu par {stack.accounts['infirmier']['username']} – encore (5:00|4:5\d)$", text), text
        expect_accessible(each, "a pause")
        each.emulate_media(color_scheme="dark")
        expect_accessible(each, "a pause, dark")
    page.wait_for_selector("pause-control", state="hidden")
    other.click("pause-strip .resume")
    for each in (page, other):
        each.wait_for_selector("pause-strip", state="hidden", timeout=1000)
        expect_sound(each, "on", "warning", 2)


def test_more_pauses_than_stand_beside_one_another_are_one_line_which_unfolds(stack, device, ward, page):
    patients = [device.patient]
    for number in range(2):
        fields = {"identifiant": unique("P"), "nom": f"Pause{number}", "prenom": "Ali", "service": ward, "date_naissance": "1950-01-01"}
        patients.append(stack.request("POST", "/api/patients/", role="admin", json=fields).json()["id"])
    for patient in patients:
        assert stack.request("POST", f"/api/patients/{patient}/pause/", json={"duree_s": 300}).status_code == 201
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    for width, most in ((390, 56), (1024, 48), (1920, 56)):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_selector("pause-strip summary")
        assert "3 sons suspendus" in page.inner_text("pause-strip summary")
        assert stack.accounts["infirmier"]["username"] in page.inner_text("pause-strip summary")
        assert page.locator("pause-strip").bounding_box()["height"] <= most, width
    expect_accessible(page, "three pauses")
    page.click("pause-strip summary")
    page.wait_for_selector("pause-strip li[data-pause] .resume >> nth=2")
    page.click("pause-strip .resume >> nth=0")
    page.wait_for_selector("pause-strip :is(summary, ul):not(:has-text('3 sons'))")
    for patient in patients:
        stack.request("DELETE", f"/api/patients/{patient}/pause/")
    for patient in patients[1:]:
        assert stack.request("POST", f"/api/patients/{patient}/sortie/", role="admin").status_code == 200


def test_a_tile_says_how_old_a_value_is_that_a_person_took_hours_ago(stack, device, ward, page):
    stack.query(f"UPDATE patients SET admitted_at = now() - interval '1 day' WHERE id = {device.patient}")
    taken = wire_time(datetime.now(UTC) - timedelta(hours=4, minutes=12))
    readings = [{"type_donnee": name, "valeur": value, "timestamp": taken} for name, value in (("respiratory_rate", 16), ("systolic_bp", 120))]
    assert stack.request("POST", "/api/iot/data/", json={"patient": device.patient, "mesures": readings}).status_code == 201
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    rate = f"patient-tile[data-patient='{device.patient}'] .round[data-part=respiratory_rate] .value"
    page.wait_for_selector(f"{rate} .number.old[title='prise il y a 4 heures']")
    assert "prise il y a 4 heures" in page.text_content(rate)
    fresh = [{"type_donnee": "respiratory_rate", "valeur": 17}]
    assert stack.request("POST", "/api/iot/data/", json={"patient": device.patient, "mesures": fresh}).status_code == 201
    page.wait_for_selector(f"{rate} .number:not(.old):text-is('17')")
    assert "prise" not in page.text_content(rate)


def test_a_patients_pause_is_broken_by_something_worse_which_is_said(stack, device, ward, page):
    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    page.wait_for_selector("vital-card")
    raise_alert(stack, device, "warning", "FC haute", "heart_rate_haut")
    expect_sound(page, "on", "warning", 1)
    page.click("pause-control .begin")
    page.wait_for_selector("pause-strip li[data-pause]", timeout=1000)
    expect_sound(page, "on", "", 1)  # the others of the ward would still be heard
    raise_alert(stack, device, "error")
    expect_sound(page, "on", "error", 1)
    page.wait_for_selector("pause-strip li.broken", timeout=1000)
    assert "SpO2 basse" in page.inner_text("pause-strip li.broken")
    assert page.locator("pause-strip li:not(.broken)").count() == 0
