"""The page about WebSockets is true: what a ward's and a patient's sockets say is what it lists, made of the objects that the routes have."""
import json
import re
import time

import pytest
import requests
from jsonschema import Draft202012Validator
from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.paths import REPOSITORY

# A message's type, and the object in its `data`.
OBJECTS = {"iot_data": None, "alert": "Alert", "alert_update": "Alert", "pause": "Pause", "score": "Score", "dispositif": "Device",
           "patient": None, "ready": None, "pulse": None}
PULSE_SECONDS = 10


@pytest.fixture(scope="module")
def schemas(stack):
    return requests.get(stack.url + "/api/openapi.json", timeout=10).json()["components"]["schemas"]


def faults(schemas, name, value):
    described = {**schemas[name], "components": {"schemas": schemas}}
    unknown = [] if value is None else [member for member in value if member not in described["properties"]]
    return unknown + [fault.message[:200] for fault in Draft202012Validator(described).iter_errors(value)]


def check(schemas, message):
    """What is wrong with a message."""
    if message["type"] == "iot_data":
        assert set(message) <= {"type", "patient_id", "data", "depuis", "corrige"}, message
        return [fault for value in message["data"].values() for fault in faults(schemas, "Value", value)]
    name = OBJECTS[message["type"]]
    return faults(schemas, name, message["data"]) if name and message["data"] else []


def listen(socket, into, until_type, seconds=5):
    """All messages, to the first of the type."""
    deadline = time.monotonic() + seconds
    while True:
        message = json.loads(socket.connection.recv(timeout=max(0, deadline - time.monotonic())))
        into.append(message)
        if message.get("type") == until_type:
            return message


def next_error(socket):
    """Past what happens meanwhile, as the end of the pause."""
    while "error" not in (message := json.loads(socket.connection.recv(timeout=5))):
        pass
    return message


def test_the_page_lists_each_message_and_they_are_what_it_says(stack, device, schemas):
    with open(f"{REPOSITORY}/docs/interface/websocket.md", encoding="utf-8") as file:
        page = file.read()
    server = page[page.index("## From the server"):page.index("## From the client")]
    assert set(re.findall(r'"type": "(\w+)"', server)) == set(OBJECTS)
    device.report(spo2=97, temperature=33)
    came = []
    with stack.socket(f"/ws/iot/{device.patient}/") as patient, stack.socket(f"/ws/service/{device.ward}/") as ward:
        for socket in (patient, ward):
            listen(socket, came, "ready", 20)
        device.post({"mesures": [], "etat": {"batterie": 7}})
        listen(ward, came, "dispositif")
        alert = stack.request("POST", "/api/iot/alertes/", json={
            "patient": device.patient, "type_alerte": "essai", "message": "essai", "niveau_gravite": "info"}).json()
        listen(patient, came, "alert")
        stack.request("POST", f"/api/iot/alertes/{alert['id']}/acquitter/")
        listen(patient, came, "alert_update")
        stack.request("POST", f"/api/patients/{device.patient}/pause/", json={"duree_s": 5})
        assert listen(patient, came, "pause")["data"]["patient"] == device.patient
        stack.request("PATCH", f"/api/patients/{device.patient}/", json={"lit": "ws"})
        listen(ward, came, "patient")
        # The client's part.
        patient.send({"type": "get_latest"})
        assert listen(patient, came, "iot_data")["data"]["spo2"]["valeur"] == 97
        patient.send({"type": "iot_data", "respiratory_rate": {"valeur": 31}})
        listen(patient, came, "score")
        patient.send({"type": "pulse"})
        assert listen(patient, came, "pulse")["a_jour"] is True
        patient.send({"type": "auth", "token": stack.token("infirmier")})
        ward.send({"type": "son", "actif": True})
        patient.send("no JSON")
        assert next_error(patient) == {"error": "Format JSON invalide"}
        patient.send({"type": "unknown"})
        assert set(next_error(patient)) == {"error"}
    assert {message["type"] for message in came} == set(OBJECTS)
    wrong = [(message["type"], found) for message in came if (found := check(schemas, message))]
    assert not wrong, wrong[:5]


@pytest.mark.parametrize(("path", "status", "code"), [
    ("/ws/iot/{patient}/", 401, "not_authenticated"), ("/ws/iot/{patient}/?token=x", 401, "token_not_valid"),
    ("/ws/iot/999999/?token={token}", 404, "not_found"), ("/ws/nothing/1/?token={token}", 404, "not_found"),
])
def test_a_handshake_that_is_refused_gets_the_described_answer(stack, device, path, status, code):
    from support.live_socket import Socket
    url = stack.url.replace("http", "ws", 1) + path.format(patient=device.patient, token=stack.token("infirmier"))
    with pytest.raises(InvalidStatus) as refused:
        Socket(url)
    answer = refused.value.response
    assert answer.status_code == status and json.loads(answer.body)["code"] == code


@pytest.mark.parametrize(("frame", "code"), [(b"\x00", 1003), ("x" * 65_537, 1009)])
def test_a_frame_that_is_too_much_closes_the_socket_as_described(stack, device, frame, code):
    with stack.socket(f"/ws/iot/{device.patient}/") as socket:
        socket.snapshot()
        socket.connection.send(frame)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket.connection.recv(timeout=5)
        assert closed.value.rcvd.code == code
