#!/usr/bin/env python3
"""Follows a ward: prints each value and alert as a line of JSON. Needs `pip install requests websockets`; the password comes from standard input.

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
GAP_S = 300  # of so long a ward's readings come in one answer
base, username, ward, heard_at = sys.argv[1].rstrip("/"), sys.argv[2], sys.argv[3], datetime.now(UTC)


def post(path, body):
    answer = requests.post(base + path, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


refresh = post("/api/token/", {"username": username, "password": sys.stdin.readline().rstrip("\n")})["refresh"]


def access():
    """A token for 15 minutes; the refresh token is good for a day and stays the same."""
    return post("/api/token/refresh/", {"refresh": refresh})["access"]


def tell(kind, patient, data):
    print(json.dumps({"kind": kind, "patient": patient, "data": data}), flush=True)


def fill_gap(token):
    """What was measured since the last message, up to five minutes; of a longer gap ask /api/iot/data/?patient_id=&debut=."""
    begin = max(heard_at, datetime.now(UTC) - timedelta(seconds=GAP_S - 10))
    url, headers = f"{base}/api/services/{ward}/traces/", {"Authorization": f"Bearer {token}"}
    answer = requests.get(url, params={"debut": begin.isoformat()}, headers=headers, timeout=10)
    answer.raise_for_status()
    for patient, vitals in answer.json().items():
        tell("past", int(patient), vitals)


while True:
    try:
        token = access()
        with connect(base.replace("http", "ws", 1) + f"/ws/service/{ward}/", subprotocols=["fajma", f"bearer.{token}"]) as socket:
            fill_gap(token)
            while True:
                message = json.loads(socket.recv(SILENCE_S))
                heard_at = datetime.now(UTC)
                if message.get("type") in ("iot_data", "alert", "alert_update"):
                    tell(message["type"], message["patient_id"], message["data"])
    except (requests.RequestException, WebSocketException, TimeoutError, OSError) as error:
        print(f"no connection: {error}", file=sys.stderr)
        time.sleep(2)
