"""From a device's POST to the screens: 100 watchers of one patient, through nginx."""
from delivery import deliver
from table import Row, verdict
from watchers import Watchers

WATCHERS = 100
RATE = 20
WARM_UP_SECONDS = 1
GOAL_P50_MS = 5
GOAL_P99_MS = 10


def measure(hospital, options, note):
    patient = hospital.devices[0]["patient"]
    with Watchers(("127.0.0.1", hospital.port), hospital.token, [patient], WATCHERS) as watchers:
        deliver(hospital, watchers, RATE, WARM_UP_SECONDS)
        delivery = deliver(hospital, watchers, RATE, 2 * options.seconds)
    note(delivery.text())
    good = delivery.p50_ms <= GOAL_P50_MS and delivery.p99_ms <= GOAL_P99_MS
    yield Row(f"POST to socket, {WATCHERS} watchers, {RATE} reports/s", "p50 18.8, p99 30 ms", "p50 2.9, p99 5.3 ms",
              f"p50 {delivery.p50_ms:.1f}, p99 {delivery.p99_ms:.1f} ms, {delivery.shown / delivery.possible:.1%} shown",
              f"p50 ≤ {GOAL_P50_MS}, p99 ≤ {GOAL_P99_MS} ms", verdict(good))
