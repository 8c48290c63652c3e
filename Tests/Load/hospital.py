"""A stack of the bench's own with a demonstration hospital in it, and the count of what must be in its tables."""
import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

import psutil

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Not /tmp, which may be memory: fsync must reach a disk. Whoever is not root can enter it too, as the user postgres must.
PLACE = "/var/tmp"
IN_MEMORY = ("tmpfs", "ramfs")
STOP_SECONDS = 60
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Failed(Exception):
    """Ends the bench with one line and exit code 1."""


def end_with_parent():
    """Runs in a child before its program: a bench that is killed leaves nothing behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


class Hospital:
    def __init__(self, patients, threads):
        self.directory = tempfile.mkdtemp(prefix="fajma-bench-", dir=PLACE)
        self.stack = None
        self.expected = 0
        try:
            os.chmod(self.directory, 0o711)
            self._check_disk()
            self._start(threads)
            demo = self._run("fajma", "demo", "--patients", str(patients), "--json")
            hospital = json.loads(demo)
            self.devices = hospital["devices"]
            self.users = {user["role"]: user for user in hospital["users"]}
            self.token = self.log_in("admin")
        except BaseException:
            self.close()
            raise

    def path(self, *names):
        return os.path.join(self.directory, *names)

    @property
    def port(self):
        return int(self.environment["FAJMA_PORT"])

    def process(self, name):
        with open(self.path("run", name + ".pid"), encoding="ascii") as file:
            return psutil.Process(int(file.read()))

    def stored(self):
        """How many readings there are."""
        return int(self.query("SELECT count(*) FROM readings"))

    def check(self, what):
        """Every reading that was answered 201 is there, once."""
        stored = self.stored()
        if stored != self.expected:
            raise Failed(f"{what}: {self.expected} readings were answered 201, {stored} are stored")

    def query(self, statement, owner=False):
        url = self.environment["FAJMA_OWNER_DATABASE_URL" if owner else "DATABASE_URL"]
        result = subprocess.run(["psql", url, "-XAtqc", statement], capture_output=True,
                                text=True, check=False)
        if result.returncode != 0:
            raise Failed(f"psql: {result.stderr.strip()}")
        return result.stdout.strip()

    def close(self):
        if self.stack is not None and self.stack.poll() is None:
            self.stack.terminate()
            self.stack.wait(STOP_SECONDS)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _check_disk(self):
        """The mount that is nearest above the state."""
        mounts = [mount for mount in psutil.disk_partitions(all=True)
                  if os.path.commonpath([mount.mountpoint, self.directory]) == mount.mountpoint]
        if max(mounts, key=lambda mount: len(mount.mountpoint)).fstype in IN_MEMORY:
            raise Failed(f"{PLACE} lies in memory: what is measured there says nothing about a disk")

    def _start(self, threads):
        environment = {**os.environ, "FAJMA_STATE": self.directory, "FAJMA_PORT": "0", "FAJMA_API_THREADS": str(threads)}
        self.stack = subprocess.Popen([os.path.join(REPOSITORY, "scripts", "stack"), "stack"], env=environment,
                                      stdout=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
        said = []
        for line in self.stack.stdout:
            said.append(line)
            if line.startswith("ready "):
                break
        else:
            raise Failed("the stack does not start: " + "".join(said).strip())
        with open(self.path("env"), encoding="utf-8") as file:
            settings = dict(line.rstrip("\n").split("=", 1) for line in file if not line.startswith("#"))
        self.environment = {**environment, **settings}
        self.url = settings["FAJMA_URL"]

    def _run(self, program, *arguments):
        directory = os.environ.get("FAJMA_BIN") or os.path.join(REPOSITORY, ".build/release")
        result = subprocess.run([os.path.join(directory, program), *arguments], env=self.environment,
                                stdout=subprocess.PIPE, stderr=sys.stderr, text=True, check=False)
        if result.returncode != 0:
            raise Failed(f"{program} {arguments[0]} failed with exit code {result.returncode}")
        return result.stdout

    def log_in(self, role):
        """An access token."""
        body = json.dumps({name: self.users[role][name] for name in ("username", "password")}).encode()
        request = urllib.request.Request(self.url + "/api/token/", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["access"]
