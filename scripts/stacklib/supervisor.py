"""Starts programs, brings back those that die, stops all of them."""
import ctypes
import os
import signal
import subprocess
import time

from stacklib.state import Failure

START_SECONDS = 60
STOP_SECONDS = 10
# Pauses before the 1st, 2nd … start after a death; one that lived longer than STEADY_SECONDS begins anew.
PAUSES = (0.1, 0.5, 1, 2, 5)
STEADY_SECONDS = 30
PR_SET_PDEATHSIG = 1
WATCHED = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
LIBC = ctypes.CDLL(None)


class Stopped(Exception):
    """SIGINT or SIGTERM has come."""


class Service:
    def __init__(self, name, command, stop_signal, options):
        self.name = name
        self.command = command
        self.stop_signal = stop_signal
        self.options = options
        self.process = None
        self.started = 0.0
        self.deaths = 0
        self.due = None


class Supervisor:
    def __init__(self, state, say):
        self.state = state
        self.say = say
        self.services = []
        # Signals are waited for, so that none of the lines here can be interrupted by one.
        signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)

    def start(self, name, command, stop_signal="SIGTERM", **options):
        service = Service(name, command, signal.Signals[stop_signal], options)
        self.services.append(service)
        self._launch(service)

    def wait_until(self, what, condition):
        """Watches over what has been started until the condition holds."""
        deadline = time.monotonic() + START_SECONDS
        try:
            while not condition():
                if time.monotonic() > deadline:
                    raise Failure(f"{what} does not start; see {self.state.path('log')}")
                self._turn(0.1)
        except Stopped:
            raise SystemExit(0) from None

    def watch(self):
        """Until SIGINT or SIGTERM."""
        try:
            while True:
                self._turn(None)
        except Stopped:
            self.say("stopping")

    def stop_all(self):
        """The last started first: nobody loses what it depends on."""
        for service in reversed(self.services):
            if service.process is None:
                continue
            if not self._has_ended(service):
                service.process.send_signal(service.stop_signal)
            deadline = time.monotonic() + STOP_SECONDS
            while not self._has_ended(service):
                if time.monotonic() > deadline:
                    self.say(f"{service.name} did not end in {STOP_SECONDS} s and is killed")
                    break
                signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            self._bury(service)

    def _turn(self, seconds):
        """Waits for a signal, or at most so long; starts again what is due."""
        now = time.monotonic()
        waits = [service.due - now for service in self.services if service.due is not None]
        waits += [] if seconds is None else [seconds]
        info = signal.sigtimedwait(WATCHED, max(0, min(waits))) if waits else signal.sigwaitinfo(WATCHED)
        if info is not None and info.si_signo != signal.SIGCHLD:
            raise Stopped
        for service in self.services:
            if service.process is not None and self._has_ended(service):
                self._died(service)
            if service.due is not None and service.due <= time.monotonic():
                self._launch(service)

    def _died(self, service):
        if time.monotonic() - service.started > STEADY_SECONDS:
            service.deaths = 0
        pause = PAUSES[min(service.deaths, len(PAUSES) - 1)]
        service.deaths += 1
        code = self._bury(service)
        self.say(f"{service.name} ended with {code}; starting it again in {pause} s (its log: {self._log(service)})")
        service.due = time.monotonic() + pause

    def _launch(self, service):
        service.due = None
        service.started = time.monotonic()
        with open(self._log(service), "ab") as log:
            service.process = subprocess.Popen(
                service.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                # A session of its own: Ctrl-C in the terminal reaches only the supervisor, which stops in order.
                start_new_session=True, preexec_fn=lambda: self._before_exec(service.stop_signal), **service.options)
        with open(self._pid_file(service), "w", encoding="ascii") as file:
            file.write(f"{service.process.pid}\n")

    @staticmethod
    def _before_exec(stop_signal):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        # A supervisor that is killed takes the rest along.
        LIBC.prctl(PR_SET_PDEATHSIG, int(stop_signal))

    @staticmethod
    def _has_ended(service):
        """Looks without reaping: until then the process id, which names the group too, is given to nobody else."""
        return os.waitid(os.P_PID, service.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _bury(self, service):
        """Ends what is left of a service and returns its exit code."""
        # The whole group: nginx's workers outlive a killed master and would keep the port.
        os.killpg(service.process.pid, signal.SIGKILL)
        code = service.process.wait()
        service.process = None
        os.unlink(self._pid_file(service))
        return code

    def _log(self, service):
        return self.state.path("log", service.name + ".log")

    def _pid_file(self, service):
        return self.state.path("run", service.name + ".pid")
