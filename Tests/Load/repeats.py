"""Reports of which each is sent twice, as after an outage whose answers were lost: beside the same load without repetitions."""
from load import READINGS_AN_INSTANT, post, write_keys
from table import Row, verdict

CONNECTIONS = 64
# A report is sent again when so many others of the same thread of wrk have been.
LATER = 100
# Of what is answered without repetitions.
GOAL_RATIO = 0.7


def measure(hospital, options, note):
    keys = write_keys(hospital)
    once = post(hospital.url, keys, CONNECTIONS, options.seconds)
    hospital.expected += once.reports * READINGS_AN_INSTANT
    twice = post(hospital.url, keys, CONNECTIONS, options.seconds, repeats=LATER)
    hospital.expected = hospital.stored()
    ratio = twice.rate / once.rate
    note(f"once: {once.rate:,.0f}/s, p99 {once.p99_ms:.0f} ms; each twice: {twice.rate:,.0f}/s, p99 {twice.p99_ms:.0f} ms")
    yield Row("reports/s, each sent twice", "–", f"{once.rate:,.0f}/s, p99 {once.p99_ms:.0f} ms (each once)",
              f"{twice.rate:,.0f}/s, p50 {twice.p50_ms:.0f}, p99 {twice.p99_ms:.0f} ms", f"ratio ≥ {GOAL_RATIO}",
              f"{ratio:.2f} {verdict(ratio >= GOAL_RATIO)}")
