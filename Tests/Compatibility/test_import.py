"""`fajma import`: a hospital moves from the replaced system, and everything that it had is here afterwards, or stands on the list of what could
not be taken."""
import csv
import io
import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import SimpleNamespace

import pytest
import requests

from comparison.former_hospital import PASSWORDS, PATIENTS, READINGS_EACH, VITALS
from comparison.importing import EVERYTHING, NOUNS, ask, content, imported_from, notes, refused, run
from support.clock import now, until, wire_time
from support.database import Database
from support.stack import QUIET
from support.stack_process import StackProcess

NEW_PASSWORD = "quatre mots sans rapport avec rien"


@pytest.fixture(scope="module")
def moved(former):
    """FAJMA, with a first administrator and a ward; then a dry run, what it changed, and the import."""
    stack = StackProcess(QUIET)
    try:
        stack.start()
        ask(stack.environment, "ward", "add", "Médecine")
        ask(stack.environment, "user", "add", "chef", "--role", "admin", text=NEW_PASSWORD)
        database = Database(stack.environment["FAJMA_OWNER_DATABASE_URL"])
        before = content(database)
        dry = imported_from(former, stack.environment)
        after = content(database)
        applied = imported_from(former, stack.environment, "--apply")
        token = requests.post(stack.url + "/api/token/", json={"username": "chef", "password": NEW_PASSWORD}, timeout=30).json()["access"]
        yield SimpleNamespace(stack=stack, url=stack.url, query=database.query, before=before, after=after, dry=dry, applied=applied, former=former,
                              headers={"Authorization": "Bearer " + token})
        database.close()
    finally:
        stack.stop()


def listed(moved, path, **query):
    answer = requests.get(moved.url + path, params={"limit": 1000, **query}, headers=moved.headers, timeout=30)
    assert answer.status_code == 200, answer.text
    return {row["id"]: row for row in answer.json()}


def here(moved, name):
    """An account's number here."""
    return int(moved.query(f"SELECT id FROM imported WHERE noun = 'users' AND source_id = {moved.former.ids[name]}")[0][0])


def log_in(moved, name, password):
    return requests.post(moved.url + "/api/token/", json={"username": name, "password": password}, timeout=30).status_code


# The report

def test_a_dry_run_changes_nothing(moved):
    assert moved.before == moved.after and not moved.dry["applied"]


def test_what_cannot_be_taken_is_listed_with_its_reason_before_and_after(moved):
    assert refused(moved.dry) == moved.former.refused
    assert refused(moved.applied) == moved.former.refused


def test_a_dry_run_tells_what_the_import_does(moved):
    counts = {noun: tuple(moved.dry["tables"][noun][name] for name in ("found", "taken", "there")) for noun in NOUNS}
    assert counts == {noun: tuple(moved.applied["tables"][noun][name] for name in ("found", "taken", "there")) for noun in NOUNS}
    readings = PATIENTS * len(VITALS) * READINGS_EACH + 2
    assert {noun: one[1:] for noun, one in counts.items()} == {
        "users": (6, 0), "patients": (PATIENTS + 1, 0), "devices": (PATIENTS + 4, 0), "readings": (readings, 1), "alerts": (3, 0)}


def test_what_an_administrator_should_know_is_noted(moved):
    ids = moved.former.ids
    assert notes(moved.dry, "users") == {
        "password_not_taken": [ids["without_password"], ids["bcrypt"]], "inactive": [ids["ancien.parti"]], "renumbered": [1],
        "default_role": [ids["ancien.infirmier"], ids["ancien.parti"], ids["without_password"], ids["bcrypt"]]}
    assert notes(moved.dry, "patients") == {"several_devices": [ids["complete"]]}
    assert notes(moved.dry, "devices") == {"worn_by_nobody": [ids["free"]], "wearer_not_taken": [ids["of_refused"]]}
    assert notes(moved.dry, "alerts") == {"closed_open": [ids["rule"]]}
    assert moved.dry["groups_without_role"] == ["Autres"]
    assert moved.applied["devices_without_key"] == sorted(listed(moved, "/api/iot/dispositifs/"))


def test_the_text_says_the_same_without_names(moved):
    result = run(moved.stack.environment, "import", "--from", moved.former.replaced.database_url, *EVERYTHING)
    assert result.returncode == 0 and result.stdout.startswith("dry run, nothing was changed")
    assert "users (public.auth_user): 8 found, 0 taken, 6 already there, 2 refused" in result.stdout
    assert "Durand" not in result.stdout and "Ancien" not in result.stdout


# What is here

def test_accounts_keep_name_role_and_state(moved):
    users = listed(moved, "/api/utilisateurs/")
    ward = int(moved.query("SELECT id FROM wards")[0][0])
    found = {name: (users[here(moved, name)]["username"], users[here(moved, name)]["role"], users[here(moved, name)]["services"],
                    users[here(moved, name)]["actif"]) for name in ("ancienne.docteure", "ancien.infirmier", "ancien.parti", "bcrypt")}
    assert found == {"ancienne.docteure": ("ancienne.docteure", "medecin", [ward], True),
                     "ancien.infirmier": ("ancien.infirmier", "infirmier", [ward], True),
                     "ancien.parti": ("ancien.parti", "infirmier", [ward], False), "bcrypt": ("bcrypt", "infirmier", [ward], True)}
    assert [(one["role"], one["services"]) for one in users.values() if one["username"] == "ancien.admin"] == [("admin", [])]


def test_patients_keep_their_numbers_and_texts(moved):
    patients = listed(moved, "/api/patients/")
    assert sorted(patients) == sorted([*moved.former.replaced.patients, moved.former.ids["complete"]])
    one = patients[moved.former.ids["complete"]]
    assert {name: one[name] for name in ("identifiant", "nom", "prenom", "date_naissance", "sexe", "lit", "sorti_le")} == {
        "identifiant": "2024/00-7", "nom": "O’Brien", "prenom": "Zoé", "date_naissance": "1950-04-23", "sexe": "F", "lit": "", "sorti_le": None}
    # Who is admitted next gets a number of its own.
    new = ask(moved.stack.environment, "patient", "add", "--number", "N-1", "--last-name", "N", "--first-name", "F", "--ward", "Médecine")
    assert new["id"] > max(patients)


def test_devices_keep_their_numbers_and_wearers(moved):
    devices = listed(moved, "/api/iot/dispositifs/")
    old = {row["id"]: row for row in moved.former.rows("DispositifIoT", "id", "nom", "type_dispositif", "patient_id", "statut")}
    del old[moved.former.ids["unnamed"]]
    old[moved.former.ids["of_refused"]]["patient_id"] = None
    assert {id: (one["nom"], one["type_dispositif"], one["patient"], one["statut"]) for id, one in devices.items()} == {
        id: (one["nom"], one["type_dispositif"], one["patient_id"], one["statut"]) for id, one in old.items()}


def test_every_reading_is_here_with_its_value_and_time(moved):
    bad = {id for ids in moved.former.refused["readings"].values() for id in ids} | {moved.former.ids["same"]}
    wearers = {row["id"]: row["patient_id"] for row in moved.former.rows("DispositifIoT", "id", "patient_id")}
    old = defaultdict(set)
    for row in moved.former.rows("DonneeIoT", "id", "dispositif_id", "type_donnee", "valeur", "timestamp"):
        if row["id"] not in bad:
            at = wire_time(datetime.fromisoformat(row["timestamp"]))
            old[wearers[row["dispositif_id"]]].add((row["dispositif_id"], row["type_donnee"], row["valeur"], at))
    assert sum(map(len, old.values())) == moved.applied["tables"]["readings"]["taken"]
    for patient, readings in old.items():
        answer = requests.get(moved.url + "/api/iot/data/", params={"patient_id": patient, "format": "csv"}, headers=moved.headers, timeout=60)
        assert answer.status_code == 200
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert {(int(row["dispositif"]), row["type_donnee"], float(row["valeur"]), row["timestamp"]) for row in rows} == readings
        assert len(rows) == len(readings)


def test_the_latest_values_are_those_of_the_replaced_system(moved):
    for patient in moved.former.replaced.patients:
        token = requests.post(moved.former.replaced.url + "/api/token/", timeout=30,
                              json={"username": "ancien.admin", "password": PASSWORDS["ancien.admin"]}).json()["access"]
        old, new = (requests.get(url + "/api/iot/data/latest_data/", params={"patient_id": patient}, headers=headers, timeout=30).json()
                    for url, headers in ((moved.former.replaced.url, {"Authorization": "Bearer " + token}), (moved.url, moved.headers)))
        if patient == moved.former.replaced.patients[0]:
            continue  # There the newest row counts, whatever time it says: the rows that cannot be taken.
        assert {vital: new[vital]["valeur"] for vital in VITALS} == {vital: old[vital]["valeur"] for vital in VITALS}


def test_histories_hold_before_and_after_the_roll_ups_are_built(moved):
    """The replaced system's readings of one vital, in buckets: the same from readings and from roll-ups."""
    patient = moved.former.replaced.patients[2]
    begins, ends = moved.query("SELECT wire_time(min(measured_at) - interval '1 minute'), wire_time(max(measured_at) + interval '1 minute') "
                               f"FROM readings WHERE patient_id = {patient}")[0]
    span = {"type_donnee": "spo2", "debut": begins, "fin": ends, "points": 60}

    def history():
        answer = requests.get(moved.url + f"/api/patients/{patient}/historique/", params=span, headers=moved.headers, timeout=30)
        assert answer.status_code == 200, answer.text
        return [[one[0], one[1], round(one[2], 6), *one[3:]] for one in answer.json()]

    buckets = history()
    values = [90 + (n % 37) / 10 for n in range(1, READINGS_EACH + 1)]
    assert sum(one[4] for one in buckets) == READINGS_EACH
    assert abs(sum(one[2] * one[4] for one in buckets) - sum(values)) < 1e-3 * len(values)
    assert (min(one[1] for one in buckets), max(one[3] for one in buckets)) == (min(values), max(values))
    until(lambda: moved.query("SELECT count(*) FROM stale_hours") == [["0"]], 120, "the roll-ups of what was imported are built")
    assert history() == buckets
    built = moved.query("SELECT sum((SELECT sum(n) FROM unnest(counts) AS n)) FROM reading_hours")[0][0]
    assert built == moved.query("SELECT count(*) FROM readings, rolled_up WHERE measured_at < built_until")[0][0]


def test_alerts_are_history_over_and_acknowledged(moved):
    ids, alerts = moved.former.ids, listed(moved, "/api/iot/alertes/")
    told = {name: tuple(alerts[ids[name]][member] for member in ("patient", "type_alerte", "message", "niveau_gravite", "acquittee", "acquittee_par"))
            for name in ("rule", "seen", "called")}
    first, second = moved.former.replaced.patients[:2]
    assert told == {"rule": (first, "spo2_bas", "SpO2 basse : 85 %", "error", True, None),
                    "seen": (first, "chute", "Chute au lit", "warning", True, None),
                    "called": (second, "appel", "Le patient appelle", "info", True, None)}
    assert all(one["terminee_le"] for one in alerts.values()) and len(alerts) == 3
    # When they were is kept; of the one that was open that it ended with the import.
    assert alerts[ids["seen"]]["terminee_le"] == alerts[ids["seen"]]["timestamp"] < alerts[ids["rule"]]["terminee_le"]
    assert listed(moved, "/api/iot/alertes/", acquittee="false") == {}


def test_acknowledging_history_changes_nothing_and_no_statistics_count_it(moved):
    id = moved.former.ids["rule"]
    before = listed(moved, "/api/iot/alertes/")[id]
    answer = requests.post(moved.url + f"/api/iot/alertes/{id}/acquitter/", headers=moved.headers, timeout=30)
    assert answer.status_code == 200 and answer.json()["version"] == before["version"]
    answer = requests.patch(moved.url + f"/api/iot/alertes/{id}/", json={"acquittee": False}, headers=moved.headers, timeout=30)
    assert 400 <= answer.status_code < 500
    assert listed(moved, "/api/iot/alertes/")[id] == before
    span = {"debut": now(-7 * 86_400), "fin": now()}
    answer = requests.get(moved.url + "/api/alarmes/mesures/", params=span, headers=moved.headers, timeout=30)
    assert answer.status_code == 200 and [one["alertes"] for one in answer.json()["charge"]] == [0]


def test_no_alarm_comes_of_history(moved):
    assert moved.query("SELECT count(*) FROM alerts WHERE imported_at IS NULL") == [["0"]]
    assert moved.query("SELECT count(*) FROM alarm_conditions") == [["0"]]


def test_the_audit_has_an_entry_for_each_table(moved):
    rows = moved.query("SELECT subject, after FROM audit WHERE action = 'import.applied' AND username LIKE 'fajma:%'")
    entries = {subject: json.loads(after) for subject, after in rows}
    assert len(rows) == len(entries)
    tables = moved.applied["tables"]
    assert entries == {f"import {noun}": {"source": "replaced", "found": tables[noun]["found"], "taken": tables[noun]["taken"],
                                          "already_there": tables[noun]["there"],
                                          "refused": sum(one["count"] for one in tables[noun]["refused"])} for noun in NOUNS}


# Logging in

def test_old_passwords_open_and_are_hashed_again_at_the_first_login(moved):
    for name in ("ancien.admin", "ancienne.docteure", "ancien.infirmier"):
        stored = f"SELECT split_part(password_hash, '$', 1), password_changed_at FROM users WHERE username = '{name}'"
        before = moved.query(stored)[0]
        assert before[0] == "pbkdf2_sha256"
        assert log_in(moved, name, PASSWORDS[name] + " ") == 401
        assert moved.query(stored)[0] == before
        # Twice at once: neither is disturbed by what the other changes.
        with ThreadPoolExecutor(2) as pool:
            logins = [pool.submit(log_in, moved, name, PASSWORDS[name]) for _ in range(2)]
            assert [login.result() for login in logins] == [200, 200]
        assert moved.query(stored)[0] == ["scrypt", before[1]]
        assert log_in(moved, name, PASSWORDS[name]) == 200
        assert log_in(moved, name, PASSWORDS[name] + " ") == 401
        assert moved.query(f"SELECT action FROM audit WHERE subject = (SELECT 'user ' || id FROM users WHERE username = '{name}') "
                           f"AND action LIKE 'password.%' AND username = '{name}'") == [["password.rehashed"]]


def test_who_was_disabled_or_has_no_password_stays_out(moved):
    assert log_in(moved, "ancien.parti", PASSWORDS["ancien.parti"]) == 401
    assert log_in(moved, "sans.mot.de.passe", "") in (400, 401) and log_in(moved, "sans.mot.de.passe", "!") == 401
    assert log_in(moved, "bcrypt", "none") == 401


# Again

def test_a_second_run_takes_nothing_and_leaves_nothing_in_the_audit(moved):
    count = "SELECT count(*) FROM audit WHERE action = 'import.applied'"
    before = moved.query(count)
    again = imported_from(moved.former, moved.stack.environment, "--apply")
    assert {noun: (table["taken"], table["there"]) for noun, table in again["tables"].items()} == {
        noun: (0, table["taken"] + table["there"]) for noun, table in moved.applied["tables"].items()}
    assert refused(again) == moved.former.refused and moved.query(count) == before


def test_what_was_deleted_or_corrected_here_does_not_come_back(moved):
    patient = moved.former.replaced.patients[1]
    rows = requests.get(moved.url + "/api/iot/data/", params={"patient_id": patient, "limit": 2}, headers=moved.headers, timeout=30).json()
    assert requests.delete(moved.url + f"/api/iot/data/{rows[0]['id']}/", headers=moved.headers, timeout=30).status_code == 204
    corrected = rows[1]["valeur"] + 1
    changed = requests.patch(moved.url + f"/api/iot/data/{rows[1]['id']}/", json={"valeur": corrected}, headers=moved.headers, timeout=30)
    assert changed.status_code == 200
    again = imported_from(moved.former, moved.stack.environment, "--apply")
    assert again["tables"]["readings"]["taken"] == 0 and refused(again)["readings"] == moved.former.refused["readings"]
    assert requests.get(moved.url + f"/api/iot/data/{rows[0]['id']}/", headers=moved.headers, timeout=30).status_code in (404, 410)
    assert requests.get(moved.url + f"/api/iot/data/{rows[1]['id']}/", headers=moved.headers, timeout=30).json()["valeur"] == corrected
