"""What one fajma-push of several does every second: technical alerts, escalation and its webhook, and who does it when it is killed."""
import base64
import hmac
import json
import os
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.clock import until
from support.paths import program
from support.stack import Stack

HANDOVER_SECONDS = 5
# From then on a time in which no daemon looked after alarms is an alert.
UNWATCHED_SECONDS = 15


def watches(stack, condition="true"):
    """The database's processes for the daemons that watch, or wait to."""
    return [pid for pid, in stack.query("SELECT pid FROM pg_stat_activity a "
                                        f"WHERE application_name = 'fajma-push leader' AND {condition} ORDER BY pid")]


def leader(stack):
    """The one that leads; None: nobody."""
    pids = watches(stack, "EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted)")
    assert len(pids) <= 1
    return pids[0] if pids else None


def alerts(stack, device, kind):
    """Whether each has ended, in the order they were raised."""
    return [ended == "t" for ended, in stack.query(
        f"SELECT ended_at IS NOT NULL FROM alerts WHERE device_id = {device} AND kind = '{kind}' ORDER BY id")]


@pytest.fixture
def daemon(stack, tmp_path):
    """Starts another fajma-push beside the stack's, with settings of its own."""
    started = []

    def start(**settings):
        log = tmp_path / f"push{len(started)}.log"
        environment = {**stack.environment, **settings, "FAJMA_PUSH_SOCKET": stack.path("run", f"spare{len(started)}.sock"),
                       "FAJMA_PUSH_ADMIN_SOCKET": stack.path("run", f"spare{len(started)}.admin")}
        with open(log, "wb") as file:
            process = subprocess.Popen([program("fajma-push")], env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        process.log = log
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGKILL)
    until(lambda: leader(stack), 20, "the stack's own leads again")


class Receiver(ThreadingHTTPServer):
    """A hospital's pager: keeps what it gets and answers with `status`."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 204
        self.calls = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def about(self, alert):
        return [call for call in list(self.calls) if json.loads(call["body"])["data"]["alerte"]["id"] == alert]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.status
        self.server.calls.append({"path": self.path, "headers": dict(self.headers.items()), "body": body, "status": status})
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


@pytest.fixture
def receiver():
    with Receiver() as server:
        yield server
        server.shutdown()


def test_when_the_leader_is_killed_another_one_leads_within_5_s_and_raises_nothing_twice(stack, device, daemon):
    before = until(lambda: leader(stack), 10, "somebody leads")
    stack.query(f"UPDATE device_state SET battery = 3 WHERE device_id = {device.id}")
    until(lambda: alerts(stack, device.id, "batterie_faible"), 10, "the leader has seen the battery")
    daemon()
    until(lambda: len(watches(stack)) == 2, 20, "another one waits")
    assert leader(stack) == before
    with stack.without("fajma-push"):
        until(lambda: leader(stack) not in (None, before), HANDOVER_SECONDS, "the other one leads")
        stack.query(f"UPDATE device_state SET clock_offset_ms = 60000 WHERE device_id = {device.id}")
        until(lambda: alerts(stack, device.id, "horloge") == [False], HANDOVER_SECONDS, "the new leader has seen the clock")
        assert alerts(stack, device.id, "batterie_faible") == [False]
        stack.query(f"UPDATE device_state SET battery = 90, clock_offset_ms = 0 WHERE device_id = {device.id}")
        for kind in ("batterie_faible", "horloge"):
            until(lambda kind=kind: alerts(stack, device.id, kind) == [True], HANDOVER_SECONDS, f"{kind} has ended")


def verify(call, secret):
    """As docs/alarms.md says."""
    headers = {name.lower(): value for name, value in call["headers"].items()}
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), call["body"]])
    expected = "v1," + base64.b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
    assert hmac.compare_digest(expected, headers["webhook-signature"])
    assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
    assert headers["content-type"] == "application/json"
    return headers["webhook-id"]


def test_an_escalation_calls_the_webhook_until_it_is_taken_though_the_daemon_is_killed(stack, device, daemon, receiver, tmp_path):
    secret = os.urandom(48)
    file = tmp_path / "webhook-secret"
    file.write_bytes(secret)
    file.chmod(0o600)
    settings = {"FAJMA_WEBHOOK_URL": f"http://pager:geheim@127.0.0.1:{receiver.server_port}/appel", "FAJMA_WEBHOOK_SECRET_FILE": str(file),
                "FAJMA_ESCALATION_SECONDS": "1"}
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    receiver.status = 302  # not followed: that is no 2xx

    def row(alert):
        return stack.query(f"SELECT attempts > 0, delivered_at IS NOT NULL, problem FROM webhook_deliveries WHERE alert_id = {alert}")

    with stack.without("fajma-push"):
        first = daemon(**settings)
        body = {"patient": device.patient, "type_alerte": "chute", "message": "Chute", "niveau_gravite": "error"}
        alert = stack.request("POST", "/api/iot/alertes/", json=body).json()["id"]
        until(lambda: row(alert) == [["t", "f", "the receiver answered 302"]], 20, "it was sent in vain")
        first.kill()
        first.wait()
        receiver.status = 204
        second = daemon(**settings)
        until(lambda: row(alert) and row(alert)[0][1] == "t", 30, "it was taken")
    calls = receiver.about(alert)
    assert [call["status"] for call in calls[-2:]] == [302, 204]
    assert len({verify(call, secret) for call in calls}) == 1 and len({call["body"] for call in calls}) == 1
    assert {call["path"] for call in receiver.calls} == {"/appel"}
    text = calls[0]["body"].decode()
    data = json.loads(text)["data"]
    assert (data["patient"], data["lit"], data["service"]["id"]) == (device.patient, patient["lit"], device.ward)
    assert data["alerte"]["message"] == "Chute"
    assert patient["nom"] not in text and patient["identifiant"] not in text
    shown = stack.request("GET", f"/api/iot/alertes/{alert}/").json()
    assert shown["escaladee_le"] and not shown["acquittee"]
    logs = first.log.read_text() + second.log.read_text()
    assert "this daemon leads" in logs and "geheim" not in logs and "Chute" not in logs and "/appel" not in logs
    stack.request("POST", f"/api/iot/alertes/{alert}/acquitter/")


@pytest.fixture
def alert_stack():
    """A stack that soon misses a device and soon finds that no screen would sound a ward's alarms."""
    stack = Stack(1, FAJMA_SIGNAL_LOST_SECONDS="2", FAJMA_WARD_UNMONITORED_SECONDS="3")
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_a_silent_device_and_a_ward_without_sound_are_alerts_until_they_are_heard(alert_stack):
    stack, device = alert_stack, alert_stack.devices[0]
    name = stack.request("GET", f"/api/iot/dispositifs/{device.id}/", role="admin").json()["nom"]

    def ward_alerts():
        return stack.query(f"SELECT severity, ended_at IS NOT NULL FROM alerts WHERE ward_id = {device.ward} ORDER BY id")

    with stack.socket(f"/ws/alerts/{device.patient}/", role="admin") as socket:
        until(lambda: alerts(stack, device.id, "signal_perdu") == [False], 10, "the signal is lost")
        messages = [message for message in socket.snapshot() if message["data"]["type_alerte"] == "signal_perdu"]
        raised = messages[0] if messages else socket.receive(5)
        assert raised["type"] == "alert" and raised["data"]["dispositif"] == device.id
        assert (raised["data"]["message"], raised["data"]["niveau_gravite"]) == (f"Signal perdu – {name}", "warning")
        device.report(spo2=97)
        ended = socket.receive(5)
        assert ended["type"] == "alert_update" and ended["data"]["id"] == raised["data"]["id"] and ended["data"]["terminee_le"]
    until(lambda: ward_alerts() == [["error", "f"]], 10, "no screen would sound the ward's alarms")
    with stack.socket(f"/ws/service/{device.ward}/", role="admin") as socket:
        socket.send({"type": "son", "actif": True})
        until(lambda: ward_alerts() == [["error", "t"]], 10, "the ward is heard")
    # A device that was worn, and has alerts, can be taken out of use.
    assert stack.request("DELETE", f"/api/iot/dispositifs/{device.id}/", role="admin").status_code == 204


def test_a_time_without_a_daemon_that_looks_after_alarms_is_an_alert_afterwards(alert_stack, monkeypatch):
    """Who was not at a screen meanwhile knows it by that; a change of the leader is none."""
    stack, kind = alert_stack, "surveillance_interrompue"
    # Other tests stop the daemon for longer than that, and want no alert.
    monkeypatch.setattr(stack, "was_stopped", lambda service: None)

    def interruptions():
        return stack.query(f"SELECT ward_id, severity, ended_at - measured_at >= interval '{UNWATCHED_SECONDS} s', acknowledged_at IS NULL "
                           f"FROM alerts WHERE kind = '{kind}' ORDER BY ward_id")

    until(lambda: leader(stack), 20, "a daemon leads")
    before = leader(stack)
    stack.kill("fajma-push")
    until(lambda: leader(stack) not in (None, before), 20, "it leads again")
    assert interruptions() == []
    with stack.without("fajma-push"):
        begun = time.monotonic()
        until(lambda: time.monotonic() - begun > UNWATCHED_SECONDS, UNWATCHED_SECONDS + 1, "nobody looks after alarms")
    until(lambda: interruptions() == [[str(stack.devices[0].ward), "error", "t", "t"]], 20, "the ward with a patient has the alert")
    rows = stack.request("GET", "/api/iot/alertes/", params={"service": stack.devices[0].ward}).json()
    [row] = [row for row in rows if row["type_alerte"] == kind]
    assert row["terminee_le"] and not row["acquittee"]
