"""The description of the interface: valid, what is committed, true for its own examples, and under requests that nobody thought of."""
import json
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import requests
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from support.paths import REPOSITORY
from support.stack import Stack

# As the examples say: patient 12, device 5, ward 1.
PATIENTS = 12
PATIENT, DEVICE, WARD = 12, 5, 1
IS_LONG = os.environ.get("FAJMA_TEST_LONG") == "1"
# For each role the phases, the seconds (in `make test-long`, too), and how many operations must be answered with success: else it was no test.
# The administrator comes last, and takes the others' rights away.
RUNS = {
    "infirmier": ("examples,fuzzing", 14, 200, 25),
    "device": ("examples,coverage,fuzzing", 6, 100, 2),
    "admin": ("examples,coverage", 26, 300, 40),
}
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
          "response_schema_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth")
PASSWORD = "quatre etages sans ascenseur"


@pytest.fixture(scope="module")
def hospital():
    """A stack of its own: what is made up changes and deletes whatever it can."""
    stack = Stack(PATIENTS)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def description(hospital):
    answer = requests.get(hospital.url + "/api/openapi.json", timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_description_is_valid_and_the_committed_one(hospital, description):
    validate(description)
    with open(os.path.join(REPOSITORY, "docs/openapi.json"), encoding="utf-8") as file:
        assert description == json.load(file)
    answer = requests.get(hospital.url + "/api/openapi.json", timeout=10)
    again = requests.get(hospital.url + "/api/openapi.json/", timeout=10, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and not again.content


class Examples:
    """The examples of the description, sent one by one."""

    def __init__(self, hospital, description):
        self.hospital, self.description = hospital, description
        self.sent = set()
        self.browser = requests.Session()

    def send(self, method, path, role="admin", prepare=None, token=None, values=None, **places):
        """Each example of the operation, or the one request that a route without a body has; checks what is answered.

        `values` stand in for texts of the examples, as an access token does. Returns the last answer.
        """
        operation = self.description["paths"][path][method.lower()]
        content = operation.get("requestBody", {}).get("content", {})
        kind = "application/json" if "application/json" in content else next(iter(content), None)
        examples = content.get(kind, {}).get("examples", {"": {"value": None}})
        query = places.pop("query", None)
        for name in sorted(examples):
            if prepare:
                prepare()
            body = examples[name]["value"]
            if values and body:
                body = {key: values.get(key, value) for key, value in body.items()}
            headers = {} if operation.get("security") is not None else {"Authorization": f"Bearer {token or self.hospital.token(role)}"}
            if path == "/api/session/" or kind == "text/csv":
                headers["Content-Type"] = kind or "application/json"
            data = None if body is None else (json.dumps(body) if kind == "application/json" else body).encode()
            answer = self.browser.request(method, self.hospital.url + path.format(**places), params=query, headers=headers, timeout=10, data=data)
            self.check(operation, answer, f"{method} {path} {name}")
            self.sent.add((method, path))
        return answer

    def check(self, operation, answer, place):
        assert 200 <= answer.status_code < 300, f"{place}: {answer.status_code} {answer.text[:500]}"
        described = operation["responses"].get(str(answer.status_code))
        assert described, f"{place}: {answer.status_code} is not described"
        if "content" not in described:
            assert not answer.content, place
            return
        content = described["content"][answer.headers["Content-Type"].split(";")[0]]
        validator = Draft202012Validator({**content["schema"], "components": self.description["components"]})
        faults = [f"{place}: {fault.json_path}: {fault.message[:300]}" for fault in validator.iter_errors(answer.json())]
        assert not faults, faults


def test_each_example_is_answered_as_described(hospital, description):
    examples = Examples(hospital, description)
    send = examples.send

    send("GET", "/api/version/")
    send("POST", "/api/utilisateurs/")
    account = requests.post(hospital.url + "/api/utilisateurs/", timeout=10, headers={"Authorization": f"Bearer {hospital.token('admin')}"},
                            json={"username": "claire.petit", "role": "medecin", "services": [WARD], "mot_de_passe": PASSWORD}).json()
    hospital.query(f"UPDATE users SET must_change_password = false WHERE id = {account['id']}")
    pair = send("POST", "/api/token/").json()
    for path in ("refresh/", "verify/"):
        send("POST", f"/api/token/{path}", values={"refresh": pair["refresh"], "token": pair["access"]})
    send("POST", "/api/session/")
    send("PUT", "/api/session/")
    send("DELETE", "/api/session/")
    send("PATCH", "/api/utilisateurs/{id}/", id=account["id"])
    for path in ("/api/moi/", "/api/moi/sessions/", "/api/utilisateurs/", "/api/services/", "/api/audit/", "/api/alarmes/mesures/"):
        send("GET", path)
    send("PATCH", "/api/moi/")

    next_year = (datetime.now(UTC) + timedelta(days=365)).isoformat()
    key = send("POST", "/api/cles/", values={"expire_le": next_year}).json()["id"]
    send("GET", "/api/cles/")
    send("GET", "/api/cles/{id}/", id=key)
    send("POST", "/api/cles/{id}/renouveler/", id=key, values={"expire_le": next_year})
    send("DELETE", "/api/cles/{id}/", id=key)

    ward = send("POST", "/api/services/").json()["id"]
    send("PATCH", "/api/services/{id}/", id=ward)
    for path in ("", "traces/", "pause/", "limites/"):
        send("GET", f"/api/services/{{id}}/{path}", id=WARD)
    send("POST", "/api/services/{id}/pause/", id=WARD)
    send("PUT", "/api/limites/")
    send("GET", "/api/limites/")
    send("PUT", "/api/services/{id}/limites/", id=WARD)

    number = send("POST", "/api/patients/").json()["identifiant"]
    send("PUT", "/api/patients/", query={"identifiant": number})
    send("GET", "/api/patients/", query={"identifiant": number})
    for method, path in (("PUT", ""), ("PATCH", ""), ("POST", "profil/"), ("POST", "pause/"), ("POST", "absence/"), ("PUT", "limites/"),
                         ("POST", "limites/essai/")):
        send(method, f"/api/patients/{{id}}/{path}", id=number)
    examples.send("POST", "/api/patients/{id}/sortie/annuler/", id=number,
                  prepare=lambda: send("POST", "/api/patients/{id}/sortie/", id=number))

    for subject in ("patients", "dispositifs"):
        send("POST", f"/api/import/{subject}/", query={"essai": "true"})

    send("POST", "/api/iot/dispositifs/")
    for method, path in (("PUT", ""), ("PATCH", ""), ("POST", "update_status/"), ("POST", "etalonnages/"), ("POST", "cle/")):
        send(method, f"/api/iot/dispositifs/{{id}}/{path}", id=DEVICE)
    assignment = send("POST", "/api/iot/dispositifs/{id}/affectations/", id=DEVICE).json()["id"]
    send("PATCH", "/api/iot/dispositifs/{id}/affectations/{affectation}/", id=DEVICE, affectation=assignment)
    for path in ("", "etalonnages/", "affectations/"):
        send("GET", f"/api/iot/dispositifs/{{id}}/{path}", id=DEVICE)
    send("GET", "/api/iot/dispositifs/")

    send("POST", "/api/iot/data/")
    reading = send("GET", "/api/iot/data/", query={"dispositif": DEVICE, "type_donnee": "spo2"}).json()[0]["id"]
    for method in ("PUT", "PATCH", "GET"):
        send(method, "/api/iot/data/{id}/", id=reading)
    send("GET", "/api/iot/data/latest_data/", query={"patient_id": PATIENT})
    send("GET", "/api/iot/data/latest_data/", query={"service": WARD})
    for path in ("", "score/", "saisies/", "pause/", "absence/", "brassard/", "limites/", "limites/changements/", "alarmes/charge/"):
        send("GET", f"/api/patients/{{id}}/{path}", id=PATIENT)
    send("GET", "/api/patients/{id}/historique/", id=PATIENT, query={"type_donnee": "spo2"})

    alert = send("POST", "/api/iot/alertes/").json()["id"]
    send("GET", "/api/iot/alertes/")
    for method, path in (("GET", ""), ("PUT", ""), ("PATCH", ""), ("POST", "acquitter/")):
        send(method, f"/api/iot/alertes/{{id}}/{path}", id=alert)

    send("POST", "/api/moi/mot_de_passe/", token=pair["access"])
    send("POST", "/api/token/blacklist/", values={"refresh": pair["refresh"]})

    left_out = {(method.upper(), path) for path, methods in description["paths"].items() for method, operation in methods.items()
                if "requestBody" in operation} - examples.sent
    assert not left_out, left_out


@pytest.mark.parametrize("role", RUNS)
def test_no_request_that_is_made_up_gets_an_answer_that_is_not_described(hospital, role, tmp_path):
    phases, short, long, least = RUNS[role]
    seconds = long if IS_LONG else short
    if role == "device":
        token = hospital.request("POST", f"/api/iot/dispositifs/{DEVICE}/cle/", role="admin").json()["cle"]
    else:
        token = hospital.log_in(role)["access"]
    alerts = [hospital.request("POST", "/api/iot/alertes/", role="admin", json={
        "patient": one.patient, "type_alerte": f"essai-{uuid.uuid4()}", "message": "essai", "niveau_gravite": "info"}).json()["id"]
        for one in hospital.devices[:3]]
    readings = [row["id"] for one in hospital.devices[:3] for row in hospital.request(
        "GET", "/api/iot/data/", role="admin", params={"patient_id": one.patient, "limit": 3}).json()]
    known = {"utilisateurs": [int(row[0]) for row in hospital.query("SELECT id FROM users ORDER BY id")], "services": [WARD],
             "patients": [one.patient for one in hospital.devices], "dispositifs": [one.id for one in hospital.devices], "alertes": alerts,
             "cles": machine_keys(hospital), "data": readings, "own": hospital.request("GET", "/api/moi/", role="admin").json()["id"]}
    options = []
    if role == "device":
        known["dispositifs"] = [DEVICE]
        options = ["--include-path-regex", "/(data|update_status|version)/$"]
    else:
        sessions = requests.get(hospital.url + "/api/moi/sessions/", timeout=10, headers={"Authorization": f"Bearer {token}"}).json()
        known["session"] = next(one["id"] for one in sessions if one["actuelle"])
    report = tmp_path / "requests.ndjson"
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "support.described_requests", "FAJMA_KNOWN_IDS": json.dumps(known),
                   "PYTHONPATH": os.pathsep.join([os.path.join(REPOSITORY, "Tests/EndToEnd"), os.path.join(REPOSITORY, "scripts")]),
                   "NO_COLOR": "1"}
    # On a machine that is busy it comes to little in that time: then once more, for longer.
    for longer in (1, 5):
        make_up_requests(hospital, token, phases, longer * seconds, options, report, environment)
        if len(answered(report)) >= least:
            break
    assert len(answered(report)) >= least, sorted(answered(report))
    assert requests.get(hospital.url + "/api/version/", timeout=10).status_code == 200
    assert "request failed" not in "".join(text for name, text in hospital.logs().items() if "api" in name)


def machine_keys(hospital):
    """Some to be renewed and revoked."""
    body = {"permissions": ["readPatients"], "services": [WARD], "expire_le": (datetime.now(UTC) + timedelta(days=365)).isoformat()}
    return [hospital.request("POST", "/api/cles/", role="admin", json={**body, "nom": f"essai {uuid.uuid4()}"}).json()["id"] for _ in range(3)]


def make_up_requests(hospital, token, phases, seconds, options, report, environment):
    # Elsewhere than in the checkout: it leaves its examples behind.
    run = subprocess.run(
        [os.path.join(os.path.dirname(sys.executable), "schemathesis"), "run", hospital.url + "/api/openapi.json",
         "--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing" if IS_LONG else phases,
         "--max-time", str(seconds), "--continue-on-failure", "--warnings", "off", "--no-shrink",
         "--report", "ndjson", "--report-ndjson-path", str(report), *options],
        cwd=report.parent, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds * 2 + 60)
    told = "\n".join(line[:400] for line in run.stdout.splitlines())
    assert run.returncode == 0, told


def answered(report):
    """The operations that were answered with success, out of schemathesis' report."""
    found = set()
    with open(report, encoding="utf-8") as file:
        for line in file:
            for recorder in [event.get("recorder") for event in json.loads(line).values() if isinstance(event, dict)]:
                for interaction in (recorder or {}).get("interactions", {}).values():
                    response = interaction.get("response") or {}
                    if 200 <= response.get("status_code", 0) < 300:
                        found.add(recorder["label"])
    return found
