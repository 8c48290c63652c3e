import json
import os
import re
from types import SimpleNamespace

import pytest

from stacklib.state import APPLICATION, OWNER
from support.browser import expect_chip, log_in, open_patient, save_screenshot, tell_of
from support.clock import until
from support.cluster import DEADLINE_SECONDS, private_cluster, run
from support.schedule import Schedule, place
from support.stack import Stack

# What takes minutes: `make test-long` sets it.
IS_LONG = os.environ.get("FAJMA_TEST_LONG") == "1"
collect_ignore = [] if IS_LONG else ["slow/test_database_faults.py", "slow/test_other_browsers.py"]
# The demonstration hospital alone makes more.
AUDIT_ROWS = 300
# Of a test that failed: the last answers that its page had.
ANSWERS_TOLD = 12


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


@pytest.fixture(scope="module")
def cluster():
    """A PostgreSQL of the file's own, without the daemons; `database()` makes an empty database and returns the environment that names it."""
    with private_cluster() as cluster:
        state, count = cluster.state, 0

        def database(migrated=True):
            nonlocal count
            count += 1
            name = f"cli{count}"
            cluster.postgres.create_database(name)
            environment = {**state.environment(), "DATABASE_URL": state.database_url(APPLICATION, name),
                           "FAJMA_OWNER_DATABASE_URL": state.database_url(OWNER, name)}
            if migrated:
                assert run(environment, "migrate").returncode == 0
            return environment

        yield SimpleNamespace(state=state, database=database)


@pytest.fixture
def database(cluster):
    """The environment of the command line for a database of the test's own."""
    return cluster.database()


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


@pytest.fixture(scope="module")
def browser(chromium):
    """The browser; the windows that a file leaves open are closed after it."""
    yield chromium
    for context in list(chromium.contexts):
        context.close()


@pytest.fixture
def page(browser, request):
    """A fresh browser window. An error in the page or a breach of its policy fails the test; a failed test leaves a screenshot.

    The worker that keeps the page's files for when there is no network loads each of them a second time: it runs in the tests of a file
    that says `KEEPS_FILES = True`."""
    keeps_files = getattr(request.module, "KEEPS_FILES", False)
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 900}, reduced_motion="reduce",
                                  service_workers="allow" if keeps_files else "block")
    context.set_default_timeout(DEADLINE_SECONDS * 1000)
    page = context.new_page()
    errors, answers = [], []
    page.on("response", lambda answer: answers.append(f"{answer.request.method} {answer.url} {answer.status}"))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None)
    yield page
    if getattr(request.node, "has_failed", True):
        print("screenshot:", save_screenshot(page, request.node.name))
        print(tell_of(page), *answers[-ANSWERS_TOLD:], sep="\n")
    context.close()
    assert not errors, errors


@pytest.fixture
def screens(stack, device, page):
    """The ward's page and the patient's, side by side: `(ward, patient)`."""
    log_in(page, stack)
    patient = page.context.new_page()
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector("patient-tile")
    expect_chip(page, "connected")
    open_patient(patient, stack, device)
    return page, patient


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Lets a fixture know, when it ends, whether its test has failed."""
    report = yield
    if report.when == "call":
        item.has_failed = report.failed
    return report


def pytest_collection_modifyitems(config, items):
    if not IS_LONG:
        left_out = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return Schedule(config, log)
