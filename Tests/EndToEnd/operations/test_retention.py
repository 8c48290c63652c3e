"""What the push daemon does to old readings: roll-ups first, then the day's partition goes, and the history stays."""
import subprocess
from datetime import UTC, datetime, timedelta

from support.clock import until, wire_time
from support.paths import program

KEPT_DAYS = 31


def add_partition(stack, day):
    """Other tests may have stored readings of that day, in the default partition."""
    stack.query(f"SELECT make_partition('{day:%Y-%m-%d}')")


def test_a_day_that_is_no_longer_kept_goes_and_its_history_stays(stack, device, tmp_path):
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    day, name = today - timedelta(days=40), f"readings_{today - timedelta(days=40):%Y%m%d}"
    add_partition(stack, day)
    stack.query(f"INSERT INTO readings VALUES ({device.patient}, 1, '{day + timedelta(hours=5)}', {device.id}, 93, now()), "
                f"({device.patient}, 1, '{day + timedelta(hours=5, minutes=1)}', {device.id}, 95, now())")

    def history():
        span = {"type_donnee": "spo2", "debut": wire_time(day), "fin": wire_time(day + timedelta(days=1)), "points": 25}
        return stack.request("GET", f"/api/patients/{device.patient}/historique/", params=span).json()

    hour = int((day + timedelta(hours=5)).timestamp() * 1000)
    assert history() == [[hour, 93, 94, 95, 2]]
    until(lambda: stack.query("SELECT count(*) FROM stale_hours") == [["0"]], 60, "the running daemon builds the hour")
    # Of the days since there is none: the clock has jumped.
    assert stack.query(f"SELECT forget_readings({KEPT_DAYS})") == []
    for back in range(2, 40):
        add_partition(stack, today - timedelta(days=back))
    log = tmp_path / "log"
    environment = {**stack.environment, "FAJMA_READING_DAYS": str(KEPT_DAYS), "FAJMA_PUSH_SOCKET": str(tmp_path / "s"), "FAJMA_PUSH_ADMIN_SOCKET": ""}
    # Only the daemon that leads drops what is too old.
    with stack.without("fajma-push"):
        with log.open("wb") as file:
            daemon = subprocess.Popen([program("fajma-push")], env=environment, stderr=file)
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


def test_a_clock_that_was_ahead_and_is_set_back_leaves_nothing_built_of_the_time_to_come(stack, device):
    stack.query("UPDATE rolled_up SET closed_until = closed_until + interval '3650 days'")
    stack.query("UPDATE rolled_up SET built_until = closed_until")
    until(lambda: stack.query("SELECT closed_until <= now() FROM rolled_up") == [["t"]], 60, "the horizons are of today")
    # What is measured now is not put down as late.
    device.report(spo2=97)
    assert stack.query(f"SELECT count(*) FROM stale_hours WHERE patient_id = {device.patient}") == [["0"]]


def test_however_much_is_stale_the_next_hour_is_built_and_an_hour_that_is_stored_in_for_ever_too(stack):
    nobody = 999_999_999
    stack.query(f"INSERT INTO stale_hours SELECT {nobody}, 1, date_trunc('hour', now()) - n * interval '1 hour' FROM generate_series(1, 20000) AS n")
    stack.query(f"UPDATE stale_hours SET at = at - interval '1 minute' WHERE patient_id = {nobody}")
    stack.query("UPDATE rolled_up SET built_until = built_until - interval '2 hours', closed_until = built_until - interval '2 hours', fence = NULL")
    done = "SELECT built_until >= date_bin('1 hour', now() - interval '6 minutes', '1970-01-01Z') FROM rolled_up"
    until(lambda: stack.query("SELECT roll_up('0')") and stack.query(done) == [["t"]], 30, "the hours are built")
    assert int(stack.query(f"SELECT count(*) FROM stale_hours WHERE patient_id = {nobody}")[0][0]) > 10_000
    stack.query(f"DELETE FROM stale_hours WHERE patient_id = {nobody}")
    hour = "date_trunc('hour', now()) - interval '5 hours'"
    stack.query(f"INSERT INTO stale_hours SELECT {nobody}, 1, {hour}, now() - n * interval '15 seconds' FROM generate_series(0, 45) AS n")
    until(lambda: stack.query("SELECT roll_up()") and stack.query(f"SELECT count(*) FROM stale_hours WHERE patient_id = {nobody}") == [["0"]], 15,
          "it is built though somebody has stored just now")
