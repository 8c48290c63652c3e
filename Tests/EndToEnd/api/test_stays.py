"""A patient's stay, and a device that changes hands while its reports are held up, over HTTP through nginx."""
from datetime import UTC, datetime, timedelta

import pytest

from support.clock import until, wire_time


@pytest.fixture
def admission(stack):
    """Admits a patient into the ward of a device and returns the answer's JSON."""
    count = 0

    def admit(device, **changes):
        nonlocal count
        count += 1
        body = {"identifiant": f"S{device.id}_{count}", "nom": "Séjour", "prenom": "Alix", "date_naissance": "1970-01-31",
                "service": device.ward, "lit": f"S{device.id}-{count}", **changes}
        answer = stack.request("POST", "/api/patients/", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    return admit


@pytest.fixture
def outage(stack, device, admission):
    """A device taken from one patient and given to another while nothing gets through: when that was, and the second one."""
    second = admission(device)
    now = datetime.now(UTC).replace(microsecond=0)
    taken, given = now - timedelta(minutes=30), now - timedelta(minutes=20)
    path = f"/api/iot/dispositifs/{device.id}/affectations/"
    worn = stack.request("GET", path).json()[0]
    assert worn["patient"] == device.patient and worn["fin"] is None
    answer = stack.request("PATCH", f"{path}{worn['id']}/", json={"fin": wire_time(taken)})
    assert answer.status_code == 200, answer.text
    answer = stack.request("POST", path, json={"patient": second["id"], "debut": wire_time(given)})
    assert answer.status_code == 201, answer.text
    return taken, given, second["id"]


@pytest.mark.parametrize("reports", [1, 6])
def test_readings_of_an_outage_go_to_whoever_wore_the_device(stack, device, outage, reports):
    taken, given, second = outage
    times = [taken - timedelta(minutes=10) + timedelta(minutes=number) for number in range(36)]
    rows = [{"type_donnee": "spo2", "valeur": 60 + number, "timestamp": wire_time(time)} for number, time in enumerate(times)]
    size = len(rows) // reports
    stored = 0
    for start in range(0, len(rows), size):
        answer = device.post({"mesures": rows[start:start + size]})
        assert answer.status_code in (201, 409), answer.text
        stored += answer.json().get("recues", 0)
    expected = {device.patient: [row["valeur"] for row, time in zip(rows, times, strict=True) if time < taken],
                second: [row["valeur"] for row, time in zip(rows, times, strict=True) if time >= given]}
    assert stored == sum(map(len, expected.values())) == 26
    for patient, values in expected.items():
        found = stack.request("GET", "/api/iot/data/", params={"patient_id": patient, "dispositif": device.id}).json()
        assert [row["valeur"] for row in reversed(found)] == values


def test_an_overlap_says_when_the_device_is_worn(stack, device, outage):
    taken, given, second = outage
    body = {"patient": device.patient, "debut": wire_time(taken - timedelta(minutes=5)), "fin": wire_time(given + timedelta(minutes=5))}
    answer = stack.request("POST", f"/api/iot/dispositifs/{device.id}/affectations/", json=body)
    assert answer.status_code == 409 and answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["error"] == problem["detail"] and problem["debut"] == ["Ce dispositif est déjà attribué pour cette période."]
    first, other = problem["affectations"]
    assert (first["patient"], first["fin"]) == (device.patient, wire_time(taken))
    assert other == {"patient": second, "debut": wire_time(given), "fin": None}


def test_a_stay_from_admission_to_discharge_and_another(stack, device, admission):
    bed = f"'; <b>{device.id}"
    patient = admission(device, nom='<img src=x onerror="alert(1)">', lit=f"  {bed} ")
    path = f"/api/patients/{patient['id']}/"
    assert (patient["nom"], patient["lit"], patient["sorti_le"]) == ('<img src=x onerror="alert(1)">', bed, None)
    taken = stack.request("POST", "/api/patients/", json={**patient, "identifiant": "OTHER_1"})
    assert taken.status_code == 409 and taken.json()["lit"] == ["Ce lit est déjà occupé."]
    given = stack.request("POST", f"/api/iot/dispositifs/{device.id}/affectations/", json={"patient": patient["id"]})
    assert given.status_code == 201, given.text
    device.report(spo2=96)
    left = stack.request("POST", path + "sortie/")
    assert left.status_code == 200 and left.json()["sorti_le"] and left.json()["lit"] == ""
    assert stack.request("GET", path).status_code == stack.request("POST", path + "sortie/").status_code == 404
    assert stack.request("GET", path, role="admin").json() == left.json()
    late = device.post({"mesures": [{"type_donnee": "spo2", "valeur": 95, "timestamp": given.json()["debut"]}]})
    assert late.status_code == 201 and late.json()["recues"] == 1, late.text
    again = stack.request("POST", "/api/patients/", json={**patient, "lit": ""})
    assert again.status_code == 200 and again.json() == {**patient, "lit": ""}
    values = [row["valeur"] for row in stack.request("GET", "/api/iot/data/", params={"patient_id": patient["id"]}).json()]
    assert values == [96, 95]


def test_a_new_key_is_shown_with_the_address_that_nginx_was_asked_at(stack, device):
    answer = stack.request("POST", f"/api/iot/dispositifs/{device.id}/cle/", role="admin").json()
    size = len(answer["qr"])
    assert answer["cle"].startswith(f"fjd_{device.id}_") and size >= 21 and {len(row) for row in answer["qr"]} == {size}
    device.headers = {"Authorization": "Bearer " + answer["cle"]}
    until(lambda: device.report(spo2=97), 5, "the new key works")
