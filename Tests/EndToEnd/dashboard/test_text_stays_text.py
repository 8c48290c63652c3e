"""Script in every field that takes text: every page shows it as text. Nothing of it runs, becomes an element or breaks the page's policy."""
import uuid
from datetime import date

import pytest
import requests

from support.clock import until

# Runs a function that the test has put into every page: a policy that were missing could not stop these.
LONG = "<img src=x onerror=ran()><script>ran()</script><b class=injected>\"'&amp;</b>{{7*7}}${ran()}"
# What a bed (20 letters) and a device's status (32) have room for.
SHORT = "<svg onload=ran()>"
FOUND = """() => [...document.querySelectorAll("img, .injected, [onerror], [onload], body script, main script")].map((one) => one.outerHTML)"""
BREACHES = """
window.ran = () => { window.hasRun = true; };
window.breaches = [];
addEventListener("securitypolicyviolation", (event) => window.breaches.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
SECTIONS = ("patients", "dispositifs", "services", "utilisateurs", "cles", "alarmes", "audit")


def add(stack, path, **body):
    answer = stack.request("POST", path, role="admin", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


@pytest.fixture
def infected(stack):
    """A ward, a patient, a device, alerts, a pause and an account with a session, all of them named by script."""
    until(stack.is_serving, 30, "the API answers")
    mark = uuid.uuid4().hex[:8]
    ward = add(stack, "/api/services/", nom=(mark + LONG)[:80])["id"]
    patient = add(stack, "/api/patients/", identifiant=f"X{mark}", nom=(mark + LONG)[:80], prenom=LONG[:80], lit=SHORT, service=ward,
                  date_naissance="1950-01-02", sexe="X")["id"]
    device = add(stack, "/api/iot/dispositifs/", nom=(mark + LONG)[:80], type_dispositif=LONG[:40])
    add(stack, f"/api/iot/dispositifs/{device['id']}/affectations/", patient=patient)
    key = {"Authorization": "Bearer " + add(stack, f"/api/iot/dispositifs/{device['id']}/cle/")["cle"]}
    add(stack, "/api/cles/", nom=(mark + "k" + LONG)[:100], permissions=["readPatients"], services=[ward],
        expire_le=f"{date.today().year + 1}-01-01T00:00:00Z")
    state = {"batterie": 80, "rssi": -60, "firmware": LONG[:32], "demarrage": 1, "sequence": 1}
    body = {"mesures": [{"type_donnee": "spo2", "valeur": 97}], "etat": state}
    answer = requests.post(stack.url + "/api/iot/data/", json=body, headers=key, timeout=10)
    assert answer.status_code == 201, answer.text
    add(stack, f"/api/iot/dispositifs/{device['id']}/update_status/", statut=SHORT)
    assert stack.query(f"SELECT firmware, status FROM device_state WHERE device_id = {device['id']}") == [[LONG[:32], SHORT]]
    person = Somebody(stack, mark)
    for severity in ("error", "warning", "info"):
        text = {"type_alerte": (severity + LONG)[:64], "message": mark + severity + LONG}
        alert = add(stack, "/api/iot/alertes/", patient=patient, niveau_gravite=severity, **text)
    person.post(f"/api/iot/alertes/{alert['id']}/acquitter/")
    person.post(f"/api/patients/{patient}/pause/", duree_s=60)
    requests.post(stack.url + "/api/token/", json={"username": mark + LONG, "password": "x" * 20}, headers={"User-Agent": LONG}, timeout=10)
    yield {"ward": ward, "patient": patient, "mark": mark, "person": person}
    stack.query(f"UPDATE alerts SET ended_at = now(), acknowledged_at = now(), acknowledged_by = {person.id} WHERE patient_id = {patient}")
    assert stack.request("DELETE", f"/api/patients/{patient}/", role="admin").status_code in (200, 204, 405)


class Somebody:
    """An administrator whose name and browser are script."""

    def __init__(self, stack, mark):
        self.url = stack.url
        self.username, self.password, given = (mark + LONG)[:150], f"{uuid.uuid4()}", f"{uuid.uuid4()}"
        self.id = add(stack, "/api/utilisateurs/", username=self.username, role="admin", services=[], mot_de_passe=given)["id"]
        self.token = self.log_in(given)
        self.post("/api/moi/mot_de_passe/", actuel=given, nouveau=self.password)
        self.token = self.log_in(self.password)

    def log_in(self, password):
        answer = requests.post(self.url + "/api/token/", json={"username": self.username, "password": password},
                               headers={"User-Agent": LONG}, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]

    def post(self, path, **body):
        answer = requests.post(self.url + path, json=body, headers={"Authorization": "Bearer " + self.token}, timeout=10)
        assert answer.status_code in (200, 201, 204), answer.text


def expect_text_only(page, where):
    """Nothing that stood in a text has become more than text."""
    assert page.evaluate(FOUND) == [], where
    assert not page.evaluate("window.hasRun === true"), f"{where}: script ran"
    assert page.evaluate("window.breaches") == [], where


def open_dialogs(page, row, where):
    """What each button of a row opens; nothing is confirmed."""
    buttons = row.locator("button")
    assert buttons.count() or where == "audit"
    for number in range(buttons.count()):
        buttons.nth(number).click()
        page.wait_for_selector("dialog[open]")
        expect_text_only(page, f"{where}, button {number}")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog[open]", state="detached")


def test_script_in_any_text_is_text_on_every_page(page, stack, infected):
    page.add_init_script(BREACHES)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    person, mark = infected["person"], infected["mark"]
    page.goto(stack.url + "/")
    page.fill("#username", person.username)
    page.fill("#password", person.password)
    page.click("login-page button.primary")
    pages = {
        "#/": ("ward-list .services a", mark),
        f"#/service/{infected['ward']}": ("patient-tile .name", mark.upper()),
        f"#/patient/{infected['patient']}": ("alert-list .message", mark),
        f"#/releve/service/{infected['ward']}": ("handover-page .sheet", mark.upper()),
        f"#/releve/patient/{infected['patient']}": ("handover-page .sheet", mark),
        "#/alertes": ("alerts-page", mark),
        "#/compte": ("account-page", mark),
        f"#/patient/{LONG}": ("ward-list", ""),
    }
    for address, (selector, text) in pages.items():
        page.evaluate("(address) => { location.hash = address; }", address)
        page.wait_for_selector(f"{selector} >> text=/{text}/i" if text else selector)
        page.wait_for_selector("app-bar .who >> text=onerror")
        expect_text_only(page, address)
    for section in SECTIONS:
        page.goto(f"{stack.url}/#/administration/{section}")
        page.wait_for_selector(".section")
        search = page.locator(".controls input[type=search]")
        if search.count():
            search.fill(mark)
        if section != "alarmes":
            row = page.locator(f"tr:has-text('{mark}')").first
            row.wait_for()
            assert "onerror=ran()" in row.inner_text() or section == "audit", section
            open_dialogs(page, row, section)
        expect_text_only(page, section)
    assert asked == []


def test_a_page_that_parsed_a_text_would_be_noticed_and_its_script_would_not_run(browser, stack):
    page = browser.new_page()
    page.add_init_script(BREACHES)
    page.goto(stack.url + "/")
    page.wait_for_selector("login-page")
    page.evaluate("(text) => { document.querySelector('main').innerHTML = text; }", LONG)
    page.wait_for_function("() => window.breaches.some((breach) => breach.startsWith('script-src'))")
    assert page.evaluate(FOUND) != [] and not page.evaluate("window.hasRun === true")
    page.close()
