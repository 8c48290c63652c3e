"""A PostgreSQL of a test file's own, without FAJMA's daemons: the stack's, stopped with the tests."""
import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(REPOSITORY, "scripts"))
from stacklib.postgres import Postgres  # noqa: E402
from stacklib.state import State  # noqa: E402

PROGRAM = os.path.join(os.path.abspath(os.environ.get("FAJMA_BIN") or os.path.join(REPOSITORY, ".build/release")), "fajma")
DEADLINE_SECONDS = 30


@contextlib.contextmanager
def private_cluster(directory):
    """Runs an empty cluster below a pathlib directory; it has the superuser `postgres` and nothing else."""
    for path in (directory, *directory.parents):
        if path.stat().st_uid == os.geteuid() and path.is_relative_to("/tmp") and str(path) != "/tmp":
            path.chmod(path.stat().st_mode | 0o011)  # the user postgres must get through
    os.environ.update(FAJMA_STATE=str(directory / "state"), FAJMA_PORT="0")
    try:
        state = State()
        state.lock()
    finally:
        del os.environ["FAJMA_STATE"], os.environ["FAJMA_PORT"]
    postgres = Postgres(state, lambda text: None)
    postgres.prepare()
    with open(state.path("log", "postgres.log"), "wb") as log:
        process = subprocess.Popen(postgres.command(), stdout=log, stderr=log, **postgres.identity())
    try:
        wait_until(postgres.is_ready)
        yield SimpleNamespace(state=state, postgres=postgres, process=process)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(DEADLINE_SECONDS)
        state.clean()


def wait_until(condition):
    """Returns the first true value of `condition`, asked again and again."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, "nothing happened in time"
        select.select([], [], [], 0.02)
    return value


def run(environment, *arguments, text=""):
    """Runs the administrator's command."""
    return subprocess.run([PROGRAM, *arguments], env=environment, input=text, capture_output=True, text=True,
                          timeout=DEADLINE_SECONDS, check=False)
