"""Alerts that a test raises and acknowledges through the API."""


def raise_alert(stack, device, severity, message="SpO2 basse", kind="spo2_bas"):
    body = {"patient": device.patient, "type_alerte": kind, "message": message, "niveau_gravite": severity}
    answer = stack.request("POST", "/api/iot/alertes/", role="medecin", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def acknowledge(stack, alert):
    assert stack.request("POST", f"/api/iot/alertes/{alert}/acquitter/", role="medecin").status_code == 200
