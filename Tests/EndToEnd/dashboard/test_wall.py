"""The ward's page on the wall: everybody on it, through a night of outages, and never blind without saying so."""
import signal
import time

import pytest

from support.browser import expect_accessible, expect_chip, log_in
from support.clock import until
from support.feed import Feed

BLIND = "ward-page.blind status-banner[data-blind]:not([hidden])"
# An empty list: nothing on the page looks like a value of now.
CURRENT = "patient-tile .value span.number:not(:text-is('--'))"
WITHIN_SECONDS = 5


def tile(device, value, vital="spo2"):
    """The tile shows this value as current."""
    return f'patient-tile[data-patient="{device.patient}"] [data-vital={vital}] .value span.number:text-is("{value}")'


@pytest.fixture
def wall(stack, first_ward_device, page):
    """A page on the wall, with one device that measures all the time: `(page, feed)`."""
    log_in(page, stack, "ecran")
    page.wait_for_selector("ward-page.wall patient-tile")
    expect_chip(page, "connected")
    with Feed(first_ward_device, spo2=97, heart_rate=71, temperature=36.6) as feed:
        page.wait_for_selector(tile(first_ward_device, "97"), timeout=3000)
        yield page, feed
    until(stack.is_serving, 30, "the API answers")


def expect_live(page, feed, value, seconds=40):
    """By itself the page shows what is measured from now on, and not that it is blind."""
    feed.values = {**feed.values, "spo2": value}
    page.wait_for_selector(tile(feed.device, str(value)), timeout=seconds * 1000)
    page.wait_for_selector("ward-page:not(.blind)", timeout=2000)


# A night

def test_a_wall_survives_a_night(stack, page, first_ward_device):
    """One page, one outage after the other; nobody touches it."""
    page.clock.install()
    log_in(page, stack, "ecran")
    with Feed(first_ward_device, spo2=97, heart_rate=71, temperature=36.6) as feed:
        expect_live(page, feed, 97)

        def renew():
            with page.expect_response(lambda answer: answer.url.endswith("/api/session/") and answer.request.method == "PUT") as answer:
                page.clock.fast_forward("14:05")
            assert answer.value.status == 200

        outages = {
            "the push daemon restarts": lambda: stack.kill("fajma-push", signal.SIGTERM),
            "the token is renewed": renew,
            "nginx is reloaded": lambda: stack.kill("nginx", signal.SIGHUP),
            "nginx restarts": lambda: stack.kill("nginx", signal.SIGTERM),
            "the API restarts": lambda: stack.kill("fajma-api", signal.SIGTERM),
            "the token is renewed again": renew,
            "PostgreSQL restarts": lambda: stack.kill("postgres", signal.SIGINT),
            "the push daemon is killed": lambda: stack.kill("fajma-push"),
        }
        for number, (name, outage) in enumerate(outages.items()):
            outage()
            begun = time.monotonic()
            expect_live(page, feed, 90 + number)
            print(f"{name}: live again after {time.monotonic() - begun:.1f} s")
        assert page.locator("login-page").count() == 0
    until(stack.is_serving, 30, "the API answers")


# Blind

FAULTS = {
    "the push daemon is gone": lambda stack: stack.without("fajma-push"),
    "the push daemon hangs": lambda stack: stack.frozen("fajma-push"),
    "nginx hangs": lambda stack: stack.frozen("nginx"),
    "PostgreSQL is stopped": lambda stack: stack.without("postgres", signal.SIGINT),
    "PostgreSQL hangs": lambda stack: stack.frozen("postgres"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_within_five_seconds_a_blind_wall_says_so_and_later_it_sees_again(stack, wall, fault):
    page, feed = wall
    with FAULTS[fault](stack):
        begun = time.monotonic()
        page.wait_for_selector(BLIND, timeout=WITHIN_SECONDS * 1000)
        page.wait_for_selector(CURRENT, state="detached", timeout=1000)
        told = time.monotonic() - begun
        print(f"{fault}: told after {told:.1f} s")
        assert told <= WITHIN_SECONDS
        assert page.inner_text("status-banner strong") == "Surveillance interrompue"
        assert "au lit" in page.inner_text("status-banner .more")
        until(lambda: page.title().startswith("✖ Surveillance interrompue – "), 2, "the title says so")
        assert page.get_attribute("link[rel=icon]", "href").startswith("data:image/svg+xml,")
        # Read from four metres.
        assert page.locator("status-banner strong").evaluate("(text) => parseFloat(getComputedStyle(text).fontSize) / innerHeight") > 0.08
        expect_accessible(page, fault)
    expect_live(page, feed, 93, 60)
    until(lambda: not page.title().startswith("✖"), 3, "the title is plain again")


def test_a_quiet_ward_is_not_blind(stack, page):
    """Nothing is measured at all: the page asks, is answered, and says nothing. The pulses that come by themselves are 10 s apart."""
    log_in(page, stack, "ecran")
    expect_chip(page, "connected")
    pulses = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: pulses.append(frame) if '"pulse"' in str(frame) else None))
    page.reload()
    page.wait_for_selector("patient-tile")
    page.evaluate("""() => { window.blind = 0; new MutationObserver(() => { window.blind += document.querySelector(".blind") ? 1 : 0; })
        .observe(document.querySelector("ward-page"), { attributes: true }); }""")
    until(lambda: page.evaluate("1") and len(pulses) >= 6, 30, "six answers")
    assert page.evaluate("window.blind") == 0


# The screen

LONG_NAMES = ["De La Rochefoucauld-Montmorency", "Nguyễn Thị Phương", "Îlébérgérât-Öztürk", "Wrzeszczyńska", "Papadimitropoulos-Vassiliadou"]
FIRST_NAMES = ["Marie-Antoinette Philippine", "Jean-Baptiste", "Žofia", "Konstantinos-Alexandros", "Ève"]


@pytest.fixture(scope="module")
def full_ward(stack):
    """A ward of 32, with long names and beds, values, and alerts of every kind."""
    until(stack.is_serving, 30, "the API answers")
    ward = stack.request("POST", "/api/services/", role="admin", json={"nom": "Réanimation chirurgicale et soins intensifs"}).json()["id"]
    patients = []
    for number in range(32):
        answer = stack.request("POST", "/api/patients/", role="admin", json={
            "identifiant": f"MUR{number:03}", "nom": LONG_NAMES[number % 5] if number % 2 else "Étienne", "prenom": FIRST_NAMES[number // 2 % 5],
            "date_naissance": "1951-04-30", "sexe": "F", "service": ward, "lit": f"{201 + number // 2}-{'PF'[number % 2]}"})
        assert answer.status_code == 201, answer.text
        patients.append(answer.json()["id"])
    accounts = [row for row in stack.request("GET", "/api/utilisateurs/", role="admin").json()
                if row["username"] in [stack.accounts[role]["username"] for role in ("infirmier", "medecin", "ecran")]]

    def give(account, services):
        assert stack.request("PATCH", f"/api/utilisateurs/{account['id']}/", role="admin", json={"services": services}).status_code == 200

    for account in accounts:
        give(account, [*account["services"], ward])
    yield ward, patients
    for account in accounts:
        give(account, account["services"])


def measure(stack, patients, seconds=20):
    """Values of the last seconds, three digits and alarming ones among them."""
    for number, patient in enumerate(patients):
        values = {"spo2": 100 if number % 3 else 87.4, "heart_rate": 128 + number % 9, "temperature": 39.4 if number % 4 else 36.6}
        body = {"patient": patient, "mesures": [{"type_donnee": name, "valeur": value, "age_ms": 1000 * age}
                                                for name, value in values.items() for age in range(0, seconds, 2)]}
        assert stack.request("POST", "/api/iot/data/", role="admin", json=body).status_code == 201


def alarm(stack, patients):
    for number, patient in enumerate(patients[::3]):
        # What a person writes may be longer than any tile; then it ends in three points.
        body = {"patient": patient, "type_alerte": "chute", "message": "Chute dans la chambre",
                "niveau_gravite": ["error", "warning", "info"][number % 3]}
        assert stack.request("POST", "/api/iot/alertes/", role="medecin", json=body).status_code == 201


# What of a page's own texts does not fit into its element, or lies outside of its tile or the screen.
CLIPPED = """() => [...document.querySelectorAll("ward-page *")].flatMap((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || element.closest(".visually-hidden, [hidden]") || element.getClientRects().length === 0) return [];
    const range = document.createRange();
    range.selectNodeContents(element);
    const text = range.getBoundingClientRect();
    if (text.width === 0) return [];
    const tile = (element.closest(".tile") ?? document.body).getBoundingClientRect();
    const header = (element.closest("patient-tile header") ?? element.closest(".tile") ?? document.body).getBoundingClientRect();
    const out = text.left < tile.left - 1 || text.right > tile.right + 1 || text.top < header.top - 2 || text.bottom > header.bottom + 2;
    const cut = getComputedStyle(element).display !== "inline"
        && (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 3)
        && getComputedStyle(element).overflow !== "visible";
    return out || cut ? [`${element.className || element.tagName}: ${element.textContent}`] : [];
})"""
# Texts of one tile whose letters lie over one another: the middle of a line, without the room for accents and tails.
OVERLAPPING = """() => [...document.querySelectorAll("patient-tile")].flatMap((tile) => {
    const texts = [...tile.querySelectorAll(".number, .label > :first-child, .unit, .score strong, .message, .since, .bed")]
        .filter((element) => element.getClientRects().length);
    const boxes = texts.map((element) => {
        const range = document.createRange();
        range.selectNodeContents(element);
        const { left, right, top, bottom } = range.getBoundingClientRect();
        const room = (bottom - top) * 0.2;
        return { text: element.textContent, left, right, top: top + room, bottom: bottom - room };
    });
    return boxes.flatMap((a, i) => boxes.slice(i + 1)
        .filter((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom && b.top < a.bottom)
        .map(({ text }) => `${a.text} | ${text}`));
})"""


@pytest.mark.parametrize(("width", "height", "role", "scheme"), [
    (1920, 1080, "infirmier", "dark"), (3840, 2160, "ecran", "light"),
    *(pytest.param(*other, marks=pytest.mark.long) for other in (
        (1920, 1080, "ecran", "light"), (1920, 1080, "ecran", "dark"), (1920, 1080, "infirmier", "light"), (3840, 2160, "ecran", "dark")))])
def test_thirty_two_patients_fit_the_screen_and_no_text_is_cut(stack, full_ward, page, scheme, width, height, role):
    ward, patients = full_ward
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": height})
    log_in(page, stack, role)
    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector("patient-tile:nth-of-type(1)")
    until(lambda: page.locator("patient-tile").count() == 32, 10, "32 tiles")
    measure(stack, patients)  # once the page is there: a value is current for seconds
    page.wait_for_selector(CURRENT)
    for busy in (False, True):
        if busy:
            alarm(stack, patients)
            page.wait_for_selector("patient-tile .message:has-text('Chute')")
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [width, height]
        assert page.evaluate("(() => { const main = document.querySelector('main'); return main.scrollHeight - main.clientHeight; })()") <= 0
        assert page.evaluate(CLIPPED) == []
        assert page.evaluate(OVERLAPPING) == []
        # Again: all that came before may take longer than a value is current.
        measure(stack, patients[:1], seconds=2)
        page.wait_for_selector(f"patient-tile[data-patient='{patients[0]}'] .cell.abnormal[data-vital=spo2]")
        letters = page.evaluate("parseFloat(getComputedStyle(document.querySelector('patient-tile .cell.abnormal .number')).fontSize)")
        assert letters >= height / 36  # what is abnormal is as high as a hand on a screen of a metre
        expect_accessible(page, f"{width}, {scheme}, {role}, {busy}")
    for row in stack.request("GET", "/api/iot/alertes/", role="medecin", params={"limit": 1000}).json():
        if row["patient"] in patients and not row["acquittee"]:
            stack.request("POST", f"/api/iot/alertes/{row['id']}/acquitter/", role="medecin")
    stack.query(f"UPDATE alerts SET ended_at = now() WHERE ended_at IS NULL AND patient_id = ANY('{{{','.join(map(str, patients))}}}')")


@pytest.mark.parametrize("width", [pytest.param(360, marks=pytest.mark.long), 390])
def test_on_a_telephone_nothing_is_cut_either(stack, full_ward, page, width):
    ward, patients = full_ward
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    until(lambda: page.locator("patient-tile").count() == 32, 10, "32 tiles")
    measure(stack, patients)
    page.wait_for_selector(CURRENT)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate(OVERLAPPING) == []
    expect_accessible(page, f"{width}")


# The size of the letters of every value of measured rows, and of what is abnormal in the line below them, by kind.
SIZES = """() => Object.groupBy([...document.querySelectorAll("patient-tile :is(.cell, .round.abnormal)")]
    .map((place) => [place.classList.contains("abnormal") ? "abnormal" : place.dataset.state === "stale" ? "stale" : "normal",
        parseFloat(getComputedStyle(place.querySelector(".value")).fontSize)])
    .filter(([kind]) => kind), ([kind]) => kind)"""


# Texts of tiles in letters of under 11 px. A long name may be: it is never cut.
SMALL_PRINT = """() => [...new Set([...document.querySelectorAll("patient-tile .tile *")]
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((element) => element.getClientRects().length && !element.closest(".visually-hidden, .name.long"))
    .map((element) => [parseFloat(getComputedStyle(element).fontSize), element]).filter(([size]) => size < 11)
    .map(([size, element]) => `${element.className || element.tagName} ${element.textContent.slice(0, 12)}: ${size} px`))].slice(0, 9)"""


def test_an_abnormal_value_is_no_smaller_than_a_well_one_of_another_tile(stack, full_ward, page):
    """One patient with everything abnormal, whose tile has the least room for each, one with little, others well or silent."""
    ward, patients = full_ward
    worst, poor, silent, well = patients[-4:]
    page.set_viewport_size({"width": 1920, "height": 1080})
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    until(lambda: page.locator("patient-tile").count() == 32, 10, "32 tiles")

    def take(patient, values, ages=(0,)):
        body = {"patient": patient, "mesures": [{"type_donnee": name, "valeur": value, "age_ms": 1000 * age}
                                                for name, value in values.items() for age in ages]}
        assert stack.request("POST", "/api/iot/data/", role="admin", json=body).status_code == 201

    def seen():
        """The sizes by kind once there are values of each: what was measured before is current for 10 s, and so is what is measured now."""
        take(worst, {"spo2": 86, "heart_rate": 135})
        take(well, {"spo2": 98, "heart_rate": 72, "temperature": 36.6})
        sizes = {kind: [size for _, size in found] for kind, found in page.evaluate(SIZES).items()}
        return sizes if set(sizes) == {"abnormal", "normal", "stale"} else None

    take(poor, {"spo2": 93.6, "heart_rate": 72, "temperature": 36.6}, range(0, 18, 2))
    take(silent, {"spo2": 97, "heart_rate": 72, "temperature": 36.6}, range(30, 36, 2))
    take(worst, {"spo2": 86, "heart_rate": 135, "temperature": 39.4}, range(0, 16, 2))
    page.wait_for_selector(f"patient-tile[data-patient='{worst}'] .cell.abnormal[data-vital=heart_rate]")
    # Beside "SpO₂ < 94" it does not read 94.
    page.wait_for_selector(f"patient-tile[data-patient='{poor}'] .cell.abnormal[data-vital=spo2] .number:text-is('93,6')")
    for more, place in (({"respiratory_rate": 26}, "respiratory_rate"), ({"systolic_bp": 228, "diastolic_bp": 110}, "blood_pressure"),
                        ({"consciousness": "V"}, "consciousness")):
        take(worst, more)
        page.wait_for_selector(f"patient-tile[data-patient='{worst}'] .round[data-part={place}]:not([hidden])")
        for width in (1920, 1024, 390):
            page.set_viewport_size({"width": width, "height": 1080})
            sizes = until(seen, 15, "values of each kind")
            assert max(sizes["normal"]) <= min(sizes["abnormal"]) + 0.1, (more, width, sizes)
            assert max(sizes["stale"]) < min(sizes["abnormal"]), (more, width, sizes)
            assert page.evaluate(SMALL_PRINT) == [], width


def test_what_comes_above_the_tiles_moves_none_of_them_to_another_place(stack, full_ward, page):
    ward, _ = full_ward
    page.set_viewport_size({"width": 1920, "height": 1080})
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    until(lambda: page.locator("patient-tile").count() == 32, 10, "32 tiles")
    places = """() => [...document.querySelectorAll(".tiles > li")].map((item) => [item.firstElementChild.dataset.patient, item.offsetLeft])"""
    before = page.evaluate(places)
    page.click("pause-control .begin")
    page.wait_for_selector("pause-strip li[data-pause]")
    assert page.evaluate(places) == before
    page.click("pause-strip .resume")
    page.wait_for_selector("pause-strip", state="hidden")


# ?ecran

def test_any_accounts_page_can_hang_on_the_wall_and_its_session_still_ends(stack, first_ward_device, page):
    log_in(page, stack)
    page.goto(f"{stack.url}/?ecran#/service/{first_ward_device.ward}")
    page.wait_for_selector("ward-page.wall patient-tile")
    assert page.locator("button, a:not(.brand), select, summary").count() == 0
    first_ward_device.report(spo2=94)
    page.wait_for_selector(tile(first_ward_device, "94"), timeout=2000)
    limit = page.evaluate("import('./context.js').then(({ api }) => api.user.inactivite_s)")
    assert limit > 0  # the account's own rule
    page.reload()
    page.wait_for_selector("ward-page.wall patient-tile")
    page.goto(f"{stack.url}/#/service/{first_ward_device.ward}")
    page.wait_for_selector("ward-page:not(.wall) patient-tile a.tile")
