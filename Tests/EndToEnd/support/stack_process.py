"""What `scripts/stack stack` starts, from its first line to its last process: for the tests and for the measurements in Tests/Load."""
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager

from support.clock import until
from support.paths import FAJMA, REPOSITORY
from support.place import state_place
from support.processes import end_with_parent, family, is_over

START_SECONDS = 90
STOP_SECONDS = 60


class StackProcess:
    """A stack with a directory and a port of its own. `settings` are environment variables of its daemons."""

    def __init__(self, settings=None, prefix="fajma-e2e-", place=None):
        self.settings = dict(settings or {})
        # Short, for unix sockets, and open to the user postgres, as which the database runs when this is root.
        self.directory = tempfile.mkdtemp(prefix=prefix, dir=place or state_place())
        os.chmod(self.directory, 0o711)
        self.process = None
        self.output = []

    def start(self):
        environment = {**os.environ, **self.settings, "FAJMA_STATE": self.directory, "FAJMA_PORT": "0"}
        self.process = subprocess.Popen([sys.executable, os.path.join(REPOSITORY, "scripts/stack"), "stack"], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        start_new_session=True, preexec_fn=end_with_parent)
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                line = lines.get(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, "the stack does not start: " + "".join(self.output)
            if line.startswith("ready "):
                self.url = line.split()[1]
                break
        self.environment = {**os.environ, **self.settings}
        with open(self.path("env"), encoding="utf-8") as file:
            self.environment.update(line.rstrip("\n").split("=", 1) for line in file if not line.startswith("#"))

    def _read(self, lines):
        for line in self.process.stdout:
            self.output.append(line)
            lines.put(line)
        lines.put(None)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def make_hospital(self, patients):
        """Fills the database with a demonstration hospital; returns its users with passwords and its devices with keys."""
        demo = subprocess.run([FAJMA, "demo", "--patients", str(patients), "--json"], env=self.environment, check=True,
                              stdout=subprocess.PIPE, text=True)
        return json.loads(demo.stdout)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def logs(self):
        """Every log of the stack by its name."""
        logs = {"stack": "".join(self.output)}
        for name in os.listdir(self.path("log")):
            with open(self.path("log", name), encoding="utf-8", errors="replace") as file:
                logs[name] = file.read()
        return logs

    # Faults

    def pid(self, service):
        """The process of a service; None while it has none."""
        try:
            with open(self.path("run", service + ".pid"), encoding="ascii") as file:
                return int(file.read())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self, service, number=signal.SIGKILL):
        """Sends a signal to a service and returns its process id."""
        pid = until(lambda: self.pid(service), 10, f"{service} runs")
        os.kill(pid, number)
        return pid

    def was_stopped(self, service):
        """Before a service goes on that a test has stopped."""

    @contextmanager
    def without(self, service, number=signal.SIGKILL):
        """Ends a service, and keeps the supervisor from starting it again until the block ends."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            pid = self.kill(service, number)
            until(lambda: is_over(pid), 20, f"{service} has ended")
            yield
        finally:
            self.was_stopped(service)
            os.kill(self.process.pid, signal.SIGCONT)

    @contextmanager
    def frozen(self, service):
        """Stops a service and all its processes where they are, until the block ends: its connections stay open and silent."""
        pids = family(until(lambda: self.pid(service), 10, f"{service} runs"))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            self.was_stopped(service)
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)
