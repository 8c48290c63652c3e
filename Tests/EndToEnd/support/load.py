"""Devices that measure once a second whatever becomes of their reports, and count them."""
import threading
import time
from datetime import UTC, datetime

import requests

from support.clock import wire_time

PERIOD_SECONDS = 1.0
ANSWER_SECONDS = 10
RETRY_SECONDS = 0.3


class LoadDevice(threading.Thread):
    """Measures one value a second, keeps what could not be sent, and sends it in order until each report is answered 201. It says when that was by
    its clock (`timestamp`), by its age (`age_ms`), or not at all (`untimed`)."""

    def __init__(self, device, mode):
        super().__init__(daemon=True)
        self.device, self.mode = device, mode
        self.measured = 0
        self.kept = []
        # When the first report was not taken, by time.monotonic(), and how many may have been stored without an answer that says so.
        self.refused_at = None
        self.unknown = 0
        self.slowest_seconds = 0.0
        self._over = threading.Event()
        self._sender = threading.Thread(target=self._send, daemon=True)

    def __enter__(self):
        self.before = self.device.stored()
        self.start()
        self._sender.start()
        return self

    def __exit__(self, *exception):
        self._over.set()
        self.join()
        self._sender.join(ANSWER_SECONDS)

    def run(self):
        due = time.monotonic()
        while not self._over.is_set():
            self.measured += 1
            self.kept.append((self.measured, datetime.now(UTC), time.monotonic()))
            due += PERIOD_SECONDS
            self._over.wait(max(0, due - time.monotonic()))

    def _body(self, number, instant, monotonic):
        reading = {"type_donnee": "heart_rate", "valeur": 60 + number % 40}
        if self.mode == "timestamp":
            reading["timestamp"] = wire_time(instant)
        if self.mode == "age_ms":
            reading["age_ms"] = int((time.monotonic() - monotonic) * 1000)
        return {"mesures": [reading], "etat": {"demarrage": 1, "sequence": number}}

    def _send(self):
        session = requests.Session()
        while self.kept or not self._over.is_set():
            if not self.kept:
                self._over.wait(0.02)
                continue
            asked = time.monotonic()
            try:
                answer = session.post(self.device.stack.url + "/api/iot/data/", json=self._body(*self.kept[0]), headers=self.device.headers,
                                      timeout=ANSWER_SECONDS)
                code = answer.status_code
                self.unknown += code == 503 and answer.json().get("code") == "outcome_unknown"
            except requests.RequestException:
                code = None
                self.unknown += 1
            self.slowest_seconds = max(self.slowest_seconds, time.monotonic() - asked)
            if code == 201:
                self.kept.pop(0)
            else:
                self.refused_at = self.refused_at or asked
                threading.Event().wait(RETRY_SECONDS)

    def stored(self):
        return self.device.stored() - self.before
