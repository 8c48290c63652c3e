"""A stack of the bench's own with a demonstration hospital in it, and the count of what must be in its tables."""
import json
import os
import urllib.request

import psutil

from support.database import Database
from support.stack_process import StackProcess

# Not /tmp, which may be memory: fsync must reach a disk. The user postgres can enter it, too.
PLACE = "/var/tmp"
IN_MEMORY = ("tmpfs", "ramfs")


class Failed(Exception):
    """Ends the bench with one line and exit code 1."""


class Hospital(StackProcess):
    def __init__(self, patients, threads):
        super().__init__({"FAJMA_API_THREADS": str(threads)}, "fajma-bench-", PLACE)
        self.expected = 0
        try:
            self._check_disk()
            self.start()
            self.databases = {owner: Database(self.environment["FAJMA_OWNER_DATABASE_URL" if owner else "DATABASE_URL"])
                              for owner in (False, True)}
            hospital = self.make_hospital(patients)
            self.devices = hospital["devices"]
            self.users = {user["role"]: user for user in hospital["users"]}
            self.token = self.log_in("admin")
        except BaseException:
            self.close()
            raise

    @property
    def port(self):
        return int(self.environment["FAJMA_PORT"])

    def service_process(self, name):
        return psutil.Process(self.pid(name))

    def stored(self):
        """How many readings there are."""
        return int(self.query("SELECT count(*) FROM readings"))

    def check(self, what):
        """Every reading that was answered 201 is there, once."""
        stored = self.stored()
        if stored != self.expected:
            raise Failed(f"{what}: {self.expected} readings were answered 201, {stored} are stored")

    def query(self, statement, owner=False):
        """The text of a result: a line per row, `|` between its columns."""
        return "\n".join("|".join(row) for row in self.databases[owner].query(statement))

    def close(self):
        self.stop()

    def _check_disk(self):
        """The mount that is nearest above the state."""
        mounts = [mount for mount in psutil.disk_partitions(all=True)
                  if os.path.commonpath([mount.mountpoint, self.directory]) == mount.mountpoint]
        if max(mounts, key=lambda mount: len(mount.mountpoint)).fstype in IN_MEMORY:
            raise Failed(f"{PLACE} lies in memory: what is measured there says nothing about a disk")

    def log_in(self, role):
        """An access token."""
        body = json.dumps({name: self.users[role][name] for name in ("username", "password")}).encode()
        request = urllib.request.Request(self.url + "/api/token/", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)["access"]
