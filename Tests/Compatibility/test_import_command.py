"""`fajma import` that is killed in the middle, meets numbers that are taken, or is asked for less or in a wrong way."""
import os
import signal
import subprocess
from datetime import datetime

import psycopg
import pytest

from comparison.former_hospital import READINGS_EACH, VITALS
from comparison.importing import EVERYTHING, NOUNS, SECONDS, ask, imported_from, notes, refused, run
from support.clock import until, wire_time
from support.paths import FAJMA

# Ends in the middle

@pytest.mark.parametrize("table, noun",
                         [("user_wards", "users"), ("device_assignment", "devices"), ("latest_readings", "readings"), ("alerts", "alerts")])
def test_an_import_that_is_killed_goes_on_where_a_table_was_missing(former, empty, table, noun):
    done = NOUNS[:NOUNS.index(noun)]
    whole = imported_from(former, empty)["tables"]
    url = empty["FAJMA_OWNER_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as watcher, psycopg.connect(url) as holder:
        holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
        process = subprocess.Popen([FAJMA, "import", "--from", former.replaced.database_url, *EVERYTHING, "--apply"], env=empty,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        sessions = "SELECT wait_event_type FROM pg_stat_activity WHERE application_name = 'fajma import' AND datname = current_database()"
        try:
            until(lambda: ("Lock",) in watcher.execute(sessions).fetchall(), SECONDS, "the import waits in the middle of the table")
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        until(lambda: not watcher.execute(sessions).fetchall(), SECONDS, "the server has noticed")
        assert {one: watcher.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in NOUNS} == {
            one: whole[one]["taken"] if one in done else 0 for one in NOUNS}
    rest = imported_from(former, empty, "--apply")["tables"]
    assert {one: rest[one]["taken"] for one in NOUNS} == {one: 0 if one in done else whole[one]["taken"] for one in NOUNS}
    with psycopg.connect(empty["FAJMA_OWNER_DATABASE_URL"]) as watcher:
        assert {one: watcher.execute(f"SELECT count(*) FROM {one}").fetchone()[0] for one in NOUNS} == {one: whole[one]["taken"] for one in NOUNS}


def test_a_number_that_is_taken_is_refused_or_given_another(former, empty):
    ask(empty, "patient", "add", "--number", "Avant", "--last-name", "N", "--first-name", "F", "--ward", "Médecine")
    first = former.replaced.patients[0]
    assert first == 1
    strict = imported_from(former, empty)
    assert refused(strict)["patients"]["id_taken"] == [first]
    assert len(refused(strict)["readings"]["patient_not_taken"]) == 10
    applied = imported_from(former, empty, "--renumber", "--apply")
    assert notes(applied, "patients")["renumbered"] == [first] and refused(applied) == former.refused
    with psycopg.connect(empty["FAJMA_OWNER_DATABASE_URL"]) as database:
        number = database.execute("SELECT id FROM patients WHERE hospital_number = 'P-0'").fetchone()[0]
        assert number > max(*former.replaced.patients, former.ids["complete"])
        of_first = database.execute("SELECT count(*), count(DISTINCT device_id) FROM readings WHERE patient_id = %s", [number]).fetchone()
        assert of_first == (len(VITALS) * READINGS_EACH, 1)
        assert database.execute("SELECT count(*) FROM readings WHERE patient_id = %s", [first]).fetchone() == (0,)
    again = imported_from(former, empty, "--renumber", "--apply")
    assert all(table["taken"] == 0 for table in again["tables"].values())


def test_screens_are_told_once_for_each_patient(former, empty):
    with psycopg.connect(empty["FAJMA_OWNER_DATABASE_URL"], autocommit=True) as listener:
        listener.execute("LISTEN fajma_reading; LISTEN fajma_alert")
        report = imported_from(former, empty, "--apply")["tables"]
        listener.execute("NOTIFY fajma_reading, 'end'")
        told = []
        for notification in listener.notifies(timeout=SECONDS):
            if notification.payload == "end":
                break
            told.append(notification.channel)
    assert report["readings"]["taken"] > 10_000 and report["alerts"]["taken"] == 3
    assert told == ["fajma_reading"] * report["patients"]["taken"]


def test_an_hour_that_had_readings_already_is_rolled_up_whole(former, empty):
    rows = former.rows("DonneeIoT", "id", "timestamp")
    since = wire_time(datetime.fromisoformat(rows[READINGS_EACH // 2]["timestamp"]))
    with psycopg.connect(empty["FAJMA_OWNER_DATABASE_URL"], autocommit=True) as database:
        for arguments in (["--since", since], []):
            assert imported_from(former, empty, "--apply", *arguments)["tables"]["readings"]["taken"] > 10_000
            while database.execute("SELECT roll_up('0 s')").fetchone()[0]:
                pass
            rolled_up = """SELECT patient_id, vital, hour + minute * interval '1 minute', least, greatest, round(total::numeric, 6), number
                FROM reading_hours, unnest(minutes, minimums, maximums, sums, counts) AS m (minute, least, greatest, total, number)"""
            stored = """SELECT patient_id, vital, date_trunc('minute', measured_at), min(value), max(value), round(sum(value)::numeric, 6),
                    count(*)::integer
                FROM readings, rolled_up WHERE measured_at < built_until GROUP BY 1, 2, 3"""
            assert database.execute(f"SELECT count(*) > 0 FROM ({rolled_up}) AS r").fetchone() == (True,)
            assert database.execute(f"({rolled_up} EXCEPT {stored}) UNION ALL ({stored} EXCEPT {rolled_up})").fetchall() == []


# What it is asked

def test_patients_without_a_device_are_discharged_where_that_is_wanted(former, empty):
    with psycopg.connect(former.replaced.database_url, autocommit=True) as source:
        source.execute("INSERT INTO iot_patient (identifiant, nom, prenom, sexe) VALUES ('SORTI', 'Parti', '', '')")
        try:
            applied = imported_from(former, empty, "--discharge-unworn", "--apply")
        finally:
            source.execute("DELETE FROM iot_patient WHERE identifiant = 'SORTI'")
    assert [one["count"] for one in applied["tables"]["patients"]["notes"] if one["reason"] == "discharged"] == [1]
    assert [one["identifiant"] for one in ask(empty, "patient", "list", "--discharged")] == ["SORTI"]


def test_only_what_was_measured_since_an_instant_is_taken_where_that_is_wanted(former, empty):
    rows = former.rows("DonneeIoT", "id", "timestamp")
    since = datetime.fromisoformat(rows[READINGS_EACH // 2]["timestamp"])
    other = {id for reason, ids in former.refused["readings"].items() for id in ids if reason != "conflict"}
    expected = sum(datetime.fromisoformat(row["timestamp"]) < since for row in rows if row["id"] not in other)
    report = imported_from(former, empty, "--since", wire_time(since))["tables"]["readings"]
    assert [one["count"] for one in report["refused"] if one["reason"] == "before_since"] == [expected]
    assert report["taken"] + report["there"] + sum(one["count"] for one in report["refused"]) == report["found"] == len(rows)


def test_tables_are_named_where_several_fit_or_none_does(former, empty):
    with psycopg.connect(former.replaced.database_url, autocommit=True) as source:
        source.execute("CREATE TABLE old_alerts AS SELECT * FROM iot_alerteiot; ALTER TABLE iot_patient RENAME COLUMN identifiant TO ipp")
        try:
            result = run(empty, "import", "--from", former.replaced.database_url, *EVERYTHING)
            assert result.returncode == 1 and "no table of patients" in result.stderr and "identifiant" in result.stderr
            named = ("--column", "patients.identifiant=ipp")
            result = run(empty, "import", "--from", former.replaced.database_url, *EVERYTHING, *named)
            assert result.returncode == 1 and "public.iot_alerteiot, public.old_alerts" in result.stderr
            report = imported_from(former, empty, *named, "--table", "alerts=iot_alerteiot")
            assert report["tables"]["alerts"]["taken"] == 3
            report = imported_from(former, empty, *named, "--without", "alerts", "--without", "readings")
            assert report["tables"]["alerts"]["table"] is None and report["tables"]["devices"]["taken"] > 0
        finally:
            source.execute("DROP TABLE old_alerts; ALTER TABLE iot_patient RENAME COLUMN ipp TO identifiant")


def test_wrong_usage_is_64_and_a_failure_1_and_neither_changes_anything(former, empty):
    url = former.replaced.database_url
    with_password = f"postgresql://somebody:secret@localhost/replaced?host={former.replaced.cluster.state.postgres_sockets}"
    whole = ["--from", url, *EVERYTHING]
    for arguments in (["--ward", "Médecine"], ["--from", url], ["--from", with_password, *EVERYTHING], [*whole, "--role-of", "x=chef"],
                      [*whole, "--since", "hier"], [*whole, "--column", "patients.age=x"], [*whole, "--without", "rien"],
                      [*whole, "--without", "devices", "--discharge-unworn"]):
        result = run(empty, "import", *arguments)
        assert result.returncode == 64 and result.stdout == "" and "secret" not in result.stderr, arguments
    for arguments, words in ((["--from", url, "--ward", "Chirurgie"], "there is no ward Chirurgie"),
                             (["--from", url, *EVERYTHING, "--role-of", "Personne=medecin"], "Autres, Médecins"),
                             (["--from", empty["DATABASE_URL"], *EVERYTHING], "the database of FAJMA itself"),
                             (["--from", "postgresql:///nowhere?host=/nonexistent", *EVERYTHING], "no connection to the replaced system")):
        result = run(empty, "import", *arguments)
        assert result.returncode == 1 and words in result.stderr and result.stderr.count("\n") == 1, (arguments, result.stderr)
    # The URL comes from the environment as well, and there may hold the password.
    result = run({**empty, "FAJMA_IMPORT_URL": url}, "import", *EVERYTHING)
    assert result.returncode == 0, result.stderr
