"""A PostgreSQL cluster of the stack's own: unix socket only, never the system's."""
import glob
import hashlib
import os
import pwd
import re
import subprocess

from stacklib.state import APPLICATION, OWNER, Failure

SETTINGS = """
# Written anew at every start of the stack.
listen_addresses = ''
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777          # the directory around it decides who gets in
fsync = on
synchronous_commit = on
max_connections = 200
password_encryption = scram-sha-256
# No patient's data in the log: neither statements nor the values in error details.
log_statement = none
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length_on_error = 0
"""


class Postgres:
    def __init__(self, state, say):
        self.state = state
        self.say = say
        # PostgreSQL refuses to run as root; Debian's user postgres is there for it.
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.data = self._place()
        self.programs = self._programs()

    def identity(self):
        """How a process becomes the cluster's owner."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": [], "cwd": "/"}

    def prepare(self):
        os.makedirs(self.state.postgres_sockets, exist_ok=True)
        self._give(self.state.postgres_sockets)
        os.chmod(self.state.postgres_sockets, 0o700)
        if not os.path.exists(os.path.join(self.data, "PG_VERSION")):
            os.makedirs(self.data, mode=0o700, exist_ok=True)
            self._give(self.data)
            self._run("initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=peer",
                      "--no-instructions")
        me = pwd.getpwuid(os.geteuid()).pw_name
        self._write("pg_hba.conf", "local all all peer map=stack\n")
        self._write("pg_ident.conf", "".join(
            f"stack {name} {role}\n" for name in sorted({me, self.user.pw_name}) for role in ("postgres", OWNER, APPLICATION)))
        self._write("postgresql.auto.conf", SETTINGS.format(sockets=self.state.postgres_sockets))

    def command(self):
        return [os.path.join(self.programs, "postgres"), "-D", self.data]

    def is_ready(self):
        return subprocess.run([os.path.join(self.programs, "pg_isready"), "-q", "-h", self.state.postgres_sockets],
                              check=False).returncode == 0

    def create_database(self, name="fajma"):
        """Two roles, and a database that belongs to the owner."""
        for role in (OWNER, APPLICATION):
            if self._query(f"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'") == "0":
                self._query(f"CREATE ROLE {role} LOGIN")
        # Neither has any business in the others, where PUBLIC may connect.
        self._query("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
        owner = self._query(f"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{name}'")
        if owner == "":
            self._query(f"CREATE DATABASE {name} OWNER {OWNER}")
        elif owner == APPLICATION:
            # Made by an older version, which had one role. The database itself is among what is reassigned.
            self._query(f"REASSIGN OWNED BY {APPLICATION} TO {OWNER}", database=name)

    def _place(self):
        """Below the state, unless the user postgres cannot get there (a checkout under /root)."""
        place = self.state.path("postgres")
        if os.geteuid() != 0 or self._can_enter(self.state.directory):
            return place
        mark = hashlib.sha256(self.state.directory.encode()).hexdigest()[:12]
        place = f"/var/tmp/fajma-postgres-{mark}"
        if os.path.lexists(place) and (os.path.islink(place) or os.stat(place).st_uid != self.user.pw_uid):
            raise Failure(f"{place} is somebody else's; set FAJMA_STATE to a directory that the user postgres can enter")
        if not self._can_enter(self.state.sockets):
            self.state.move_sockets()
        self.say(f"the user postgres cannot enter {self.state.directory}: the database is kept in {place}")
        return place

    def _can_enter(self, directory):
        return subprocess.run(["test", "-x", directory], user=self.user.pw_uid, group=self.user.pw_gid,
                              extra_groups=[], cwd="/", check=False).returncode == 0

    def _programs(self):
        """The programs of the cluster's own version, or the newest."""
        version_file = os.path.join(self.data, "PG_VERSION")
        wanted = None
        if os.path.exists(version_file):
            with open(version_file, encoding="ascii") as file:
                wanted = file.read().strip()
        found = {match.group(1): os.path.dirname(path) for path in glob.glob("/usr/lib/postgresql/*/bin/initdb")
                 if (match := re.search(r"postgresql/(\d+)/", path))}
        if not found:
            raise Failure("PostgreSQL is missing; run scripts/setup")
        if wanted and wanted not in found:
            raise Failure(f"{self.data} was made by PostgreSQL {wanted}, which is not installed")
        return found[wanted or max(found, key=int)]

    def _give(self, path):
        if os.geteuid() == 0:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def _write(self, name, text):
        path = os.path.join(self.data, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        self._give(path)

    def _run(self, program, *arguments):
        result = subprocess.run([os.path.join(self.programs, program), *arguments], capture_output=True, text=True,
                                check=False, **self.identity())
        if result.returncode != 0:
            raise Failure(f"{program} failed: {result.stderr.strip()}")
        return result.stdout.strip()

    def _query(self, statement, database="postgres"):
        return self._run("psql", "-h", self.state.postgres_sockets, "-U", "postgres", "-d", database, "-XAtq",
                         "-v", "ON_ERROR_STOP=1", "-c", statement)
