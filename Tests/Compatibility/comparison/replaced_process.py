"""Runs the replaced system: its server as a process of its own, its tables in a PostgreSQL of its own."""
import json
import os
import socket
import subprocess
import sys

from comparison.names import HERE
from stacklib.state import OWNER
from support.clock import until
from support.cluster import private_cluster
from support.processes import end_with_parent

SETUP = """
import json, sys, django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from replaced.iot.models import DispositifIoT, Patient
call_command("migrate", run_syncdb=True, verbosity=0)
asked = json.load(sys.stdin)
for user in asked["users"]:
    User.objects.create_user(user["username"], password=user["password"], is_superuser=user["role"] == "admin")
patients = [Patient.objects.create(identifiant=f"P-{number}", nom=f"Nom {number}") for number in range(asked["patients"])]
devices = [DispositifIoT.objects.create(nom=f"Bracelet {one.id}", type_dispositif="bracelet", patient=one) for one in patients]
print(json.dumps({"patients": [one.id for one in patients], "devices": [one.id for one in devices]}))
"""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ReplacedProcess:
    """Start it with `with`; then `url`, `patients` and `devices` (ids; each device is worn by the patient of the same place)."""

    def __init__(self, users, patients, **settings):
        self.users, self.count, self.settings = users, patients, settings

    def __enter__(self):
        self._cluster = private_cluster()
        cluster = self.cluster = self._cluster.__enter__()
        try:
            cluster.postgres.create_database("replaced")
            self.database_url = cluster.state.database_url(OWNER, "replaced")
            self.environment = {**os.environ, "PYTHONPATH": HERE, "PYTHONDONTWRITEBYTECODE": "1", "DJANGO_SETTINGS_MODULE": "replaced.settings",
                                "REPLACED_HOST": cluster.state.postgres_sockets, "REPLACED_PORT": "5432", "REPLACED_USER": OWNER,
                                "REPLACED_PASSWORD": "", "REPLACED_DATABASE": "replaced", **self.settings}
            self._start()
        except BaseException:
            self._cluster.__exit__(*sys.exc_info())
            raise
        return self

    def _start(self):
        made = json.loads(self.run(SETUP, json.dumps({"users": self.users, "patients": self.count})))
        self.patients, self.devices = made["patients"], made["devices"]
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen([sys.executable, "-m", "uvicorn", "--host", "127.0.0.1", "--port", str(port), "--log-level", "error",
                                          "--ws", "websockets-sansio", "replaced.asgi:application"],
                                         env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=end_with_parent)
        until(lambda: self._answers(port), 60, "the replaced system answers")

    def run(self, program, text=""):
        """Runs a program of Python beside its models; returns what it printed."""
        result = subprocess.run([sys.executable, "-c", program], env=self.environment, input=text, capture_output=True, text=True, check=False,
                                timeout=60)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def _answers(self, port):
        assert self._process.poll() is None, "the replaced system has ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def __exit__(self, *exception):
        self._process.terminate()
        self._process.wait(30)
        self._cluster.__exit__(*exception)
