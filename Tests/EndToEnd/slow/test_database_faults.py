"""Each way in which a database hangs, for half a minute under load. Three minutes: `make test-long` runs it."""
import pytest

from support.database_faults import SmallDisk, frozen, readings_locked, standby_away
from support.stack import Stack
from support.stalled_ward import check_stall

FAULT_SECONDS = 30


@pytest.fixture(scope="module")
def stack():
    """Its own, in which devices that fall silent are missed after 15 s, as in a hospital; its readings are on a small disk."""
    stack = Stack(48, FAJMA_SIGNAL_LOST_SECONDS=None)
    try:
        stack.start()
        stack.query("UPDATE device_assignment SET during = tstzrange(lower(during), now())")
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def small_disk(stack):
    with SmallDisk(stack) as disk:
        yield disk
        stack.stop()  # before the disk is taken away


@pytest.mark.parametrize("fault", [standby_away, readings_locked, frozen])
def test_half_a_minute_without_storing_is_one_alarm_and_loses_nothing(stack, page, fault):
    check_stall(stack, page, fault, FAULT_SECONDS)


def test_a_full_disk_is_one_alarm_and_loses_nothing(stack, page, small_disk):
    check_stall(stack, page, small_disk.full, FAULT_SECONDS)
