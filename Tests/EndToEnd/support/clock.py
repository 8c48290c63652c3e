"""Instants on the wire, and waiting without sleeping blindly."""
import threading
import time
from datetime import UTC, datetime, timedelta

POLL_SECONDS = 0.02


def until(condition, seconds, what):
    """Returns the first true value of `condition`, which is asked every POLL_SECONDS."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        pause.wait(POLL_SECONDS)


def wire_time(instant):
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def now(offset_seconds=0.0):
    return wire_time(datetime.now(UTC) + timedelta(seconds=offset_seconds))
