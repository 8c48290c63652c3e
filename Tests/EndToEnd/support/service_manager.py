"""systemd's part in a test: listening sockets that outlive the daemon, and the socket on which a daemon says how it is."""
import os
import socket
import subprocess
from contextlib import contextmanager

from support.cluster import DEADLINE_SECONDS
from support.paths import program


class NotifySocket:
    """What a daemon tells by sd_notify(3), one message after the other."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(DEADLINE_SECONDS)

    def message(self):
        return self.socket.recv(4096).decode().split("\n")

    def until(self, line):
        """Waits for a message that has this line; returns all lines up to it."""
        lines = []
        while line not in lines:
            lines += self.message()
        return lines


@contextmanager
def listening(paths):
    """Sockets as of socket units, by their names."""
    sockets = {}
    for name, path in paths.items():
        sockets[name] = socket.socket(socket.AF_UNIX)
        sockets[name].bind(str(path))
        sockets[name].listen(512)
    try:
        yield sockets
    finally:
        for each in sockets.values():
            each.close()


def start(name, environment, sockets, stderr=subprocess.PIPE):
    """A daemon that gets the sockets by name."""
    environment = {**environment, "LISTEN_FDS": str(len(sockets)), "LISTEN_FDNAMES": ":".join(sockets)}

    def place():
        spare = [os.dup(each.fileno()) for each in sockets.values()]
        for number, descriptor in enumerate(spare, 3):
            os.dup2(descriptor, number, inheritable=True)

    command = ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0"', program(name)]
    return subprocess.Popen(command, env=environment, close_fds=False, preexec_fn=place, stderr=stderr, text=True)


@contextmanager
def daemon(name, environment, sockets):
    process = start(name, environment, sockets)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)
