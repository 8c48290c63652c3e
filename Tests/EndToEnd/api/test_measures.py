"""What each daemon tells of itself on its admin socket, which nginx does not pass on."""
import os
import stat
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from support.admin_socket import SOCKETS, ask
from support.clock import now, until, wire_time


def metrics(stack, daemon):
    """Every sample by its name and labels."""
    status, text = ask(stack, daemon, "/metrics")
    assert status == 200
    return {(sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text) for sample in family.samples}


def test_figures_move_with_a_report_that_raises_an_alert(stack, device):
    before = metrics(stack, "api")
    with stack.socket(f"/ws/iot/{device.patient}/") as socket:
        socket.snapshot()
        pushed = metrics(stack, "push")
        readings = [{"type_donnee": "spo2", "valeur": 85, "timestamp": now(second - 11)} for second in range(12)]
        assert device.post({"mesures": readings}).status_code == 201
        assert socket.receive(5)["type"] in ("iot_data", "alert")
        after = metrics(stack, "api")
        grown = {key: value - before.get(key, 0) for key, value in after.items()}
        assert grown[("fajma_reports_stored_total",)] >= 1
        assert grown[("fajma_readings_stored_total",)] >= 12
        assert grown[("fajma_alerts_raised_total", ("severity", "error"))] >= 1
        assert grown[("fajma_alarm_delay_seconds_count",)] >= 1
        route = (("method", "POST"), ("route", "/api/iot/data/"), ("status", "2xx"))
        assert grown[("fajma_requests_total", *route)] >= 1
        assert after[("fajma_alarm_delay_seconds_bucket", ("le", "+Inf"))] == after[("fajma_alarm_delay_seconds_count",)]
        push = metrics(stack, "push")
        assert push[("fajma_push_sockets",)] >= 1 and push[("fajma_push_rooms",)] >= 1
        assert push[("fajma_push_feed_listening",)] == 1
        assert push[("fajma_push_messages_sent_total",)] > pushed[("fajma_push_messages_sent_total",)]
        assert push[("fajma_push_feed_lag_seconds_count",)] > pushed[("fajma_push_feed_lag_seconds_count",)]
    until(lambda: metrics(stack, "push")[("fajma_push_sockets",)] < push[("fajma_push_sockets",)], 10, "the socket is gone")


def test_labels_hold_no_id_and_no_name(stack, device):
    number = stack.request("GET", f"/api/patients/{device.patient}/").json()["identifiant"]
    assert stack.request("GET", f"/api/patients/{number}/").status_code == 200
    names = {"version", "method", "route", "status", "severity", "kind", "connection", "le"}
    for daemon in SOCKETS:
        text = ask(stack, daemon, "/metrics")[1]
        assert number not in text
        for name, *labels in metrics(stack, daemon):
            assert {label for label, _ in labels} <= names, name


@pytest.mark.parametrize("daemon", SOCKETS)
def test_live_and_ready(stack, daemon):
    assert stat.S_IMODE(os.stat(stack.environment[SOCKETS[daemon]]).st_mode) == 0o660
    assert ask(stack, daemon, "/live") == (200, "live\n")
    until(lambda: ask(stack, daemon, "/ready") == (200, "ready\n"), 30, "it is ready")
    assert ask(stack, daemon, "/")[0] == 404
    with stack.without("postgres"):
        until(lambda: ask(stack, daemon, "/ready")[0] == 503, 30, "without the database it is not ready")
        assert ask(stack, daemon, "/live") == (200, "live\n")
    until(lambda: ask(stack, daemon, "/ready") == (200, "ready\n"), 60, "and with it it is again")


@pytest.mark.parametrize("daemon", SOCKETS)
def test_a_killed_daemon_takes_its_socket_again(stack, daemon):
    before = os.stat(stack.environment[SOCKETS[daemon]]).st_ino
    with stack.without(f"fajma-{daemon}"):
        assert os.stat(stack.environment[SOCKETS[daemon]]).st_ino == before
    until(lambda: ask(stack, daemon, "/live") == (200, "live\n"), 30, "it is back")
    until(stack.is_serving, 30, "the API answers")


@pytest.mark.parametrize("path", ["/live", "/ready", "/metrics", "/api/metrics"])
def test_nginx_does_not_pass_them_on(stack, path):
    assert requests.get(stack.url + path, timeout=10).status_code == 404


def test_history_and_measures_through_the_stack(stack, device):
    readings = [{"type_donnee": "heart_rate", "valeur": 60 + second % 5, "timestamp": now(second - 50)} for second in range(50)]
    assert device.post({"mesures": readings}).status_code == 201
    end = datetime.now(UTC)  # one instant: a millisecond more than a minute has wider buckets
    answer = stack.request("GET", f"/api/patients/{device.patient}/historique/", role="infirmier", params={
        "type_donnee": "heart_rate", "debut": wire_time(end - timedelta(seconds=60)), "fin": wire_time(end), "points": 7})
    rows = answer.json()
    assert answer.status_code == 200 and len(rows) <= 7
    assert sum(row[4] for row in rows) == 50 and min(row[1] for row in rows) == 60 and max(row[3] for row in rows) == 64
    assert all(later[0] > earlier[0] and (later[0] - rows[0][0]) % 10_000 == 0 for earlier, later in pairwise(rows))
    assert stack.request("GET", "/api/alarmes/mesures/").status_code == 403
    measures = stack.request("GET", "/api/alarmes/mesures/", role="admin").json()
    assert {"debut", "fin", "delai", "par_heure", "charge"} == set(measures)
