"""Every page in every state that a person meets, light and dark, wide and narrow: axe finds nothing, and neither does what it does not look
at: the size of what is pressed, the mark of the focus, the order of headings, the voices of a screen reader, sideways scrolling."""
import os

import pytest

from scenes.scenes import SCENES, Windows
from scenes.story import Hospital
from support.browser import axe_findings
from support.paths import REPOSITORY

IS_LONG = os.environ.get("FAJMA_TEST_LONG") == "1"
PATIENTS, FIRST_WARD = 16, 11
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# A telephone, a tablet upright, a desk at 200 %, a tablet, a small and a large desk: where layouts change.
WIDTHS = ((1920, 1080), (1280, 720), (1100, 800), (1024, 768), (900, 700), (820, 1180), (390, 844), (320, 640))
FRAMES, TRIES = 3, 15
# A page of each kind, whose layout on a telephone is another one: axe looks at them there and in the dark, too. `make test-long` has all in the dark;
# the colours themselves are compared by test_contrast.py.
MAIN = (
    "login", "wards", "ward", "patient-alert", "patient-history", "entry", "limits", "alerts", "administration-patients", "administration-audit",
)
# Among axe's own, not asked for by itself.
EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
# The theme changes nothing else.
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
with open(os.path.join(REPOSITORY, "Tests/EndToEnd/support/everybody.js"), encoding="utf-8") as file:
    EVERYBODY = file.read()


@pytest.fixture(scope="module")
def hospital():
    with Hospital(PATIENTS, FIRST_WARD) as hospital:
        yield hospital
        assert not hospital.problems, hospital.problems[:3]


@pytest.fixture(scope="module")
def windows(browser, hospital):
    return Windows(browser, hospital, viewport=WIDE)


def look(page, name):
    """What is wrong, by where; an empty list nowhere."""
    page.evaluate(EVERYBODY)
    page.keyboard.press("Shift")  # somebody has a keyboard
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    yield "light", axe_findings(page, **EVERYTHING)
    for check in ("headings", "voices", "languages", "smallTargets", "unmarkedFocus"):
        yield check, page.evaluate("(name) => everybody[name]()", check)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    if IS_LONG or name in MAIN:
        yield "dark", axe_findings(page, **COLOURS)
    page.set_viewport_size(PHONE)
    wait_for_frames(page)
    if name in MAIN:
        yield "telephone", axe_findings(page, **EVERYTHING)
    yield "telephone, targets", page.evaluate("() => everybody.smallTargets()")
    for width, height in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        for what, wrong in spoilt(page).items():
            yield f"{width}, {what}", wrong


def wait_for_frames(page):
    """Charts, tiles and tables take a new width within some frames."""
    page.evaluate("(count) => new Promise((done) => { const next = () => (count-- ? requestAnimationFrame(next) : done()); next(); })", FRAMES)


def spoilt(page):
    for _ in range(TRIES):
        wait_for_frames(page)
        found = page.evaluate("() => everybody.spoilt()")
        if not any(found.values()):
            break
    return found


@pytest.mark.parametrize("name", SCENES)
def test_the_page_is_for_everybody(hospital, windows, name):
    scene = SCENES[name]
    page = windows.of(scene.role)
    page.set_viewport_size(WIDE)
    with scene.ready(page, hospital):
        assert {where: wrong for where, wrong in look(page, name) if wrong} == {}
