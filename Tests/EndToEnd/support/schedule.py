"""Which tests run when, and on which of pytest-xdist's workers. Each worker has a stack of its own."""
from xdist.scheduler import LoadFileScheduling

# The longest first, so that no worker is left alone with one of them at the end. Beginnings of test ids below Tests/EndToEnd.
LONGEST = (
    "slow/test_day.py", "dashboard/test_accessible.py", "operations/test_resuming.py", "dashboard/test_wall.py", "dashboard/test_keyboard.py",
    "api/test_openapi.py", "Tests/Compatibility", "dashboard/test_limits_page.py", "dashboard/test_account.py", "operations/test_outage.py",
    "devices/test_simulate.py",
    "dashboard/test_alarms_page.py", "dashboard/test_dashboard.py", "operations/test_faults.py", "operations/test_cli.py",
    "operations/test_database_roles.py", "dashboard/test_freshness.py",
)
# A file's tests stay together, because they share what is costly to make. Those of these files only wait, each for itself.
APART = ("slow/test_day.py", "operations/test_resuming.py", "dashboard/test_freshness.py")
# These files share two systems.
TOGETHER = "Tests/Compatibility"
ROOT = "Tests/EndToEnd/"


def place(nodeid):
    """Where a test stands in the order: the smaller, the sooner."""
    name = nodeid.removeprefix(ROOT)
    return next((number for number, beginning in enumerate(LONGEST) if name.startswith(beginning)), len(LONGEST))


class Schedule(LoadFileScheduling):
    def _split_scope(self, nodeid):
        if nodeid.startswith(TOGETHER):
            return TOGETHER
        return nodeid if nodeid.removeprefix(ROOT).startswith(APART) else super()._split_scope(nodeid)
