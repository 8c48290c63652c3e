"""Alerts that a test raises, and acknowledges through the API."""
import re


def raise_alert(stack, device, severity, message="SpO2 basse", kind="spo2_bas"):
    """Of a rule (`spo2_bas`), as the alarms raise it, which lasts until the device measures otherwise; any other kind as a person raises it."""
    rule = re.fullmatch(r"(\w+)_(bas|haut)", kind)
    return raise_of_rule(stack, device, severity, message, *rule.groups()) if rule else raise_by_hand(stack, device, severity, message, kind)


def raise_by_hand(stack, device, severity, message, kind):
    body = {"patient": device.patient, "type_alerte": kind, "message": message, "niveau_gravite": severity}
    answer = stack.request("POST", "/api/iot/alertes/", role="medecin", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def raise_of_rule(stack, device, severity, message, vital, side):
    about = f"{device.patient}, (SELECT code FROM vitals WHERE name = '{vital}'), '{side}'"
    [[alert]] = stack.query(f"""
        WITH condition AS (
            INSERT INTO alarm_conditions (patient_id, vital, side, device_id, raised) VALUES ({about}, {device.id}, '{severity}')
            ON CONFLICT (patient_id, vital, side, device_id) DO UPDATE SET raised = excluded.raised)
        INSERT INTO alerts (patient_id, vital, side, kind, message, severity, measured_at)
        VALUES ({about}, '{vital}_{side}', '{message}', '{severity}', now()) RETURNING id""")
    return int(alert)


def acknowledge(stack, alert):
    assert stack.request("POST", f"/api/iot/alertes/{alert}/acquitter/", role="medecin").status_code == 200
