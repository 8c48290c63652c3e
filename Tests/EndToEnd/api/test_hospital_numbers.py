"""Hospital numbers as hospitals have them, through nginx: on every address, and equal to somebody else's id."""
from urllib.parse import quote

import pytest

from support.admin_ui import admit, unique
from support.live_socket import Socket


def numbered(stack, kind, number):
    """A patient's socket by the hospital's number."""
    return Socket(f"{stack.url.replace('http', 'ws', 1)}/ws/{kind}/?identifiant={quote(number, safe='')}&token={stack.token('infirmier')}")


@pytest.mark.parametrize("form", ["{}", "IPP-{}/24.B", "a/.{}", "A:{}"])
def test_a_number_leads_to_its_patient_by_path_query_and_socket(stack, form):
    number = form.format(int(unique("")[:7], 16))
    patient = admit(stack, identifiant=number)
    assert patient["identifiant"] == number
    encoded = quote(number, safe="")
    for path in (f"/api/patients/n:{encoded}/", f"/api/patients/n%3A{encoded}", f"/fajma/api/patients/n:{encoded}/"):
        assert stack.request("GET", path).json() == patient, path
    assert stack.request("GET", "/api/patients/", params={"identifiant": number}).json() == [patient]
    assert stack.request("GET", f"/api/patients/n:{encoded}/score/").status_code == 200
    assert stack.request("PATCH", f"/api/patients/n:{encoded}/", json={"prenom": "Zoé"}).json()["prenom"] == "Zoé"
    entered = {"patient": f"n:{number}", "type_donnee": "temperature", "valeur": 37.5}
    assert stack.request("POST", "/api/iot/data/", json=entered).status_code == 201
    assert stack.request("GET", "/api/iot/data/latest_data/", params={"patient_id": f"n:{number}"}).json()["temperature"]["valeur"] == 37.5
    for kind in ("iot", "alerts"):
        with numbered(stack, kind, number) as socket:
            if kind == "iot":
                message = socket.receive(5)
                assert (message["patient_id"], message["data"]["temperature"]["valeur"]) == (patient["id"], 37.5)


def test_a_number_that_equals_an_id_is_never_taken_for_it(stack, device):
    """The device's patient is somebody else's number."""
    other = admit(stack, identifiant=str(device.patient))
    assert stack.request("GET", f"/api/patients/{device.patient}/").json()["id"] == device.patient
    assert stack.request("GET", f"/api/patients/n:{device.patient}/").json()["id"] == other["id"]
    assert stack.request("GET", f"/api/patients/0{device.patient}/").status_code == 404
    assert {row["patient"] for row in stack.request("GET", f"/api/iot/dispositifs/?patient_id={device.patient}").json()} == {device.patient}
    assert stack.request("GET", f"/api/iot/dispositifs/?patient_id=n:{device.patient}").json() == []
    assert device.post({"type_donnee": "spo2", "valeur": 97}).status_code == 201
    entered = {"patient": f"n:{device.patient}", "type_donnee": "temperature", "valeur": 38.5}
    assert stack.request("POST", "/api/iot/data/", json=entered).status_code == 201
    with stack.socket(f"/ws/iot/{device.patient}/") as own, numbered(stack, "iot", str(device.patient)) as others:
        for socket, patient, vital in ((own, device.patient, "spo2"), (others, other["id"], "temperature")):
            message = socket.receive(5)
            assert (message["patient_id"], list(message["data"])) == (patient, [vital])
