"""Who did what, through the whole stack: where it comes from, that it is sealed, checked and taken out on the command line."""
import csv
import io
import json
import re

import pytest
import requests

from support.clock import until
from support.cluster import run

COLUMNS = ["id", "le", "action", "utilisateur", "utilisateur_id", "adresse", "session", "patient", "objet", "avant", "apres", "scelle"]


def entries(stack, **query):
    answer = stack.request("GET", "/api/audit/", "admin", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def verify(stack, *arguments):
    """Exit code and answer."""
    result = run(stack.environment, "audit", "verify", "--json", *arguments)
    assert result.stdout, result.stderr
    return result.returncode, json.loads(result.stdout)


@pytest.fixture
def restored(stack):
    """Undoes what a test did to the audit as the tables' owner."""
    undo = []
    yield undo
    for statement in undo:
        stack.query(statement)


def test_a_change_through_nginx_has_its_person_address_session_and_values(stack, device):
    bed = stack.request("GET", f"/api/patients/{device.patient}/").json()["lit"]
    answer = stack.request("PATCH", f"/api/patients/{device.patient}/", json={"lit": "audit"})
    assert answer.status_code == 200, answer.text
    entry = entries(stack, patient_id=device.patient, action="patient.changed", limit=1)[0]
    assert entry["utilisateur"] == stack.accounts["infirmier"]["username"]
    assert entry["adresse"] == "127.0.0.1" and entry["session"] and entry["patient"] == device.patient
    assert (entry["avant"], entry["apres"]) == ({"bed": bed}, {"bed": "audit"})


def test_opening_a_patient_by_socket_and_by_page_is_one_entry_of_the_session(stack, device):
    access = stack.log_in("medecin")["access"]
    for room in ("iot", "alerts"):
        with stack.socket(f"/ws/{room}/{device.patient}/", token=access) as socket:
            socket.snapshot()
    headers = {"Authorization": f"Bearer {access}"}
    assert requests.get(f"{stack.url}/api/patients/{device.patient}/", headers=headers, timeout=10).status_code == 200
    opened = [entry for entry in entries(stack, patient_id=device.patient, action="patient.opened")
              if entry["utilisateur"] == stack.accounts["medecin"]["username"]]
    assert len(opened) == 1
    assert opened[0]["adresse"] == "127.0.0.1", "a socket's address is that of its session's login"


def test_reports_of_devices_leave_nothing(stack, device):
    device.report(spo2=97, heart_rate=70)
    assert entries(stack, patient_id=device.patient, action="reading.created") == []


def test_a_value_entered_by_hand_is_written_with_its_patient(stack, device):
    body = {"patient": device.patient, "mesures": [{"type_donnee": "respiratory_rate", "valeur": 18}]}
    answer = stack.request("POST", "/api/iot/data/", json=body)
    assert answer.status_code == 201, answer.text
    entry, = entries(stack, patient_id=device.patient, action="reading.created")
    assert entry["apres"]["respiratory_rate"] == 18 and entry["adresse"] == "127.0.0.1"


def test_what_is_written_is_sealed_within_seconds(stack, device):
    stack.request("PATCH", f"/api/patients/{device.patient}/", json={"lit": "sealed"})
    until(lambda: entries(stack, patient_id=device.patient, action="patient.changed", limit=1)[0]["scelle"], 10, "the entry is sealed")
    code, answer = verify(stack)
    assert code == 0 and answer["ok"] and answer["sealed"] > 100
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", answer["head"])
    assert verify(stack, "--head", answer["head"])[0] == 0
    text = run(stack.environment, "audit", "verify").stdout
    assert "0 findings, 0 warnings" in text and " sealed" in text


def test_the_chain_goes_on_after_the_daemon_was_down(stack, device):
    with stack.without("fajma-push"):
        stack.request("PATCH", f"/api/patients/{device.patient}/", json={"lit": "down"})
        pending = verify(stack)[1]
        assert pending["ok"] and pending["pending"] > 0
    until(lambda: verify(stack)[1]["pending"] == 0, 60, "what waited is sealed")


def test_a_changed_row_is_named(stack, device, restored):
    stack.request("PATCH", f"/api/patients/{device.patient}/", json={"lit": "named"})
    until(lambda: entries(stack, patient_id=device.patient, action="patient.changed", limit=1)[0]["scelle"], 10, "the entry is sealed")
    entry = entries(stack, patient_id=device.patient, action="patient.changed", limit=1)[0]
    restored.append(f"UPDATE audit SET username = '{entry['utilisateur']}' WHERE id = {entry['id']}")
    stack.query(f"UPDATE audit SET username = 'nobody' WHERE id = {entry['id']}")
    code, answer = verify(stack)
    assert code == 1 and not answer["ok"] and answer["findings"] == 1
    assert answer["listed"][0]["text"].startswith(f"row {entry['id']} was changed ")
    result = run(stack.environment, "audit", "verify")
    assert result.returncode == 1 and f"row {entry['id']} was changed " in result.stdout and "1 findings" in result.stdout


def test_a_head_that_is_none_of_ours_is_a_finding(stack):
    until(lambda: verify(stack)[1]["head"], 10, "something is sealed")
    code, answer = verify(stack, "--head", "1:" + "0" * 64)
    assert code == 1 and "written anew" in answer["listed"][0]["text"]
    code, answer = verify(stack, "--head", "99999999:" + "0" * 64)
    assert code == 1 and "end was removed" in answer["listed"][0]["text"]
    assert run(stack.environment, "audit", "verify", "--head", "nonsense").returncode == 64


def test_an_export_holds_what_was_asked_for_and_is_recorded_itself(stack, device):
    for bed in ("e1", "e2"):
        stack.request("PATCH", f"/api/patients/{device.patient}/", json={"lit": bed})
    wanted = ["audit", "export", "--patient", str(device.patient), "--user", stack.accounts["infirmier"]["username"]]
    lines = run(stack.environment, *wanted, "--format", "jsonl").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows) and set(rows[0]) == set(COLUMNS)
    assert [row["apres"]["bed"] for row in rows if row["action"] == "patient.changed"][-2:] == ["e1", "e2"]
    table = list(csv.DictReader(io.StringIO(run(stack.environment, *wanted, "--format", "csv").stdout, newline="")))
    assert list(table[0]) == COLUMNS and [row["id"] for row in table] == [str(row["id"]) for row in rows]
    exported = entries(stack, action="audit.exported", limit=2)
    assert [entry["apres"]["format"] for entry in exported] == ["csv", "jsonl"]
    assert exported[0]["apres"]["patient"] == str(device.patient) and exported[0]["utilisateur"].startswith("fajma:")
    assert run(stack.environment, "audit", "export", "--format", "csv", "--to", "2020-01-01").stdout.splitlines() == [",".join(COLUMNS)]
    refused = run(stack.environment, "audit", "export", "--format", "csv", "--from", "yesterday")
    assert refused.returncode == 1 and refused.stderr.startswith("fajma: --from ")
    assert run(stack.environment, "audit", "export").returncode == 64


def test_the_administrators_file_from_the_browser(stack):
    answer = stack.request("GET", "/api/audit/", "admin", params={"format": "csv", "action": "patient.created"})
    assert answer.headers["Content-Type"].startswith("text/csv") and "attachment" in answer.headers["Content-Disposition"]
    assert answer.content.decode().splitlines()[0] == ",".join(COLUMNS)
    assert stack.request("GET", "/api/audit/").status_code == 403
