import itertools
import json
import os

import pytest

from comparison.former_hospital import PASSWORDS, FormerHospital
from comparison.former_hospital import PATIENTS as FORMER_PATIENTS
from comparison.importing import ask, run
from comparison.names import HERE, named
from comparison.replaced_process import ReplacedProcess
from comparison.side import Call, Side
from stacklib.state import APPLICATION, OWNER
from support.stack import Stack

PATIENTS = 7
# Who wears a device: of the calls, and the last one of the sockets.
WORN = (1, 2, 3, 7)
numbers = itertools.count()


@pytest.fixture(scope="session")
def stack():
    """FAJMA, for the comparison alone: every call is one account, and the hospital is a small one."""
    stack = Stack(PATIENTS)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture(scope="session")
def replaced(stack):
    with ReplacedProcess([{key: user[key] for key in ("username", "password", "role")} for user in stack.accounts.values()], PATIENTS) as process:
        yield process


@pytest.fixture(scope="session")
def sides(stack, replaced):
    """`(old, new)`: the same accounts, patients and devices on both."""
    old = Side(replaced.url, named(stack, replaced.patients, replaced.devices), stack.accounts)
    new = Side(stack.url, named(stack, [device.patient for device in stack.devices], [device.id for device in stack.devices]), stack.accounts)
    for side in (old, new):
        for role in ("admin", "infirmier"):
            side.log_in(role)
        for number in range(1, PATIENTS + 1):
            change = {"statut": "actif"} if number in WORN else {"patient": None, "statut": "actif"}
            assert side.send(Call("PATCH", f"/api/iot/dispositifs/{{dispositif{number}}}/", json=change)).status == 200
    return old, new


@pytest.fixture(scope="session")
def intended():
    """What intended.json lists: `[{"calls": ["devices/*"], "differences": ["200 404"], "reason"}]`; calls as the shell's patterns."""
    with open(os.path.join(HERE, "intended.json"), encoding="utf-8") as file:
        return json.load(file)


@pytest.fixture(scope="session")
def former():
    """The replaced system with what a hospital has in it when it moves."""
    with ReplacedProcess([{"username": "ancien.admin", "password": PASSWORDS["ancien.admin"], "role": "admin"}], FORMER_PATIENTS) as process:
        yield FormerHospital(process)


@pytest.fixture
def empty(former):
    """An empty FAJMA, without its daemons, in the replaced system's cluster; its environment."""
    cluster, name = former.replaced.cluster, f"fajma_{next(numbers)}"
    cluster.postgres.create_database(name)
    environment = {**cluster.state.environment(), "DATABASE_URL": cluster.state.database_url(APPLICATION, name),
                   "FAJMA_OWNER_DATABASE_URL": cluster.state.database_url(OWNER, name)}
    assert run(environment, "migrate").returncode == 0
    ask(environment, "ward", "add", "Médecine")
    return environment
