"""Faults under load: what was answered 2xx is stored, once; what was not says so; and no log tells of a patient."""
import signal
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from websockets.exceptions import InvalidStatus

from support.clock import now, until, wire_time
from support.live_socket import Socket

WRITERS = 8
KILLS = 5
VITALS = {"spo2": (1, 97), "heart_rate": (2, 71), "temperature": (3, 36.6)}


class Writer(threading.Thread):
    """A device that posts a report after the other, and repeats each until it is answered 201, as the firmware does."""

    def __init__(self, device, begin, stop):
        super().__init__(daemon=True)
        self.device, self.begin, self.stop = device, begin, stop
        self.acknowledged = []
        self.sent = []
        self.answers = set()
        self.repeated = 0

    def run(self):
        session = requests.Session()
        number = 0
        while not self.stop.is_set():
            instant = self.begin + timedelta(milliseconds=number)
            self.sent.append(instant)
            if self.post(session, instant):
                self.acknowledged.append(instant)
            number += 1

    def post(self, session, instant):
        body = {"timestamp": wire_time(instant), **{name: {"valeur": value} for name, (_, value) in VITALS.items()}}
        while True:
            try:
                status = self.device.post(body, session).status_code
            except requests.RequestException:
                status = None
            self.answers.add(status)
            if status == 201:
                return True
            self.repeated += 1
            if self.stop.wait(0.02):
                return False


def test_every_report_answered_201_is_stored_once_though_the_api_is_killed(stack):
    devices = [stack.next_device() for _ in range(WRITERS)]
    begin = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
    stop = threading.Event()
    writers = [Writer(device, begin, stop) for device in devices]
    for device in devices:  # demonstration devices are worn from now on; these were before
        stack.query("UPDATE device_assignment SET during = "
                    f"tstzrange('{begin.isoformat()}', NULL) WHERE device_id = {device.id}")
    for writer in writers:
        writer.start()
    try:
        for kill in range(1, KILLS + 1):
            before = sum(len(writer.acknowledged) for writer in writers)
            until(lambda before=before: sum(len(writer.acknowledged) for writer in writers) > before + 50, 30, f"reports pour in before kill {kill}")
            stack.kill("fajma-api")
    finally:
        stop.set()
        for writer in writers:
            writer.join(30)
    assert not any(writer.is_alive() for writer in writers)
    assert sum(writer.repeated for writer in writers) > 0, "no kill was noticed"
    assert set().union(*(writer.answers for writer in writers)) <= {201, 503}
    for writer in writers:
        patient = writer.device.patient
        rows = stack.query(f"SELECT vital, epoch_ms(measured_at), count(*) FROM readings WHERE patient_id = {patient} GROUP BY 1, 2")
        stored = {(int(vital), int(ms)) for vital, ms, _ in rows}
        assert {count for _, _, count in rows} == {"1"}

        def keys(instants):
            return {(code, round(instant.timestamp() * 1000)) for instant in instants for code, _ in VITALS.values()}

        assert keys(writer.acknowledged) <= stored <= keys(writer.sent)
        latest = stack.query(f"SELECT vital, epoch_ms(measured_at) FROM latest_readings WHERE patient_id = {patient}")
        newest = {max(key for key in stored if key[0] == vital) for vital in (1, 2, 3)}
        assert {(int(vital), int(ms)) for vital, ms in latest} == newest


@pytest.mark.parametrize("head", ["Content-Length: 400\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n190\r\n"], ids=["length", "chunked"])
def test_a_connection_cut_in_the_middle_of_a_body_stores_nothing(stack, device, head):
    whole = '{"mesures":[{"type_donnee":"spo2","valeur":97}],"etat":{"firmware":"cut"}}'
    host, port = stack.url.split("//")[1].split(":")

    def requests_logged():
        return stack.logs().get("nginx.access.log", "").count("POST /api/iot/data/")

    before = requests_logged()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall((f"POST /api/iot/data/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {device.key}\r\n"
                            f"Content-Type: application/json\r\n{head}{whole}").encode())
        connection.shutdown(socket.SHUT_WR)
    until(lambda: requests_logged() > before, 10, "nginx has given the request up")
    assert device.stored() == 0
    assert stack.request("GET", f"/api/iot/dispositifs/{device.id}/").json().get("firmware") != "cut"
    device.report(spo2=97)
    assert device.stored() == 1


def test_without_postgresql_there_is_503_and_later_everything_again(stack, device):
    device.report(spo2=97)
    token = stack.token("infirmier")
    with stack.socket(f"/ws/iot/{device.patient}/") as watching:
        watching.snapshot()
        with stack.without("postgres", signal.SIGINT):
            bodies = [device.post({"spo2": {"valeur": 90}, "timestamp": now()}),
                      requests.get(f"{stack.url}/api/iot/data/latest_data/?patient_id={device.patient}",
                                   headers={"Authorization": f"Bearer {token}"}, timeout=10),
                      requests.post(stack.url + "/api/token/", json={"username": "x", "password": "y"}, timeout=10)]
            for answer in bodies:
                assert answer.status_code == 503, answer.text
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert int(answer.headers["Retry-After"]) > 0
                assert answer.json()["status"] == 503 and answer.json()["error"] == answer.json()["detail"]
        until(lambda: device.post({"spo2": {"valeur": 91}, "timestamp": now()}).status_code == 201, 30, "PostgreSQL is back")
        assert stack.query(f"SELECT count(*) FROM readings WHERE patient_id = {device.patient} AND value = 90") == [["0"]]
        # The room gets its state anew once the daemon listens again, at the latest with the next value.
        deadline = time.monotonic() + 20
        while True:
            message = watching.receive(max(0, deadline - time.monotonic()))
            if message["type"] == "iot_data" and message["data"]["spo2"]["valeur"] == 91:
                break
    assert stack.request("GET", "/api/iot/data/latest_data/", params={"patient_id": device.patient}).json()["spo2"]["valeur"] == 91


def test_a_body_of_2_mib_is_413(stack, device):
    answer = requests.post(stack.url + "/api/iot/data/", data=b" " * (2 << 20), timeout=10,
                           headers={**device.headers, "Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 413 and answer.json()["error"] == answer.json()["detail"]


def test_bad_reports_through_nginx_are_400_and_store_nothing(stack, device):
    too_many = {"mesures": [{"type_donnee": "spo2", "valeur": 97, "age_ms": age} for age in range(1001)]}
    assert device.post(too_many).status_code == 400
    for body in ['{"spo2":{"valeur":NaN}}', '{"type_donnee":"spo2","valeur":1e400}', "{", "", "[]", "\x00"]:
        answer = requests.post(stack.url + "/api/iot/data/", data=body, timeout=10,
                               headers={**device.headers, "Content-Type": "application/json"})
        assert answer.status_code == 400 and answer.headers["Content-Type"] == "application/problem+json", body
    assert device.stored() == 0


def test_no_log_has_a_token_a_key_a_name_or_a_value(stack, device):
    secrets = log_something(stack, device)
    logs = stack.logs()
    assert "POST /api/iot/data/" in logs["nginx.access.log"] and logs["fajma-api.log"] and logs["fajma-push.log"]
    for name, text in logs.items():
        for what, secret in secrets:
            assert secret not in text, f"{name} has {what}"


def log_something(stack, device):
    """Does what might be logged, good and bad; returns what must not be."""
    value = 36.87654321
    pair = stack.log_in("infirmier")
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    device.report(temperature=value)
    stack.request("GET", "/api/iot/data/latest_data/", params={"patient_id": patient["identifiant"]})
    with stack.socket(f"/ws/iot/{device.patient}/", token=pair["access"]) as watching:
        watching.snapshot()
        watching.send({"type": "iot_data", "temperature": {"valeur": value}})
        watching.send('{"pas du JSON": ' + str(value))
        watching.receive(5)
    for path in ("/ws/iot/999999/", "/ws/nothing/1/", "/elsewhere/ws/"):
        with pytest.raises(InvalidStatus):
            Socket(f"{stack.url.replace('http', 'ws', 1)}{path}?token={pair['access']}")
    # What PostgreSQL itself would complain of, with the row in its detail.
    for body in ({**patient, "identifiant": patient["identifiant"]}, {**patient, "identifiant": "N-é"},
                 {**patient, "identifiant": "N1", "nom": patient["nom"] * 40},
                 {**patient, "identifiant": "N2", "date_naissance": "1950-02-30"},
                 {**patient, "identifiant": "N3", "prenom": "a\x00b"}):
        assert stack.request("POST", "/api/patients/", json=body).status_code in (400, 409)
    requests.post(stack.url + "/api/iot/data/", data=f'{{"temperature":{{"valeur":{value}', headers=device.headers, timeout=10)
    requests.post(stack.url + "/api/iot/data/", json={"temperature": {"valeur": value}}, timeout=10,
                  headers={"Authorization": "Bearer " + device.key[:-1] + "x"})
    requests.put(stack.url + "/api/session/", cookies={"fajma_session": pair["refresh"]}, headers={"Content-Type": "application/json"}, timeout=10)
    stack.kill("fajma-push")
    stack.kill("fajma-api")
    until(lambda: stack.request("GET", "/api/moi/").status_code == 200, 20, "the API is back")
    with open(stack.environment["FAJMA_SECRET_FILE"], encoding="ascii") as file:
        secret = file.read().strip()
    return [("an access token", pair["access"]), ("a token's signature", pair["access"].rsplit(".", 1)[1]),
            ("a refresh token", pair["refresh"].rsplit(".", 1)[1]), ("a device key", device.key.split("_", 2)[2][:20]),
            ("a password", stack.accounts["infirmier"]["password"]), ("the secret", secret), ("a value", "87654321"),
            ("a patient's name", f"{patient['prenom']} {patient['nom']}"), ("a family name", patient["nom"] * 2),
            ("a hospital number", patient["identifiant"]), ("a date of birth", patient["date_naissance"])]


def test_a_failed_request_is_found_by_its_id_in_the_logs_of_nginx_and_of_the_api(stack):
    stack.token("infirmier")  # asked for while it can be had
    with stack.without("postgres"):
        answer = stack.request("GET", "/api/patients/")
    assert answer.status_code == 503
    request_id = answer.json()["request_id"]

    def lines(log, *words):
        """nginx writes its line once the answer is sent."""
        return [line for line in stack.logs()[log].splitlines() if request_id in line and all(word in line for word in words)]

    until(lambda: lines("nginx.access.log", "GET /api/patients/"), 5, "the line of nginx")
    assert lines("fajma-api.log", f"request={request_id}", "request failed")
    until(stack.is_serving, 30, "the API answers again")


def test_what_nginx_answers_by_itself_carries_the_request_id_too(stack):
    stack.token("infirmier")
    with stack.without("fajma-api"):
        answer = stack.request("GET", "/api/patients/")
    assert answer.status_code == 503
    until(lambda: answer.json()["request_id"] in stack.logs()["nginx.access.log"], 5, "nginx has logged it")
    until(stack.is_serving, 30, "the API answers again")
