"""Where one private stack keeps what it needs: directories, sockets, secret, the environment of its programs."""
import fcntl
import os
import re
import secrets
import shutil
import socket
import tempfile
from urllib.parse import quote

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Who migrates, and whom the programs log in as: as in a hospital, the application owns nothing.
OWNER, APPLICATION = "fajma_owner", "fajma"
# A unix socket's address has 107 bytes; the longest name below the directory is PostgreSQL's `.s.PGSQL.5432.lock`.
SOCKET_DIRECTORY_LIMIT = 80
# What may stand in a configuration of nginx without quotes.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+@=,~-]+")


class Failure(Exception):
    """Ends the stack with one line."""


def accepts(path):
    """Whether somebody listens on a unix socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
        return True


class State:
    def __init__(self):
        self.directory = os.path.abspath(os.environ.get("FAJMA_STATE") or os.path.join(REPOSITORY, ".fajma"))
        self.programs = os.path.abspath(os.environ.get("FAJMA_BIN") or os.path.join(REPOSITORY, ".build/release"))
        self.www = self.path("www")
        for path in (self.directory, REPOSITORY):
            if not PLAIN_PATH.fullmatch(path):
                raise Failure(f"the path {path} has characters that nginx would misread; choose another place")
        self.accepts = accepts
        for name in ("", "log", "run", "nginx"):
            os.makedirs(self.path(name), exist_ok=True)
        self.temporary = None
        self.port = None
        self.lock_file = None

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def program(self, name):
        path = os.path.join(self.programs, name)
        if not os.access(path, os.X_OK):
            raise Failure(f"{path} is missing; run `make build`")
        return path

    def lock(self):
        """One stack a state. Takes the port and the directory for sockets too, which the lock protects."""
        self.lock_file = open(self.path("run", "stack.lock"), "w", encoding="ascii")
        try:
            fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(f"a stack already runs in {self.directory}; set FAJMA_STATE for another one") from None
        self.port = self._free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._place_sockets(self.path("run"))
        if len(self.sockets.encode()) > SOCKET_DIRECTORY_LIMIT:
            self.move_sockets()

    def move_sockets(self):
        """Into a short directory that others can enter."""
        self.temporary = tempfile.mkdtemp(prefix="fajma-", dir="/tmp")
        # PostgreSQL, which may run as another user, has a directory of its own below.
        os.chmod(self.temporary, 0o711)
        self._place_sockets(self.temporary)

    def _place_sockets(self, directory):
        self.sockets = directory
        self.api_socket = os.path.join(self.sockets, "api.sock")
        self.reports_socket = os.path.join(self.sockets, "reports.sock")
        self.push_socket = os.path.join(self.sockets, "push.sock")
        self.api_admin_socket = os.path.join(self.sockets, "api-admin.sock")
        self.push_admin_socket = os.path.join(self.sockets, "push-admin.sock")
        self.postgres_sockets = os.path.join(self.sockets, "pg")

    @staticmethod
    def _free_port():
        text = os.environ.get("FAJMA_PORT") or "8080"
        if not text.isdigit() or int(text) > 65535:
            raise Failure(f"FAJMA_PORT={text} is no port")
        with socket.socket() as probe:
            # As nginx does: connections that are only winding down do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except OSError as error:
                raise Failure(f"port {text} cannot be used ({error.strerror}); set FAJMA_PORT") from None
            return probe.getsockname()[1]

    def make_secret(self):
        path = self.path("secret")
        if not os.path.exists(path):
            self.write_private(path, secrets.token_hex(32))
        self.nginx_secret()

    def nginx_secret(self):
        """What nginx proves itself with, made once."""
        path = self.path("nginx-secret")
        if not os.path.exists(path):
            self.write_private(path, secrets.token_hex(32))
        with open(path, encoding="ascii") as file:
            return file.read()

    @staticmethod
    def write_private(path, text):
        """Whole or not at all, and never readable for others, not even for a moment."""
        descriptor, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(temporary, path)

    def settings(self):
        return {
            "DATABASE_URL": self.database_url(APPLICATION),
            "FAJMA_OWNER_DATABASE_URL": self.database_url(OWNER),
            "FAJMA_SECRET_FILE": self.path("secret"),
            "FAJMA_API_SOCKET": self.api_socket,
            "FAJMA_REPORTS_SOCKET": self.reports_socket,
            "FAJMA_NGINX_SECRET_FILE": self.path("nginx-secret"),
            "FAJMA_PUSH_SOCKET": self.push_socket,
            "FAJMA_API_ADMIN_SOCKET": self.api_admin_socket,
            "FAJMA_PUSH_ADMIN_SOCKET": self.push_admin_socket,
            "FAJMA_ALLOWED_ORIGINS": ",".join([self.url, f"http://localhost:{self.port}", *os.environ.get("FAJMA_ALLOWED_ORIGINS", "").split()]),
            "FAJMA_URL": self.url,
            "FAJMA_PORT": str(self.port),
            "FAJMA_STATE": self.directory,
        }

    def database_url(self, role, name="fajma"):
        return f"postgresql://{role}@{quote(self.postgres_sockets, safe='')}/{name}"

    def environment(self):
        return {**os.environ, **self.settings()}

    def write_environment(self):
        lines = ["# For a shell: set -a; . this-file; set +a"]
        lines += [f"{name}={value}" for name, value in self.settings().items()]
        self.write_private(self.path("env"), "\n".join(lines) + "\n")

    def clean(self):
        if self.temporary:
            shutil.rmtree(self.temporary, ignore_errors=True)
