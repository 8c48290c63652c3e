"""Absences and cuffs, begun on the patient page: every screen says so, and alerts about the patient's devices rest meanwhile."""
import re

import pytest

from support.browser import expect_accessible, field_error, log_in, open_patient
from support.clock import until
from support.stack import Stack

ABSENT = "hold-control .notice[data-hold=absence]"
CUFF = "hold-control .notice[data-hold=brassard]"


@pytest.fixture(scope="module")
def stack():
    """A stack that soon misses a device."""
    stack = Stack(3, FAJMA_SIGNAL_LOST_SECONDS="4")
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def wall(browser, stack, device):
    """A display on the wall of the patient's ward."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1920, "height": 1080}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(10_000)
    log_in(page, stack, "ecran")
    page.goto(f"{stack.url}/?ecran#/service/{device.ward}")
    page.wait_for_selector("patient-tile")
    yield page
    context.close()


@pytest.fixture
def device(stack):
    yield stack.devices[0]
    for kind in ("absence", "brassard"):
        assert stack.request("DELETE", f"/api/patients/{stack.devices[0].patient}/{kind}/").status_code == 204


def lost_signals(stack, device):
    """How often the device was missed."""
    return int(stack.query(f"SELECT count(*) FROM alerts WHERE device_id = {device.id} AND kind = 'signal_perdu'")[0][0])


def open_dialog(page):
    page.click("hold-control [data-hold=absence]")
    page.wait_for_selector("dialog.absence[open]")


def choose(page, name, value):
    page.locator("dialog.absence label", has=page.locator(f"[name={name}][value='{value}']")).click()


def test_an_absence_is_on_every_screen_and_a_silent_device_raises_nothing_until_it_ends(stack, device, page, wall):
    neighbour = next(other for other in stack.devices[1:] if other.ward == device.ward)
    log_in(page, stack)
    open_patient(page, stack, device)
    open_dialog(page)
    expect_accessible(page, "the dialog of an absence")
    choose(page, "raison", "theatre")
    choose(page, "duree_min", "120")
    back = re.search(r"\d\d:\d\d", page.inner_text("dialog.absence .returns")).group()
    page.click("dialog.absence button.primary")
    page.wait_for_selector("dialog.absence", state="detached")

    page.wait_for_selector(ABSENT)
    words = page.inner_text(ABSENT)
    assert "Absent – Bloc opératoire" in words and stack.accounts["infirmier"]["username"] in words
    # In the evening with the day. The minute may have passed between the hint and the answer.
    shown = re.search(r"Retour prévu\s:\s(.*?\d\d:\d\d)", words).group(1)
    assert (minutes(shown[-5:]) - minutes(back)) % (24 * 60) in (0, 1)
    page.wait_for_selector(f"{ABSENT} .end:focus")
    expect_accessible(page, "a patient who is away")

    tile = f"patient-tile[data-patient='{device.patient}']"
    wall.wait_for_selector(f"{tile}.absent")
    assert wall.inner_text(f"{tile} .message") == f"Absent, retour {shown} – Bloc opératoire"
    # Both devices are heard once more and fall silent. The one next door is missed, and this one is not.
    before, missed = lost_signals(stack, device), lost_signals(stack, neighbour)
    for each in (device, neighbour):
        each.report(spo2=97, heart_rate=75)
    until(lambda: lost_signals(stack, neighbour) == missed + 1, 20, "the neighbour's device is missed")
    wall.wait_for_selector(f"patient-tile[data-patient='{neighbour.patient}'].silent", timeout=20_000)
    wall.wait_for_selector(f"{tile} .cell[data-vital=spo2][data-state=stale]")
    assert lost_signals(stack, device) == before
    assert wall.locator(f"{tile}.silent").count() == 0 and wall.locator(".alert-count[data-severity=info]").count() == 0
    assert page.locator("status-banner:not([hidden])").count() == 0, "nobody is told that the values are old"

    page.click(f"{ABSENT} .end")
    page.wait_for_selector("hold-control button[data-hold=absence]:focus")
    wall.wait_for_selector(f"{tile}:not(.absent)[data-alert=warning]")
    until(lambda: lost_signals(stack, device) == before + 1, 10, "what rested comes")


def minutes(clock):
    hours, rest = clock.split(":")
    return int(hours) * 60 + int(rest)


def test_another_reason_is_typed_and_must_not_be_empty(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    open_dialog(page)
    choose(page, "raison", "other")
    page.wait_for_selector("dialog.absence [name=motif]:focus")
    page.keyboard.press("Enter")
    assert field_error(page, "motif") == "À remplir."
    page.fill("dialog.absence [name=motif]", "  Kiné <b>2e</b> étage ")
    page.keyboard.press("Enter")
    page.wait_for_selector(ABSENT)
    assert "Absent – Kiné <b>2e</b> étage" in page.inner_text(ABSENT)
    # The same for who comes to the page later.
    page.reload()
    page.wait_for_selector(ABSENT)
    page.click(f"{ABSENT} .end")
    page.wait_for_selector(ABSENT, state="detached")
    assert stack.query("SELECT count(*) FROM audit WHERE action LIKE 'hold.%' AND after ->> 'reason' = 'Kiné <b>2e</b> étage'") == [["1"]]


def test_a_cuff_counts_down_and_can_be_ended(stack, device, page):
    log_in(page, stack)
    open_patient(page, stack, device)
    page.click("hold-control [data-hold=brassard]")
    page.wait_for_selector(CUFF)
    left = re.search(r"Encore (\d):(\d\d), par", page.inner_text(CUFF))
    assert 60 < int(left[1]) * 60 + int(left[2]) <= 90
    page.wait_for_function("(before) => !document.querySelector('hold-control .until').textContent.includes(before)", arg=left[0])
    page.wait_for_selector("alert-list li .icon")
    assert page.locator("alert-list .message", has_text="Brassard, pouls attendu absent pendant 90 s").count() == 1
    assert page.locator("alert-list li", has_text="Brassard").locator(".acknowledge").count() == 0
    page.click(f"{CUFF} .end")
    page.wait_for_selector("hold-control button[data-hold=brassard]:focus")


@pytest.mark.parametrize("width", [390, 1024, 1920])
def test_what_is_pressed_is_large_enough_for_a_thumb_and_on_the_screen(stack, device, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, stack)
    open_patient(page, stack, device)
    controls = page.locator("hold-control button")
    assert controls.count() == 2
    expect_thumb(controls, width)
    open_dialog(page)
    expect_thumb(page.locator("dialog.absence .picks label, dialog.absence footer button"), width)


def expect_thumb(controls, width):
    for control in controls.all():
        box = control.bounding_box()
        assert box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= width, (control.inner_text(), box)
