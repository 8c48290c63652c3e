"""Keys of the hospital's programs on the running stack: admit, report, listen, renew, expire, revoke."""
import base64
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from support.admin_socket import ask
from support.clock import until

EVERYTHING = ["readPatients", "managePatients", "readReadings", "enterReadings", "readAlerts", "raiseAlerts", "acknowledgeAlerts", "readDevices",
              "readWards"]
SESSION_OVER, NOT_ALLOWED = 4401, 4403


def ahead(**time):
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


class Key:
    """A machine key of the test's own."""

    def __init__(self, stack, permissions=EVERYTHING, expires=None, **places):
        self.stack, self.name = stack, f"Moteur {uuid.uuid4().hex[:8]}"
        places = places or {"services": [ward(stack)]}
        body = {"nom": self.name, "permissions": permissions, "expire_le": expires or ahead(days=90), **places}
        answer = stack.request("POST", "/api/cles/", role="admin", json=body)
        assert answer.status_code == 201, answer.text
        self.id, self.text = answer.json()["id"], answer.json()["cle"]

    def renew(self, **body):
        answer = self.stack.request("POST", f"/api/cles/{self.id}/renouveler/", role="admin", json=body)
        assert answer.status_code == 200, answer.text
        former, self.text = self.text, answer.json()["cle"]
        return former

    def revoke(self):
        assert self.stack.request("DELETE", f"/api/cles/{self.id}/", role="admin").status_code == 204

    def shown(self):
        return self.stack.request("GET", f"/api/cles/{self.id}/", role="admin").json()

    def send(self, method, path, token=None, **options):
        return requests.request(method, self.stack.url + path, headers={"Authorization": f"Bearer {token or self.text}"}, timeout=10, **options)

    def socket(self, path, token=None):
        return self.stack.socket(path, token=token or self.text)

    def grant(self, **form):
        form = {"grant_type": "client_credentials", "client_id": f"fjs_{self.id}", "client_secret": self.text, **form}
        return requests.post(self.stack.url + "/api/token/", data=form, timeout=10)


def ward(stack):
    return stack.request("GET", "/api/services/").json()[0]["id"]


def foreign_ward(stack):
    return next(row["id"] for row in stack.request("GET", "/api/services/", role="admin").json() if row["id"] != ward(stack))


def closing_code(socket, seconds=5):
    """With which code the server closes a socket, whatever it says before."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.connection.recv(timeout=seconds)
    return closed.value.rcvd.code


def admit(key, number, in_ward):
    body = {"nom": "Roux", "prenom": "Luc", "date_naissance": "1950-01-01", "sexe": "M", "service": in_ward, "lit": number[:8]}
    return key.send("PUT", "/api/patients/", params={"identifiant": number}, json=body)


def test_a_program_admits_reports_and_listens_until_its_key_is_revoked(stack):
    key, number = Key(stack), f"K{uuid.uuid4().hex[:8]}"
    admitted = admit(key, number, ward(stack))
    assert admitted.status_code == 201, admitted.text
    assert admit(key, number, ward(stack)).status_code == 200
    patient = admitted.json()["id"]
    with key.socket(f"/ws/service/{ward(stack)}/") as of_ward, key.socket(f"/ws/iot/{patient}/") as of_patient:
        of_ward.snapshot()
        of_patient.snapshot()
        reading = key.send("POST", "/api/iot/data/", json={"patient": patient, "type_donnee": "spo2", "valeur": 96})
        assert reading.status_code == 201, reading.text
        assert of_patient.receive(5)["data"]["spo2"]["valeur"] == 96
        of_patient.send({"type": "iot_data", "heart_rate": {"valeur": 71, "unite": "bpm"}})
        assert of_patient.receive(5)["data"]["heart_rate"]["valeur"] == 71
        body = {"patient": patient, "type_alerte": "chute", "message": "Chute", "niveau_gravite": "warning"}
        alert = key.send("POST", "/api/iot/alertes/", json=body)
        assert alert.json()["levee_par"] == key.name
        acknowledged = key.send("POST", f"/api/iot/alertes/{alert.json()['id']}/acquitter/")
        assert acknowledged.json()["acquittee_par"] == key.name
        key.revoke()
        assert closing_code(of_ward) == closing_code(of_patient) == SESSION_OVER
    refused = key.send("GET", "/api/moi/")
    assert refused.status_code == 401 and refused.json()["code"] == "token_not_valid"
    with pytest.raises(InvalidStatus) as handshake:
        key.socket(f"/ws/iot/{patient}/")
    assert handshake.value.response.status_code == 401
    audit = stack.request("GET", "/api/audit/", role="admin", params={"utilisateur": key.name}).json()
    assert {"patient.created", "reading.created", "alert.created", "key.used_revoked"} <= {row["action"] for row in audit}
    assert {row["utilisateur_id"] for row in audit} == {key.id}


def test_the_key_opens_a_socket_by_its_subprotocol_and_a_foreign_room_is_not_there(stack):
    key = Key(stack)
    address = stack.url.replace("http", "ws", 1)
    with connect(f"{address}/ws/service/{ward(stack)}/", subprotocols=["fajma", f"bearer.{key.text}"]) as socket:
        assert socket.subprotocol == "fajma"
    for path, status in ((f"/ws/service/{foreign_ward(stack)}/", 404), ("/ws/iot/999999/", 404)):
        with pytest.raises(InvalidStatus) as handshake:
            key.socket(path)
        assert handshake.value.response.status_code == status


@pytest.mark.parametrize(("permissions", "open_rooms"), [
    (["readPatients"], set()), (["readAlerts"], {"alerts"}), (["readReadings", "readAlerts"], {"alerts", "iot"}),
    (["readPatients", "readReadings", "readAlerts", "readDevices"], {"alerts", "iot", "service"}),
])
def test_a_socket_needs_all_that_is_told_there(stack, permissions, open_rooms):
    key = Key(stack, permissions)
    patient = stack.request("GET", "/api/patients/", params={"service": ward(stack)}).json()[0]["id"]
    for room, path in (("iot", f"/ws/iot/{patient}/"), ("alerts", f"/ws/alerts/{patient}/"), ("service", f"/ws/service/{ward(stack)}/")):
        if room in open_rooms:
            with key.socket(path) as socket:
                socket.snapshot()
        else:
            with pytest.raises(InvalidStatus) as handshake:
                key.socket(path)
            assert handshake.value.response.status_code == 403


def test_the_old_secret_works_beside_the_new_one_and_its_sockets_end_with_it(stack):
    key = Key(stack)
    former = key.renew(ancienne_valable_h=1)
    for token in (former, key.text):
        assert key.send("GET", "/api/moi/", token).status_code == 200
    with key.socket(f"/ws/service/{ward(stack)}/", former) as old, key.socket(f"/ws/service/{ward(stack)}/") as new:
        old.snapshot()
        new.snapshot()
        stack.query(f"UPDATE machine_keys SET former_secret_until = now(), expires_at = expires_at + interval '1 second' WHERE user_id = {key.id}")
        assert closing_code(old) == SESSION_OVER
        assert key.send("GET", "/api/moi/", former).status_code == 401
        assert key.send("GET", "/api/moi/").status_code == 200
        new.connection.send("?")  # still there
        assert new.receive(5) == {"error": "Format JSON invalide"}


def test_a_key_ends_at_its_expiry_with_its_sockets(stack):
    key = Key(stack, expires=ahead(seconds=8))
    assert key.shown()["etat"] == "expire_bientot"
    with key.socket(f"/ws/service/{ward(stack)}/") as socket:
        socket.snapshot()
        assert closing_code(socket, 30) == SESSION_OVER
    until(lambda: key.send("GET", "/api/moi/").status_code == 401, 10, "the key has expired")
    assert key.grant().json()["error"] == "invalid_client"
    assert key.shown()["etat"] == "expiree"
    assert stack.query(f"SELECT action FROM audit WHERE action LIKE 'key.used%' AND user_id = {key.id}") != []


def test_an_oauth_client_gets_a_token_for_rest_and_sockets(stack):
    key = Key(stack, tous_services=True)
    granted = key.grant(scope="readReadings readAlerts")
    assert granted.status_code == 200, granted.text
    body = granted.json()
    assert body["token_type"] == "Bearer" and 0 < body["expires_in"] <= 900 and set(body["scope"].split()) == {"readReadings", "readAlerts"}
    assert granted.headers["Cache-Control"] == "no-store"
    token = body["access_token"]
    assert key.send("GET", "/api/moi/", token).json()["username"] == key.name
    assert key.send("GET", "/api/iot/data/", token).status_code == 200
    assert key.send("GET", "/api/patients/", token).status_code == 403
    patient = stack.request("GET", "/api/patients/", role="admin").json()[0]["id"]
    basic = base64.b64encode(f"fjs_{key.id}:{key.text}".encode()).decode()
    by_header = requests.post(stack.url + "/api/token/", data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {basic}"},
                              timeout=10)
    assert by_header.status_code == 200, by_header.text
    with key.socket(f"/ws/iot/{patient}/", token) as socket:
        socket.snapshot()
        key.renew()  # without an overlap: the token's secret is nothing any more
        assert closing_code(socket) == SESSION_OVER
    assert key.send("GET", "/api/moi/", token).status_code == 401


def test_a_key_that_loses_a_permission_loses_the_room(stack):
    key = Key(stack)
    with key.socket(f"/ws/service/{ward(stack)}/") as socket:
        socket.snapshot()
        stack.query(f"UPDATE machine_keys SET permissions = '{{readPatients}}' WHERE user_id = {key.id}")
        assert closing_code(socket) == NOT_ALLOWED


def test_the_metrics_count_the_keys_that_expire(stack):
    status, text = ask(stack, "push", "/metrics")
    assert status == 200
    counted = {family.name for family in text_string_to_metric_families(text)}
    assert {"fajma_machine_keys_expiring", "fajma_machine_keys_expired"} <= counted


def test_no_log_has_a_key(stack):
    key = Key(stack)
    key.send("GET", "/api/patients/")
    with key.socket(f"/ws/service/{ward(stack)}/") as socket:
        socket.snapshot()
    key.grant()
    key.revoke()
    key.send("GET", "/api/patients/")
    secret = key.text.split("_", 2)[2]
    assert all(secret not in log for log in stack.logs().values())
    assert json.dumps(key.shown()).find(secret) < 0
