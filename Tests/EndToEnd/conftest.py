import json
import re

import pytest

from cluster import run
from hospital import Stack, until

# The demonstration hospital alone makes more.
AUDIT_ROWS = 300


@pytest.fixture(scope="session")
def stack():
    """One running stack for all tests that ask for it, ended with them."""
    stack = Stack()
    try:
        stack.start()
        yield stack
        check_audit(stack)
    finally:
        stack.stop()


def check_audit(stack):
    """After all tests: everything that they did stands in one chain, whatever they killed meanwhile, and on every head that
    the log has kept."""
    until(lambda: stack.query("SELECT count(*) FROM audit_pending") == [["0"]], 60, "the audit is sealed")
    heads = re.findall(r"head=(\d+:[0-9a-f]{64})", "".join(stack.logs().values()))
    result = run(stack.environment, "audit", "verify", "--json", *(f"--head={head}" for head in heads))
    answer = json.loads(result.stdout)
    assert answer["ok"] and answer["listed"] == [], result.stdout
    assert answer["sealed"] > AUDIT_ROWS and heads, "an audit that saw this little was not at work"


@pytest.fixture
def device(stack):
    """A device of the test's own, worn by a patient of its own."""
    until(stack.is_serving, 30, "the API answers")
    return stack.next_device()


@pytest.fixture
def first_ward_device(stack):
    """The same in the ward that the wall display sees."""
    until(stack.is_serving, 30, "the API answers")
    return stack.next_device(stack.devices[0].ward)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Lets a fixture know, when it ends, whether its test has failed."""
    report = yield
    if report.when == "call":
        item.has_failed = report.failed
    return report
