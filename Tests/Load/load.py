"""Posts reports with wrk as fast as they are answered."""
import os
import re
import subprocess
import time
from dataclasses import dataclass

from hospital import Failed
from support.processes import end_with_parent

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reports.lua")
WRK_THREADS = 2
READINGS_AN_INSTANT = 3
# What is on its way when the time is over is answered within this, far more than any answer takes; wrk waits it out.
REST_SECONDS = 1


@dataclass
class Load:
    seconds: float
    reports: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self):
        return self.reports / self.seconds


def write_keys(hospital):
    """The file that the script reads."""
    path = hospital.path("keys")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        for device in hospital.devices:
            file.write(f"{device['dispositif']} {device['cle']}\n")
    return path


def post(url, keys, connections, seconds, instants=1, start_ms=None, step_ms=1, repeats=0):
    """One run. Every answer is below 400, that is 201, or the bench has failed.

    `start_ms`: the first instant, now if left out. With a millisecond between a device's reports the instants of a run
    stay behind the clock, so that the next run's, which begins at its own now, are new.
    """
    start = int(time.time() * 1000) if start_ms is None else start_ms
    environment = {**os.environ, "LOAD_KEYS": keys, "LOAD_INSTANTS": str(instants), "LOAD_START": str(start),
                   "LOAD_STEP": str(step_ms), "LOAD_SECONDS": str(seconds), "LOAD_REPEATS": str(repeats)}
    result = subprocess.run(
        ["wrk", f"-t{WRK_THREADS}", f"-c{connections}", f"-d{seconds + REST_SECONDS}s", "--timeout", "30s", "-s", SCRIPT, url],
        env=environment, capture_output=True, text=True, check=False, preexec_fn=end_with_parent)
    line = re.search(r"^result (.*)$", result.stdout, re.MULTILINE)
    if result.returncode != 0 or not line:
        raise Failed(f"wrk: {(result.stderr or result.stdout).strip()}")
    figures = {name: int(value) for name, value in (pair.split("=") for pair in line.group(1).split())}
    p50, p99, broken = (figures.pop(name) for name in ("p50_us", "p99_us", "broken"))
    if broken or figures["refused"] or not figures["ok"]:
        raise Failed(f"reports were not all answered 201: {figures['ok']} were, {figures['refused']} refused, {broken} broken connections")
    return Load(seconds, figures["ok"], p50 / 1000, p99 / 1000)
