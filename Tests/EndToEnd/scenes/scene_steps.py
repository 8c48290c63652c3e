"""How a page gets into a state that a person meets: a generator each, which yields while that lasts. Longer than other files: one list,
in the order of scenes.py."""
import contextlib
import secrets
import time

from scenes.story import DESATURATED, SILENT, TACHYCARDIC, WELL

# A page that has asked for nothing during so many frames has all that it wanted.
QUIET_FRAMES = 30
SETTLE_SECONDS = 20
# Goes to another page of FAJMA as a link does, which the page notices before anybody looks at it.
FOLLOW = """(hash) => new Promise((done) => {
    addEventListener("hashchange", () => done(), { once: true });
    location.hash = hash;
})"""


def go(page, hospital, address, ready):
    """By a link, where FAJMA is open already: to load it costs more than to look at it."""
    (here, _, before), (_, _, wanted) = page.url.partition("#"), address.partition("#")
    if wanted and here == f"{hospital.stack.url}/":
        # Away first, from where the last scene was: it may have left something open.
        for hash in ("/compte", wanted) if before == wanted else (wanted,):
            page.evaluate(FOLLOW, "#" + hash)
    else:
        page.goto("about:blank")
        page.unanswered.clear()  # a document that goes away tells nothing of its requests
        page.goto(f"{hospital.stack.url}/{address}")
    page.wait_for_selector(ready)


def settle(page):
    """Waits until the page has all that it asked for. Playwright's own `networkidle` knows only what is asked for while a document loads."""
    frames, deadline = 0, time.monotonic() + SETTLE_SECONDS
    while frames < QUIET_FRAMES:
        page.evaluate("() => new Promise(requestAnimationFrame)")
        frames = 0 if page.unanswered else frames + 1
        assert time.monotonic() < deadline, [request.url for request in page.unanswered]


def connected(page):
    page.wait_for_selector(".chip[data-status=connected]")


# Before anybody is logged in

def login(page, hospital):
    go(page, hospital, "", "#username")
    yield


def login_refused(page, hospital):
    go(page, hospital, "", "#username")
    page.fill("#username", "infirmier")
    page.fill("#password", "un mot de passe quelconque")
    page.keyboard.press("Enter")
    page.wait_for_selector("login-page .failure span")
    yield


def login_throttled(page, hospital):
    go(page, hospital, "", "#username")
    page.fill("#username", f"personne-{secrets.token_hex(4)}")
    # Ten attempts an account at once, and some time passes between them.
    for _ in range(20):
        page.fill("#password", secrets.token_hex(4))
        with page.expect_response("**/api/session/") as answer:
            page.keyboard.press("Enter")
        page.wait_for_selector("login-page .failure span")
        if answer.value.status == 429:
            break
    page.wait_for_selector("login-page .primary:disabled")
    yield


def password_change(page, hospital):
    """The first login, with a new password that is too short."""
    go(page, hospital, "", "#username")
    for field, text in zip(("#username", "#password"), hospital.new_account(), strict=True):
        page.fill(field, text)
    page.keyboard.press("Enter")
    page.fill("[name=actuel]", text)
    page.fill("[name=nouveau]", "court")
    page.keyboard.press("Enter")
    page.wait_for_selector("password-form .field-error:not(:empty)")
    yield
    page.click("app-bar .logout")
    page.wait_for_selector("#username")


# The ward

def wards(page, hospital):
    go(page, hospital, "#/", "ward-list .services a")
    yield


def open_ward(page, hospital, ward):
    go(page, hospital, f"#/service/{ward}", "patient-tile [data-vital=spo2] .number")
    connected(page)
    # The last tile's past two minutes are there too.
    settle(page)


def ward(page, hospital):
    open_ward(page, hospital, hospital.ward)
    yield


def small_ward(page, hospital):
    open_ward(page, hospital, hospital.small_ward)
    yield


def ward_by_severity(page, hospital):
    open_ward(page, hospital, hospital.ward)
    page.click("[data-order=severity]")
    yield
    page.click("[data-order=bed]")


def ward_locked(page, hospital):
    """A desk that nobody touched."""
    open_ward(page, hospital, hospital.ward)
    page.evaluate("import('./context.js').then(({ alarms, api }) => api.lock(alarms.wards))")
    page.wait_for_selector("ward-page.locked patient-tile [data-vital=spo2] .number")
    connected(page)
    settle(page)
    yield
    page.click("lock-line .unlock")
    unlock(page, hospital)


def unlocking(page, hospital):
    moment = ward_locked(page, hospital)
    next(moment)
    page.click("patient-tile .tile")
    page.wait_for_selector("dialog.unlock")
    yield
    unlock(page, hospital)


def unlock(page, hospital):
    page.fill("dialog.unlock [name=password]", hospital.stack.accounts["infirmier"]["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("lock-line", state="hidden")


def ward_paused(page, hospital):
    open_ward(page, hospital, hospital.ward)
    page.click("pause-control .begin")
    page.wait_for_selector("pause-strip li[data-pause]")
    yield
    page.click("pause-strip .resume")
    page.wait_for_selector("pause-strip", state="hidden")


def ward_escalated(page, hospital):
    open_ward(page, hospital, hospital.ward)
    alert = f"patient_id = {hospital.patient(DESATURATED)} AND ended_at IS NULL"
    hospital.stack.query(f"UPDATE alerts SET escalated_at = now() WHERE {alert}")
    page.wait_for_selector("escalation-banner:not([hidden])")
    yield
    hospital.stack.query(f"UPDATE alerts SET escalated_at = NULL WHERE {alert}")
    page.wait_for_selector("escalation-banner", state="hidden")


def ward_empty(page, hospital):
    go(page, hospital, f"#/service/{hospital.empty_ward}", "ward-page .empty")
    connected(page)
    yield


def wall(page, hospital):
    go(page, hospital, "", "patient-tile [data-vital=spo2] .number")
    connected(page)
    settle(page)
    yield


@contextlib.contextmanager
def lost(page, hospital):
    """Nobody pushes any more, and the page says so."""
    with hospital.stack.without("fajma-push"):
        page.wait_for_selector(".chip[data-status=disconnected]")
        page.wait_for_selector("status-banner:not([hidden])")
        yield


def ward_lost(page, hospital):
    open_ward(page, hospital, hospital.small_ward)
    with lost(page, hospital):
        # Every value has aged by then.
        page.wait_for_selector("patient-tile s.number", timeout=30_000)
        yield


def wall_lost(page, hospital):
    yield from within(lost, wall, page, hospital)


def patient_lost(page, hospital):
    open_patient(page, hospital, DESATURATED)
    with lost(page, hospital):
        page.wait_for_selector("vital-card[data-vital=spo2][data-state=stale]", timeout=30_000)
        yield


def alerts_lost(page, hospital):
    yield from within(lost, alerts, page, hospital)


def within(state, prepare, page, hospital):
    """A scene, and what befalls it."""
    steps = prepare(page, hospital)
    next(steps)
    with state(page, hospital):
        yield
    next(steps, None)


# A patient

def open_patient(page, hospital, number):
    go(page, hospital, f"#/patient/{hospital.patient(number)}", "vital-card[data-vital=spo2] .value .number")
    connected(page)
    page.wait_for_selector("history-chart .plot canvas")
    page.wait_for_selector(".limits-part .rule")
    page.wait_for_selector("alarm-load table")
    settle(page)


def patient(page, hospital):
    open_patient(page, hospital, WELL)
    yield


def patient_of(number):
    def prepare(page, hospital):
        open_patient(page, hospital, number)
        yield
    return prepare


def patient_history(page, hospital):
    open_patient(page, hospital, DESATURATED)
    page.click("history-chart [data-span='24h']")
    page.wait_for_selector("history-chart [data-span='24h'][aria-pressed=true]")
    settle(page)
    page.click("history-chart .as-table")
    page.wait_for_selector("history-chart .history-table tbody tr")
    yield


def patient_unknown(page, hospital):
    go(page, hospital, "#/patient/999999", "patient-page .empty [role=alert]")
    yield


def patient_without_anything(page, hospital):
    """Just admitted: no device, no value, no alert."""
    go(page, hospital, f"#/patient/{hospital.new_patient()}", "vital-card[data-vital=spo2]")
    connected(page)
    page.wait_for_selector(".limits-part .rule")
    settle(page)
    yield


def patient_discharged(page, hospital):
    """While somebody looks."""
    patient = hospital.new_patient()
    go(page, hospital, f"#/patient/{patient}", "vital-card[data-vital=spo2]")
    connected(page)
    hospital.stack.request("POST", f"/api/patients/{patient}/sortie/", role="admin").raise_for_status()
    page.wait_for_selector(".chip[data-status=error]")
    page.wait_for_selector("status-banner:not([hidden])")
    yield


def entry(page, hospital):
    open_patient(page, hospital, TACHYCARDIC)
    page.click(".patient-head .enter")
    page.wait_for_selector("dialog.entry")
    for name, text in {"respiratory_rate": "18", "systolic_bp": "1280", "diastolic_bp": "78"}.items():
        page.fill(f"dialog.entry [name={name}]", text)
    page.click("dialog.entry footer .primary")
    page.wait_for_selector("dialog.entry .field-error:not(:empty)")
    yield


def absence_dialog(page, hospital):
    open_patient(page, hospital, WELL)
    page.click("hold-control [data-hold=absence]")
    page.wait_for_selector("dialog.absence")
    page.locator("dialog.absence label", has=page.locator("[value=other]")).click()
    yield


@contextlib.contextmanager
def absent(hospital, number, reason="Scanner / imagerie"):
    path = f"/api/patients/{hospital.patient(number)}/absence/"
    hospital.stack.request("POST", path, json={"motif": reason, "duree_min": 120}).raise_for_status()
    yield
    hospital.stack.request("DELETE", path).raise_for_status()


def patient_absent(page, hospital):
    with absent(hospital, WELL, "Scanner / imagerie, puis consultation d’anesthésie au 2e étage"):
        open_patient(page, hospital, WELL)
        page.click("hold-control [data-hold=brassard]")
        for kind in ("absence", "brassard"):
            page.wait_for_selector(f"hold-control .notice[data-hold={kind}]")
        yield
        page.click("hold-control .notice[data-hold=brassard] .end")
        page.wait_for_selector("hold-control button[data-hold=brassard]")


def ward_absent(page, hospital):
    with absent(hospital, WELL), absent(hospital, SILENT):
        open_ward(page, hospital, hospital.ward)
        page.wait_for_selector("patient-tile.absent")
        yield


def limits(page, hospital):
    open_patient(page, hospital, DESATURATED)
    page.click(".limits-part [data-key=limits-spo2]")
    page.select_option("dialog [name=mode_bas_error]", "own")
    page.fill("dialog [name=seuil_bas_error]", "86")
    page.click("limits-trial button")
    page.wait_for_selector("limits-trial .verdict b")
    page.locator("limits-trial .verdict").scroll_into_view_if_needed()
    yield


# Handover sheets

def sheet(page, hospital, address):
    go(page, hospital, address, "handover-page .print:enabled")
    settle(page)
    yield


def patients_sheet(page, hospital):
    yield from sheet(page, hospital, f"#/releve/patient/{hospital.patient(DESATURATED)}")


def wards_sheet(page, hospital):
    yield from sheet(page, hospital, f"#/releve/service/{hospital.ward}")


# Alerts, sound, account

def alerts(page, hospital):
    go(page, hospital, "#/alertes", "alerts-page .past .alert-row")
    connected(page)
    page.wait_for_selector("alerts-page .now .alert-row")
    yield


def alerts_none(page, hospital):
    go(page, hospital, "#/alertes", "alerts-page .past .alert-row")
    if not page.is_visible(".filters [name=debut]"):
        page.click(".filter-box summary")
    page.fill(".filters [name=fin]", "2020-01-01T08:00")
    page.click(".filters button.primary")
    page.wait_for_selector("alerts-page .past .empty")
    yield


def sound(page, hospital):
    open_ward(page, hospital, hospital.small_ward)
    page.click("sound-control summary")
    yield
    page.keyboard.press("Escape")


def account(page, hospital):
    go(page, hospital, "#/compte", "account-page my-sessions li")
    yield


# Administration

def section(name, opener=None, ready=".section .data tbody tr"):
    def prepare(page, hospital):
        go(page, hospital, f"#/administration/{name}", ready)
        settle(page)
        if opener:
            page.locator(opener).first.click()
            page.wait_for_selector("dialog")
        yield
    return prepare


def second_device(page, hospital):
    """The question what becomes of the device that the patient wears already."""
    go(page, hospital, "#/administration/dispositifs", ".section .data tbody tr")
    page.locator("[data-key^=assign-]").first.click()
    page.wait_for_selector("dialog")
    worn = page.get_attribute(".data tbody tr:nth-child(2) a[href^='#/patient/']", "href").rsplit("/", 1)[1]
    page.select_option("dialog [name=patient]", worn)
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog.others")
    yield
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.others", state="detached")


def admission_refused(page, hospital):
    go(page, hospital, "#/administration/patients", ".section .data tbody tr")
    page.click(".section-head button.primary")
    page.fill("dialog [name=nom]", "Diallo")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog .field-error:not(:empty)")
    yield
