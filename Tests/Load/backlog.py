"""What devices kept during an outage: reports of 300 readings."""
import time

from load import READINGS_AN_INSTANT, post, write_keys
from table import Row, verdict

CONNECTIONS = 16
INSTANTS = 100
# A reading of each vital a second, long ago; a demonstration's devices have had their patients for a day.
STEP_MS = 1000
START_HOURS_AGO = 20
GOAL = 60_000


def measure(hospital, options, note):
    start = int(time.time() * 1000) - START_HOURS_AGO * 3_600_000
    load = post(hospital.url, write_keys(hospital), CONNECTIONS, options.seconds, INSTANTS, start, STEP_MS)
    readings = INSTANTS * READINGS_AN_INSTANT
    hospital.expected += load.reports * readings
    rate = load.rate * readings
    yield Row(f"backlog, readings/s in reports of {readings}", "–", "190,000/s bare SQL",
              f"{rate:,.0f}/s, p50 {load.p50_ms:.0f}, p99 {load.p99_ms:.0f} ms", f"≥ {GOAL:,}/s", verdict(rate >= GOAL))
