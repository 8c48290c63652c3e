"""A client written for the system that FAJMA replaces: REST with requests, push with `?token=`, at the server's root."""
from datetime import datetime

import pytest
import requests
from websockets.exceptions import InvalidStatus

from support.clock import now


@pytest.fixture
def api(stack):
    """A session as the old client made it: log in, put the token into the header."""
    session = requests.Session()
    pair = stack.log_in("infirmier")
    session.headers["Authorization"] = "Bearer " + pair["access"]
    session.refresh_token = pair["refresh"]
    session.base = stack.url + "/api/"
    return session


def test_a_refresh_token_gives_a_new_access_token(stack, api):
    answer = requests.post(api.base + "token/refresh/", json={"refresh": api.refresh_token}, timeout=10)
    assert answer.status_code == 200
    headers = {"Authorization": "Bearer " + answer.json()["access"]}
    assert requests.get(api.base + "iot/dispositifs/", headers=headers, timeout=10).status_code == 200


def test_devices_are_listed_with_the_old_names(stack, api):
    devices = api.get(api.base + "iot/dispositifs/", params={"limit": 1000}).json()
    assert {device.id for device in stack.devices} <= {device["id"] for device in devices}  # other tests add some
    assert {"id", "nom", "type_dispositif", "patient", "statut", "derniere_connexion"} <= devices[0].keys()


def test_status_is_updated_with_the_old_answer(api, device):
    answer = api.post(f"{api.base}iot/dispositifs/{device.id}/update_status/", json={"statut": "maintenance"})
    assert (answer.status_code, answer.json()) == (200, {"status": "Statut mis à jour"})
    assert api.get(f"{api.base}iot/dispositifs/{device.id}/").json()["statut"] == "maintenance"


def test_each_shape_of_a_report_is_stored_and_becomes_the_latest(api, device):
    single = {"dispositif": device.id, "type_donnee": "spo2", "valeur": 97.5, "unite": "%", "timestamp": now(-3)}
    answer = api.post(api.base + "iot/data/", json=single)
    assert answer.status_code == 201
    assert {name: answer.json()[name] for name in single} == single
    assert api.get(f"{api.base}iot/data/{answer.json()['id']}/").json() == answer.json()

    of_several = {"dispositif": device.id, "timestamp": now(-2), "heart_rate": {"valeur": 72, "unite": "bpm"},
                  "temperature": {"valeur": 36.6, "unite": "°C"}}
    answer = api.post(api.base + "iot/data/", json=of_several)
    assert answer.status_code == 201 and answer.json()["recues"] == 2

    report = {"dispositif": device.id, "mesures": [{"type_donnee": "spo2", "valeur": 96, "unite": "%", "timestamp": now(-1)},
                                                   {"type_donnee": "spo2", "valeur": 95, "unite": "%", "age_ms": 500},
                                                   {"type_donnee": "spo2", "valeur": 95, "unite": "mmHg"}]}
    answer = api.post(api.base + "iot/data/", json=report).json()
    assert (answer["recues"], answer["doublons"], [one["index"] for one in answer["rejetees"]]) == (2, 0, [2])

    latest = api.get(api.base + "iot/data/latest_data/", params={"patient_id": device.patient}).json()
    assert {name: (one["valeur"], one["unite"]) for name, one in latest.items()} == {
        "spo2": (95, "%"), "heart_rate": (72, "bpm"), "temperature": (36.6, "°C")}
    for one in latest.values():
        assert datetime.fromisoformat(one["timestamp"]).tzinfo is not None
    rows = api.get(api.base + "iot/data/", params={"patient_id": device.patient, "type_donnee": "spo2"}).json()
    assert [row["valeur"] for row in rows] == [95, 96, 97.5]


def test_the_old_errors_are_still_there(stack, api):
    answer = api.get(api.base + "iot/data/latest_data/")
    assert (answer.status_code, answer.json()["error"]) == (400, "patient_id requis")
    answer = requests.get(api.base + "iot/data/", timeout=10)
    assert answer.status_code == 401 and answer.json()["detail"] and answer.headers["WWW-Authenticate"].startswith("Bearer")
    answer = requests.post(api.base + "token/", json={"username": "x", "password": "y"}, timeout=10)
    assert answer.status_code == 401 and answer.json()["detail"]
    answer = requests.post(api.base + "token/", json={"username": "x"}, timeout=10)
    assert answer.status_code == 400 and isinstance(answer.json()["password"], list)


def test_alerts_are_raised_listed_and_acknowledged(api, device):
    body = {"patient": device.patient, "type_alerte": "spo2_low", "message": "SpO2 basse", "niveau_gravite": "error"}
    alert = api.post(api.base + "iot/alertes/", json=body).json()
    listed = api.get(api.base + "iot/alertes/", params={"patient_id": device.patient, "acquittee": "false"}).json()
    assert listed == [alert]
    changed = api.patch(f"{api.base}iot/alertes/{alert['id']}/", json={"acquittee": True}).json()
    assert changed["acquittee"] is True and changed["acquittee_par"]
    assert api.get(api.base + "iot/alertes/", params={"patient_id": device.patient, "acquittee": "false"}).json() == []


def test_a_socket_brings_the_latest_then_every_update_within_a_second(stack, device):
    device.report(spo2=97, heart_rate=71)
    with stack.socket(f"/ws/iot/{device.patient}/") as socket:
        first = socket.snapshot()[0]
        assert first["type"] == "iot_data" and first["patient_id"] == device.patient
        values = {name: (one["valeur"], one["unite"]) for name, one in first["data"].items()}
        assert values == {"spo2": (97, "%"), "heart_rate": (71, "bpm")}
        device.report(spo2=93)
        update = socket.receive(1)
        assert update["type"] == "iot_data" and update["data"].keys() == {"spo2"} and update["data"]["spo2"]["valeur"] == 93
        socket.send({"type": "get_latest"})
        again = socket.receive(1)
        assert again["type"] == "iot_data" and again["data"]["spo2"]["valeur"] == 93 and again["data"]["heart_rate"]["valeur"] == 71


def test_the_hospital_number_names_the_room_too(stack, device):
    number = stack.request("GET", f"/api/patients/{device.patient}/").json()["identifiant"]
    with stack.socket(f"/ws/iot/{number}/") as socket:
        socket.snapshot()
        device.report(spo2=94)
        assert socket.receive(1)["patient_id"] == device.patient


def test_alerts_come_to_both_rooms_when_raised_and_when_acknowledged(stack, device):
    with stack.socket(f"/ws/iot/{device.patient}/") as vitals, stack.socket(f"/ws/alerts/{device.patient}/") as alerts:
        vitals.snapshot()
        assert alerts.snapshot() == []
        device.report(spo2=94)  # which the room of alerts does not hear
        body = {"patient": device.patient, "type_alerte": "spo2_low", "message": "SpO2 basse", "niveau_gravite": "warning"}
        alert = stack.request("POST", "/api/iot/alertes/", json=body).json()
        assert vitals.receive(1)["type"] == "iot_data"
        for socket in (vitals, alerts):
            message = socket.receive(1)
            assert (message["type"], message["patient_id"], message["data"]) == ("alert", device.patient, alert)
        stack.request("POST", f"/api/iot/alertes/{alert['id']}/acquitter/", role="medecin")
        for socket in (vitals, alerts):
            message = socket.receive(1)
            assert message["type"] == "alert_update" and message["data"]["acquittee"] is True
    # What a person raised ends with its acknowledgement.
    with stack.socket(f"/ws/alerts/{device.patient}/") as alerts:
        assert alerts.snapshot() == []


def test_an_open_alert_is_told_once_a_session_however_often_the_page_connects(stack, device):
    token = stack.log_in("infirmier")["access"]
    for number in range(3):
        body = {"patient": device.patient, "type_alerte": f"chute{number}", "message": "Chute", "niveau_gravite": "warning"}
        assert stack.request("POST", "/api/iot/alertes/", json=body).status_code == 201

    def told(**options):
        with stack.socket(f"/ws/iot/{device.patient}/", **options) as socket:
            alerts = sum(message["type"] == "alert" for message in socket.snapshot())
            # The answer comes after what the client has said before: that it has read so far.
            socket.send({"type": "get_latest"})
            socket.receive(5)
            return alerts

    assert [told(token=token) for _ in range(3)] == [3, 0, 0]
    assert told(token=stack.log_in("infirmier")["access"]) == 3


def test_what_a_nurse_sends_through_the_socket_is_stored_and_comes_back(stack, device):
    with stack.socket(f"/ws/iot/{device.patient}/") as socket, stack.socket(f"/ws/service/{device.ward}/") as ward:
        socket.snapshot()
        ward.snapshot()
        socket.send({"type": "iot_data", "temperature": {"valeur": 37.4, "unite": "°C"}})
        for one in (socket, ward):
            message = one.receive(1)
            assert message["patient_id"] == device.patient and message["data"]["temperature"]["valeur"] == 37.4
        assert device.stored() == 1
        socket.send({"type": "iot_data", "temperature": {"valeur": 99, "unite": "°F"}})
        assert "error" in socket.receive(1)
        assert device.stored() == 1


def test_a_screen_may_not_send_readings(stack, first_ward_device):
    device = first_ward_device
    with stack.socket(f"/ws/iot/{device.patient}/", role="ecran") as socket:
        socket.snapshot()
        socket.send({"type": "iot_data", "temperature": {"valeur": 37.4, "unite": "°C"}})
        assert "error" in socket.receive(1)
    assert device.stored() == 0


@pytest.mark.parametrize("text", ["pas du JSON", "{", '{"type":', "\x00", '{"type":NaN}'])
def test_what_is_no_json_is_told_so_and_the_socket_stays(stack, device, text):
    with stack.socket(f"/ws/iot/{device.patient}/") as socket:
        socket.snapshot()
        socket.send(text)
        assert socket.receive(1) == {"error": "Format JSON invalide"}
        socket.send({"type": "get_latest"})
        assert socket.receive(1)["type"] == "iot_data"


def test_a_ward_hears_all_its_patients_and_no_other(stack, first_ward_device):
    device = first_ward_device
    neighbour, stranger = stack.next_device(device.ward), stack.next_device()
    assert stranger.ward != device.ward
    with stack.socket(f"/ws/service/{device.ward}/", role="ecran") as socket:
        socket.snapshot()
        for one, value in ((stranger, 91), (device, 92), (neighbour, 93)):
            one.report(spo2=value)
        heard = [(message["patient_id"], message["data"]["spo2"]["valeur"]) for message in (socket.receive(1), socket.receive(1))]
        assert heard == [(device.patient, 92), (neighbour.patient, 93)]


def test_handshakes_are_refused_with_the_right_status(stack, first_ward_device):
    device = first_ward_device
    foreign = stack.devices[-1]
    assert foreign.ward != device.ward

    def status(path, **options):
        with pytest.raises(InvalidStatus) as refusal:
            stack.socket(path, **options)
        return refusal.value.response.status_code

    assert status(f"/ws/iot/{device.patient}/", token="bad") == 401
    assert status(f"/ws/iot/{device.patient}/", token=stack.log_in("infirmier")["refresh"]) == 401
    assert status("/ws/iot/999999/") == 404
    assert status(f"/ws/iot/{foreign.patient}/", role="ecran") in (403, 404)
    assert status("/ws/other/1/") == 404
