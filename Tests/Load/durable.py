"""Reports a second through nginx, stored for good, beside a responder that does nothing."""
from statistics import mean

from limit import BareResponder
from load import READINGS_AN_INSTANT, post, write_keys
from table import Row, verdict
from usage import Usage

CONNECTIONS = 64
ROUNDS = 2
WARM_UP_SECONDS = 1
GOAL_RATIO = 0.5
GOAL_P99_MS = 50


def measure(hospital, options, note):
    keys = write_keys(hospital)
    limits, ours = [], []

    def api(seconds):
        load = post(hospital.url, keys, CONNECTIONS, seconds)
        hospital.expected += load.reports * READINGS_AN_INSTANT
        return load

    with BareResponder(hospital, options.threads) as bare:
        post(bare.url, keys, CONNECTIONS, WARM_UP_SECONDS)
        api(WARM_UP_SECONDS)
        for _ in range(ROUNDS):
            limits.append(post(bare.url, keys, CONNECTIONS, options.seconds))
            note(f"bare responder: {_text(limits[-1:])}")
            with Usage(hospital) as usage:
                ours.append(api(options.seconds))
            note(f"fajma-api: {_text(ours[-1:])}")
            note(usage.text(ours[-1]))
    ratio = mean(load.rate for load in ours) / mean(load.rate for load in limits)
    good = ratio >= GOAL_RATIO and max(load.p99_ms for load in ours) <= GOAL_P99_MS
    yield Row("durable reports/s, 64 connections", "83–100, p50 755 ms", _text(limits), _text(ours),
              f"≥ {GOAL_RATIO} of the limit, p99 ≤ {GOAL_P99_MS} ms", f"{ratio:.2f} {verdict(good)}")


def _text(loads):
    return (f"{mean(load.rate for load in loads):,.0f}/s, p50 {mean(load.p50_ms for load in loads):.1f}, "
            f"p99 {max(load.p99_ms for load in loads):.1f} ms")
