"""When the clocks of a time zone were last set forward and back."""
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

STEP = timedelta(minutes=15)
A_YEAR = timedelta(days=370)


class Change(NamedTuple):
    """Clocks that show `before` at `at` are set to `after`; both as a field has them, to the minute."""
    at: datetime
    before: datetime
    after: datetime

    def wall(self, minutes):
        """A wall time so many minutes after the earlier of the two: skipped or shown twice."""
        return (min(self.before, self.after) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def last_changes(zone):
    """The last change forward and the last one back, before now."""
    clock = ZoneInfo(zone)
    found = {}
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    at = now - timedelta(days=1)
    while at > now - A_YEAR and len(found) < 2:
        before, after = ((at + step).astimezone(clock).utcoffset() for step in (-STEP, timedelta(0)))
        if before != after:
            shown = at.replace(tzinfo=None)
            found.setdefault(after > before, Change(at, shown + before, shown + after))
        at -= STEP
    return found[True], found[False]


def offset_text(instant, zone):
    """As pages write the offset of a zone: UTC+10:30."""
    minutes = int(instant.astimezone(ZoneInfo(zone)).utcoffset().total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return "UTC" + ("" if minutes == 0 else ("+" if minutes > 0 else "\u2212") + str(hours) + (f":{rest:02}" if rest else ""))
