"""Reports a second through nginx, stored for good, beside a responder that does nothing and beside alarms without rules."""
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
# What alarms may cost: of the reports without a rule that watches any vital of theirs.
GOAL_ALARMS_RATIO = 0.85

# Takes every limit from the vitals that the reports carry: spo2, heart_rate, temperature.
SILENCE = """
    INSERT INTO alarm_rules (vital, side, severity, limit_value, includes_limit, delay_seconds, hysteresis)
    SELECT vital, side, severity, NULL, false, 0, 0
    FROM unnest(ARRAY[1, 2, 3]) AS vital, unnest(ARRAY['bas', 'haut']) AS side, unnest(ARRAY['error', 'warning']) AS severity
"""


def measure(hospital, options, note):
    keys = write_keys(hospital)
    limits, ours, silent = [], [], []

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
            hospital.query(SILENCE)
            silent.append(api(options.seconds))
            hospital.query("DELETE FROM alarm_rules")
            note(f"without alarm rules: {_text(silent[-1:])}")
    ratio = mean(load.rate for load in ours) / mean(load.rate for load in limits)
    good = ratio >= GOAL_RATIO and max(load.p99_ms for load in ours) <= GOAL_P99_MS
    yield Row("durable reports/s, 64 connections", "83–100, p50 755 ms", _text(limits), _text(ours),
              f"≥ {GOAL_RATIO} of the limit, p99 ≤ {GOAL_P99_MS} ms", f"{ratio:.2f} {verdict(good)}")
    alarms_ratio = mean(load.rate for load in ours) / mean(load.rate for load in silent)
    yield Row("the same beside no alarm rules", "–", _text(silent), _text(ours), f"≥ {GOAL_ALARMS_RATIO} of the limit",
              f"{alarms_ratio:.2f} {verdict(alarms_ratio >= GOAL_ALARMS_RATIO)}")


def _text(loads):
    return (f"{mean(load.rate for load in loads):,.0f}/s, p50 {mean(load.p50_ms for load in loads):.1f}, "
            f"p99 {max(load.p99_ms for load in loads):.1f} ms")
