"""The stack under test: everything that `make stack` starts, with a demonstration hospital in it."""
import math
import time
from collections import Counter

import requests

from support.database import Database
from support.device import Device
from support.live_socket import Socket
from support.quick_password import quick_hash
from support.stack_process import StackProcess

TOKEN_SECONDS = 600
# For each test to have a patient of its own.
PATIENTS = 180
# So many more devices of the same ward a test may ask for.
NEIGHBOURS = 2
# No test waits for an alarm about a device, a ward or a score, or for a reminder, unless it says so: the product's own settings,
# longer than all tests take.
QUIET = {f"FAJMA_{name}_SECONDS": "3600" for name in ("SIGNAL_LOST", "WARD_UNMONITORED", "SCORE_PERIOD", "ESCALATION", "REMINDER")}


class Stack(StackProcess):
    """A stack with a demonstration hospital. `settings` are environment variables of its daemons, beside QUIET; None: the default."""

    def __init__(self, patients=PATIENTS, **settings):
        super().__init__({name: value for name, value in {**QUIET, **settings}.items() if value is not None})
        self.patients = patients

    def start(self):
        super().start()
        # As the owner: a test may look at everything and change it.
        self.database = Database(self.environment["FAJMA_OWNER_DATABASE_URL"])
        # As if every device had reported just now. A demonstration's devices are worn since yesterday and have never reported: the daemon that
        # raises alarms about that must not see them before.
        with self.frozen("fajma-push"):
            hospital = self.make_hospital(self.patients)
            for user in hospital["users"]:
                self.query(f"UPDATE users SET password_hash = '{quick_hash(user['password'])}' WHERE username = '{user['username']}'")
            self.query("INSERT INTO device_state (device_id, live_at) SELECT id, now() FROM devices")
        self.accounts = {user["role"]: user for user in hospital["users"]}
        self._tokens = {}
        wards = {row["id"]: row["service"] for row in self.request("GET", "/api/patients/", params={"limit": 1000}).json()}
        self.devices = [Device(self, entry, wards[entry["patient"]]) for entry in hospital["devices"]]
        self._unused = list(self.devices)

    def stop(self):
        if hasattr(self, "database"):
            self.database.close()
        super().stop()

    def was_stopped(self, service):
        """How long a test stops the push daemon depends on the machine: the alerts of an interruption would stand on other tests' pages."""
        if service == "fajma-push":
            self.query("UPDATE alarm_watch SET watched_at = now()")

    def query(self, statement):
        """The rows of a statement, each a list of texts."""
        return self.database.query(statement)

    def next_device(self, ward=None):
        """A device and a patient that no other test has. Of the last wards while there are such, where none is asked for:
        the wall display sees the first one only."""
        left = Counter(device.ward for device in self._unused)
        device = next(device for device in reversed(self._unused) if device.ward == ward or (ward is None and left[device.ward] > NEIGHBOURS))
        self._unused.remove(device)
        return device

    def is_serving(self):
        """Whether the API answers; the supervisor takes its time over what has just been killed several times."""
        return requests.get(self.url + "/api/moi/", timeout=10).status_code == 401

    def log_in(self, role):
        """`{access, refresh}` of an account of this role."""
        account = self.accounts[role]
        answer = requests.post(self.url + "/api/token/", json={"username": account["username"], "password": account["password"]},
                               timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def token(self, role):
        """An access token; they are good for 15 minutes, and all tests together take longer."""
        made_at, token = self._tokens.get(role, (-math.inf, None))
        if time.monotonic() - made_at > TOKEN_SECONDS:
            made_at, token = self._tokens[role] = (time.monotonic(), self.log_in(role)["access"])
        return token

    def request(self, method, path, role="infirmier", **options):
        return requests.request(method, self.url + path, timeout=10,
                                headers={"Authorization": "Bearer " + self.token(role)}, **options)

    def socket(self, path, role="infirmier", token=None):
        """A socket as the replaced system's clients open it: with `?token=`."""
        return Socket(f"{self.url.replace('http', 'ws', 1)}{path}?token={token or self.token(role)}")
