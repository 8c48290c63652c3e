"""A past for the patients of the stack under test: readings that come late, and the limits by which new ones are judged."""
from datetime import UTC, datetime, timedelta

from support.clock import wire_time


def set_limits(stack, path, rules, role="medecin"):
    answer = stack.request("PUT", path, role=role, json={"limites": rules, "motif": "BPCO"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def low_limit(value, severity="error", delay=0):
    return {"type_donnee": "spo2", "cote": "bas", "niveau_gravite": severity, "seuil": value, "delai_s": delay, "hysteresis": 1}


def worn_for_hours(stack, device, hours=5):
    stack.query(f"UPDATE device_assignment SET during = tstzrange(now() - interval '{hours} hours', NULL) WHERE device_id = {device.id}")


def post_past(device, seconds_ago, values, vital="spo2"):
    """One value a second, as a device sends what it kept during an outage."""
    start = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    readings = [{"type_donnee": vital, "valeur": value, "timestamp": wire_time(start + timedelta(seconds=i))} for i, value in enumerate(values)]
    answer = device.post({"mesures": readings})
    assert answer.status_code == 201 and answer.json()["recues"] == len(values), answer.text
