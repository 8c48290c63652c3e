"""A hospital at work: a thousand devices that report all they measure once a second. What it costs, and how long a report takes."""
import select
import time

from hospital import Hospital
from load import READINGS_AN_INSTANT
from reporter import Reporter
from table import Row, percentile, verdict
from usage import Usage
from ward import vary

DEVICES = 1_000
#: Beside those of a ward.
MORE = (("respiratory_rate", 16, "/min"), ("perfusion_index", 2.5, "%"), ("signal_quality", 95, "%"))
#: A run is this much longer than the others' `--seconds`: each device reports several times.
LENGTH = 4
GOAL_CORE = 0.5
GOAL_P50_MS, GOAL_P99_MS = 8, 20


def measure(hospital, options, note):
    seconds = options.seconds * LENGTH
    own = Hospital(DEVICES, options.threads)
    try:
        run(own, seconds / LENGTH)
        with Usage(own) as usage:
            times = run(own, seconds)
        own.check("steady")
    finally:
        own.close()
    times.sort()
    cores = {name: used / seconds for name, used in usage.seconds.items() if name != "wrk"}
    p50, p99, all_of_them = percentile(times, 0.5), percentile(times, 0.99), sum(cores.values())
    parts = ", ".join(f"{name} {core:.0%}" for name, core in cores.items())
    note(f"{DEVICES} devices at 1 Hz: {parts}; POST p50 {p50:.1f}, p99 {p99:.1f} ms, {len(times) / seconds:.0f}/s")
    holds = all_of_them <= GOAL_CORE and p50 <= GOAL_P50_MS and p99 <= GOAL_P99_MS
    yield Row(f"{DEVICES:,} devices at 1 Hz, {READINGS_AN_INSTANT + len(MORE)} readings each", "–", "–",
              f"{all_of_them:.0%} of a core ({parts}); POST p50 {p50:.1f}, p99 {p99:.1f} ms",
              f"≤ {GOAL_CORE:.0%} of a core, p50 ≤ {GOAL_P50_MS}, p99 ≤ {GOAL_P99_MS} ms", verdict(holds))


def run(hospital, seconds):
    """Reports of every device in turn at an even pace; how long each took, in ms."""
    epoll = select.epoll()
    reporters = [Reporter(hospital, epoll, device, connections=1) for device in hospital.devices]
    place = {descriptor: reporter for reporter in reporters for descriptor in reporter.sockets}
    began, number, wanted, times, sent = time.perf_counter(), 0, int(seconds * len(reporters)), [], {}
    try:
        while number < wanted or sent:
            due = began + number * seconds / wanted
            now = time.perf_counter()
            if number < wanted and now >= due:
                reporter = reporters[number % len(reporters)]
                posted = reporter.send(vary(number) + MORE)
                number += 1
                if posted:
                    sent[reporter] = posted[1]
                continue
            for descriptor, _ in epoll.poll(max(0, due - now) if number < wanted else 1):
                reporter = place.get(descriptor) or next(one for one in reporters if descriptor in one.sockets)
                accepted = reporter.accepted
                reporter.read(descriptor)
                if reporter.accepted > accepted:
                    times.append((time.perf_counter() - sent.pop(reporter)) * 1_000)
    finally:
        hospital.expected += len(times) * (READINGS_AN_INSTANT + len(MORE))
        for reporter in reporters:
            reporter.close()
        epoll.close()
    return times
