"""The dashboard in Chromium, as a person at the ward has it."""
import os
import re

from axe_playwright_python.base import AXE_SCRIPT

from support.paths import REPOSITORY

FIRST_PAGE = "ward-list .services a, ward-page .tiles"
# Of a page whose test failed: as much of its text.
TEXT_TOLD = 1500
SCREENSHOTS = os.path.join(REPOSITORY, ".build", "screenshots")


# Chromium without its window: a page costs a fifth of what it does in the whole browser.
PROGRAM = "/usr/bin/chromium-headless-shell"
# Knows what the shell does not: installing a page.
WHOLE_PROGRAM = "/usr/bin/chromium"


# A machine for tests has no loudspeaker; this is one to the browser.
LOUDSPEAKER = "--use-fake-device-for-media-stream"


def launch(browser_type, *arguments, program=PROGRAM, has_loudspeaker=True):
    # Chromium refuses its sandbox to root.
    own = [*(["--no-sandbox"] if os.geteuid() == 0 else []), *([LOUDSPEAKER] if has_loudspeaker else [])]
    return browser_type.launch(executable_path=program, args=[*own, *arguments])


def save_screenshot(page, name):
    """Keeps what the page looked like when its test failed; returns where."""
    os.makedirs(SCREENSHOTS, exist_ok=True)
    path = os.path.join(SCREENSHOTS, re.sub(r"\W+", "-", name) + ".png")
    page.screenshot(path=path, full_page=True)
    return path


def tell_of(page):
    """Where a page is, what has the focus and what can be read on it: of a test that failed where nobody can see the screenshot."""
    focus, text = page.evaluate("[document.activeElement?.outerHTML.slice(0, 200), document.body.innerText]")
    return f"{page.url}\nfocus: {focus}\n{text[:TEXT_TOLD]}"


def type_login(page, stack, role="infirmier"):
    """Logs in as a person does, on the login page."""
    account = stack.accounts[role]
    page.goto(stack.url + "/")
    page.fill("#username", account["username"])
    page.fill("#password", account["password"])
    page.click("login-page button.primary")
    page.wait_for_selector(FIRST_PAGE)


def log_in(page, stack, role="infirmier"):
    """Opens the first page with the session's cookie already there, as when a person comes back to a page. It loads the page once, where
    `type_login` does twice, which is most of what a test of a page costs."""
    account = stack.accounts[role]
    answer = page.context.request.post(stack.url + "/api/session/", data={"username": account["username"], "password": account["password"]})
    assert answer.ok, answer.text()
    page.goto(stack.url + "/")
    page.wait_for_selector(FIRST_PAGE)
    page.locator("main").click(position={"x": 2, "y": 2})  # a browser lets no page make a sound before the first click


def open_patient(page, stack, device):
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    page.wait_for_selector("vital-card[data-vital=spo2]")
    expect_chip(page, "connected")


def expect_chip(page, status, seconds=20):
    page.wait_for_selector(f".chip[data-status={status}]", timeout=seconds * 1000)


def expect_value(page, vital, text, seconds=1):
    """The card shows this value as current, within the time. By a selector: the page's policy forbids evaluated texts."""
    page.wait_for_selector(f'vital-card[data-vital={vital}] .value span.number:text-is("{text}")', timeout=seconds * 1000)


def axe_findings(page, **options):
    """What axe objects to on what the page shows now: `[(rule, [element])]`. A document is given axe once: to read its half megabyte again takes
    longer than to run it."""
    if not page.evaluate("() => typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("(options) => axe.run(options).then(({ violations }) => violations)", {"resultTypes": ["violations"], **options})
    return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


def expect_accessible(page, where=""):
    """axe finds nothing to object to on what the page shows now; `where` that is, for who reads the failure."""
    findings = axe_findings(page)
    assert not findings, (where, findings)


def field_error(page, name):
    """What is said at a field, once something is."""
    place = page.locator(f"[data-field={name}] .field-error span")
    place.wait_for()
    return place.inner_text()
