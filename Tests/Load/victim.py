"""A device, a person's page, logins and WebSocket handshakes, each timed while something else goes on."""
import http.client
import json
import threading
import time

from table import percentile
from watchers import Watchers

REPORT_SECONDS = 0.15
PAGE_SECONDS = 0.1
LOGIN_SECONDS = 1.0
HANDSHAKE_SECONDS = 0.3
TIMEOUT_SECONDS = 35


class Victim:
    """A context: everything runs until the block ends; `times` are in seconds, by what was done."""

    def __init__(self, hospital, account, token):
        self.hospital = hospital
        self.account, self.token = account, token
        self.device = hospital.devices[-1]
        self.times = {"POST": [], "page": [], "login": [], "known": [], "handshake": []}
        self.failures = dict.fromkeys(self.times, 0)
        self._over = threading.Event()
        self._browser = None
        self._threads = []

    def __enter__(self):
        self._known()  # before anything goes on: from here on the browser is known
        for name, seconds, act in (("POST", REPORT_SECONDS, self._report), ("page", PAGE_SECONDS, self._page),
                                   ("login", LOGIN_SECONDS, self._login), ("known", LOGIN_SECONDS, self._known),
                                   ("handshake", HANDSHAKE_SECONDS, self._handshake)):
            self._threads.append(threading.Thread(target=self._run, args=(name, seconds, act), daemon=True))
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)

    def _run(self, name, seconds, act):
        while not self._over.is_set():
            began = time.monotonic()
            try:
                is_well = act()
            except Exception:  # whatever it is: the victim was not served
                is_well = False
            took = time.monotonic() - began
            self.times[name].append(took)
            self.failures[name] += not is_well
            self._over.wait(max(0, seconds - took))

    def text(self, name):
        """p50 and p99 in ms, and what failed."""
        times = sorted(self.times[name]) or [float("inf")]
        failed = f" ({self.failures[name]} of {len(times)} failed)" if self.failures[name] else ""
        return f"{percentile(times, 0.5) * 1000:.0f} / {percentile(times, 0.99) * 1000:.0f}{failed}"

    def p99_ms(self, name):
        return percentile(sorted(self.times[name]) or [float("inf")], 0.99) * 1000

    def _ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.hospital.port, timeout=TIMEOUT_SECONDS)
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, path, text, {"Content-Type": "application/json", **headers} if body else headers)
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def _report(self):
        body = {"mesures": [{"type_donnee": "spo2", "valeur": 97.0}]}
        return self._ask("POST", "/api/iot/data/", body, Authorization="Bearer " + self.device["cle"]).status == 201

    def _page(self):
        return self._ask("GET", "/api/patients/", Authorization="Bearer " + self.token).status == 200

    def _login(self):
        """From a browser that was never seen."""
        return self._ask("POST", "/api/token/", self.account).status == 200

    def _known(self):
        answer = self._ask("POST", "/api/session/", self.account, **({"Cookie": self._browser} if self._browser else {}))
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            if "fajma_browser=" in cookie:
                self._browser = cookie.split(";")[0]
        return answer.status == 200

    def _handshake(self):
        with Watchers(("127.0.0.1", self.hospital.port), self.token, [self.device["patient"]], 1):
            return True
