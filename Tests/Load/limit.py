"""The limit to compare with: the responder that does nothing, behind an nginx like the stack's."""
import os
import re
import shutil
import socket
import subprocess
import time

from hospital import Failed
from support.paths import REPOSITORY
from support.processes import end_with_parent

PROGRAM = os.path.join(REPOSITORY, ".build", "bare")
START_SECONDS = 10
STOP_SECONDS = 10


class BareResponder:
    """A context: started on entry, gone on exit."""

    def __init__(self, hospital, threads):
        self.hospital = hospital
        self.threads = threads
        self.directory = hospital.path("bare")
        self.socket = hospital.path("bare", "api.sock")
        self.processes = []

    def __enter__(self):
        try:
            for name in ("log", "run"):
                os.makedirs(os.path.join(self.directory, name))
            configuration = self._configure()
            self._start("bare", PROGRAM, self.socket, str(self.threads))
            self._wait(socket.AF_UNIX, self.socket)
            self._start("nginx", "/usr/sbin/nginx", "-e", os.path.join(self.directory, "log", "nginx.error.log"),
                        "-c", configuration)
            self._wait(socket.AF_INET, ("127.0.0.1", self.port))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _configure(self):
        """The stack's own configuration, with another port, API socket and place to write to."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        source, copy = self.hospital.path("nginx"), os.path.join(self.directory, "nginx")
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("*.pid", "tmp"))
        os.makedirs(os.path.join(copy, "tmp"))
        changes = {
            f"unix:{self.hospital.environment['FAJMA_API_SOCKET']}": f"unix:{self.socket}",
            f"unix:{self.hospital.environment['FAJMA_REPORTS_SOCKET']}": f"unix:{self.socket}",
            f"listen 127.0.0.1:{self.hospital.port}": f"listen 127.0.0.1:{self.port}",
            f"{self.hospital.directory}/nginx/": f"{self.directory}/nginx/",
            f"{self.hospital.directory}/log/": f"{self.directory}/log/",
        }
        text = ""
        for directory, _, files in os.walk(copy):
            for name in files:
                text += self._change(os.path.join(directory, name), changes)
        missing = [new for new in changes.values() if new not in text]
        if missing:
            raise Failed(f"the stack's nginx is not configured as expected: {missing}")
        return os.path.join(copy, "nginx.conf")

    @staticmethod
    def _change(path, changes):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        text = re.sub("|".join(map(re.escape, changes)), lambda found: changes[found.group()], text)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return text

    def _start(self, name, *command):
        with open(os.path.join(self.directory, "log", name + ".log"), "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                   preexec_fn=end_with_parent))

    def _wait(self, family, address):
        deadline = time.monotonic() + START_SECONDS
        while True:
            with socket.socket(family) as probe:
                if probe.connect_ex(address) == 0:
                    return
            if time.monotonic() > deadline or self.processes[-1].poll() is not None:
                raise Failed("the bare responder does not start")
            time.sleep(0.02)
