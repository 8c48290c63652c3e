"""A working day without a mouse: every task with keys alone. The focus goes where a person expects it, and is never lost: after each key
something on the page has it. What administrators do is in test_administration*.py, by keys as well, each case by itself."""
import re
from datetime import datetime, timedelta

import pytest

from support.admin_ui import shown_name, unique
from support.alert_steps import acknowledge, raise_alert
from support.browser import expect_value
from support.clock import until, wire_time
from support.keyboard import Hands
from support.past import worn_for_hours
from support.person import Person, new_password


@pytest.fixture
def person(stack, device, ward):
    """A nurse of the test's own, in the ward of the test's own."""
    person = Person(stack, "infirmier", first_login=False)
    stack.request("PATCH", f"/api/utilisateurs/{person.id}/", role="admin", json={"services": [ward, device.ward]}).raise_for_status()
    return person


@pytest.fixture
def hands(page, stack, person):
    """Logged in, by keys."""
    page.goto(stack.url + "/")
    hands = Hands(page)
    sign_in(hands, person.username, person.password)
    page.wait_for_selector("ward-list .services a")
    return hands


def sign_in(hands, name, password):
    hands.expect_focus("#username")
    hands.page.keyboard.type(name)
    hands.write("#password", password)
    hands.page.keyboard.press("Enter")


def go_to_patient(hands, device, ward):
    hands.press(f"ward-list a[href='#/service/{ward}']")
    hands.page.wait_for_selector("patient-tile")
    hands.expect_focus("main")
    hands.press(f"patient-tile a[href='#/patient/{device.patient}']")
    hands.page.wait_for_selector("vital-card[data-vital=spo2]")
    hands.page.wait_for_selector(".chip[data-status=connected]")
    hands.expect_focus("main")


def test_from_the_login_by_the_ward_to_a_patient_and_out_again(stack, device, ward, person, page):
    page.goto(stack.url + "/")
    hands = Hands(page)
    hands.expect_focus("#username")
    page.keyboard.type(person.username)
    hands.write("#password", "falsch")
    page.keyboard.press("Enter")
    page.wait_for_selector("login-page .failure span")
    hands.expect_focus("#password")
    page.keyboard.type(person.password)  # what was wrong is selected
    page.keyboard.press("Enter")
    page.wait_for_selector("ward-list .services a")
    hands.expect_focus("main")
    go_to_patient(hands, device, ward)
    hands.press(".patient-head a.back")
    page.wait_for_selector("patient-tile")
    hands.expect_focus("main")
    page.go_back()  # Alt and left: the browser's own
    page.wait_for_selector("vital-card[data-vital=spo2]")
    hands.expect_focus("main")
    hands.press("app-bar .logout")
    hands.expect_focus("#username")


def test_alerts_are_acknowledged_one_after_the_other(stack, device, ward, hands):
    page = hands.page
    go_to_patient(hands, device, ward)
    first, second = [raise_alert(stack, device, "error", f"Essai {number}", f"essai_{number}") for number in (1, 2)]
    page.wait_for_selector(f"alert-list [data-alert='{first}']")
    hands.press(f"alert-list [data-alert='{second}']")
    hands.expect_focus(f"alert-list [data-alert='{first}']")
    hands.key("Enter")
    page.wait_for_selector("alert-list .acknowledge", state="detached")
    hands.expect_focus("alert-list h2")
    assert stack.query(f"SELECT count(*) FROM alerts WHERE id IN ({first}, {second}) AND acknowledged_at IS NOT NULL") == [["2"]]


def test_the_focus_stays_on_a_tile_that_moves(stack, device, ward, hands):
    """By severity: whoever gets worse goes to the front under one's hands."""
    page = hands.page
    body = {"identifiant": unique("C"), "nom": "Premier", "prenom": "Lit", "service": ward, "lit": "0"}
    other = stack.request("POST", "/api/patients/", role="admin", json=body).json()
    hands.press(f"ward-list a[href='#/service/{ward}']")
    page.wait_for_selector(f"patient-tile a[href='#/patient/{other['id']}']")
    hands.press("[data-order=severity]")
    hands.tab_to(f"patient-tile a[href='#/patient/{device.patient}']")
    raise_alert(stack, device, "error")
    page.wait_for_selector(f".tiles > li:first-child a[href='#/patient/{device.patient}']")
    hands.expect_focus(f"patient-tile a[href='#/patient/{device.patient}']")
    # The list of the ward changes: the page is drawn again under one's hands.
    stack.request("PATCH", f"/api/patients/{other['id']}/", role="admin", json={"nom": "Renommé"}).raise_for_status()
    page.wait_for_selector("patient-tile .name strong:text('Renommé')")
    hands.expect_focus(f"patient-tile a[href='#/patient/{device.patient}']")
    stack.request("POST", f"/api/patients/{other['id']}/sortie/", role="admin").raise_for_status()
    page.wait_for_selector(f"patient-tile[data-patient='{other['id']}']", state="detached")
    hands.expect_focus(f"patient-tile a[href='#/patient/{device.patient}']")


def test_the_sound_is_paused_resumed_and_tried(stack, device, ward, hands):
    page = hands.page
    go_to_patient(hands, device, ward)
    raise_alert(stack, device, "warning")
    hands.choose("pause-control select", "5")
    hands.key("Shift+Tab")
    hands.expect_focus("pause-control .begin")
    hands.key("Enter")
    page.wait_for_selector("pause-strip li[data-pause]")
    assert re.search("encore (5:00|4:5)", page.inner_text("pause-strip li p"))
    hands.expect_focus("pause-strip .resume")  # the way back
    hands.key("Enter")
    page.wait_for_selector("pause-strip", state="hidden")
    hands.expect_focus("pause-control .begin")
    hands.press("sound-control summary")
    hands.press("sound-control .test")
    page.wait_for_selector("sound-control[data-playing=error]")
    hands.expect_focus("sound-control .test")
    hands.key("Escape")
    page.wait_for_selector("sound-control details:not([open])")
    hands.expect_focus("sound-control summary")


def test_values_of_a_round_are_entered_and_a_slip_is_told_at_its_field(stack, device, ward, hands):
    page = hands.page
    go_to_patient(hands, device, ward)
    hands.press(".patient-head .enter")
    hands.expect_focus("dialog [name=respiratory_rate]")
    page.keyboard.type("17")
    hands.write("dialog [name=systolic_bp]", "1280")
    hands.key("Enter")
    page.wait_for_selector("dialog [data-field=systolic_bp] .field-error:not(:empty)")
    hands.expect_focus("dialog [name=systolic_bp]")
    assert page.input_value("dialog [name=respiratory_rate]") == "17"
    hands.write("dialog [name=systolic_bp]", "128")
    hands.key("Enter")
    page.wait_for_selector("dialog", state="detached")
    hands.expect_focus(".patient-head .enter")
    expect_value(page, "systolic_bp", "128")
    hands.key("Enter")
    page.wait_for_selector("dialog")
    hands.key("Escape")
    page.wait_for_selector("dialog", state="detached")
    hands.expect_focus(".patient-head .enter")


def test_a_limit_is_tried_on_the_past_and_changed(stack, device, ward, hands):
    page = hands.page
    device.report(spo2=97)
    go_to_patient(hands, device, ward)
    page.wait_for_selector(".limits-part .rule")
    hands.press(".limits-part [data-key=limits-spo2]")
    page.wait_for_selector("dialog .corner")
    hands.choose("dialog [name=mode_bas_error]", "Propre")
    hands.write("dialog [name=seuil_bas_error]", "88")
    hands.write("dialog [name=motif]", "BPCO")
    hands.press("limits-trial button")
    page.wait_for_selector("limits-trial .result:not(.outdated) .verdict b")
    hands.expect_focus("limits-trial button")
    hands.press("dialog footer button.primary")
    page.wait_for_selector("dialog", state="detached")
    hands.expect_focus(".limits-part [data-key=limits-spo2]")
    own, = stack.request("GET", f"/api/patients/{device.patient}/limites/").json()["propres"]
    assert (own["type_donnee"], own["seuil"]) == ("spo2", 88)


def test_the_past_is_looked_at_zoomed_moved_and_read_as_a_table(stack, device, ward, hands):
    page = hands.page
    worn_for_hours(stack, device, 24)
    begin = datetime.now().astimezone() - timedelta(hours=5)
    rows = [{"type_donnee": "spo2", "valeur": 96, "timestamp": wire_time(begin + timedelta(seconds=second))} for second in range(0, 200, 2)]
    assert device.post({"mesures": rows}).status_code == 201
    go_to_patient(hands, device, ward)
    page.wait_for_selector("history-chart .plot canvas")

    def shown():
        return [datetime.fromisoformat(page.input_value(f"[name=history-{name}]")) for name in ("from", "to")]

    hands.press("history-chart [data-span='24h']")
    page.wait_for_selector("history-chart [data-span='24h'][aria-pressed=true]")
    hands.expect_focus("history-chart [data-span='24h']")
    hands.tab_to("history-chart .plot-frame")
    hands.key("+")
    until(lambda: shown()[1] - shown()[0] == timedelta(hours=12), 5, "twelve hours are shown")
    hands.key("ArrowLeft")
    until(lambda: shown()[1] < datetime.now() - timedelta(hours=5), 5, "the hours before are shown")
    hands.expect_focus("history-chart .plot-frame")
    hands.key("Home")
    page.wait_for_selector('history-chart .readout:has-text("96 à 96")')
    for _ in range(20):  # back to the tools before the plot
        if page.locator("history-chart .as-table:focus").count():
            break
        hands.key("Shift+Tab")
    hands.expect_focus("history-chart .as-table")
    hands.key("Enter")
    page.wait_for_selector("history-chart .history-table tbody tr")
    hands.expect_focus("history-chart .as-table")


def test_the_alerts_are_filtered_and_saved_as_a_file(stack, device, ward, hands):
    page = hands.page
    acknowledge(stack, raise_alert(stack, device, "error", "Clavier", "essai"))
    stack.query(f"UPDATE alerts SET ended_at = now() WHERE patient_id = {device.patient}")
    hands.press("app-bar a.to-alerts")
    page.wait_for_selector("alerts-page .past .alert-row")
    hands.expect_focus("main")
    hands.choose(".filters [name=niveau_gravite]", "Urgent")
    hands.press(".filters button.primary")
    page.wait_for_selector('.past .alert-row:has-text("Clavier")')
    hands.expect_focus(".filters button.primary")
    for _ in range(20):  # the file stands before the filters
        if page.locator(".past .download:focus").count():
            break
        hands.key("Shift+Tab")
    with page.expect_download() as download:
        hands.key("Enter")
    assert download.value.suggested_filename.endswith(".csv")
    page.wait_for_selector(".past .download:enabled")
    hands.expect_focus(".past .download")


def test_language_and_theme_change_under_the_same_hands(hands):
    page = hands.page
    hands.press("app-bar button[lang=en]")
    page.wait_for_selector('ward-list h1:has-text("Wards")')
    hands.expect_focus("app-bar button[lang=en]")
    assert page.get_attribute("html", "lang") == "en"
    hands.press("app-bar .theme")
    hands.expect_focus("app-bar .theme")
    assert page.get_attribute("html", "data-theme") == "light"
    hands.key("Enter")
    hands.expect_focus("app-bar .theme")
    assert page.get_attribute("html", "data-theme") == "dark"


def test_the_password_is_changed(person, hands):
    page = hands.page
    new = new_password()
    hands.press("app-bar a.who")
    page.wait_for_selector("account-page [name=actuel]")
    hands.expect_focus("main")
    hands.write("[name=actuel]", person.password)
    hands.write("[name=nouveau]", "court")
    hands.key("Enter")
    page.wait_for_selector("[data-field=nouveau] .field-error:not(:empty)")
    hands.expect_focus("[name=nouveau]")
    hands.write("[name=nouveau]", new)
    hands.key("Enter")
    page.wait_for_selector("account-page .done")
    assert person.try_token(new).status_code == 200


def test_an_administrator_makes_a_ward_a_patient_a_device_and_a_nurse(stack, page):
    """Once all through, as on the first day."""
    page.goto(stack.url + "/")
    hands = Hands(page)
    account = stack.accounts["admin"]
    sign_in(hands, account["username"], account["password"])
    page.wait_for_selector("ward-list .services a")

    def section(name):
        link = page.locator(f".administration-head a[href='#/administration/{name}']:focus")
        # Back to the head from a section, whose list may be long.
        tab = "Shift+Tab" if page.locator(".section :focus").count() else "Tab"
        until(lambda: link.count() or page.keyboard.press(tab), 10, f"the focus comes to {name}")
        hands.key("Enter")
        page.wait_for_selector(".section .data tbody tr")
        hands.expect_focus("main")

    def add():
        hands.press(".section-head button.primary")
        page.wait_for_selector("dialog")

    def done(text):
        page.wait_for_selector("dialog", state="detached")
        page.wait_for_selector(f'.section .done:has-text("{text}")')
        hands.expect_some_focus()

    hands.press("app-bar a.administration")
    page.wait_for_selector(".section .data tbody tr")
    section("services")
    add()
    ward_name = unique("Service ")
    page.keyboard.type(ward_name)
    hands.key("Enter")
    done(ward_name)

    section("patients")
    add()
    hands.expect_focus("dialog [name=nom]")
    page.keyboard.type("Keita")
    hands.write("dialog [name=prenom]", "Salif")
    number = unique("K")
    hands.write("dialog [name=identifiant]", number)
    hands.choose("dialog [name=service]", ward_name)
    hands.write("dialog [name=lit]", "6")
    hands.key("Enter")
    done("KEITA Salif")
    patient = stack.request("GET", f"/api/patients/{number}/", role="admin").json()
    hands.write(".controls input[type=search]", number)
    page.wait_for_selector(".data tbody tr:only-child")
    hands.press(f"[data-key=move-{patient['id']}]")
    hands.write("dialog [name=lit]", "7")
    hands.key("Enter")
    done("7")
    hands.expect_focus(f"[data-key=move-{patient['id']}]")

    section("dispositifs")
    add()
    bracelet = unique("Bracelet ")
    page.keyboard.type(bracelet)
    hands.press("dialog button[type=submit]")
    page.wait_for_selector("dialog output.secret")
    hands.press("dialog footer button")
    done(bracelet)
    made = stack.query(f"SELECT id FROM devices WHERE name = '{bracelet}'")[0][0]
    hands.write(".controls input[type=search]", bracelet)
    page.wait_for_selector(".data tbody tr:only-child")
    hands.press(f"[data-key=assign-{made}]")
    hands.expect_focus("dialog [name=patient]")
    page.keyboard.type(shown_name(patient))
    hands.press("dialog button[type=submit]")
    done(shown_name(patient))

    section("utilisateurs")
    add()
    name = unique("inf.")
    page.keyboard.type(name)
    ward_number = stack.query(f"SELECT id FROM wards WHERE name = '{ward_name}'")[0][0]
    hands.tab_to(f"dialog [name=services][value='{ward_number}']")
    hands.key("Space")
    hands.press("dialog button[type=submit]")
    page.wait_for_selector("dialog output.secret")
    hands.press("dialog footer button")
    done(name)

    section("patients")
    hands.write(".controls input[type=search]", number)
    page.wait_for_selector(".data tbody tr:only-child")
    hands.press(f"[data-key=discharge-{patient['id']}]")
    hands.press("dialog button.danger")
    done("KEITA Salif")
    hands.expect_focus(".section-head h2")
    hands.press("app-bar .logout")
    hands.expect_focus("#username")
