import json
import os

import pytest

from comparison.names import HERE, named
from comparison.replaced_process import ReplacedProcess
from comparison.side import Call, Side
from support.stack import Stack

PATIENTS = 7
# Who wears a device: of the calls, and the last one of the sockets.
WORN = (1, 2, 3, 7)


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
