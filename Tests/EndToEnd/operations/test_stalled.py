"""A database that answers and does not store: whose synchronous standby is away, or whose readings somebody has locked. Screens say so within
seconds, people go on working, nobody's thread is eaten, and afterwards everything is whole and no alarm too many was raised. For longer, and with
the other faults: slow/test_database_faults.py."""
from itertools import pairwise

import pytest
import requests

from support.browser import log_in
from support.clock import until
from support.database_faults import readings_locked, standby_away
from support.stack import Stack
from support.stalled_ward import check_stall

STALLED_SECONDS = 12


@pytest.fixture(scope="module")
def stack():
    """Its own, in which devices that fall silent are missed after 15 s, as in a hospital."""
    stack = Stack(24, FAJMA_SIGNAL_LOST_SECONDS=None)
    try:
        stack.start()
        # The others are not worn: they do not measure.
        stack.query("UPDATE device_assignment SET during = tstzrange(lower(during), now())")
        yield stack
    finally:
        stack.stop()


@pytest.mark.parametrize("fault", [standby_away, readings_locked])
def test_a_database_that_does_not_store_is_said_on_screens_and_stops_nobody(stack, page, fault):
    check_stall(stack, page, fault, STALLED_SECONDS)


def test_its_sound_is_paused_for_two_minutes_on_the_screen_where_somebody_did_that(stack, page):
    log_in(page, stack, "infirmier")
    page.goto(f"{stack.url}/#/service/{stack.devices[0].ward}")
    page.wait_for_selector("ward-page .tiles")
    page.wait_for_selector("sound-control[data-state=on]")
    with stack.frozen("fajma-push"):
        page.wait_for_selector("sound-control[data-playing=error]")
        page.click("pause-control .begin")
        local = page.locator("pause-strip .local")
        assert "sur ce poste" in local.inner_text()
        page.wait_for_selector("sound-control[data-playing='']")
        assert stack.query("SELECT count(*) FROM sound_pauses") == [["0"]]
        local.locator(".resume").click()
        page.wait_for_selector("sound-control[data-playing=error]")
        page.click("pause-control .begin")
        page.wait_for_selector("pause-strip .local")
    # Heard again, nothing is paused any more.
    page.wait_for_selector("sound-control[data-state=on][data-playing='']")
    page.wait_for_selector("pause-strip .local", state="detached")


def test_everything_that_was_measured_meanwhile_is_there_once(stack):
    """The device of the feed sends each report until it is answered 201: also those that were stored although nobody could say so."""
    for device in {int(number) for number, in stack.query("SELECT DISTINCT device_id FROM readings WHERE vital = 1")}:
        instants = [int(at) for at, in stack.query(f"SELECT epoch_ms(measured_at) FROM readings WHERE vital = 1 AND device_id = {device} ORDER BY 1")]
        gaps = [after - before for before, after in pairwise(instants)]
        assert len(instants) > STALLED_SECONDS and max(gaps) < 2500, gaps
    assert requests.get(stack.url + "/api/version/", timeout=10).status_code == 200


@pytest.mark.parametrize("fault, was_stored", [(standby_away, True), (readings_locked, False)])
def test_a_report_without_times_that_is_sent_again_is_stored_once(stack, fault, was_stored):
    """Its first answer was 503 `outcome_unknown`, and what became of it is known only afterwards."""
    device = stack.next_device(stack.devices[0].ward)
    # Worn again, as if it had never been taken off: what is 400 ms old was measured on this patient.
    stack.query(f"UPDATE device_assignment SET during = tstzrange(lower(during), NULL) WHERE device_id = {device.id}")
    before = device.stored()
    report = {"mesures": [{"type_donnee": "spo2", "valeur": 97, "age_ms": 400}, {"type_donnee": "heart_rate", "valeur": 71}],
              "etat": {"demarrage": 3, "sequence": 41 + was_stored}}
    with fault(stack):
        answer = device.post(report)
        assert (answer.status_code, answer.json()["code"]) == (503, "outcome_unknown"), answer.text
    answer = until(lambda: (again := device.post(report)).status_code == 201 and again, 15, "the database stores again")
    # What was given up may still have been stored, once the lock was gone.
    assert answer.json()["doublons"] in ([2] if was_stored else [0, 2]), answer.text
    assert device.post(report).json()["doublons"] == 2
    assert device.stored() - before == 2
    stack.query(f"UPDATE device_assignment SET during = tstzrange(lower(during), now()) WHERE device_id = {device.id} AND upper_inf(during)")
