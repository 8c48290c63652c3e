"""One account, device key or address that asks for all it can get, beside people and devices who want to be served."""
import base64
import http.client
import json
import multiprocessing
import os
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

from table import Row, verdict
from victim import Victim

SECONDS = 8
# After an attack, until what it left behind is done.
REST_SECONDS = 1
SETTLE_SECONDS = 30
GOAL_QUICK_MS = 50
GOAL_SLOW_MS = 1000
TIMEOUT_SECONDS = 35
ADDRESSES = [f"127.0.0.{number}" for number in range(50, 62)]
UNKNOWN_KEY = "fjd_1_" + "A" * 43


class Attacker:
    """What an attack's threads use; each thread of a process of its own has one."""

    def __init__(self, port, over, address="127.0.0.1"):
        self.port, self.over, self.address = port, over, address
        self.connection = None

    def ask(self, method, path, body=None, token=None, **headers):
        """The status; 0: no answer."""
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS, source_address=(self.address, 0))
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self.connection = None
            return 0

    def socket(self, path, token):
        """A WebSocket after its handshake, or None."""
        connection = socket.create_connection(("127.0.0.1", self.port), TIMEOUT_SECONDS, (self.address, 0))
        key = base64.b64encode(os.urandom(16)).decode()
        connection.sendall((f"GET {path}?token={token} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        return connection if connection.recv(4096).startswith(b"HTTP/1.1 101") else None


def frame(text):
    """A client's text frame, with a mask of zeros."""
    size = len(text)
    length = bytes((0x80 | size,)) if size < 126 else bytes((0xFE,)) + size.to_bytes(2) if size < 65536 else bytes((0xFF,)) + size.to_bytes(8)
    return b"\x81" + length + bytes(4) + text


def nested(bytes_wanted, begin='{"mesures":[],"etat":{"detaches":', end="}}"):
    depth = 28
    return begin + "[" * depth + ",".join(["{}"] * (bytes_wanted // 3)) + "]" * depth + end


def readings(count, start):
    """A report of readings a second apart."""
    return json.dumps({"mesures": [
        {"type_donnee": "spo2", "valeur": 97, "timestamp": (start + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
        for second in range(count)]})


# Each attack: how many threads, and what one of them does until the end; `number` is the thread's, `target` has tokens, keys and patients.

def nested_reports(attacker, number, target):
    attacker.ask("POST", "/api/iot/data/", nested(20_000), UNKNOWN_KEY)


def nested_patches(attacker, number, target):
    attacker.ask("PATCH", f"/api/iot/dispositifs/{target['device']}/affectations/1/", nested(40_000, '{"x":', "}"), target["token"])


def lists(attacker, number, target):
    attacker.ask("GET", "/api/iot/data/?dispositif=999999&limit=1000", token=target["token"])


def lists_of_a_patient(attacker, number, target):
    attacker.ask("GET", f"/api/iot/data/?patient_id={target['patient']}&limit=1000", token=target["token"])


def histories(attacker, number, target):
    begin = (datetime.now(UTC) - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    attacker.ask("GET", f"/api/patients/{target['patient']}/historique/?type_donnee=spo2&points=1500&debut={begin}", token=target["token"])


def trials(attacker, number, target):
    begin = (datetime.now(UTC) - timedelta(days=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    attacker.ask("POST", f"/api/patients/{target['patient']}/limites/essai/", json.dumps({"limites": [], "depuis": begin}), target["token"])


def traces(attacker, number, target):
    attacker.ask("GET", f"/api/services/{target['ward']}/traces/", token=target["token"])


def alerts(attacker, number, target):
    body = {"patient": target["patient"], "type_alerte": f"note_{number}", "message": "x" * 490, "niveau_gravite": "info",
            "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    attacker.ask("POST", "/api/iot/alertes/", json.dumps(body), target["token"])


def guesses(attacker, number, target):
    attacker.ask("POST", "/api/token/", json.dumps({"username": os.urandom(6).hex(), "password": "wrong password " + os.urandom(4).hex()}))


def right_logins(attacker, number, target):
    attacker.ask("POST", "/api/token/", json.dumps(target["account"]))


def full_reports(attacker, number, target):
    start = datetime.now(UTC) - timedelta(hours=20) + timedelta(seconds=int.from_bytes(os.urandom(2)), milliseconds=int.from_bytes(os.urandom(2)))
    attacker.ask("POST", "/api/iot/data/", readings(1000, start), target["key"])


def small_reports(attacker, number, target):
    attacker.ask("POST", "/api/iot/data/", json.dumps({"mesures": [{"type_donnee": "spo2", "valeur": 97}]}), target["key"])


def repeated_reports(attacker, number, target):
    body = readings(10, datetime.now(UTC) - timedelta(minutes=5))
    for _ in range(2):
        attacker.ask("POST", "/api/iot/data/", body, target["key"])


def handshakes(attacker, number, target):
    connection = attacker.socket(f"/ws/iot/{target['patient']}/", target["token"])
    target["open"].append(connection)


def stores(attacker, number, target):
    connection = attacker.socket(f"/ws/iot/{target['patient']}/", target["token"])
    if connection is None:
        return attacker.over.wait(0.1)
    with connection:
        for _ in range(25):
            report = json.loads(readings(700, datetime.now(UTC) - timedelta(hours=1, milliseconds=int.from_bytes(os.urandom(2)))))
            connection.sendall(frame(json.dumps({"type": "iot_data", "mesures": [
                {"type_donnee": "spo2", "valeur": 97, "timestamp": reading["timestamp"]} for reading in report["mesures"]]}).encode()))
        connection.settimeout(TIMEOUT_SECONDS)
        attacker.over.wait(1)


ATTACKS = {
    "none": (0, None), "nested JSON, no account, 8": (8, nested_reports), "nested JSON in a PATCH, 4": (4, nested_patches),
    "lists of no device, 80": (80, lists), "lists of a patient, 80": (80, lists_of_a_patient), "histories, 16": (16, histories),
    "limit trials, 8": (8, trials), "a ward's traces, 32": (32, traces), "alerts by hand, 8": (8, alerts),
    "guesses, 12 addresses, 24": (24, guesses), "right logins, one account, 24": (24, right_logins),
    "one key: reports of 1,000, 8": (8, full_reports), "one key: small reports, 32": (32, small_reports),
    "one key: each report twice, 8": (8, repeated_reports), "handshakes that stay, 8": (8, handshakes), "stores by socket, 20": (20, stores),
}


def run(port, target, count, act, over):
    """The process of an attack."""
    def loop(number):
        attacker = Attacker(port, over, ADDRESSES[number % len(ADDRESSES)] if act is guesses else ADDRESSES[0])
        while not over.is_set():
            try:
                act(attacker, number, target)
            except OSError:
                over.wait(0.05)
    threads = [threading.Thread(target=loop, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    over.wait()


def settle(hospital):
    """Waits for what an attack left behind: the next one is measured without it."""
    asker = Attacker(hospital.port, None)
    report = json.dumps({"mesures": [{"type_donnee": "heart_rate", "valeur": 70}]})
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        began = time.monotonic()
        status = asker.ask("POST", "/api/iot/data/", report, hospital.devices[-1]["cle"])
        if status == 201 and time.monotonic() - began < 1:
            break
    time.sleep(REST_SECONDS)


def measure(hospital, options, note):
    users = hospital.users
    tokens = {role: hospital.log_in(role) for role in ("infirmier", "medecin")}
    device = hospital.devices[0]
    ward = hospital.query(f"SELECT ward_id FROM patients WHERE id = {device['patient']}")
    target = {"token": tokens["infirmier"], "key": device["cle"], "device": device["dispositif"], "patient": device["patient"], "ward": ward,
              "account": {name: users["infirmier"][name] for name in ("username", "password")}, "open": []}
    victim_account = {name: users["medecin"][name] for name in ("username", "password")}
    context = multiprocessing.get_context("fork")
    for name, (count, act) in ATTACKS.items():
        over = context.Event()
        process = context.Process(target=run, args=(hospital.port, target, count, act, over), daemon=True)
        with Victim(hospital, victim_account, tokens["medecin"]) as victim:
            if act:
                process.start()
            time.sleep(SECONDS)
        if act:
            over.set()
            process.join(REST_SECONDS)
            process.kill()
            process.join()
        holds = (max(victim.p99_ms(what) for what in ("POST", "page")) <= GOAL_QUICK_MS
                 and max(victim.p99_ms(what) for what in ("login", "known", "handshake")) <= GOAL_SLOW_MS and not any(victim.failures.values()))
        text = ", ".join(f"{what} {victim.text(what)}" for what in victim.times)
        note(f"{name}: {text}")
        yield Row(f"attack: {name}", "–", "–", f"{text} ms", f"POST, page p99 ≤ {GOAL_QUICK_MS}, rest ≤ {GOAL_SLOW_MS}", verdict(holds))
        settle(hospital)
    # What attackers stored is counted as it is, once the last of it has arrived.
    while hospital.expected != (stored := hospital.stored()):
        hospital.expected = stored
        time.sleep(REST_SECONDS)
