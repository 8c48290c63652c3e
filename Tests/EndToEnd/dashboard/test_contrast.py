"""High contrast and the system's own colours: alarms, values and drawings can be told apart; flashing keeps its rates and can be stopped."""
import pytest

from support.browser import expect_accessible, log_in, open_patient
from support.clock import until

PEN = """(canvas) => {
  const { color, outlineColor, borderTopColor, borderRightColor } = getComputedStyle(canvas);
  const drawn = canvas.width > 0 && canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part > 0);
  return { line: color, band: outlineColor, grid: borderTopColor, mark: borderRightColor, drawn };
}"""
GROUND = "getComputedStyle(document.body).backgroundColor"
ANIMATION = """(node) => {
  const { animationName, animationDuration, animationIterationCount } = getComputedStyle(node);
  return [animationName, animationDuration, animationIterationCount];
}"""
BORDER = """(node) => {
  const { borderTopWidth, borderTopStyle, borderTopColor } = getComputedStyle(node);
  return [borderTopWidth, borderTopStyle, borderTopColor].join();
}"""


@pytest.fixture
def ward(stack, device):
    """A patient with an error, one with a warning, one with an information, in one ward."""
    severities = ("error", "warning", "info")
    devices = [device, *(stack.next_device(device.ward) for _ in severities[1:])]
    alerts = []
    for one, severity in zip(devices, severities, strict=True):
        one.report(spo2=97, heart_rate=72, temperature=36.8)
        body = {"patient": one.patient, "type_alerte": "essai", "message": severity, "niveau_gravite": severity}
        answer = stack.request("POST", "/api/iot/alertes/", role="admin", json=body)
        assert answer.status_code == 201, answer.text
        alerts.append(answer.json()["id"])
    yield dict(zip(severities, devices, strict=True))
    stack.query(f"UPDATE alerts SET ended_at = now(), acknowledged_at = now(), acknowledged_by = 1 WHERE id IN ({','.join(map(str, alerts))})")


def open_page(browser, stack, device, **options):
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    page.set_default_timeout(10_000)
    log_in(page, stack, "admin")
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector("patient-tile .alert:not(:empty)")
    return page


def tile(page, device):
    return page.locator(f'patient-tile:has(a[href="#/patient/{device.patient}"])')


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("options", [{"contrast": "more"}, {"forced_colors": "active"}], ids=["more", "forced"])
def test_alarms_and_drawings_can_be_told_apart(browser, stack, ward, options, scheme):
    page = open_page(browser, stack, ward["error"], color_scheme=scheme, reduced_motion="reduce", **options)
    try:
        borders = {severity: tile(page, one).locator("> *").evaluate(BORDER) for severity, one in ward.items()}
        assert len(set(borders.values())) == 3, borders
        icons = {tile(page, one).locator(".alert .icon").first.inner_html() for one in ward.values()}
        assert len(icons) == 3, "the shapes differ too"
        if "contrast" in options:  # with the system's colours axe reads those that are not used
            expect_accessible(page, f"ward, {scheme}")
        open_patient(page, stack, ward["error"])
        canvas = page.locator("vital-card[data-vital=spo2] canvas")
        pen = until(lambda: (pen := canvas.evaluate(PEN)) and pen["drawn"] and pen, 5, "the trace is drawn")
        assert len({pen["line"], pen["band"], pen["grid"], page.evaluate(GROUND)}) == 4, pen
        page.keyboard.press("Tab")
        assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 3
        if "contrast" in options:
            expect_accessible(page, f"patient, {scheme}")
    finally:
        page.context.close()


def test_high_contrast_can_be_chosen_and_is_remembered(page, stack, device):
    log_in(page, stack)
    ground = page.evaluate(GROUND)
    for _ in range(3):
        page.click("app-bar .theme")
    assert page.get_attribute("app-bar .theme", "aria-label").endswith("à fort contraste")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)" != ground
    page.reload()
    page.wait_for_selector("app-bar .theme")
    assert page.evaluate(GROUND) == "rgb(255, 255, 255)"
    page.click("app-bar .theme")
    assert page.evaluate(GROUND) == ground


def test_an_error_flashes_twice_a_second_a_warning_slower_an_information_never(browser, stack, ward):
    page = open_page(browser, stack, ward["error"], reduced_motion="no-preference")
    try:
        flashes = {severity: tile(page, one).locator(".alert .icon").first.evaluate(ANIMATION) for severity, one in ward.items()}
        assert flashes["error"] == ["flash", "0.5s", "infinite"]
        assert flashes["warning"][0] == "flash" and 0.55 <= 1 / float(flashes["warning"][1].removesuffix("s")) <= 0.65
        assert flashes["info"][0] == "none"
        page.emulate_media(reduced_motion="reduce")
        for one in ward.values():
            assert tile(page, one).locator(".alert .icon").first.evaluate(ANIMATION)[0] == "none"
            assert tile(page, one).locator(".alert .message").is_visible()
    finally:
        page.context.close()
