"""What a hospital has in the replaced system when it moves: through that system's own models and routes, with rows that cannot be taken."""
import json

import requests

PASSWORDS = {"ancien.admin": "motdepasse", "ancienne.docteure": "Été 2019", "ancien.infirmier": "123456", "ancien.parti": "parti2020"}
READINGS_EACH = 3_400
PATIENTS = 3
VITALS = {"spo2": ("%", 90), "heart_rate": ("bpm", 60), "temperature": ("°C", 36)}

PEOPLE = """
import json, sys, django
django.setup()
from django.contrib.auth.models import Group, User
from replaced.iot.models import AlerteIoT, DispositifIoT, Patient
passwords, ids = json.load(sys.stdin), {}
doctors, others = Group.objects.create(name="Médecins"), Group.objects.create(name="Autres")
for name in ("ancienne.docteure", "ancien.infirmier", "ancien.parti"):
    ids[name] = User.objects.create_user(name, password=passwords[name], is_active=name != "ancien.parti").id
User.objects.get(username="ancienne.docteure").groups.add(doctors, others)
User.objects.get(username="ancien.infirmier").groups.add(others)
ids["without_password"] = User.objects.create_user("sans.mot.de.passe").id
ids["bcrypt"] = User.objects.create(username="bcrypt", password="bcrypt_sha256$$2b$12$abcdefghijklmnopqrstuv").id
ids["capitals"] = User.objects.create_user("Ancien.Infirmier", password="x").id
ids["invisible"] = User.objects.create_user("zero\\u200bwidth", password="x").id

def patient(number, **fields):
    return Patient.objects.create(**{"identifiant": number, "nom": "Durand", **fields}).id

ids["complete"] = patient("2024/00-7", nom="  O’Brien ", prenom="Zoé", date_naissance="1950-04-23", sexe="F")
ids["sex"] = patient("P-sexe", sexe="H")
ids["birth"] = patient("P-naissance", date_naissance="1850-01-01")
ids["nameless"] = patient("P-sans-nom", nom=" ")
ids["number"] = patient("numéro 1")

def device(name, **fields):
    return DispositifIoT.objects.create(nom=name, type_dispositif="bracelet", **fields).id

ids["free"] = device("Libre")
ids["of_refused"] = device("Sans porteur", patient_id=ids["number"], statut="maintenance")
ids["second"] = device("Deuxième", patient_id=ids["complete"])
ids["third"] = device("Troisième", patient_id=ids["complete"])
ids["unnamed"] = device("\\u200b")
print(json.dumps(ids))
"""

READINGS = """
import json, sys, django
django.setup()
from django.db import connection
asked = json.load(sys.stdin)
with connection.cursor() as cursor:
    for device in asked["devices"]:
        for vital, (unit, base) in asked["vitals"].items():
            cursor.execute(
                "INSERT INTO iot_donneeiot (dispositif_id, type_donnee, valeur, unite, timestamp) "
                "SELECT %s, %s, %s + (n %% 37) / 10.0, %s, date_trunc('hour', now()) - n * interval '1 minute' + %s * interval '1 microsecond' "
                "FROM generate_series(1, %s) AS n", [device, vital, base, unit, device * 10, asked["each"]])
    ids = {}
    for name, (device, vital, value, unit, when) in asked["bad"].items():
        cursor.execute("INSERT INTO iot_donneeiot (dispositif_id, type_donnee, valeur, unite, timestamp) "
                       "VALUES (%s, %s, %s, %s, " + when + ") RETURNING id", [device, vital, float(value), unit])
        ids[name] = cursor.fetchone()[0]
    for name, (patient, kind, message, severity, when, seen) in asked["alerts"].items():
        cursor.execute("INSERT INTO iot_alerteiot (patient_id, type_alerte, message, niveau_gravite, timestamp, acquittee) "
                       "VALUES (%s, %s, %s, %s, " + when + ", %s) RETURNING id", [patient, kind, message, severity, seen])
        ids[name] = cursor.fetchone()[0]
print(json.dumps(ids))
"""

ROWS = """
import json, sys, django
django.setup()
from replaced.iot import models
asked = json.load(sys.stdin)
print(json.dumps(list(getattr(models, asked["model"]).objects.order_by("id").values(*asked["fields"])), default=str))
"""


class FormerHospital:
    """Fills the replaced system. `ids` are the numbers of its rows by name, `refused` the reasons by table that an import is to find."""

    def __init__(self, replaced):
        self.replaced = replaced
        self.ids = json.loads(replaced.run(PEOPLE, json.dumps(PASSWORDS)))
        ids, first = self.ids, replaced.devices[0]
        bad = {
            "unknown": (first, "glycemie", 5, "mmol/L", "now() - interval '1 hour'"),
            "unit": (first, "temperature", 98, "°F", "now() - interval '1 hour'"),
            "implausible": (first, "spo2", 250, "%", "now() - interval '1 hour'"),
            "not_a_number": (first, "spo2", "nan", "%", "now() - interval '2 hours'"),
            "future": (first, "spo2", 97, "%", "now() + interval '1 hour'"),
            "before_2020": (first, "spo2", 97, "%", "timestamptz '2019-12-31 23:59:59Z'"),
            "too_old": (first, "spo2", 97, "%", "now() - interval '402 days'"),
            "unworn": (ids["free"], "spo2", 97, "%", "now() - interval '1 hour'"),
            "of_refused_patient": (ids["of_refused"], "spo2", 97, "%", "now() - interval '1 hour'"),
            "of_refused_device": (ids["unnamed"], "spo2", 97, "%", "now() - interval '1 hour'"),
            "instant": (ids["second"], "spo2", 97, "%", "date_trunc('day', now()) - interval '23 hours'"),
            "same": (ids["second"], "spo2", 97, "%", "date_trunc('day', now()) - interval '23 hours' + interval '400 us'"),
            "other": (ids["second"], "spo2", 91, "%", "date_trunc('day', now()) - interval '23 hours' + interval '700 us'"),
        }
        worn = replaced.patients[0]
        alerts = {
            "rule": (worn, "spo2_bas", "SpO2 basse : 85 %", "Error", "now() - interval '30 days'", False),
            "seen": (worn, "chute", "Chute\nau lit", "warning", "now() - interval '3 days'", True),
            "severity": (worn, "chute", "Chute", "grave", "now() - interval '3 days'", True),
            "message": (worn, "chute", " ", "info", "now() - interval '3 days'", True),
            "of_refused_patient_alert": (ids["number"], "chute", "Chute", "info", "now() - interval '3 days'", True),
            "future_alert": (worn, "chute", "Chute", "info", "now() + interval '3 days'", False),
        }
        asked = {"devices": replaced.devices, "vitals": VITALS, "each": READINGS_EACH, "bad": bad, "alerts": alerts}
        self.ids |= json.loads(replaced.run(READINGS, json.dumps(asked)))
        self._report()
        ids = self.ids
        self.refused = {
            "users": {"username_taken": [ids["capitals"]], "username_not_allowed": [ids["invisible"]]},
            "patients": {"sex_unknown": [ids["sex"]], "birth_date_impossible": [ids["birth"]], "name_not_allowed": [ids["nameless"]],
                         "hospital_number_not_allowed": [ids["number"]]},
            "devices": {"name_not_allowed": [ids["unnamed"]]},
            "readings": {"vital_unknown": [ids["unknown"]], "wrong_unit": [ids["unit"]], "implausible": [ids["implausible"], ids["not_a_number"]],
                         "in_future": [ids["future"]], "clock_not_set": [ids["before_2020"]], "too_old": [ids["too_old"]],
                         "not_worn": [ids["unworn"]], "patient_not_taken": [ids["of_refused_patient"]],
                         "device_not_taken": [ids["of_refused_device"]], "conflict": [ids["other"]]},
            "alerts": {"severity_unknown": [ids["severity"]], "message_not_allowed": [ids["message"]],
                       "patient_not_taken": [ids["of_refused_patient_alert"]], "in_future": [ids["future_alert"]]},
        }

    def _report(self):
        """What its own clients do: a device posts, a page raises an alert and acknowledges it."""
        token = requests.post(self.replaced.url + "/api/token/", json={"username": "ancien.admin", "password": PASSWORDS["ancien.admin"]}, timeout=30)
        headers = {"Authorization": "Bearer " + token.json()["access"]}
        reading = {"dispositif": self.replaced.devices[1], "type_donnee": "spo2", "valeur": 93.7, "unite": "%"}
        answer = requests.post(self.replaced.url + "/api/iot/data/", json=reading, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        self.ids["posted"] = answer.json()["id"]
        alert = {"patient": self.replaced.patients[1], "type_alerte": "appel", "message": "Le patient appelle", "niveau_gravite": "info"}
        answer = requests.post(self.replaced.url + "/api/iot/alertes/", json=alert, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        self.ids["called"] = answer.json()["id"]
        acknowledged = requests.post(self.replaced.url + f"/api/iot/alertes/{self.ids['called']}/acquitter/", headers=headers, timeout=30)
        assert acknowledged.status_code == 200, acknowledged.text

    def rows(self, model, *fields):
        """The rows of one of its models, as its ORM has them: `[{field: value}]`, dates as text."""
        return json.loads(self.replaced.run(ROWS, json.dumps({"model": model, "fields": fields})))
