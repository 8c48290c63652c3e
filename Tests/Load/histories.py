"""A ward's latest values and its patients' histories, with very many readings stored.

The goals are meant at 100 million readings (FAJMA_BENCH_READINGS=100000000): some 15 GB below the bench's directory and minutes to fill.
"""
import http.client
import json
import os
import random
import time
from urllib.parse import urlencode

from table import Row, percentile, verdict

READINGS = int(os.environ.get("FAJMA_BENCH_READINGS") or 10_000_000)
PATIENTS = 50
VITALS = ("spo2", "heart_rate", "temperature")
CODES = [1, 2, 3]
REQUESTS = 200
WARD_GOAL_MS = 10
DAY_GOAL_MS = 50
POINTS = 500
HOUR_S = 3600
DAY_S = 24 * HOUR_S

# A reading of each vital, patient and second, as they arrive; each patient's a few milliseconds after the second.
INSERT = """
    INSERT INTO {table} (patient_id, vital, measured_at, device_id, value, received_at)
    SELECT p, v, t + p %% 500 * interval '1 ms', 1, 30 + 10 * v + (p * 7 + extract(epoch FROM t)::bigint) %% 61 / 10.0, t
    FROM generate_series(to_timestamp({begin}), to_timestamp({end} - 1), interval '1 second') AS t,
        unnest(ARRAY{patients}) AS p, unnest(ARRAY{vitals}) AS v
""".replace("%%", "%")


class Client:
    """One connection through nginx."""

    def __init__(self, hospital):
        self.headers = {"Authorization": f"Bearer {hospital.token}", "Content-Type": "application/json"}
        self.connection = http.client.HTTPConnection("127.0.0.1", hospital.port, timeout=60)

    def send(self, method, path, body=None, **query):
        self.connection.request(method, f"{path}?{urlencode(query)}" if query else path, body and json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text[:200]}"
        return json.loads(text)

    def time(self, path, queries):
        """Milliseconds of each request, sorted."""
        times = []
        for query in queries:
            began = time.perf_counter()
            self.send("GET", path(query) if callable(path) else path, **query)
            times.append((time.perf_counter() - began) * 1000)
        return sorted(times)


def measure(hospital, options, note):
    client = Client(hospital)
    ward = client.send("POST", "/api/services/", {"nom": "Mesures"})["id"]
    patients = [client.send("POST", "/api/patients/", {
        "identifiant": f"MESURES{n}", "nom": "Mesures", "prenom": "", "service": ward, "lit": str(n)})["id"] for n in range(PATIENTS)]
    note(f"filling {READINGS:,} readings; the goals are meant at 100 million: FAJMA_BENCH_READINGS")
    stored = fill(hospital, patients, note)
    hospital.expected += stored
    build(hospital, note)
    plain = from_readings(hospital, patients, note)
    client = Client(hospital)  # the other one has been idle for too long
    what = f"{stored / 1e6:,.0f} million readings stored"

    latest = client.time("/api/iot/data/latest_data/", [{"service": ward}] * REQUESTS)
    yield row(f"latest values of a {PATIENTS}-patient ward, {what}", latest, WARD_GOAL_MS)
    traces = client.time(f"/api/services/{ward}/traces/", [{"debut": instant(time.time() - 120)} for _ in range(REQUESTS // 4)])
    yield row("two minutes of the same ward's readings", traces)
    now = time.time()
    for name, seconds, goal in (("6 h", 6 * HOUR_S, None), ("24 h", DAY_S, DAY_GOAL_MS), ("7 d", 7 * DAY_S, None), ("31 d", 31 * DAY_S, None)):
        queries = [{"patient": random.choice(patients), "type_donnee": random.choice(VITALS), "points": POINTS,
                    "debut": instant(now - seconds), "fin": instant(now)} for _ in range(REQUESTS)]
        times = client.time(lambda query: f"/api/patients/{query.pop('patient')}/historique/", queries)
        yield row(f"{name} of one vital in {POINTS} buckets", times, goal, f"{plain:,.0f} ms, SQL over the readings" if name == "24 h" else "–")
    began = time.perf_counter()
    for patient in patients[:32]:
        client.time(f"/api/patients/{patient}/historique/", [
            {"type_donnee": vital, "points": POINTS, "debut": instant(now - 12 * HOUR_S), "fin": instant(now)} for vital in VITALS])
    yield Row("12 h of 32 patients' three vitals, one after the other", "–", "–", f"{(time.perf_counter() - began) * 1000:.0f} ms", "–", "–")


def row(what, times, goal=None, limit="–"):
    p50, p99 = (percentile(times, share) for share in (0.5, 0.99))
    return Row(what, "–", limit, f"p50 {p50:.1f}, p99 {p99:.1f} ms", f"≤ {goal} ms" if goal else "–", verdict(p99 <= goal) if goal else "–")


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def fill(hospital, patients, note):
    """As the owner, past the triggers; a day that has no partition yet gets it with its index at the end. Answers how many readings."""
    now = int(time.time())
    begin = now - READINGS // (PATIENTS * len(CODES))
    began = time.monotonic()
    day = begin // DAY_S * DAY_S
    while day < now:
        table = time.strftime("readings_%Y%m%d", time.gmtime(day))
        fields = {"table": table, "begin": max(day, begin), "end": min(day + DAY_S, now), "patients": patients, "vitals": CODES}
        if hospital.query(f"SELECT to_regclass('{table}') IS NULL", owner=True) == "t":
            hospital.query(f"CREATE TABLE {table} (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)", owner=True)
            hospital.query(INSERT.format(**fields), owner=True)
            hospital.query(f"ALTER TABLE readings ATTACH PARTITION {table} "
                           f"FOR VALUES FROM (to_timestamp({day})) TO (to_timestamp({day + DAY_S}))", owner=True)
        else:
            hospital.query(INSERT.format(**fields), owner=True)
        hospital.query(f"ANALYZE {table}", owner=True)
        day += DAY_S
        note(f"filled {table}, {time.monotonic() - began:.0f} s")
    hospital.query(f"""
        INSERT INTO latest_readings (patient_id, vital, device_id, measured_at, ordered_at, value)
        SELECT p, v, 1, at, at, 50
        FROM unnest(ARRAY{patients}) AS p, unnest(ARRAY{CODES}) AS v,
            LATERAL (SELECT to_timestamp({now - 1}) + p % 500 * interval '1 ms' AS at) AS t""", owner=True)
    hour = begin // HOUR_S * HOUR_S
    hospital.query(f"UPDATE rolled_up SET built_until = to_timestamp({hour}), closed_until = to_timestamp({hour}), fence = NULL", owner=True)
    return (now - begin) * PATIENTS * len(CODES)


def build(hospital, note):
    """What the daemon would do in a fifth of its time."""
    began = time.monotonic()
    # A step may have to wait for whoever writes just now.
    while hospital.query("SELECT built_until < now() - interval '2 hours' FROM rolled_up") == "t":
        hospital.query("SELECT count(*) FILTER (WHERE roll_up()) FROM generate_series(1, 4)")
    behind = hospital.query("SELECT extract(epoch FROM now() - built_until)::integer, pg_size_pretty(pg_total_relation_size('reading_hours')) "
                            "FROM rolled_up")
    seconds, size = behind.split("|")
    note(f"roll-ups built in {time.monotonic() - began:.0f} s, {size}, {int(seconds) // 60} min behind")


def from_readings(hospital, patients, note):
    """Milliseconds of a day's history in bare SQL without roll-ups, the better of two."""
    statement = f"""EXPLAIN (ANALYZE, FORMAT JSON) SELECT date_bin('180 s', measured_at, '1970-01-01Z'), min(value), avg(value), max(value), count(*)
        FROM readings WHERE patient_id = {patients[0]} AND vital = 2 AND measured_at >= now() - interval '1 day' AND measured_at < now() GROUP BY 1"""
    times = [json.loads(hospital.query(statement))[0] for _ in range(2)]
    best = min(plan["Planning Time"] + plan["Execution Time"] for plan in times)
    note(f"a day's history from the readings: {best:.0f} ms")
    return best
