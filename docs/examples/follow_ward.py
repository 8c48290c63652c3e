#!/usr/bin/env python3
"""Follows a ward, a line of JSON each: alerts, what is current (iot_data), and every value that came late or while nobody listened (reading), once.
Needs `pip install requests websockets`; the password is read from standard input.

    python3 follow_ward.py https://hospital.example/fajma infirmier 3 < password.txt
"""
import json
import sys
import time
from datetime import UTC, datetime, timedelta

import requests
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

SILENCE_S = 25  # the server says something every 10 s: after this the connection is dead
KEPT = timedelta(minutes=10)  # what devices keep while they cannot send, and date by their own clocks, may be older than the gap: yours may keep more
base, (username, ward), told, heard_at = sys.argv[1].rstrip("/"), sys.argv[2:4], set(), datetime.now(UTC)


def post(path, body):
    answer = requests.post(base + path, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


refresh = post("/api/token/", {"username": username, "password": sys.stdin.readline().rstrip("\n")})["refresh"]


def tell(kind, patient, data): print(json.dumps({"kind": kind, "patient": patient, "data": data}), flush=True)


def catch_up(token, patient, since):
    """Tells each reading of a patient since then that it has not told yet."""
    page = f"?patient_id={patient}&limit=1000&debut={(since - KEPT).strftime('%Y-%m-%dT%H:%M:%SZ')}"
    while page:
        answer = requests.get(f"{base}/api/iot/data/{page}", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        answer.raise_for_status()
        for reading in answer.json():
            if reading["id"] not in told:
                told.add(reading["id"])
                tell("reading", patient, reading)
        page = answer.links.get("next", {}).get("url")


while True:
    try:
        token = post("/api/token/refresh/", {"refresh": refresh})["access"]  # for 15 minutes; the refresh token stays the same for a day
        with connect(base.replace("http", "ws", 1) + f"/ws/service/{ward}/", subprotocols=["fajma", f"bearer.{token}"]) as socket:
            gap, ready = heard_at, False
            while True:
                message = json.loads(socket.recv(SILENCE_S))
                heard_at, ready, kind = datetime.now(UTC), ready or message.get("type") == "ready", message.get("type")
                if kind in ("iot_data", "alert", "alert_update"):
                    tell(kind, message["patient_id"], message["data"])
                if kind == "iot_data" and (not ready or "depuis" in message):  # after a gap, and whenever something older came along
                    catch_up(token, message["patient_id"], datetime.fromisoformat(message["depuis"]) if ready else gap)
    except (requests.RequestException, WebSocketException, TimeoutError, OSError) as error:
        print(f"no connection: {error}", file=sys.stderr)
        time.sleep(2)
