"""Runs the test runners side by side; what each prints is shown when it has ended."""
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field

from testlib.counts import Counts

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# A runner that takes longer hangs.
LIMIT_SECONDS = 1800
PROGRESS_SECONDS = 20
LAST_LINE_LETTERS = 100
# From Ctrl-C until the runners have stopped what they started.
STOP_SECONDS = 60


@dataclass
class Runner:
    name: str
    command: list
    # Counts from what it printed.
    read: object
    environment: dict = field(default_factory=dict)


@dataclass
class Step(Runner):
    """What must be done before there is something to test. It counts where it fails."""
    read: object = lambda text: Counts()


class Run:
    """One runner: its process, its output, its result."""

    def __init__(self, runner):
        self.runner = runner
        self.lines = []
        self.process = None
        self.counts = Counts()

    def run(self):
        """Returns when the runner has ended."""
        try:
            self.process = subprocess.Popen(
                self.runner.command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", env={**os.environ, **self.runner.environment}, process_group=0)
        except OSError as error:
            self.lines.append(f"{error}\n")
            self.counts.failed = 1
            return
        limit = threading.Timer(LIMIT_SECONDS, self.end, [signal.SIGKILL])
        limit.start()
        try:
            assert self.process.stdout is not None  # it is a pipe
            for line in self.process.stdout:
                self.lines.append(line)
            self.process.wait()
        finally:
            limit.cancel()
        self.counts = self.runner.read("".join(self.lines))
        ran_nothing = self.counts.passed == 0 and not isinstance(self.runner, Step)
        if self.counts.failed == 0 and (self.process.returncode != 0 or ran_nothing):
            self.lines.append(f"{self.runner.name}: exit code {self.process.returncode}, {self.counts.passed} tests: counted as a failure\n")
            self.counts.failed = 1

    def end(self, number):
        """Sends a signal to the runner and to all that it started: `swift test` gives its tests a process group of their own."""
        if self.process is not None and self.process.poll() is None:
            for pid in descendants(self.process.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)

    def progress(self):
        last = next((line.strip() for line in reversed(self.lines) if line.strip()), "")
        return f"{self.runner.name}: {len(self.lines)} lines, {last[:LAST_LINE_LETTERS]}"


def descendants(pid):
    """The process and all that come from it, those last that started last."""
    children: dict[int, list[int]] = {}
    for line in subprocess.run(["ps", "-e", "-o", "ppid=,pid="], capture_output=True, text=True, check=True).stdout.splitlines():
        parent, child = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for each in found:
        found += children.get(each, [])
    return found


class Board:
    """What is running, and the clock; prints one block at a time."""

    def __init__(self):
        self.began = time.monotonic()
        self.running = []
        self._lock = threading.Lock()

    def say(self, text):
        print(f"== [{time.monotonic() - self.began:5.0f} s] {text}", flush=True)

    def run(self, runner):
        run = Run(runner)
        with self._lock:
            self.running.append(run)
            self.say(f"{runner.name} begins: {' '.join(runner.command)[:200]}")
        run.run()
        with self._lock:
            self.running.remove(run)
            sys.stdout.writelines(run.lines)
            self.say(f"{runner.name} has ended: {run.counts.passed} passed, {run.counts.failed} failed, {len(run.counts.skipped)} skipped")
        return run

    def show_progress(self):
        with self._lock:
            for run in self.running:
                self.say(run.progress())


def run_side_by_side(board, lanes):
    """Runs each lane's runners one after the other, the lanes side by side; returns the runs in the order of the lanes."""
    results: list[list[Run]] = [[] for _ in lanes]
    threads = [threading.Thread(target=lambda lane=lane, done=done: done.extend(board.run(runner) for runner in lane), daemon=True)
               for lane, done in zip(lanes, results, strict=True)]
    for thread in threads:
        thread.start()
    try:
        while any(thread.is_alive() for thread in threads):
            deadline = time.monotonic() + PROGRESS_SECONDS
            for thread in threads:
                thread.join(max(0, deadline - time.monotonic()))
            if any(thread.is_alive() for thread in threads):
                board.show_progress()
    except BaseException:
        for run in list(board.running):
            run.end(signal.SIGINT)
        for thread in threads:
            thread.join(STOP_SECONDS)
        raise
    return [run for lane in results for run in lane]
