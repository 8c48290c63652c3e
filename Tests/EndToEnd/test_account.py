"""What people do with their own account, and vitals entered by hand, in Chromium through the real nginx."""
import re
import secrets
from datetime import datetime, timedelta, timezone

import pytest
import requests

from browser import expect_accessible, expect_chip, expect_value, log_in, open_patient
from hospital import until

WHY = "login-page .reason"
ASKED = "dialog.still-there"


class Person:
    """An account of the test's own."""

    def __init__(self, stack, role, first_login):
        self.stack = stack
        self.username = f"{role}-{secrets.token_hex(4)}"
        self.password = new_password()
        wards = [ward["id"] for ward in stack.request("GET", "/api/services/", role="admin").json()]
        body = {"username": self.username, "role": role, "services": wards, "mot_de_passe": self.password}
        answer = stack.request("POST", "/api/utilisateurs/", role="admin", json=body)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]
        if not first_login:
            given, self.password = self.password, new_password()
            pair = self.try_token(given).json()
            answer = self.request("POST", "/api/moi/mot_de_passe/", pair["access"], json={"actuel": given, "nouveau": self.password})
            assert answer.status_code == 204, answer.text
            # The session that this took, so that the test counts its own only.
            requests.post(stack.url + "/api/token/blacklist/", json={"refresh": pair["refresh"]}, timeout=10).raise_for_status()

    def request(self, method, path, token, **options):
        return requests.request(method, self.stack.url + path, headers={"Authorization": f"Bearer {token}"}, timeout=10, **options)

    def try_token(self, password=None):
        body = {"username": self.username, "password": password or self.password}
        return requests.post(self.stack.url + "/api/token/", json=body, timeout=10)

    def token(self, password=None):
        answer = self.try_token(password)
        assert answer.status_code == 200, answer.text
        return answer.json()["access"]

    def sign_in(self, page):
        """Types name and password where the login stands."""
        page.fill("#username", self.username)
        page.fill("#password", self.password)
        page.click("login-page button.primary")

    def enter(self, page, address="#/"):
        """Logs in and opens a page."""
        page.goto(f"{self.stack.url}/{address}")
        self.sign_in(page)
        page.wait_for_selector("login-page", state="detached")

    def open_sessions(self):
        return int(self.stack.query(f"SELECT count(*) FROM sessions WHERE user_id = {self.id} AND ended_at IS NULL")[0][0])


def new_password():
    return f"{secrets.token_hex(5)} lampe {secrets.token_hex(4)}"


@pytest.fixture
def person(stack):
    """Makes accounts."""
    return lambda role="infirmier", first_login=False: Person(stack, role, first_login)


def change_password(page, current, new):
    page.fill("[name=actuel]", current)
    page.fill("[name=nouveau]", new)
    page.click("password-form button.primary")


def field_error(page, name):
    place = page.locator(f'[data-field={name}] .field-error span')
    place.wait_for()
    return place.inner_text()


# My account

def test_the_name_in_the_bar_leads_to_the_account_and_its_language_goes_along(person, page, browser):
    somebody = person()
    somebody.enter(page)
    page.click("app-bar a.who")
    page.wait_for_selector("my-sessions li.current")
    assert page.inner_text("account-page h1") == "Mon compte"
    assert somebody.username in page.inner_text("account-page .facts")
    expect_accessible(page)
    page.click(".languages button[lang=en]")
    page.wait_for_selector('account-page h1:has-text("My account")')
    assert page.evaluate("document.activeElement.lang") == "en"
    elsewhere = browser.new_context(locale="fr-FR").new_page()
    somebody.enter(elsewhere)
    elsewhere.wait_for_selector('service-list h1:has-text("Wards")')
    elsewhere.context.close()


def test_a_display_on_the_wall_has_no_account_page(stack, page):
    log_in(page, stack, "ecran")
    page.wait_for_selector("patient-tile")
    assert page.locator("app-bar a.who").count() == 0
    page.goto(f"{stack.url}/#/compte")
    page.wait_for_selector("patient-tile")  # its ward, again
    assert page.locator("account-page").count() == 0


def test_a_password_is_refused_at_its_field_until_it_is_good(person, page):
    somebody = person()
    other_session = somebody.token()
    somebody.enter(page, "#/compte")
    page.fill("[name=nouveau]", "quatorze signes"[:14])
    assert page.inner_text(".length .count") == "14\u00a0caractères sur 15 au moins"
    page.click("password-form button.primary")
    assert field_error(page, "actuel") == "À remplir."
    page.fill("[name=actuel]", "wrong")
    page.click("password-form button.primary")
    assert "15" in field_error(page, "nouveau")
    change_password(page, "wrong", new_password())
    field_error(page, "actuel")
    assert page.evaluate("document.activeElement.name") == "actuel"
    change_password(page, somebody.password, "motdepasse" * 3)
    refusal = field_error(page, "nouveau")
    change_password(page, somebody.password, f"{somebody.username} {somebody.username}")
    page.locator("[data-field=nouveau] .field-error span").filter(has_not_text=refusal).wait_for()
    expect_accessible(page)
    assert somebody.request("GET", "/api/moi/", other_session).status_code == 200
    chosen = new_password()
    change_password(page, somebody.password, chosen)
    page.wait_for_selector(".passwords .done")
    assert page.input_value("[name=nouveau]") == "" and page.locator(".field-error span").count() == 0
    assert somebody.try_token().status_code == 401
    assert somebody.request("GET", "/api/moi/", other_session).status_code == 401
    page.reload()  # this session goes on
    page.wait_for_selector("my-sessions li.current")
    assert somebody.try_token(chosen).status_code == 200


def test_a_typed_password_can_be_looked_at(person, page):
    person().enter(page, "#/compte")
    page.fill("[name=nouveau]", "à voir")
    page.click("[data-field=nouveau] .secret button")
    assert page.get_attribute("[name=nouveau]", "type") == "text"
    page.click("[data-field=nouveau] .secret button")
    assert page.get_attribute("[name=nouveau]", "type") == "password"


def test_a_first_login_changes_the_password_before_anything_else_is_shown(stack, device, person, page):
    somebody = person(first_login=True)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    somebody.enter(page, f"#/patient/{device.patient}")
    page.wait_for_selector("password-page")
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector("password-page")
    expect_accessible(page)
    assert page.locator("app-bar a.who").count() == 0
    assert not [url for url in asked if re.search(r"/api/(services|patients|iot)/", url)]
    change_password(page, somebody.password, somebody.password)
    field_error(page, "nouveau")
    chosen = new_password()
    change_password(page, somebody.password, chosen)
    page.wait_for_selector("patient-tile")  # where the address led all along
    page.reload()
    page.wait_for_selector("patient-tile")


# My sessions

def test_a_session_that_is_ended_elsewhere_is_shown_the_login(stack, device, person, page, browser):
    somebody = person()
    somebody.enter(page, "#/compte")
    other = browser.new_context(locale="fr-FR").new_page()
    somebody.enter(other)
    open_patient(other, stack, device)
    page.reload()
    page.wait_for_selector("my-sessions li:not(.current)")
    rows = page.locator("my-sessions li")
    assert rows.count() == 2 and "Chrome, Linux" in rows.nth(1).inner_text() and "127.0.0.1" in rows.nth(1).inner_text()
    expect_accessible(page)
    page.click("my-sessions li button")
    page.wait_for_selector("my-sessions .hint")
    assert rows.count() == 1
    other.wait_for_selector("#username")
    assert other.inner_text(WHY).startswith("Votre session a pris fin")
    assert somebody.open_sessions() == 1
    other.context.close()


def test_all_other_sessions_are_ended_after_a_question(person, page):
    somebody = person()
    tokens = [somebody.token(), somebody.token()]
    somebody.enter(page, "#/compte")
    page.click("my-sessions .all")
    page.wait_for_selector("dialog.confirm")
    page.keyboard.press("Escape")
    assert somebody.open_sessions() == 3
    page.click("my-sessions .all")
    expect_accessible(page)
    page.click("dialog button.danger")
    page.wait_for_selector("my-sessions .hint")
    assert somebody.open_sessions() == 1
    assert [somebody.request("GET", "/api/moi/", token).status_code for token in tokens] == [401, 401]


# Nobody there. The browser's clock is moved; the server's is not, and hears only what the page tells it.

def test_who_does_nothing_is_asked_and_then_logged_out_everywhere(stack, device, person, page):
    somebody = person()
    page.clock.install()
    somebody.enter(page)
    open_patient(page, stack, device)
    page.clock.fast_forward("29:05")
    page.wait_for_selector(ASKED)
    assert 50 <= int(page.inner_text(f"{ASKED} .seconds")) <= 55
    expect_accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_selector(ASKED, state="detached")
    page.clock.fast_forward("29:05")
    page.wait_for_selector(ASKED)
    page.click(f"{ASKED} .stay")
    page.wait_for_selector(ASKED, state="detached")
    page.clock.fast_forward("29:05")
    page.wait_for_selector(ASKED)
    page.clock.fast_forward("01:00")
    page.wait_for_selector("#username")
    assert "sans activité" in page.inner_text(WHY)
    assert page.locator("vital-card").count() == 0
    expect_accessible(page)
    until(lambda: somebody.open_sessions() == 0, 10, "the session has ended on the server, too")


def test_a_hand_in_one_tab_holds_the_others(person, page):
    somebody = person()
    page.clock.install()
    somebody.enter(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("service-list .services a")
    page.clock.fast_forward("29:05")
    page.wait_for_selector(ASKED)
    other.wait_for_selector(ASKED)
    page.keyboard.press("Shift")
    other.wait_for_selector(ASKED, state="detached")
    page.clock.fast_forward("31:00")
    page.wait_for_selector(WHY)
    other.wait_for_selector(WHY)


def test_a_laptop_that_was_closed_for_an_hour_shows_no_patient_when_it_wakes_without_a_network(stack, device, person, page):
    somebody = person()
    page.clock.install()
    somebody.enter(page)
    open_patient(page, stack, device)
    page.context.set_offline(True)
    page.clock.fast_forward("01:00:00")
    page.wait_for_selector("#username", timeout=2000)
    assert page.locator("patient-page").count() == 0
    assert somebody.open_sessions() == 1  # nobody could tell the server yet
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector("#username")
    assert page.locator("patient-page").count() == 0
    until(lambda: somebody.open_sessions() == 0, 10, "the server was told how long nobody was there")


def test_a_display_on_the_wall_stays(stack, page):
    page.clock.install()
    log_in(page, stack, "ecran")
    page.wait_for_selector("patient-tile")
    page.clock.fast_forward("03:00:00")
    expect_chip(page, "connected", 40)
    assert page.locator(ASKED).count() == 0 and page.locator("patient-tile").count() > 0


# Too many attempts

def test_too_many_attempts_count_down_and_another_account_need_not_wait(stack, person, page):
    nobody, somebody = f"personne-{secrets.token_hex(4)}", person()
    page.clock.install()
    page.goto(stack.url + "/")
    page.fill("#username", nobody)
    for _ in range(30):
        page.fill("#password", secrets.token_hex(4))
        with page.expect_response("**/api/session/") as answer:
            page.click("login-page button.primary")
        if answer.value.status == 429:
            break
    else:
        pytest.fail("nothing stops a guesser")
    seconds = int(answer.value.headers["retry-after"])
    page.wait_for_selector("login-page .primary:disabled")
    text = page.inner_text("login-page .primary")
    minutes, rest = re.fullmatch(r"Nouvel essai dans (\d+):(\d\d)", text).groups()
    assert seconds - 5 <= int(minutes) * 60 + int(rest) <= seconds
    expect_accessible(page)
    page.fill("#username", somebody.username)
    page.wait_for_selector('login-page .primary:enabled:text-is("Se connecter")')
    page.fill("#username", nobody)
    page.wait_for_selector("login-page .primary:disabled")
    page.clock.fast_forward(seconds * 1000)
    page.wait_for_selector('login-page .primary:enabled:text-is("Se connecter")')
    somebody.sign_in(page)
    page.wait_for_selector("service-list .services a")


# Vitals entered by hand

def stored(device, vital):
    """What is stored of a vital (its number in the registry) for the device's patient, as numbers."""
    return [float(value) for (value,) in device.stack.query(
        f"SELECT value FROM readings WHERE patient_id = {device.patient} AND vital = {vital} ORDER BY measured_at")]


def open_entry(stack, device, page, role="infirmier"):
    log_in(page, stack, role)
    open_patient(page, stack, device)
    page.click(".patient-head .enter")
    page.wait_for_selector("dialog.entry")


def pick(page, name, value):
    page.check(f'dialog.entry [name={name}][value="{value}"]', force=True)  # its label is what is seen


def save(page):
    page.click("dialog.entry footer .primary")


def test_what_a_round_finds_is_entered_and_shown(stack, device, page):
    open_entry(stack, device, page)
    for name, text in {"respiratory_rate": "16", "spo2": "97", "temperature": "37,8", "systolic_bp": "128", "diastolic_bp": "79.5"}.items():
        page.fill(f"dialog.entry [name={name}]", text)
    assert page.get_attribute("dialog.entry [name=temperature]", "inputmode") == "decimal"
    assert page.get_attribute("dialog.entry [name=spo2]", "inputmode") == "numeric"
    pick(page, "consciousness", "V")
    pick(page, "supplemental_o2", "1")
    expect_accessible(page)
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    assert page.inner_text(".patient-head .entered") == "Constantes enregistrées\u00a0: 7"
    for vital, shown in {"temperature": "37,8", "systolic_bp": "128", "diastolic_bp": "80", "consciousness": "Voix", "supplemental_o2": "Oxygène"}.items():
        expect_value(page, vital, shown)
    assert [stored(device, vital) for vital in (1, 2, 4, 6, 7, 8)] == [[97], [], [16], [79.5], [2], [1]]


def test_an_entry_of_earlier_has_its_time(stack, device, page):
    open_entry(stack, device, page)
    page.fill("dialog.entry [name=temperature]", "36.6")
    pick(page, "quand", "earlier")
    earlier = datetime.now().replace(second=0, microsecond=0) - timedelta(minutes=20)
    tomorrow = earlier + timedelta(days=1)
    page.fill("dialog.entry [name=moment]", tomorrow.isoformat(timespec="minutes"))
    save(page)
    assert field_error(page, "moment") == "Ce moment est dans le futur."
    page.fill("dialog.entry [name=moment]", earlier.isoformat(timespec="minutes"))
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    (milliseconds,), = stack.query(f"SELECT (extract(epoch FROM measured_at) * 1000)::bigint FROM readings WHERE patient_id = {device.patient}")
    assert datetime.fromtimestamp(int(milliseconds) / 1000, timezone.utc).replace(second=0, microsecond=0) == earlier.astimezone(timezone.utc)


def test_what_no_patient_can_have_is_told_before_it_is_sent(stack, device, page):
    open_entry(stack, device, page)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    save(page)
    assert page.inner_text("dialog.entry .form-problem") == "Saisissez au moins une constante."
    for name, text in {"temperature": "52", "spo2": "cent", "systolic_bp": "80", "diastolic_bp": "120"}.items():
        page.fill(f"dialog.entry [name={name}]", text)
    save(page)
    assert "20–45" in field_error(page, "temperature")
    assert field_error(page, "spo2").startswith("Un nombre")
    assert "systolique" in field_error(page, "diastolic_bp")
    expect_accessible(page)
    assert not [url for url in sent if "/iot/data/" in url]


def test_what_the_server_rejects_is_told_at_its_field_and_the_rest_is_kept(stack, device, page):
    open_entry(stack, device, page)
    page.fill("dialog.entry [name=heart_rate]", "72")
    page.fill("dialog.entry [name=temperature]", "41")

    # A page of yesterday, whose ranges are other than the server's.
    page.route("**/api/iot/data/", lambda route: route.continue_(post_data=route.request.post_data.replace('"valeur":41', '"valeur":51')), times=1)
    save(page)
    assert "20 à 45" in field_error(page, "temperature")
    assert page.locator("[data-field=heart_rate].stored").count() == 1
    assert page.is_disabled("dialog.entry [name=heart_rate]")
    assert (stored(device, 2), stored(device, 3)) == ([72], [])
    expect_accessible(page)
    page.fill("dialog.entry [name=temperature]", "40")
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    assert (stored(device, 2), stored(device, 3)) == ([72], [40])


def test_an_entry_whose_answer_was_lost_is_stored_once(stack, device, page):
    open_entry(stack, device, page)
    page.fill("dialog.entry [name=respiratory_rate]", "18")
    pick(page, "consciousness", "A")

    def lose(route):
        assert route.fetch().status == 201
        route.abort()
    page.route("**/api/iot/data/", lose, times=1)
    save(page)
    page.wait_for_selector("dialog.entry .form-problem")
    assert page.input_value("dialog.entry [name=respiratory_rate]") == "18"
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    assert (stored(device, 4), stored(device, 7)) == ([18], [0])


def test_an_entry_is_made_with_the_keyboard_alone(stack, device, page):
    log_in(page, stack, "medecin")
    open_patient(page, stack, device)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('enter')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.entry")
    page.keyboard.type("17")  # the first field has the focus
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # oxygen: air
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # consciousness: alert
    page.keyboard.press("ArrowRight")  # confused
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.entry", state="detached")
    assert page.evaluate("document.activeElement.classList.contains('enter')")
    expect_value(page, "consciousness", "Confus")
    expect_value(page, "supplemental_o2", "Air")
    assert stored(device, 4) == [17]


def test_who_only_watches_enters_nothing(stack, first_ward_device, page):
    log_in(page, stack, "ecran")
    page.goto(f"{stack.url}/#/patient/{first_ward_device.patient}")
    page.wait_for_selector("vital-card")
    assert page.locator(".patient-head .enter").count() == 0
