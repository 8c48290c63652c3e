"""A ward at work: each device reports all its vitals at a steady rate, some patients get worse and better, some devices fall silent."""
import select
import time

from load import READINGS_AN_INSTANT
from reporter import Reporter

#: A patient's course repeats after so long; patients follow each other, so that at any time some are at each point of it.
COURSE_SECONDS = 120
#: Every so manieth patient has events at all.
EVENTFUL = 4
LOW_SATURATION = range(16)
FAST_PULSE = range(40, 56)
SILENT = range(80, 100)


class Ward:
    """A context. `run` reports for a while, `patients` are those of its devices."""

    def __init__(self, hospital, devices):
        self.hospital = hospital
        self.epoll = select.epoll()
        self.reporters = [Reporter(hospital, self.epoll, device, connections=1) for device in devices]
        self.began = time.perf_counter()
        #: Reports that were due while the one before had no answer yet: left out.
        self.late = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hospital.expected += self.reports * READINGS_AN_INSTANT
        for reporter in self.reporters:
            reporter.close()
        self.epoll.close()

    @property
    def reports(self):
        """Answered so far."""
        return sum(reporter.accepted for reporter in self.reporters)

    def run(self, seconds, rate, eventful=True):
        """Each device at `rate` a second, one after the other; then until every answer is there."""
        began = time.perf_counter()
        pause = 1 / (rate * len(self.reporters))
        number, wanted = 0, int(seconds / pause)
        while number < wanted or any(reporter.waiting for reporter in self.reporters):
            now = time.perf_counter()
            if number < wanted and now >= began + number * pause:
                self._report(number, now - self.began, eventful)
                number += 1
                continue
            wait = began + number * pause - now if number < wanted else 1
            self._read(max(0, wait))

    def _report(self, number, elapsed, eventful):
        place = number % len(self.reporters)
        readings = vary(number)
        if eventful and place % EVENTFUL == 0:
            readings = course(int(elapsed + place * COURSE_SECONDS / len(self.reporters)) % COURSE_SECONDS, readings)
        if readings and self.reporters[place].send(readings) is None:
            self.late += 1
            self._read(0)

    def _read(self, wait):
        for descriptor, _ in self.epoll.poll(wait):
            next(reporter for reporter in self.reporters if descriptor in reporter.sockets).read(descriptor)


def vary(number):
    """Values that change with every report, as real ones do, inside all limits."""
    return (("spo2", 96 + number * 7 % 31 / 10, "%"), ("heart_rate", 70 + number * 13 % 151 / 10, "bpm"),
            ("temperature", 36.4 + number * 3 % 11 / 20, "°C"))


def course(second, well):
    """What an eventful patient's device reports; None: nothing."""
    if second in SILENT:
        return None
    if second in LOW_SATURATION:
        return (("spo2", 86.5, "%"), *well[1:])
    if second in FAST_PULSE:
        return (well[0], ("heart_rate", 121.0, "bpm"), well[2])
    return well
