"""What people do with their own account, in Chromium through the real nginx."""
import re
import secrets

import pytest

from support.browser import expect_accessible, expect_chip, field_error, log_in, open_patient
from support.clock import until
from support.person import Person, new_password

WHY = "login-page .reason"
ASKED = "dialog.still-there"
LOCKED = "lock-line .unlock"


@pytest.fixture
def person(stack):
    """Makes accounts."""
    return lambda role="infirmier", first_login=False: Person(stack, role, first_login)


def change_password(page, current, new):
    page.fill("[name=actuel]", current)
    page.fill("[name=nouveau]", new)
    page.click("password-form button.primary")


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
    elsewhere.wait_for_selector('ward-list h1:has-text("Wards")')
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

def test_who_hears_no_ward_and_does_nothing_is_asked_and_then_logged_out_everywhere(person, page):
    somebody = person("admin")
    page.clock.install()
    somebody.enter(page, "#/administration/patients")
    page.wait_for_selector("administration-page h1")
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
    assert page.locator("administration-page").count() == 0
    expect_accessible(page)
    until(lambda: somebody.open_sessions() == 0, 10, "the session has ended on the server, too")


def test_a_hand_in_one_tab_holds_the_others(person, page):
    somebody = person()
    page.clock.install()
    somebody.enter(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("ward-list .services a")
    page.clock.fast_forward("29:05")
    page.wait_for_selector(ASKED)
    other.wait_for_selector(ASKED)
    page.keyboard.press("Shift")
    other.wait_for_selector(ASKED, state="detached")
    page.clock.fast_forward("31:00")
    # Their wards are heard: both are locked, and both are unlocked.
    page.wait_for_selector(LOCKED)
    other.wait_for_selector(LOCKED)
    assert somebody.open_sessions() == 1
    page.click(LOCKED)
    page.fill("dialog.unlock [name=password]", somebody.password)
    page.click("dialog.unlock button.primary")
    page.wait_for_selector("ward-list .services a")
    other.wait_for_selector("ward-list .services a")
    assert somebody.open_sessions() == 1


def test_a_tab_that_is_late_to_lock_does_not_lock_what_was_unlocked_meanwhile(person, page):
    """On a slow network both tabs find that nobody is there, and somebody is back before the second one has told the server."""
    somebody = person()
    somebody.enter(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("ward-list .services a")
    lock = "import('./context.js').then(({ alarms, api }) => { api.lock(alarms.wards); })"
    page.evaluate(lock)
    for tab in (page, other):
        tab.wait_for_selector(LOCKED)
    logins = []
    page.route("**/api/session/", lambda route: logins.append(route) if route.request.method == "POST" else route.continue_())
    page.click(LOCKED)
    page.fill("dialog.unlock [name=password]", somebody.password)
    page.click("dialog.unlock button.primary")
    page.wait_for_selector("dialog.unlock form[aria-busy]")
    other.evaluate(lock)
    renewals = []
    other.on("response", lambda answer: renewals.append(answer) if answer.request.method == "PUT" else None)
    logins[0].continue_()
    for tab in (page, other):
        tab.wait_for_selector("ward-list .services a")
    assert renewals and all(answer.status == 200 for answer in renewals)
    for tab in (page, other):
        assert tab.locator(LOCKED).count() == 0
    assert somebody.open_sessions() == 1


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
    page.wait_for_selector("ward-list .services a")
