import itertools

import pytest

_numbers = itertools.count(1)


@pytest.fixture
def ward(stack, device):
    """A ward of the test's own, with the patient of `device` in it. Nurse and doctor have no other meanwhile: other tests' alarms are not heard."""
    def accounts():
        return [row for row in stack.request("GET", "/api/utilisateurs/", role="admin").json()
                if row["username"] in (stack.accounts["infirmier"]["username"], stack.accounts["medecin"]["username"])]

    def give(account, services):
        answer = stack.request("PATCH", f"/api/utilisateurs/{account['id']}/", role="admin", json={"services": services})
        assert answer.status_code == 200, answer.text

    made = stack.request("POST", "/api/services/", role="admin", json={"nom": f"Alarmes {next(_numbers)}"}).json()["id"]
    before = accounts()
    for account in before:
        give(account, [made])
    moved = stack.request("PATCH", f"/api/patients/{device.patient}/", role="admin", json={"service": made})
    assert moved.status_code == 200, moved.text
    yield made
    assert stack.request("PATCH", f"/api/patients/{device.patient}/", role="admin", json={"service": device.ward}).status_code == 200
    for account in before:
        give(account, account["services"])
