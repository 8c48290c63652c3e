"""1,000 watchers of one patient, on the daemon's own socket and through nginx."""
from delivery import deliver
from table import Row, verdict
from watchers import Watchers

WATCHERS = 1000
WARM_UP_SECONDS = 1
FIRST_RATE = 30
RATES = (40, 50, 65, 80, 100)
# What counts as held: nearly every report shown to everybody, at the rate it should have, and in time for a person not to notice.
HELD_SHARE = 0.98
HELD_P99_MS = 100


def measure(hospital, options, note):
    patient = hospital.devices[0]["patient"]
    for place, address, limit, goal, goal_p99_ms in (
        ("own socket", hospital.environment["FAJMA_PUSH_SOCKET"], "50,000/s, p50 8.3, p99 28 ms", 50_000, 30),
        ("through nginx", ("127.0.0.1", hospital.port), "30,000/s, p50 21, p99 54 ms", 30_000, 54),
    ):
        with Watchers(address, hospital.token, [patient], WATCHERS) as watchers:
            deliver(hospital, watchers, FIRST_RATE, WARM_UP_SECONDS)
            first = deliver(hospital, watchers, FIRST_RATE, options.seconds)
            note(f"{place}, {first.text()}")
            runs = [first]
            for rate in RATES:
                if not _held(runs[-1]):
                    break
                runs.append(deliver(hospital, watchers, rate, options.seconds))
                note(f"{place}, {runs[-1].text()}")
        yield _row(place, runs, limit, goal, goal_p99_ms)


def _held(delivery):
    return delivery.a_second >= HELD_SHARE * delivery.rate * WATCHERS and delivery.p99_ms <= HELD_P99_MS


def _row(place, runs, limit, goal, goal_p99_ms):
    held = [run for run in runs if _held(run)]
    most = held[-1] if held else None
    measured = f"at {FIRST_RATE}/s {_text(runs[0])}; " + (f"holds {_text(most)}" if most else "does not hold")
    good = any(run.a_second >= goal * HELD_SHARE and run.p99_ms <= goal_p99_ms for run in held)
    return Row(f"{WATCHERS:,} watchers of one patient, {place}", "1,900/s", limit, measured,
               f"{goal:,}/s, p99 ≤ {goal_p99_ms} ms", verdict(good))


def _text(run):
    return f"{run.a_second:,.0f}/s p50 {run.p50_ms:.1f} p99 {run.p99_ms:.1f} ms"
