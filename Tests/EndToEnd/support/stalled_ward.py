"""A ward whose database does not store for a while: what its screens, people, devices and records must have had."""
import contextlib
import http.client
import socket
import time

import requests

from support.alert_steps import acknowledge, raise_alert
from support.browser import expect_chip, log_in
from support.clock import until
from support.database_faults import frozen
from support.feed import Feed
from support.load import LoadDevice

BLIND = "ward-page.blind status-banner[data-blind]:not([hidden])"
BLIND_WITHIN_SECONDS = 5
# The screen's own alarm: what has been lost for 5 s, and the page's second.
SOUNDS_WITHIN_SECONDS = 7
# A batch is given up after 5 s, and what waited for a connection may have waited before.
ANSWER_SECONDS = 8
WHOLE_WITHIN_SECONDS = 5
# A shorter interruption leaves no alert behind.
INTERRUPTED_SECONDS = 15
READY_SECONDS = 4
# The API knows once a batch has been given up.
NOT_READY_WITHIN_SECONDS = 8
# Connections to the database that each part of the daemons may have, at most.
CONNECTIONS = {"fajma-api": 8, "fajma-api reports": 4, "fajma-push": 4, "fajma-push storing": 2}
MODES = ("timestamp", "timestamp", "age_ms", "untimed")


def put_on(stack, device):
    answer = stack.request("POST", f"/api/iot/dispositifs/{device.id}/affectations/", role="admin", json={"patient": device.patient})
    assert answer.status_code == 201, answer.text


def take_off(stack, devices):
    numbers = ", ".join(str(device.id) for device in devices)
    stack.query(f"UPDATE device_assignment SET during = tstzrange(lower(during), now()) WHERE device_id IN ({numbers}) AND upper_inf(during)")


def backends(stack):
    """Of ours that are in the middle of something."""
    return int(stack.query("SELECT count(*) FROM pg_stat_activity WHERE application_name ~ '^fajma-' AND state <> 'idle' AND xact_start < now() - "
                           "interval '1 s'")[0][0])


def readiness(stack, name):
    """What the daemon's admin socket answers to /ready, and after how long."""
    asked = time.monotonic()
    connection = http.client.HTTPConnection("localhost", timeout=10)
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.sock.settimeout(10)
    connection.sock.connect(stack.environment[f"FAJMA_{name}_ADMIN_SOCKET"])
    connection.request("GET", "/ready")
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - asked


def check_people_are_served(stack, alert):
    """They log in, look and acknowledge; the database answers them."""
    assert stack.log_in("medecin")["access"]
    assert stack.request("GET", "/api/patients/", role="medecin").status_code == 200
    acknowledge(stack, alert)


def check_people_are_refused(stack):
    """Nobody can be served; each is told so within seconds, however many ask."""
    for path in ("/api/moi/", "/api/patients/", "/api/moi/"):
        asked = time.monotonic()
        answer = requests.get(stack.url + path, headers={"Authorization": f"Bearer {stack.token('medecin')}"}, timeout=20)
        assert answer.status_code == 503 and answer.headers["Retry-After"], answer.text
        assert time.monotonic() - asked < ANSWER_SECONDS, path


def check_daemons_are_not_ready(stack):
    for name in ("API", "PUSH"):
        def is_not_ready(name=name):
            status, seconds = readiness(stack, name)
            assert seconds < READY_SECONDS, (name, status, seconds)
            return status == 503

        until(is_not_ready, NOT_READY_WITHIN_SECONDS, f"{name} is not ready")


def has_leaked(stack):
    """Processes of the database that nobody uses any more, or that are still in the middle of something."""
    counts = stack.query("SELECT application_name, count(*) FROM pg_stat_activity WHERE application_name ~ '^fajma-' GROUP BY 1")
    return backends(stack) > 0 or [name for name, count in counts if int(count) > CONNECTIONS.get(name, 1)]


def check_alerts(stack, before, begun, ended, devices):
    """One for each ward with patients where it lasted; nobody is blamed for a silence that was the database's."""
    rows = stack.query("SELECT ward_id, kind, severity, extract(epoch FROM measured_at), extract(epoch FROM ended_at), acknowledged_at IS NULL "
                       f"FROM alerts WHERE id > {before} AND kind <> 'spo2_bas' ORDER BY ward_id")
    wards = [ward for ward, in stack.query("SELECT DISTINCT ward_id FROM patients WHERE discharged_at IS NULL ORDER BY 1")]
    expected = wards if ended - begun >= INTERRUPTED_SECONDS else []
    assert [(ward, kind) for ward, kind, *_ in rows] == [(ward, "surveillance_interrompue") for ward in expected]
    for ward, _, severity, since, until_, is_waiting in rows:
        assert severity == "error" and is_waiting == "t"
        shown = stack.request("GET", "/api/iot/alertes/", role="medecin", params={"service": ward, "limit": 1}).json()
        assert [(row["service"], row["type_alerte"]) for row in shown] == [(int(ward), "surveillance_interrompue")]
        assert abs(float(since) - begun) < BLIND_WITHIN_SECONDS and abs(float(until_) - ended) < WHOLE_WITHIN_SECONDS


def check_stall(stack, page, fault, seconds):
    """Lets `fault` last for `seconds` while devices report and a display hangs on the wall. Returns figures for who reads them."""
    shown_device, *others = [stack.next_device(stack.devices[0].ward) for _ in range(1 + len(MODES))]
    devices = [shown_device, *others]
    for device in devices:
        put_on(stack, device)
    log_in(page, stack, "ecran")
    expect_chip(page, "connected")
    figures = {}

    def shown(value):
        return f'ward-page:not(.blind) patient-tile[data-patient="{shown_device.patient}"] [data-vital=spo2] span.number:text-is("{value}")'

    with contextlib.ExitStack() as running:
        feed = running.enter_context(Feed(shown_device, spo2=97))
        load = [running.enter_context(LoadDevice(device, mode)) for device, mode in zip(others, MODES, strict=True)]
        page.wait_for_selector(shown(97))
        # A milder one than the interruption, which is then what sounds.
        alert = raise_alert(stack, shown_device, "warning")
        page.wait_for_selector("sound-control[data-playing=warning]")
        stack.token("medecin")
        before = int(stack.query("SELECT coalesce(max(id), 0) FROM alerts")[0][0])
        with fault(stack):
            # A disk that is full still takes what fits into the pages that are there.
            begun = until(lambda: min((device.refused_at for device in load if device.refused_at), default=None), 30, "a report is not stored") \
                if fault.__name__ == "full" else time.monotonic()
            begun_at = time.time() - (time.monotonic() - begun)
            page.wait_for_selector(BLIND, timeout=max(0.1, begun + BLIND_WITHIN_SECONDS - time.monotonic()) * 1000)
            figures["blind"] = time.monotonic() - begun
            page.wait_for_selector("sound-control[data-playing=error]", timeout=max(0.1, begun + SOUNDS_WITHIN_SECONDS - time.monotonic()) * 1000)
            figures["sounds"] = time.monotonic() - begun
            if fault is frozen:
                check_people_are_refused(stack)
            else:
                check_people_are_served(stack, alert)
            check_daemons_are_not_ready(stack)
            until(lambda: time.monotonic() - begun >= seconds, seconds + 1, "the fault lasts")
            assert page.locator(BLIND).count() == 1
            assert fault is frozen or backends(stack) <= 4, "what was given up has left its process waiting"
        ended, ended_at = time.monotonic(), time.time()
        feed.values = {"spo2": 96}
        page.wait_for_selector(shown(96), timeout=WHOLE_WITHIN_SECONDS * 1000)
        figures["whole"] = time.monotonic() - ended
        until(lambda: not any(len(device.kept) > 1 for device in load), 10, "what was kept is sent")
        figures["sent"] = time.monotonic() - ended
        until(lambda: not has_leaked(stack), 5, "nobody waits any more, and nothing is left behind")
        assert requests.get(stack.url + "/api/moi/", headers={"Authorization": f"Bearer {stack.token('medecin')}"}, timeout=10).status_code == 200
        until(lambda: [readiness(stack, name)[0] for name in ("API", "PUSH")] == [200, 200], 5, "both daemons are ready")
    check_alerts(stack, before, begun_at, ended_at, devices)
    figures["slowest"] = max(device.slowest_seconds for device in load)
    for device in load:
        stored = device.stored()
        figures[device.mode] = (device.measured, stored, device.unknown)
        assert not device.kept and stored >= device.measured, f"{device.mode}: lost"
        # Without a time of its own, one that may have been stored before it was sent again is another reading.
        doubled = 0 if device.mode == "timestamp" else device.unknown
        assert stored <= device.measured + doubled, f"{device.mode}: doubled"
    check_logs(stack)
    take_off(stack, devices)
    stack.query("UPDATE alerts SET acknowledged_at = now(), acknowledged_by = (SELECT min(id) FROM users) WHERE acknowledged_at IS NULL")
    print({name: round(value, 1) if isinstance(value, float) else value for name, value in figures.items()})
    return figures


def check_logs(stack):
    """Each daemon says once that it cannot store, and that it can again."""
    for name in ("fajma-api", "fajma-push"):
        log = until(lambda name=name: "stores readings again" in (text := stack.logs()[f"{name}.log"]) and text, 10, f"{name} says that it goes on")
        assert 0 < log.count("does not store readings") <= log.count("stores readings again")
    api = stack.logs()["fajma-api.log"]
    assert api.count("the database does not answer") == api.count("the database answers again")
