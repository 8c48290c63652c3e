"""scripts/test adds up what the runners print; a wrong sum would call a broken build green."""
import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest

from support.paths import REPOSITORY


@pytest.fixture(scope="module")
def runners():
    loader = SourceFileLoader("runners", os.path.join(REPOSITORY, "scripts", "test"))
    module = module_from_spec(spec_from_loader("runners", loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize("text, expected", [
    ("✔ Test run with 31 tests in 4 suites passed after 2.120 seconds.\n", (31, 0)),
    ("✔ Test run with 1 test passed after 0.1 seconds.\n", (1, 0)),
    ("✘ Test \"a\" recorded an issue at A.swift:1:2\n✘ Test \"a\" failed after 0.1 seconds with 1 issue.\n"
     "✘ Suite \"S\" failed after 0.1 seconds with 1 issue.\n"
     "✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 1 issue.\n", (2, 1)),
    ("✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 1 issue.\n", (2, 1)),
    ("error: fatalError\n", (0, 0)),
])
def test_swift_testing_is_read(runners, text, expected):
    assert runners.swift_testing(text) == expected


@pytest.mark.parametrize("text, expected", [
    ("# tests 5\n# pass 3\n# fail 1\n# cancelled 1\n", (3, 2)),
    ("ℹ pass 12\nℹ fail 0\nℹ cancelled 0\n", (12, 0)),
    ("", (0, 0)),
])
def test_node_is_read(runners, text, expected):
    assert runners.node(text) == expected


@pytest.mark.parametrize("text, expected", [
    ("===== 35 passed in 1.92s =====\n", (35, 0)),
    ("= 1 failed, 10 passed, 2 skipped, 1 error in 62.10s (0:01:02) =\n", (10, 2)),
    ("=== 3 failed in 1.0s ===\n", (0, 3)),
    ("=== no tests ran in 0.01s ===\n", (0, 0)),
    ("ERROR: file or directory not found\n", (0, 0)),
])
def test_pytest_is_read(runners, text, expected):
    assert runners.pytest(text) == expected


@pytest.mark.parametrize("code, expected", [
    ("print('=== 2 passed in 0.1s ===')", (2, 0)),
    ("print('=== 2 passed in 0.1s ==='); raise SystemExit(3)", (2, 1)),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", (0, 1)),
    ("print('nothing')", (0, 1)),
])
def test_a_runner_that_crashes_or_runs_nothing_is_a_failure(runners, code, expected):
    assert runners.run("x", [sys.executable, "-c", code], runners.pytest) == ("x", *expected)
