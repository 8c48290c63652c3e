"""What the push daemon does to old readings: roll-ups first, then the day's partition goes, and the history stays."""
import os
import subprocess
from datetime import datetime, timedelta, timezone

from cluster import PROGRAM
from hospital import until, wire_time

KEPT_DAYS = 31


def test_a_day_that_is_no_longer_kept_goes_and_its_history_stays(stack, device, tmp_path):
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    day, name = today - timedelta(days=40), f"readings_{today - timedelta(days=40):%Y%m%d}"
    stack.query(f"CREATE TABLE {name} PARTITION OF readings FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')")
    stack.query(f"INSERT INTO readings VALUES ({device.patient}, 1, '{day + timedelta(hours=5)}', {device.id}, 93, now()), "
                f"({device.patient}, 1, '{day + timedelta(hours=5, minutes=1)}', {device.id}, 95, now())")

    def history():
        span = {"type_donnee": "spo2", "debut": wire_time(day), "fin": wire_time(day + timedelta(days=1)), "points": 25}
        return stack.request("GET", f"/api/patients/{device.patient}/historique/", params=span).json()

    hour = int((day + timedelta(hours=5)).timestamp() * 1000)
    assert history() == [[hour, 93, 94, 95, 2]]
    until(lambda: stack.query("SELECT count(*) FROM stale_hours") == [["0"]], 60, "the running daemon builds the hour")
    log = tmp_path / "log"
    environment = {**stack.environment, "FAJMA_READING_DAYS": str(KEPT_DAYS), "FAJMA_PUSH_SOCKET": str(tmp_path / "s"), "FAJMA_PUSH_ADMIN_SOCKET": ""}
    with log.open("wb") as file:
        daemon = subprocess.Popen([os.path.join(os.path.dirname(PROGRAM), "fajma-push")], env=environment, stderr=file)
    try:
        until(lambda: f"{day:%Y-%m-%d}" in log.read_text(), 30, "the log names the day")
        assert "readings no longer kept" in log.read_text()
    finally:
        daemon.terminate()
        daemon.wait(30)
    assert stack.query(f"SELECT to_regclass('{name}') IS NULL, count(*) FROM readings WHERE patient_id = {device.patient}") == [["t", "0"]]
    assert history() == [[hour, 93, 94, 95, 2]]
    audited = stack.query(f"SELECT username FROM audit WHERE action = 'reading.expired' AND subject = 'readings {day:%Y-%m-%d}'")
    assert audited == [["fajma-push"]]
