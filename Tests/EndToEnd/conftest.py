import pytest

from hospital import Stack, until


@pytest.fixture(scope="session")
def stack():
    """One running stack for all tests that ask for it, ended with them."""
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


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
