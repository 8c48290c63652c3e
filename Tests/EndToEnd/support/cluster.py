"""A PostgreSQL of a test file's own, without FAJMA's daemons: the stack's, stopped with the tests."""
import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from types import SimpleNamespace

from stacklib.postgres import Postgres
from stacklib.state import State
from support.clock import until
from support.paths import FAJMA
from support.place import state_place

DEADLINE_SECONDS = 30


@contextlib.contextmanager
def private_cluster():
    """Runs an empty cluster; it has the superuser `postgres` and nothing else."""
    # As the stack's: not among pytest's own, which each other session of pytest closes to the user postgres.
    directory = tempfile.mkdtemp(prefix="fajma-e2e-", dir=state_place())
    os.chmod(directory, 0o711)
    os.environ.update(FAJMA_STATE=directory, FAJMA_PORT="0")
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
        shutil.rmtree(directory, ignore_errors=True)


def wait_until(condition):
    return until(condition, DEADLINE_SECONDS, "what is waited for here")


def run(environment, *arguments, text=""):
    """Runs the administrator's command."""
    return subprocess.run([FAJMA, *arguments], env=environment, input=text, capture_output=True, text=True,
                          timeout=DEADLINE_SECONDS, check=False)


def refusal(environment, *arguments, text=""):
    """The one line that a failed command prints."""
    result = run(environment, *arguments, text=text)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.startswith("fajma: ") and result.stderr.count("\n") == 1
    return result.stderr
