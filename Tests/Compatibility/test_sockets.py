"""The replaced system's sockets: each scenario runs on both, and what its client saw is compared."""
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from comparison.side import Call
from support.live_socket import Socket

DEADLINE_S = 5
# What its clients know; they pass over everything else.
KNOWN = ("iot_data", "alert")


class Listener:
    """A client on one side's socket: `seen` is what it understands of what comes, without instants and ids."""

    def __init__(self, side, path, token=None):
        token = side.log_in("admin")["access"] if token is None else token
        self.side, self.socket = side, Socket(side.url.replace("http", "ws", 1) + side.fill(path) + (f"?token={token}" if token else ""))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.__exit__(*exception)

    def send(self, message):
        self.socket.send(self.side.fill(message))

    def post(self, path, body, method="POST"):
        answer = self.side.send(Call(method, path, json=body, save="heard"))
        assert answer.status < 300, answer.body

    def next(self, kind, seconds=DEADLINE_S):
        """The next message of a kind; null when none comes in time."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                message = self.socket.receive(max(0, deadline - time.monotonic()))
            except TimeoutError:
                return None
            if (kind == "error" and "error" in message) or message.get("type") == kind:
                return shown(self.side, message)


def shown(side, message):
    if "error" in message:
        return message["error"]
    data = message["data"]
    if message["type"] == "alert":
        return {name: data[name] for name in ("type_alerte", "message", "niveau_gravite", "acquittee")} | {"patient": side.name_of("patient",
                                                                                                                                   data["patient"])}
    values = {name: (one["valeur"], one["unite"]) for name, one in data.items() if isinstance(one, dict)}
    return {"patient": side.name_of("patient", message["patient_id"])} | values


def reading(kind, value, unit):
    return {"dispositif": "{dispositif7}", "type_donnee": kind, "valeur": value, "unite": unit}


def alert(kind):
    return {"patient": "{patient7}", "type_alerte": kind, "message": "Chute", "niveau_gravite": "warning"}


IOT, ALERTS = "/ws/iot/{patient7!s}/", "/ws/alerts/{patient7!s}/"


def first_the_newest_of_every_vital(side):
    side.send(Call("POST", "/api/iot/data/", json=reading("spo2", 97.5, "%")))
    side.send(Call("POST", "/api/iot/data/", json=reading("temperature", 36.6, "°C")))
    with Listener(side, IOT) as client:
        return client.next("iot_data")


def every_update(side):
    with Listener(side, IOT) as client:
        client.next("iot_data")
        seen = []
        for kind, value, unit in (("spo2", 98, "%"), ("heart_rate", 71, "bpm"), ("temperature", 37.1, "°C")):
            client.post("/api/iot/data/", reading(kind, value, unit))
            seen.append(client.next("iot_data"))
        return seen


def the_newest_again_when_asked(side):
    side.send(Call("POST", "/api/iot/data/", json=reading("spo2", 96, "%")))
    with Listener(side, IOT) as client:
        first = client.next("iot_data")
        client.send({"type": "get_latest"})
        return first == client.next("iot_data")


def no_json(side):
    with Listener(side, IOT) as client:
        client.next("iot_data")
        client.socket.connection.send("{")
        error = client.next("error")
        client.send({"type": "get_latest"})
        return error, client.next("iot_data") is not None


def what_nobody_knows(side):
    with Listener(side, IOT) as client:
        client.next("iot_data")
        client.send({"type": "bonjour"})
        client.send({"type": "get_latest"})
        return client.next("iot_data") is not None


def stored_through_the_socket(side):
    """Of a message with values the sender and everybody else gets an update, and REST the value."""
    with Listener(side, IOT) as client, Listener(side, IOT) as other:
        for one in (client, other):
            one.next("iot_data")
        client.send({"type": "iot_data", "dispositif": "{dispositif7}", "spo2": {"valeur": 99, "unite": "%"}})
        seen = [client.next("iot_data"), other.next("iot_data")]
        latest = side.send(Call("GET", "/api/iot/data/latest_data/", query={"patient_id": "{patient7}"})).body["spo2"]["valeur"]
        return seen, latest


def an_alert_comes_to_both_rooms(side):
    with Listener(side, IOT) as vitals, Listener(side, ALERTS) as alerts:
        vitals.next("iot_data")
        vitals.post("/api/iot/alertes/", alert("salle"))
        return vitals.next("alert"), alerts.next("alert")


def alerts_alone(side):
    with Listener(side, ALERTS) as client:
        client.post("/api/iot/data/", reading("spo2", 97, "%"))
        return client.next("iot_data", 1)


def an_open_alert_at_each_connection(side):
    side.send(Call("POST", "/api/iot/alertes/", json=alert("ouverte")))
    token = side.log_in("admin")["access"]
    counts = []
    for _ in range(3):
        with Listener(side, ALERTS, token) as client:
            counts.append(0)
            while client.next("alert", 0.7):
                counts[-1] += 1
            client.send({"type": "get_latest"})
    return counts[1:]


def refused(side, token, path=IOT):
    try:
        with connect(side.url.replace("http", "ws", 1) + side.fill(path) + token, open_timeout=DEADLINE_S) as socket:
            socket.recv(DEADLINE_S)
            return False
    except (InvalidStatus, InvalidMessage, ConnectionClosed):
        return True


def without_a_token(side): return refused(side, "")
def with_a_wrong_token(side): return refused(side, "?token=x")
def with_a_renewal_token(side): return refused(side, "?token=" + side.log_in("admin")["refresh"])
def alerts_without_a_token(side): return refused(side, "", ALERTS)
def another_path(side): return refused(side, "?token=" + side.log_in("admin")["access"], "/ws/autre/{patient7!s}/")


# What differs, and why; as in intended.json.
INTENDED = {
    "with_a_renewal_token": ((False, True), "A renewal token is no access token: it lasts a day and would open every patient of the account."),
}
SCENARIOS = (first_the_newest_of_every_vital, every_update, the_newest_again_when_asked, no_json, what_nobody_knows, stored_through_the_socket,
             an_alert_comes_to_both_rooms,
             alerts_alone, an_open_alert_at_each_connection, without_a_token, with_a_wrong_token, with_a_renewal_token, alerts_without_a_token,
             another_path)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_client_sees_the_same_on_its_socket(sides, scenario):
    old, new = sides
    seen = scenario(old), scenario(new)
    meant = INTENDED.get(scenario.__name__)
    assert seen == meant[0] if meant else seen[0] == seen[1], seen
