"""The dashboard in Chromium, through the real nginx, on the real stack."""
import re

from support.browser import expect_chip, expect_value, log_in, open_patient, type_login
from support.clock import now, until
from support.past import worn_for_hours

# The page's own limit is 10 s after the value was measured, and it looks once a second.
STALE_SECONDS = 13


def test_a_wrong_password_is_told_and_the_right_one_opens(stack, page):
    page.goto(stack.url + "/")
    assert "dispositif médical" in page.inner_text("login-page .notice")
    page.fill("#username", stack.accounts["infirmier"]["username"])
    page.fill("#password", "wrong")
    page.click("login-page button.primary")
    page.wait_for_selector("login-page .failure span")
    assert page.inner_text("login-page .failure") == "Aucun compte actif ne correspond à ces identifiants."
    type_login(page, stack)
    assert page.inner_text("app-bar .who") == stack.accounts["infirmier"]["username"]
    page.reload()  # the session's cookie brings it back
    page.wait_for_selector("ward-list .services a")
    page.click("app-bar .logout")
    page.wait_for_selector("#username")
    page.reload()
    page.wait_for_selector("#username")


def test_logging_out_ends_every_tab(stack, page):
    log_in(page, stack)
    other = page.context.new_page()
    other.goto(stack.url + "/")
    other.wait_for_selector("ward-list .services a")
    page.click("app-bar .logout")
    other.wait_for_selector("#username")


def test_a_ward_that_is_opened_asks_once_for_everybodys_past_two_minutes(stack, device, page):
    for spo2 in (95, 96, 97):
        device.report(spo2=spo2)
    log_in(page, stack)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/traces/" in request.url or "/iot/data/" in request.url else None)
    page.goto(f"{stack.url}/#/service/{device.ward}")
    trace = f'patient-tile[data-patient="{device.patient}"] .cell[data-vital=spo2] live-trace'
    until(lambda: page.evaluate(f"document.querySelector('{trace}')?.samples.map(({{ value }}) => value)") == [95, 96, 97], 10, "its trace is whole")
    assert len(asked) == 1, asked


def test_from_the_wards_to_a_ward_to_a_patient(stack, device, page):
    device.report(spo2=96, heart_rate=72)
    log_in(page, stack)
    wards = stack.request("GET", "/api/services/").json()
    assert page.locator("ward-list .services .name").all_inner_texts() == [ward["nom"] for ward in wards]
    page.click(f'ward-list a[href="#/service/{device.ward}"]')
    page.wait_for_selector("patient-tile")
    patients = stack.request("GET", "/api/patients/", params={"limit": 1000}).json()
    assert page.locator("patient-tile").count() == sum(patient["service"] == device.ward for patient in patients)
    expect_chip(page, "connected")
    tile = page.locator("patient-tile").filter(has=page.locator(f'a[href="#/patient/{device.patient}"]'))
    tile.locator("[data-vital=spo2] .number", has_text="96").wait_for()
    device.report(spo2=95)
    tile.locator("[data-vital=spo2] .number", has_text="95").wait_for(timeout=1000)
    tile.locator("a").click()
    page.wait_for_selector("vital-card[data-vital=spo2]")
    assert page.title().endswith("IoT FAJMA - Monitoring Temps Réel")  # after what alarms in the ward
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    assert page.inner_text(".patient-head .name") == f"{patient['prenom']} {patient['nom']}"
    expect_value(page, "spo2", "95")
    assert page.inner_text("vital-card[data-vital=temperature] .number") == "--"


def test_a_posted_value_appears_within_a_second_with_what_it_means(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    for value, verdict in ((97, "normal"), (89, "low"), (98, "normal")):
        device.report(spo2=value)
        expect_value(page, "spo2", str(value))
        assert page.get_attribute("vital-card[data-vital=spo2]", "data-state") == verdict
    device.report(temperature=38.44)
    expect_value(page, "temperature", "38,4")
    assert page.get_attribute("vital-card[data-vital=temperature]", "data-state") == "plain"  # of the skin, which has no limits
    assert "95" in page.inner_text("vital-card[data-vital=spo2] .range")
    assert page.inner_text("vital-card[data-vital=spo2] .updated").startswith("Dernière mise à jour")


def test_the_last_card_is_never_the_largest_and_no_place_beside_a_card_is_empty(stack, device, page):
    device.report(spo2=96, heart_rate=72, temperature=33.3)
    log_in(page, stack)
    open_patient(page, stack, device)
    page.wait_for_selector(".vitals vital-card:nth-child(3)")
    rows = {}
    for width in (1920, 1280, 1024, 820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        boxes = page.evaluate("""[...document.querySelectorAll(".vitals vital-card")].map((card) => {
            const { top, width } = card.getBoundingClientRect(); return [Math.round(top), Math.round(width)]; })""")
        tops = [top for top, _ in boxes]
        rows[width] = [tops.count(top) for top in sorted(set(tops))]
        wide = page.evaluate("document.querySelector('.vitals').clientWidth")
        assert boxes[-1][1] == min(width for _, width in boxes), (width, boxes)
        for top in set(tops):
            assert sum(each + 20 for one, each in boxes if one == top) >= wide, (width, boxes)
        over = page.evaluate("""[...document.querySelectorAll(".vitals header, .vitals .value")]
            .filter((part) => part.scrollWidth > part.clientWidth + 1).map((part) => [part.innerText, part.scrollWidth, part.clientWidth])""")
        assert over == [], width
    assert rows == {1920: [3], 1280: [3], 1024: [1, 2], 820: [3], 390: [1, 1, 1]}


def test_losing_the_push_daemon_is_said_and_healed_without_a_hand(stack, device, page):
    log_in(page, stack)
    device.report(spo2=97)
    open_patient(page, stack, device)
    with stack.without("fajma-push"):
        expect_chip(page, "disconnected")
        assert page.inner_text(".chip") == "Déconnecté"
        device.report(spo2=91)  # stored, though nobody pushes it
        page.wait_for_selector("status-banner:not([hidden])")
        assert page.inner_text("status-banner strong") == "Connexion perdue"
    expect_chip(page, "connected", 30)
    device.report(heart_rate=66)
    expect_value(page, "heart_rate", "66")
    expect_value(page, "spo2", "91")
    page.wait_for_selector("status-banner", state="hidden")


def test_the_button_reconnects_at_once(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    page.click("connection-chip .reconnect")
    expect_chip(page, "connected")
    device.report(spo2=94)
    expect_value(page, "spo2", "94")


def test_a_value_goes_stale_struck_through_with_its_age(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    device.report(spo2=97)
    expect_value(page, "spo2", "97")
    page.wait_for_selector("vital-card[data-vital=spo2][data-state=stale] s.number", timeout=STALE_SECONDS * 1000)
    number = page.locator("vital-card[data-vital=spo2] s.number")
    assert number.text_content().endswith("97")
    assert "line-through" in number.evaluate("(element) => getComputedStyle(element).textDecorationLine")
    assert re.match(r"Valeur périmée\s: il y a 1\d secondes", page.inner_text("vital-card[data-vital=spo2] .updated"))
    page.wait_for_selector("status-banner:not([hidden])")
    assert page.inner_text("status-banner strong") == "Signal perdu"
    device.report(spo2=96)
    expect_value(page, "spo2", "96")
    page.wait_for_selector("status-banner", state="hidden")


def test_a_value_that_comes_late_is_not_shown_as_current(stack, device, page):
    worn_for_hours(stack, device, 1)
    log_in(page, stack)
    open_patient(page, stack, device)
    assert device.post({"spo2": {"valeur": 92}, "timestamp": now(-60)}).status_code == 201
    page.wait_for_selector("vital-card[data-vital=spo2][data-state=stale] s.number", timeout=2000)


def test_french_and_english_and_the_choice_is_remembered(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    assert page.inner_text("connection-chip .chip") == "Connecté"
    page.click("app-bar button[lang=en]")
    page.wait_for_selector('connection-chip .chip:has-text("Connected")')
    assert page.get_attribute("html", "lang") == "en"
    page.reload()
    page.wait_for_selector("vital-card")
    expect_chip(page, "connected")
    assert page.inner_text("connection-chip .chip") == "Connected"
    page.click("app-bar button[lang=fr]")
    page.wait_for_selector('connection-chip .chip:has-text("Connecté")')


def test_an_alert_appears_and_is_acknowledged_for_everybody(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    body = {"patient": device.patient, "type_alerte": "spo2_low", "message": "SpO2 basse : <b>84</b> %", "niveau_gravite": "error"}
    assert stack.request("POST", "/api/iot/alertes/", role="medecin", json=body).status_code == 201
    page.wait_for_selector("alert-list li.open[data-severity=error]", timeout=1000)
    assert page.inner_text("alert-list .message") == f"{body['message']} (signalée par medecin)"
    page.click("alert-list .acknowledge")
    page.wait_for_selector("alert-list li.settled")
    assert stack.accounts["infirmier"]["username"] in page.inner_text("alert-list .facts")
    # Others may stand beside it: the patient's device is silent.
    rows = stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()
    alert, = [row for row in rows if row["message"] == body["message"]]
    assert alert["acquittee"] is True
    # A second one, acknowledged by somebody else, changes here by itself.
    other = stack.request("POST", "/api/iot/alertes/", role="medecin", json={**body, "niveau_gravite": "warning"}).json()
    page.wait_for_selector("alert-list li.open[data-severity=warning]", timeout=1000)
    stack.request("POST", f"/api/iot/alertes/{other['id']}/acquitter/", role="medecin")
    page.wait_for_selector("alert-list li.settled[data-severity=warning]", timeout=1000)


def test_a_wall_display_has_its_ward_and_nothing_to_press(stack, first_ward_device, page):
    log_in(page, stack, "ecran")
    page.wait_for_selector("patient-tile")
    expect_chip(page, "connected")
    assert page.locator("button, main a").count() == 0
    first_ward_device.report(spo2=93)
    tile = page.locator(f'patient-tile[data-patient="{first_ward_device.patient}"]')
    tile.locator("[data-vital=spo2] .number", has_text="93").wait_for(timeout=1000)


def test_the_list_of_wards_says_what_waits_where_and_nothing_while_that_is_not_known(stack, device, page):
    log_in(page, stack)
    ward = f"[data-ward='{device.ward}']"
    page.wait_for_selector(f"{ward} .waiting :is(.alert-count, .calm)")
    patients = stack.request("GET", "/api/patients/", params={"limit": 1000}).json()
    assert int(page.inner_text(f"{ward} .patients").split()[0]) == sum(patient["service"] == device.ward for patient in patients)

    def urgent():
        # Read in one step: the count may go between a look whether it is there and a look at it.
        return sum(int(count) for count in page.locator(f"{ward} .alert-count[data-severity=error] strong").all_inner_texts())

    before = urgent()
    body = {"patient": device.patient, "type_alerte": "spo2_low", "message": "SpO2 basse", "niveau_gravite": "error"}
    alert = stack.request("POST", "/api/iot/alertes/", role="medecin", json=body).json()["id"]
    until(lambda: urgent() == before + 1, 1, "the ward's alert is counted")
    stack.request("POST", f"/api/iot/alertes/{alert}/acquitter/", role="medecin").raise_for_status()
    until(lambda: urgent() == before, 1, "the acknowledged alert is not counted")
    with stack.without("fajma-push"):
        page.wait_for_selector(f"{ward} .unknown")
        assert page.locator(f"{ward} :is(.alert-count, .calm)").count() == 0
    page.wait_for_selector(f"{ward} .waiting :is(.alert-count, .calm)", timeout=40_000)
