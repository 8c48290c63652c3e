"""A desk that nobody touches goes on watching its ward, shows and does nothing else, and is unlocked at the alert. The browser's clock is moved; the
server's is not, and hears only what the page tells it."""
import re

import pytest
import requests
from websockets.exceptions import ConnectionClosed

from support.alert_steps import raise_alert
from support.browser import expect_accessible, expect_chip, log_in, open_patient
from support.clock import until
from support.person import Person
from support.stack import Stack

LINE = "lock-line:not([hidden])"
DIALOG = "dialog.unlock"
ENDS_SOON = "session-end:not([hidden])"
HEARD_SECONDS = 16  # the daemon says every 5 s who listens
WITHOUT_HAND = ("29:05", "01:00")


def leave_alone(page):
    """Nobody touches the page until its time is over."""
    for time in WITHOUT_HAND:
        page.clock.fast_forward(time)
        if time == WITHOUT_HAND[0]:
            page.wait_for_selector("dialog.still-there")
    page.wait_for_selector(LINE)
    page.wait_for_selector("ward-page.locked")


def token_of(page):
    return page.evaluate("import('./context.js').then(({ api }) => api.token())")


def heard_since(stack, ward):
    stack.query(f"DELETE FROM ward_listening WHERE ward_id = {ward}")
    return lambda: stack.query(f"SELECT count(*) FROM ward_listening WHERE ward_id = {ward}") == [["1"]]


def name_of(stack, device):
    return stack.request("GET", f"/api/patients/{device.patient}/", role="admin").json()["nom"]


def is_named(page, name):
    return re.search(rf"\b{re.escape(name)}\b", page.content(), re.IGNORECASE) is not None


def unlock(page, password, username=None):
    if username:
        page.fill(f"{DIALOG} [name=username]", username)
    page.fill(f"{DIALOG} [name=password]", password)
    page.click(f"{DIALOG} button.primary")
    page.wait_for_selector(DIALOG, state="detached")
    page.wait_for_selector("lock-line", state="hidden")


def test_an_idle_desk_watches_sounds_and_is_unlocked_at_the_alert(stack, device, ward, page):
    account = stack.accounts["infirmier"]
    page.clock.install()
    log_in(page, stack)
    open_patient(page, stack, device)
    name = name_of(stack, device)
    assert is_named(page, name)
    old = token_of(page)
    # Rooms that the same token has opened meanwhile: the ward's stays open, the patient's does not.
    patient, own = (stack.socket(path, token=old) for path in (f"/ws/iot/{device.patient}/", f"/ws/service/{ward}/"))
    patient.snapshot()
    own.snapshot()
    leave_alone(page)
    with pytest.raises(ConnectionClosed) as closed:
        while patient.receive(10):
            pass
    assert closed.value.rcvd.code == 4403
    assert page.locator("patient-page, vital-card, dialog[open]").count() == 0
    tile = f'patient-tile[data-patient="{device.patient}"]'
    page.wait_for_selector(tile)
    assert not is_named(page, name), "the ward shows beds"
    assert "Écran verrouillé – surveillance seule" in page.inner_text(LINE)
    expect_accessible(page, "locked")
    for token in (old, token_of(page)):
        headers = {"Authorization": f"Bearer {token}"}
        refused = requests.get(f"{stack.url}/api/patients/{device.patient}/", headers=headers, timeout=10)
        assert (refused.status_code, refused.json()["code"]) == (403, "session_locked")
        [row] = [row for row in requests.get(f"{stack.url}/api/patients/", headers=headers, timeout=10).json() if row["id"] == device.patient]
        assert (row["nom"], row["identifiant"]) == ("", "")
    is_heard = heard_since(stack, ward)
    until(is_heard, HEARD_SECONDS, "the ward counts as heard")
    raise_alert(stack, device, "error")
    assert own.receive(5)["patient_id"] == device.patient
    own.connection.close()
    page.wait_for_selector("sound-control[data-playing=error]", timeout=5000)
    page.wait_for_selector(f"{tile}[data-alert=error]")
    page.click(tile)
    page.wait_for_selector(DIALOG)
    expect_accessible(page, "unlocking")
    assert page.input_value(f"{DIALOG} [name=username]") == account["username"]
    page.fill(f"{DIALOG} [name=password]", "un mot de passe quelconque")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{DIALOG} .form-problem")
    assert page.locator(LINE).count() == 1
    unlock(page, account["password"])
    page.wait_for_selector("patient-page alert-list .acknowledge")
    assert page.evaluate("location.hash") == f"#/patient/{device.patient}"
    until(lambda: requests.get(f"{stack.url}/api/moi/", headers={"Authorization": f"Bearer {old}"}, timeout=10).status_code == 401, 5,
          "the locked session is over")
    page.click("patient-page alert-list .acknowledge")
    until(lambda: stack.query(f"SELECT count(*) FROM alerts WHERE patient_id = {device.patient} AND acknowledged_at IS NOT NULL") != [["0"]], 5,
          "the person who unlocked may acknowledge")


def test_unlocking_comes_back_to_where_the_page_was_also_for_another_account(stack, device, page):
    nurse, doctor = Person(stack, "infirmier", False), Person(stack, "medecin", False)
    page.clock.install()
    nurse.enter(page, "#/compte")
    page.wait_for_selector("account-page")
    leave_alone(page)
    # Several wards are heard; each can be looked at.
    page.locator(f"{LINE} nav a:not([aria-current])").first.click()
    page.wait_for_selector(f"{LINE} nav a[aria-current]")
    page.click(f"{LINE} .unlock")
    page.keyboard.press("Escape")
    page.wait_for_selector(DIALOG, state="detached")
    page.click(f"{LINE} .unlock")
    unlock(page, doctor.password, doctor.username)
    page.wait_for_selector("account-page")
    assert page.evaluate("location.hash") == "#/compte" and doctor.username in page.inner_text("account-page .facts")
    until(lambda: nurse.open_sessions() == 0, 5, "the nurse's session is over")
    page.click("app-bar .logout")
    page.wait_for_selector("#username")
    until(lambda: doctor.open_sessions() == 0, 5, "leaving is leaving")


def test_names_are_shown_where_the_ward_says_so_at_once(stack, device, ward, page):
    page.clock.install()
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    name = f'patient-tile[data-patient="{device.patient}"] .name strong:text-is("{name_of(stack, device)}")'
    page.wait_for_selector(name)
    leave_alone(page)
    page.wait_for_selector(name, state="detached")
    page.reload()
    page.wait_for_selector(LINE)
    page.wait_for_selector("patient-tile")
    admin = page.context.browser.new_context(locale="fr-FR").new_page()
    log_in(admin, stack, "admin")
    admin.goto(f"{stack.url}/#/administration/services")
    admin.click(f'[data-key="change-{ward}"]')
    expect_accessible(admin, "ward form")
    admin.check("[name=noms_sur_ecran_verrouille]")
    admin.click("dialog button.primary")
    page.wait_for_selector(name)
    admin.context.close()


def test_the_end_of_a_session_that_watches_is_seen_and_heard_in_time(stack, device, page):
    nurse = Person(stack, "infirmier", False)
    nurse.enter(page)
    page.wait_for_selector("sound-control[data-state=on]")
    page.evaluate("""() => { window.played = new Set(); const control = document.querySelector("sound-control");
        new MutationObserver(() => window.played.add(control.dataset.playing)).observe(control, { attributes: true }); }""")

    def ends(interval):
        stack.query(f"UPDATE sessions SET expires_at = now() + interval '{interval}' WHERE user_id = {nurse.id} AND ended_at IS NULL")
        page.evaluate("import('./context.js').then(({ api }) => api.renew().catch(() => {}))")

    assert page.locator(ENDS_SOON).count() == 0
    ends("10 minutes")
    page.wait_for_selector(ENDS_SOON)
    until(lambda: page.evaluate("window.played.has('lost')"), 5, "the note that alarms may not arrive")
    expect_accessible(page, "the end is near")
    page.click(f"{ENDS_SOON} button")
    page.fill(f"{DIALOG} [name=password]", nurse.password)
    page.click(f"{DIALOG} button.primary")
    page.wait_for_selector("session-end", state="hidden")
    ends("-1 seconds")
    page.wait_for_selector("login-page .reason:has-text('aucune alarme')")


@pytest.fixture
def short_stack():
    """A stack that soon finds that no screen would sound a ward's alarms."""
    stack = Stack(1, FAJMA_WARD_UNMONITORED_SECONDS="8")
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_a_ward_whose_only_desk_is_locked_counts_as_monitored_until_somebody_logs_out(short_stack, page):
    stack, device = short_stack, short_stack.devices[0]

    def unheard():
        return stack.query(f"SELECT count(*) FROM alerts WHERE ward_id = {device.ward} AND ended_at IS NULL") == [["1"]]

    page.clock.install()
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{device.ward}")
    expect_chip(page, "connected")
    until(lambda: not unheard(), 20, "the ward is heard")
    leave_alone(page)
    [[locked]] = stack.query("SELECT now()")
    until(lambda: stack.query(f"SELECT now() > timestamptz '{locked}' + interval '20 seconds'") == [["t"]], 30, "some time")
    assert stack.query(f"SELECT count(*) FROM alerts WHERE ward_id = {device.ward} AND coalesce(ended_at, now()) > '{locked}'") == [["0"]]
    page.evaluate("import('./context.js').then(({ api }) => api.logout())")
    page.wait_for_selector("#username")
    until(unheard, 30, "nobody hears the ward")
