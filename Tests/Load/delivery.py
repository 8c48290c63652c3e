"""From a report's POST to the sockets that show it: when each watcher has it in its hands."""
import gc
import time
from dataclasses import dataclass

from hospital import Failed
from load import READINGS_AN_INSTANT
from reporter import Reporter
from table import percentile

# After the last report: a delivery that takes longer is counted as missing.
PATIENCE_SECONDS = 3
# A pulse has a timestamp too, which may be a report's by chance.
KIND = b'"iot_data"'
MARK = b'"timestamp":"'
INSTANT_BYTES = len("2026-01-01T00:00:00.000Z")


@dataclass
class Delivery:
    rate: int
    #: Reports sent, and how many could have been shown in all.
    reports: int
    possible: int
    shown: int
    seconds: float
    p50_ms: float
    p99_ms: float
    #: Of a core, of the process that sends and watches.
    load_share: float

    @property
    def a_second(self):
        return self.shown / self.seconds

    def text(self):
        return (f"{self.rate} reports/s: {self.a_second:,.0f} deliveries/s, p50 {self.p50_ms:.1f}, p99 {self.p99_ms:.1f} ms, "
                f"{self.shown / self.possible:.1%} of the deliveries that were possible (load: {self.load_share:.0%} of a core)")


def deliver(hospital, watchers, rate, seconds):
    """Reports of one patient at a steady rate, whether they are answered or not."""
    reporter = Reporter(hospital, watchers.epoll)
    gc.collect()
    gc.disable()
    try:
        return _run(hospital, watchers, reporter, rate, seconds)
    finally:
        gc.enable()
        reporter.close()


def _run(hospital, watchers, reporter, rate, seconds):
    sent, delays = {}, []
    clock, poll = time.perf_counter, watchers.epoll.poll
    mine, read, answered = reporter.sockets, watchers.read, reporter.read

    def take(payload):
        place = payload.find(MARK) + len(MARK)
        began = sent.get(payload[place:place + INSTANT_BYTES])
        if began is not None and KIND in payload:
            delays.append(clock() - began)

    wanted = rate * seconds
    possible = wanted * len(watchers)
    cpu, began = time.process_time(), clock()
    due, number, last = began, 0, None
    while True:
        now = clock()
        if number < wanted and now >= due:
            report = reporter.send()
            if report is not None:
                sent[report[0]] = report[1]
                number += 1
                due = began + number / rate
                if number == wanted:
                    last = clock()
        if last is not None and ((len(delays) >= possible and not reporter.waiting) or now > last + PATIENCE_SECONDS):
            break
        # With every connection waiting for its answer the next report is sent late, not dropped.
        pause = due - clock() if number < wanted and reporter.free else 0.1
        for descriptor, _ in poll(max(0, pause)):
            if descriptor in mine:
                answered(descriptor)
            else:
                read(descriptor, take)
    ended = clock()
    if reporter.waiting:
        raise Failed(f"{reporter.waiting} reports were not answered within {PATIENCE_SECONDS} s")
    if not delays:
        raise Failed("no report was shown to any watcher")
    hospital.expected += reporter.accepted * READINGS_AN_INSTANT
    ordered = sorted(delays)
    # To the last delivery, or to the last report where deliveries are missing.
    whole = max(seconds, (ended if len(delays) >= possible else last) - began)
    return Delivery(rate, number, possible, len(delays), whole, percentile(ordered, 0.5) * 1000,
                    percentile(ordered, 0.99) * 1000, (time.process_time() - cpu) / (ended - began))
