"""Instants on the wire, and waiting without sleeping blindly."""
import threading
import time
from datetime import UTC, datetime, timedelta

# Between two times that a condition is asked: often at first, then less often. What is asked for long is often a page, and each question
# keeps a processor busy that the page needs.
FIRST_POLL_SECONDS, LAST_POLL_SECONDS = 0.01, 0.1
POLL_GROWTH = 1.5


def until(condition, seconds, what):
    """Returns the first true value of `condition`, which is asked again and again."""
    deadline = time.monotonic() + seconds
    pause, pause_seconds = threading.Event(), FIRST_POLL_SECONDS
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        pause.wait(pause_seconds)
        pause_seconds = min(pause_seconds * POLL_GROWTH, LAST_POLL_SECONDS)


def wire_time(instant):
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def now(offset_seconds=0.0):
    return wire_time(datetime.now(UTC) + timedelta(seconds=offset_seconds))
