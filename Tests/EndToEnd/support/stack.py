"""The stack under test: everything that `make stack` starts, with a demonstration hospital in it."""
import math
import time

import requests

from support.clock import until
from support.database import Database
from support.device import Device
from support.live_socket import Socket
from support.stack_process import StackProcess

TOKEN_SECONDS = 600
# For each test to have a patient of its own.
PATIENTS = 180


class Stack(StackProcess):
    def __init__(self, patients=PATIENTS, settings=None):
        super().__init__(settings)
        self.patients = patients

    def start(self):
        super().start()
        # As the owner: a test may look at everything and change it.
        self.database = Database(self.environment["FAJMA_OWNER_DATABASE_URL"])
        hospital = self.make_hospital(self.patients)
        self._calm()
        self.accounts = {user["role"]: user for user in hospital["users"]}
        self._tokens = {}
        wards = {row["id"]: row["service"] for row in self.request("GET", "/api/patients/", params={"limit": 1000}).json()}
        self.devices = [Device(self, entry, wards[entry["patient"]]) for entry in hospital["devices"]]
        self._unused = list(self.devices)

    def stop(self):
        if hasattr(self, "database"):
            self.database.close()
        super().stop()

    def _calm(self):
        """Keeps technical alerts out of what tests look at: these devices may be silent as long as they like, and somebody always listens
        to these wards. test_watch.py has a ward and a device of its own."""
        self.query("INSERT INTO device_state (device_id, period_seconds) SELECT id, 'infinity' FROM devices "
                   "ON CONFLICT (device_id) DO UPDATE SET period_seconds = 'infinity'")
        self.query("INSERT INTO ward_listening SELECT id, 'infinity' FROM wards")
        # On a slow machine some were raised while the hospital was being made.
        technical = "FROM alerts WHERE num_nonnulls(device_id, ward_id) > 0"
        until(lambda: self.query(f"SELECT count(*) {technical} AND ended_at IS NULL") == [["0"]], 20, "no technical alert is open")
        self.query(f"DELETE {technical}")

    def query(self, statement):
        """The rows of a statement, each a list of texts."""
        return self.database.query(statement)

    def next_device(self, ward=None):
        """A device and a patient that no other test has. Of the last wards while there are such, where none is asked for:
        the wall display sees the first one only."""
        device = next(device for device in reversed(self._unused) if ward in (None, device.ward))
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
