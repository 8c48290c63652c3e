"""A body that arrives slowly holds a thread of the daemon, and nothing of the database: no connection, transaction or lock."""
import json

from support.clock import until
from support.fastcgi import begin_request, read_answer, send_body

NAMES = {"API": "FAJMA_API_SOCKET", "reports": "FAJMA_REPORTS_SOCKET"}


def locks(stack):
    """What the API holds: transactions that are open, and locks on anything."""
    return stack.query("""
        SELECT a.application_name, a.state, l.locktype, l.relation::regclass FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid
        WHERE a.application_name ~ '^fajma-api' AND a.application_name <> 'fajma-api stall' AND (a.xact_start IS NOT NULL OR l.pid IS NOT NULL)""")


def test_while_bodies_arrive_slowly_nothing_is_locked_and_others_change_the_same_things(stack):
    device = stack.next_device(stack.devices[0].ward)
    patient = next(row for row in stack.request("GET", "/api/patients/", role="admin", params={"limit": 1000}).json() if row["id"] == device.patient)
    assignment = stack.request("GET", f"/api/iot/dispositifs/{device.id}/affectations/", role="admin").json()[0]
    change = {name: patient[name] for name in ("identifiant", "nom", "prenom", "date_naissance", "sexe", "service", "lit")}
    report = {"mesures": [{"type_donnee": "spo2", "valeur": 97}]}
    requests = [
        ("API", "PUT", f"/api/patients/{patient['id']}/", change, 200),
        ("API", "PATCH", f"/api/patients/{patient['id']}/", {"lit": patient["lit"]}, 200),
        ("API", "PATCH", f"/api/iot/dispositifs/{device.id}/affectations/{assignment['id']}/", {"debut": assignment["debut"]}, 200),
        ("API", "PUT", f"/api/patients/{patient['id']}/limites/", {"limites": []}, 200),
        ("API", "POST", "/api/iot/alertes/", {"patient": patient["id"], "type_alerte": "chute", "message": "Chute", "niveau_gravite": "info"}, 201),
        ("API", "PATCH", f"/api/iot/dispositifs/{device.id}/", {"statut": "actif"}, 200), ("reports", "POST", "/api/iot/data/", report, 201),
    ]
    slow = []
    for socket, method, path, body, expected in requests:
        body = json.dumps(body).encode()
        authorization = f"Bearer {device.key if socket == 'reports' else stack.token('admin')}"
        connection = begin_request(stack.environment[NAMES[socket]], method, path, len(body), HTTP_AUTHORIZATION=authorization)
        send_body(connection, body[:-2], is_last=False)
        slow.append((connection, body[-2:], expected, path))
    until(lambda: not locks(stack), 5, "nothing is locked while the bodies arrive")
    # The same things, by others.
    assert stack.request("PATCH", f"/api/patients/{patient['id']}/", role="medecin", json={"lit": patient["lit"]}).status_code == 200
    assert stack.request("PATCH", f"/api/iot/dispositifs/{device.id}/", role="admin", json={"statut": "en service"}).status_code == 200
    assert device.post(report).status_code == 201
    assert not locks(stack)
    for connection, rest, expected, path in slow:
        send_body(connection, rest)
        status, answer = read_answer(connection)
        assert status == expected, (path, answer)
