"""scripts/test adds up what the runners print; a wrong sum would call a broken build green."""
import subprocess
import sys
from pathlib import Path

import pytest

from support.clock import until
from support.paths import REPOSITORY
from testlib import counts, runners
from testlib.counts import Counts
from testlib.runners import Board, Runner, run_side_by_side


@pytest.mark.parametrize("text, expected", [
    ("✔ Test run with 31 tests in 4 suites passed after 2.120 seconds.\n", Counts(31, 0)),
    ("✔ Test run with 1 test passed after 0.1 seconds.\n", Counts(1, 0)),
    (("✘ Test \"a\" recorded an issue at A.swift:1:2\n✘ Test \"a\" failed after 0.1 seconds with 1 issue.\n"
      "✘ Suite \"S\" failed after 0.1 seconds with 1 issue.\n"
      "✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 1 issue.\n"), Counts(2, 1, [], ['"a"'])),
    (("◇ Test b() started.\n◇ Test \"a\" started.\n"
      "◇ Test case passing 1 argument to \"a\" started.\n✔ Test b() with 2 test cases passed after 0.1 s.\n"),
     Counts(0, 0, [], ['"a" did not end'])),
    ("✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 1 issue.\n", Counts(2, 1)),
    ("error: fatalError\n", Counts(0, 0)),
    (("➜ Test \"a month\" skipped: \"too long\"\n➜ Test other() skipped.\n➜ Suite Slow skipped.\n"
      "✔ Test run with 2 tests in 1 suite passed after 0.1 seconds.\n"), Counts(2, 0, ["a month", "other()", "Slow"])),
    (("✘ Test \"a\" passed after 0.1 seconds with 1 known issue.\n"
      "✘ Test run with 3 tests in 1 suite passed after 0.1 seconds with 1 known issue.\n"), Counts(2, 0, ["a"])),
])
def test_swift_testing_is_read(text, expected):
    assert counts.swift_testing(text) == expected


@pytest.mark.parametrize("text, expected", [
    ("# tests 5\n# pass 3\n# fail 1\n# cancelled 1\nnot ok 1 - a\n    not ok 2 - b # c\n", Counts(3, 2, [], ["a", "b # c"])),
    ("# pass 12\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 0\n", Counts(12, 0)),
    ("ok 1 - a \\# b # SKIP no network\n    ok 1 - child # SKIP\nnot ok 2 - c # TODO later\n# pass 2\n# fail 0\n# skipped 2\n# todo 1\n",
     Counts(2, 0, ["a # b", "child", "c"])),
    ("# pass 2\n# fail 0\n# skipped 1\n", Counts(2, 0, ["(without a name)"])),
    ("", Counts(0, 0)),
])
def test_node_is_read(text, expected):
    assert counts.node(text) == expected


@pytest.mark.parametrize("text, expected", [
    ("===== 35 passed in 1.92s =====\n", Counts(35, 0)),
    ("FAILED a.py::test_b[x] - assert 1\nERROR a.py::test_c\n= 1 failed, 10 passed, 1 error in 62.10s (0:01:02) =\n",
     Counts(10, 2, [], ["a.py::test_b[x]", "a.py::test_c"])),
    (("SKIPPED a/test_a.py::test_b - Skipped: why - so\nSKIPPED a/test_a.py::test_c[x - y] - Skipped: z\nXFAIL a/test_a.py::test_d\n"
      "= 10 passed, 2 skipped, 1 xfailed in 2.10s =\n"), Counts(10, 0, ["a/test_a.py::test_b", "a/test_a.py::test_c[x - y]", "a/test_a.py::test_d"])),
    ("SKIPPED [3] a/test_a.py:12: why\n= 10 passed, 3 skipped, 2 deselected in 2.10s =\n", Counts(10, 0, ["(without a name)"] * 5)),
    ("=== 3 failed in 1.0s ===\n", Counts(0, 3)),
    ("=== no tests ran in 0.01s ===\n", Counts(0, 0)),
    ("ERROR: file or directory not found\n", Counts(0, 0)),
])
def test_pytest_is_read(text, expected):
    assert counts.pytest(text) == expected


def test_a_skipped_test_is_a_failure_unless_it_is_listed_with_its_reason(tmp_path):
    listed = tmp_path / "skips.txt"
    listed.write_text("# comment\n\na test with spaces  the machine has no radio\n")
    allowed = counts.read_allowed(listed)
    assert allowed == {"a test with spaces": "the machine has no radio"}
    assert counts.failed_with_skips(Counts(5, 0, ["a test with spaces"]), allowed) == 0
    assert counts.failed_with_skips(Counts(5, 1, ["a test with spaces", "another", "(without a name)"]), allowed) == 3
    listed.write_text("a test without a reason\n")
    with pytest.raises(ValueError, match="no reason for a test without a reason"):
        counts.read_allowed(listed)


def test_what_pytest_prints_of_a_skipped_test_is_understood(tmp_path):
    (tmp_path / "test_x.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "@pytest.mark.skip(reason='no - network')\n"
        "def test_b(): pass\n"
        "@pytest.mark.parametrize('text', ['a - b'])\n"
        "@pytest.mark.xfail(reason='a bug')\n"
        "def test_c(text): assert False\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra", "--no-fold-skipped", str(tmp_path)]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    assert counts.pytest(printed) == Counts(1, 0, ["test_x.py::test_b", "test_x.py::test_c[a - b]"])


def test_what_node_prints_of_a_skipped_test_is_understood(tmp_path):
    file = tmp_path / "a.test.mjs"
    file.write_text("import test from 'node:test';\ntest('a', () => {});\ntest('b # c', { skip: 'why' }, () => {});\n"
                    "test('d', { todo: true }, () => { throw new Error(); });\n")
    printed = subprocess.run(["node", "--test", "--test-reporter=tap", file], capture_output=True, text=True, check=False).stdout
    assert counts.node(printed) == Counts(1, 0, ["b # c", "d"])


@pytest.mark.parametrize("code, expected", [
    ("print('=== 2 passed in 0.1s ===')", (2, 0)),
    ("print('=== 2 passed in 0.1s ==='); raise SystemExit(3)", (2, 1)),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", (0, 1)),
    ("print('nothing')", (0, 1)),
])
def test_a_runner_that_crashes_or_runs_nothing_is_a_failure(code, expected):
    run, = run_side_by_side(Board(), [[Runner("x", [sys.executable, "-c", code], counts.pytest)]])
    assert (run.counts.passed, run.counts.failed) == expected


def test_a_program_that_is_not_there_is_a_failure_and_the_others_run():
    gone, other, beside = run_side_by_side(Board(), [
        [Runner("gone", ["/no/such/program"], counts.plain), Runner("other", ["echo", "3 passed, 0 failed"], counts.plain)],
        [Runner("beside", ["echo", "1 passed, 2 failed"], counts.plain)]])
    assert [(run.counts.passed, run.counts.failed) for run in (gone, other, beside)] == [(0, 1), (3, 0), (1, 2)]


def test_a_runner_that_hangs_is_ended_with_all_that_it_started(monkeypatch):
    monkeypatch.setattr(runners, "LIMIT_SECONDS", 1)
    code = ("import subprocess; child = subprocess.Popen(['sleep', '1000'], process_group=0, stdout=subprocess.DEVNULL);"
            "print(child.pid, flush=True); child.wait()")
    run, = run_side_by_side(Board(), [[Runner("hangs", [sys.executable, "-c", code], counts.plain)]])
    assert run.counts.failed == 1
    until(lambda: not Path(f"/proc/{run.lines[0].strip()}").exists(), 5, "the end of what it started")


def test_usage():
    result = subprocess.run([sys.executable, f"{REPOSITORY}/scripts/test", "slow"], capture_output=True, text=True, check=False)
    assert result.returncode == 1 and result.stderr == "usage: scripts/test [fast|long]\n"
