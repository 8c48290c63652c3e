"""Three levels of freshness, by the page's own clock: the connection, a patient's feed, each value. Each is shown for what it is, and only that."""
import re

import pytest

from support.browser import expect_chip
from support.clock import until
from support.feed import Feed

# The page's own limit is 10 s after the value was measured, and it looks once a second.
STALE_SECONDS = 14
VITALS = ("spo2", "heart_rate", "temperature")
VALUES = {"spo2": 97, "heart_rate": 71, "temperature": 36.6}


@pytest.fixture
def neighbour(stack, device):
    """Another device on the same ward."""
    return stack.next_device(device.ward)


def cell(device, vital, is_current):
    number = "span.number:not(:text-is('--'))" if is_current else "s.number"
    return f'patient-tile[data-patient="{device.patient}"] .cell[data-vital={vital}] .value {number}'


def card(vital, is_current):
    return f"vital-card[data-vital={vital}] .value {'span' if is_current else 's'}.number"


def expect(ward, patient, device, current=(), stale=(), seconds=STALE_SECONDS):
    """On both pages the device's patient has these values as current, and those as stale, with their age."""
    for vital, is_current in [*((vital, True) for vital in current), *((vital, False) for vital in stale)]:
        ward.wait_for_selector(cell(device, vital, is_current), timeout=seconds * 1000)
        patient.wait_for_selector(card(vital, is_current), timeout=seconds * 1000)
        unit = ward.inner_text(f'patient-tile[data-patient="{device.patient}"] [data-vital={vital}] .unit')
        updated = patient.inner_text(f"vital-card[data-vital={vital}] .updated")
        assert bool(re.fullmatch(r"\d+\s(s|min)", unit)) is not is_current, unit
        assert updated.startswith("Valeur périmée") is not is_current, updated


def is_silent(ward, device):
    return ward.locator(f'patient-tile.silent[data-patient="{device.patient}"]').count() == 1


def test_a_connection_that_is_silent_is_shown_as_that_and_accuses_no_patient(stack, device, neighbour, screens):
    ward, patient = screens
    with Feed(device, **VALUES), Feed(neighbour, **VALUES):
        expect(ward, patient, device, current=VITALS)
        with stack.frozen("fajma-push"):
            for page in screens:
                page.wait_for_selector("status-banner[data-kind=error]:not([hidden])", timeout=6000)
                assert page.inner_text("status-banner strong") == "Le serveur ne répond plus"
                expect_chip(page, "silent")
            expect(ward, patient, device, stale=VITALS, seconds=2)
            ward.wait_for_selector(cell(neighbour, "spo2", False), timeout=1000)
            assert not is_silent(ward, device)
        expect(ward, patient, device, current=VITALS)
        for page in screens:
            page.wait_for_selector("status-banner", state="hidden")
            expect_chip(page, "connected")


def test_a_patients_feed_that_is_silent_is_shown_as_that_and_the_others_go_on(stack, device, neighbour, screens):
    ward, patient = screens
    with Feed(device, **VALUES) as feed, Feed(neighbour, **VALUES):
        expect(ward, patient, device, current=VITALS)
        ward.wait_for_selector(cell(neighbour, "spo2", True), timeout=3000)
        feed.values = {}
        expect(ward, patient, device, stale=VITALS)
        ward.wait_for_selector(f'patient-tile.silent[data-patient="{device.patient}"]', timeout=2000)
        assert re.fullmatch(r"signal perdu\s*1\d\ss", ward.inner_text(f'patient-tile[data-patient="{device.patient}"] .silence'))
        # Other tests have left silent devices on the ward.
        until(lambda: ward.inner_text(".silent-count strong") == str(ward.locator("patient-tile.silent").count()), 3, "the head counts them")
        patient.wait_for_selector("status-banner[data-kind=warning]:not([hidden])")
        assert patient.inner_text("status-banner strong") == "Signal perdu"
        # Only that.
        for page in screens:
            expect_chip(page, "connected")
        assert not is_silent(ward, neighbour)
        for vital in VITALS:
            ward.wait_for_selector(cell(neighbour, vital, True), timeout=1000)
        assert ward.locator("status-banner:not([hidden]), ward-page.blind").count() == 0
        patient.goto(f"{stack.url}/#/patient/{neighbour.patient}")
        patient.wait_for_selector(card("spo2", True))
        assert patient.locator("status-banner:not([hidden])").count() == 0


def test_one_value_that_is_no_longer_measured_is_shown_as_that_beside_current_ones(stack, device, neighbour, screens):
    ward, patient = screens
    others = ("heart_rate", "temperature")
    with Feed(device, **VALUES) as feed, Feed(neighbour, **VALUES):
        expect(ward, patient, device, current=VITALS)
        feed.values = {name: VALUES[name] for name in others}
        expect(ward, patient, device, current=others, stale=("spo2",))
        assert not is_silent(ward, device)
        for page in screens:
            expect_chip(page, "connected")
            assert page.locator("status-banner:not([hidden]), .blind").count() == 0
        ward.wait_for_selector(cell(neighbour, "spo2", True), timeout=1000)
        feed.values = VALUES
        expect(ward, patient, device, current=VITALS, seconds=3)
