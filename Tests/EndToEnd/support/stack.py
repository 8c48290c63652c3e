"""The stack under test: everything that `make stack` starts, with a demonstration hospital in it."""
import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta, timezone

import requests
from websockets.sync.client import connect

from support.paths import FAJMA, REPOSITORY

START_SECONDS = 90
STOP_SECONDS = 40
TOKEN_SECONDS = 600
# For each test to have a patient of its own.
PATIENTS = 180


def until(condition, seconds, what):
    """Returns the first true value of `condition`, asked again and again."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        pause.wait(0.02)


def wire_time(instant):
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


def now(offset_seconds=0.0):
    return wire_time(datetime.now(timezone.utc) + timedelta(seconds=offset_seconds))


class Stack:
    def __init__(self, patients=PATIENTS):
        self.patients = patients
        # Short, for unix sockets, and open to the user postgres, as which the database runs when this is root.
        self.directory = tempfile.mkdtemp(prefix="fajma-e2e-", dir="/tmp")
        os.chmod(self.directory, 0o711)
        self.process = None

    def start(self):
        environment = {**os.environ, "FAJMA_STATE": self.directory, "FAJMA_PORT": "0"}
        self.process = subprocess.Popen([sys.executable, os.path.join(REPOSITORY, "scripts/stack"), "stack"], env=environment,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        start_new_session=True)
        self.output = []
        lines = queue.Queue()
        threading.Thread(target=self._read, args=(lines,), daemon=True).start()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                line = lines.get(timeout=max(0.1, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, "the stack does not start: " + "".join(self.output)
            if line.startswith("ready "):
                self.url = line.split()[1]
                break
        self.environment = dict(os.environ)
        with open(self.path("env"), encoding="utf-8") as file:
            self.environment.update(line.rstrip("\n").split("=", 1) for line in file if not line.startswith("#"))
        demo = subprocess.run([FAJMA, "demo", "--patients", str(self.patients), "--json"], env=self.environment, check=True,
                              stdout=subprocess.PIPE, text=True)
        self._calm()
        hospital = json.loads(demo.stdout)
        self.accounts = {user["role"]: user for user in hospital["users"]}
        self._tokens = {}
        wards = {row["id"]: row["service"] for row in self.request("GET", "/api/patients/", params={"limit": 1000}).json()}
        self.devices = [Device(self, entry, wards[entry["patient"]]) for entry in hospital["devices"]]
        self._unused = list(self.devices)

    def _read(self, lines):
        for line in self.process.stdout:
            self.output.append(line)
            lines.put(line)
        lines.put(None)

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

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def logs(self):
        """Every log of the stack by its name."""
        logs = {"stack": "".join(self.output)}
        for name in os.listdir(self.path("log")):
            with open(self.path("log", name), encoding="utf-8", errors="replace") as file:
                logs[name] = file.read()
        return logs

    # Faults

    def pid(self, service):
        """The process of a service; None while it has none."""
        try:
            with open(self.path("run", service + ".pid"), encoding="ascii") as file:
                return int(file.read())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self, service, number=signal.SIGKILL):
        """Sends a signal to a service and returns its process id."""
        pid = until(lambda: self.pid(service), 10, f"{service} runs")
        os.kill(pid, number)
        return pid

    @contextlib.contextmanager
    def without(self, service, number=signal.SIGKILL):
        """Ends a service, and keeps the supervisor from starting it again until the block ends."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            pid = self.kill(service, number)
            until(lambda: is_over(pid), 20, f"{service} has ended")
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    @contextlib.contextmanager
    def frozen(self, service):
        """Stops a service and all its processes where they are, until the block ends: its connections stay open and silent."""
        pids = family(until(lambda: self.pid(service), 10, f"{service} runs"))
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)

    # What is stored

    def query(self, statement):
        """The rows of a statement, each a list of texts. As the owner: a test may look at everything and change it."""
        result = subprocess.run(["psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement,
                                 self.environment["FAJMA_OWNER_DATABASE_URL"]], env=self.environment, check=True,
                                capture_output=True, text=True)
        return [line.split("\t") for line in result.stdout.splitlines()]

    # Clients

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
        made_at, token = self._tokens.get(role, (0, None))
        if time.monotonic() - made_at > TOKEN_SECONDS:
            made_at, token = self._tokens[role] = (time.monotonic(), self.log_in(role)["access"])
        return token

    def request(self, method, path, role="infirmier", **options):
        return requests.request(method, self.url + path, timeout=10,
                                headers={"Authorization": "Bearer " + self.token(role)}, **options)

    def socket(self, path, role="infirmier", token=None):
        """A socket as the replaced system's clients open it: with `?token=`."""
        return Socket(f"{self.url.replace('http', 'ws', 1)}{path}?token={token or self.token(role)}")


def is_over(pid):
    """Whether a process has ended, its parent having noticed or not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def family(pid):
    """A process and its children: a server's workers are frozen after the one that would start others."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [pid, *(int(child) for child in file.read().split())]


class Device:
    """A device with its key, and who wears it."""

    def __init__(self, stack, entry, ward):
        self.stack = stack
        self.ward = ward
        self.id = entry["dispositif"]
        self.patient = entry["patient"]
        self.key = entry["cle"]
        self.headers = {"Authorization": "Bearer " + self.key}

    def post(self, body, session=requests, **options):
        return session.post(self.stack.url + "/api/iot/data/", json=body, headers=self.headers, timeout=10, **options)

    def report(self, **values):
        """Posts values of this instant as one map; checks that they were stored."""
        answer = self.post({name: {"valeur": value} for name, value in values.items()})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def stored(self):
        return int(self.stack.query(f"SELECT count(*) FROM readings WHERE patient_id = {self.patient}")[0][0])


class Feed(threading.Thread):
    """What a device on a patient does, until the block ends: it measures `values` once a second, and sends each report until it is
    answered 201. `values` may be changed meanwhile; an empty one is a device that fell silent."""

    PERIOD_SECONDS = 1.0

    def __init__(self, device, **values):
        super().__init__(daemon=True)
        self.device, self.values = device, values
        self._over = threading.Event()
        self._unsent = queue.Queue()

    def __enter__(self):
        self.start()
        threading.Thread(target=self._send, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self._over.set()
        self.join(20)

    def run(self):
        due = time.monotonic()
        while not self._over.is_set():
            if self.values:
                self._unsent.put({"timestamp": now(), **{name: {"valeur": value} for name, value in self.values.items()}})
            due += self.PERIOD_SECONDS
            self._over.wait(max(0, due - time.monotonic()))
        self._unsent.put(None)

    def _send(self):
        session = requests.Session()
        while (body := self._unsent.get()) is not None:
            while not self._over.is_set():
                try:
                    if session.post(self.device.stack.url + "/api/iot/data/", json=body, headers=self.device.headers, timeout=2).status_code == 201:
                        break
                except requests.RequestException:
                    pass
                self._over.wait(0.2)


class Socket:
    """A WebSocket that hands out its messages one by one."""

    def __init__(self, url, **options):
        self._context = connect(url, open_timeout=10, **options)
        self.connection = self._context.__enter__()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._context.__exit__(*exception)

    def send(self, message):
        self.connection.send(message if isinstance(message, str) else json.dumps(message))

    def receive(self, seconds=1.0):
        """The next message of those that the replaced system had; its clients pass over what they do not know."""
        deadline = time.monotonic() + seconds
        while True:
            message = json.loads(self.connection.recv(timeout=max(0, deadline - time.monotonic())))
            if message.get("type") not in ("pulse", "dispositif", "score", "pause"):
                return message

    def snapshot(self):
        """The messages before `ready`."""
        messages = []
        while (message := self.receive(5)) != {"type": "ready"}:
            messages.append(message)
        return messages
