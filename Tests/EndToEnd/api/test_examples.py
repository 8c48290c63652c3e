"""The reference clients of docs/examples: each follows a ward through an outage of the push daemon, and misses nothing."""
import http.server
import json
import os
import queue
import subprocess
import sys
import threading

import pytest

from support.clock import until
from support.paths import REPOSITORY
from support.processes import end_with_parent
from support.stack import Stack

EXAMPLES = os.path.join(REPOSITORY, "docs", "examples")
LONGEST = 60


class Files(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *arguments):
        super().__init__(*arguments, directory=EXAMPLES)

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def stack(origin):
    """Its own: the push daemon is stopped, and another origin may ask."""
    stack = Stack(2, FAJMA_ALLOWED_ORIGINS=origin)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_each_is_short():
    for name in os.listdir(EXAMPLES):
        with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
            assert len(file.readlines()) <= LONGEST, name


def values(messages, patient, kinds=("iot_data", "reading")):
    """Every SpO2 that a client heard of."""
    found = []
    for message in messages:
        if message["patient"] != patient or message["kind"] not in kinds:
            continue
        data = message["data"]
        if message["kind"] == "iot_data" and "spo2" in data:
            found.append(data["spo2"]["valeur"])
        elif message["kind"] == "reading" and data["type_donnee"] == "spo2":
            found.append(data["valeur"])
    return found


def follow_through_an_outage(stack, device, messages):
    """`messages`: a function that returns all that the client heard, as `{kind, patient, data}`."""
    until(lambda: 97 in values(messages(), device.patient), 20, "the snapshot")
    device.report(spo2=96)
    until(lambda: 96 in values(messages(), device.patient), 10, "a live value")
    alert = {"patient": device.patient, "type_alerte": "chute", "message": "Chute", "niveau_gravite": "warning"}
    assert stack.request("POST", "/api/iot/alertes/", json=alert).status_code == 201
    until(lambda: any(one["kind"] == "alert" and one["data"]["type_alerte"] == "chute" for one in messages()), 10, "the alert")
    with stack.without("fajma-push"):
        for value in (95.5, 95.25):
            device.report(spo2=value)
    device.report(spo2=98)
    # And what the device kept, from before the client's own gap, in one report.
    kept = [80.5 + number / 8 for number in range(6)]
    readings = [{"type_donnee": "spo2", "valeur": value, "age_ms": 60_000 - 1_000 * number} for number, value in enumerate(kept)]
    assert device.post({"mesures": readings}).status_code == 201
    until(lambda: {95.5, 95.25, 98, *kept} <= set(values(messages(), device.patient)), 40, "what was measured while nobody listened")
    told = values(messages(), device.patient, ["reading"])
    assert len(told) == len(set(told)), "each of them once"


def test_the_python_client_follows_a_ward(stack):
    device, account, heard, lines = stack.devices[0], stack.accounts["infirmier"], [], queue.Queue()
    device.report(spo2=97)
    process = subprocess.Popen([sys.executable, os.path.join(EXAMPLES, "follow_ward.py"), stack.url, account["username"], str(device.ward)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=end_with_parent)
    process.stdin.write(account["password"] + "\n")
    process.stdin.flush()
    threading.Thread(target=lambda: [lines.put(line) for line in process.stdout], daemon=True).start()

    def messages():
        while not lines.empty():
            heard.append(json.loads(lines.get()))
        return heard

    try:
        follow_through_an_outage(stack, device, messages)
    finally:
        process.terminate()
        process.wait(10)


def test_the_javascript_client_follows_a_ward(stack, origin, page):
    device, account = stack.devices[1], stack.accounts["infirmier"]
    device.report(spo2=97)
    page.goto(origin)
    page.evaluate("""async (options) => {
        window.heard = [];
        const { followWard } = await import("/follow-ward.js");
        const onMessage = ({ type, patient_id, data }) => heard.push({ kind: type, patient: patient_id, data });
        window.stop = await followWard({ ...options, onMessage });
    }""", {"base": stack.url, "username": account["username"], "password": account["password"], "ward": device.ward})
    follow_through_an_outage(stack, device, lambda: page.evaluate("heard"))
    page.evaluate("stop()")
