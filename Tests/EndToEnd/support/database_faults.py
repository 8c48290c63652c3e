"""Faults of a stack's database, each until its block ends: it answers and does not store, or does not even answer."""
import contextlib
import os
import subprocess

import psycopg

DISK_BYTES = 32 << 20
FILL_BYTES = 1 << 16


def superuser(stack):
    return psycopg.connect(stack.environment["FAJMA_OWNER_DATABASE_URL"].replace("fajma_owner@", "postgres@"), autocommit=True)


@contextlib.contextmanager
def standby_away(stack):
    """The synchronous standby is nobody: every commit that waits for it waits for ever."""
    with superuser(stack) as connection:
        connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")


@contextlib.contextmanager
def readings_locked(stack):
    """Somebody holds a lock on the readings, as a careless CREATE INDEX does."""
    with superuser(stack) as connection, connection.transaction():
        connection.execute("LOCK TABLE readings IN SHARE MODE")
        yield


@contextlib.contextmanager
def frozen(stack):
    """Every process of PostgreSQL stops where it is; its connections stay open and silent."""
    with stack.frozen("postgres"):
        yield


class SmallDisk:
    """A file system of its own, in memory, that holds the readings: only it gets full, whatever the machine's disks are."""

    def __init__(self, stack):
        self.path = stack.path("small")
        self._filler = os.path.join(self.path, "filler")
        self._stack = stack

    def __enter__(self):
        os.mkdir(self.path)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0711", "tmpfs", self.path], check=True)
        place = os.path.join(self.path, "tablespace")
        os.mkdir(place, 0o700)
        owner = os.stat(self._stack.path("postgres"))
        os.chown(place, owner.st_uid, owner.st_gid)
        with superuser(self._stack) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            for table, in connection.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'readings'::regclass").fetchall():
                connection.execute(f"ALTER TABLE {table} SET TABLESPACE small")
                for index, in connection.execute(f"SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = '{table}'::regclass").fetchall():
                    connection.execute(f"ALTER INDEX {index} SET TABLESPACE small")
        return self

    def __exit__(self, *exception):
        subprocess.run(["umount", "--lazy", self.path], check=True)

    @contextlib.contextmanager
    def full(self, stack):
        """Not one more page can be added to a table. What fits into those that are there is still stored."""
        assert stack is self._stack
        try:
            with open(self._filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(FILL_BYTES))
            assert os.statvfs(self.path).f_bavail == 0
            yield
        finally:
            os.unlink(self._filler)
