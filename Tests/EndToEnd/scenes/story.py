"""A demonstration hospital with a past: a day of readings, rounds with values taken by hand, alerts of every kind and stage, and devices
that go on reporting. The same at every start but for the clock, so that two runs can be compared picture by picture."""
import contextlib
import math
import random
import secrets
import threading
import time
from datetime import UTC, datetime
from itertools import pairwise

import requests

from support.clock import until, wire_time
from support.stack import Stack

HOUR = 3600
DAY = 24 * HOUR
# Seconds between readings, the farther back the fewer: [from seconds ago, step].
PAST = [(7 * DAY, 900), (DAY, 60), (HOUR, 10), (0, 0)]
RECENT = [(180, 1), (0, 0)]
BATCH = 300
VITALS = ("spo2", "heart_rate", "temperature")

# Who is what, by the place in Hospital.devices; after them come those whom nothing befalls.
DESATURATED, TACHYCARDIC, LATCHED, DETACHED, SILENT, FLAT_BATTERY, FEVER, PARTIAL, NOTED, CHRONIC, WELL = range(11)
# What happens to them now: vital, where it goes to, within how many seconds.
NOW = {DESATURATED: ("spo2", 87, 70), TACHYCARDIC: ("heart_rate", 120, 60), FEVER: ("temperature", 38.5, 5400), CHRONIC: ("spo2", 94, DAY)}
# Whose sensor is off, or sends only part of it, without a word.
REPORTED = {DETACHED: ("temperature",), PARTIAL: ("spo2", "temperature")}
# Nights have such dips: hours ago, vital, change, minutes.
EPISODES = [(3.2, "spo2", -7, 6), (9.5, "spo2", -9, 4), (15, "heart_rate", 38, 12), (21, "spo2", -6, 9)]


class Course:
    """What a patient's body does: each value a function of time alone, so that the past and what comes now are one curve."""

    def __init__(self, number, now):
        self.now = now
        chance = random.Random(number)
        self.base = {"spo2": chance.uniform(96.2, 98.6), "heart_rate": chance.uniform(61, 88), "temperature": chance.uniform(36.4, 36.9)}
        self.waves = {vital: [(size * chance.uniform(0.6, 1.2), period * chance.uniform(0.7, 1.4), chance.uniform(0, 6.28))
                              for size, period in shape]
                      for vital, shape in {"spo2": [(0.5, 97), (0.4, 1900), (0.25, 13)], "heart_rate": [(2, 60), (4, 4100), (1.2, 9)],
                                           "temperature": [(0.12, 7 * HOUR), (0.03, 900)]}.items()}
        self.episodes = [(now - hours * HOUR * chance.uniform(0.8, 1.1), vital, change, minutes * 60)
                         for hours, vital, change, minutes in EPISODES if chance.random() < 0.4 or number == DESATURATED]
        self.change = NOW.get(number)

    def value(self, vital, at):
        value = self.base[vital] + sum(size * math.sin(2 * math.pi * at / period + phase) for size, period, phase in self.waves[vital])
        for middle, what, change, width in self.episodes:
            if what == vital:
                value += change * math.exp(-(((at - middle) / width) ** 2))
        if self.change and self.change[0] == vital:
            _, target, seconds = self.change
            part = min(max((at - self.now + seconds) / seconds, 0), 1)
            value += (target - self.base[vital]) * part * part * (3 - 2 * part)
        return round(min(value, 100) if vital == "spo2" else value, 2 if vital == "temperature" else 1)


class Hospital:
    """A stack, its wards, and a thread that reports for all devices: so many patients, the first ward's among them."""

    def __init__(self, patients, first_ward):
        # A device that falls silent is missed after the time that hospitals have.
        self.stack = Stack(patients, FAJMA_SIGNAL_LOST_SECONDS=None)
        self.first_ward = first_ward
        self.over = threading.Event()
        self.reporter = None
        self.problems = []

    def __enter__(self):
        try:
            self.stack.start()
            # Nobody raises an alarm about devices that have a past and do not report yet.
            with self.stack.without("fajma-push"):
                self.arrange_wards()
                self.now = time.time()
                self.courses = {device: Course(number, self.now) for number, device in enumerate(self.devices)}
                self.remember(PAST)
                self.rounds()
                self.past_alerts()
                self.remember(RECENT, time.time())
                self.began = time.time()
                self.reporter = threading.Thread(target=self.report, daemon=True)
                self.reporter.start()
                until(lambda: time.time() > self.began + 6, 10, "the silent device has reported")
            self.present_alerts()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception):
        self.over.set()
        if self.reporter:
            self.reporter.join(10)
        self.stack.stop()

    def arrange_wards(self):
        devices = self.stack.devices
        self.ward, self.small_ward = sorted({device.ward for device in devices})
        first = [device for device in devices if device.ward == self.ward]
        others = [device for device in devices if device.ward != self.ward]
        for number, device in enumerate(others[:self.first_ward - len(first)], start=len(first)):
            bed = f"{101 + number // 2}-{'PF'[number % 2]}"
            self.stack.request("PATCH", f"/api/patients/{device.patient}/", role="admin", json={"service": self.ward, "lit": bed}).raise_for_status()
            first.append(device)
        # Spread over the ward.
        some = first[::max(1, len(first) // WELL)][:WELL]
        self.devices = [*some, *(device for device in dict.fromkeys([*first, *others]) if device not in some)]
        self.empty_ward = self.stack.request("POST", "/api/services/", role="admin", json={"nom": "Gériatrie"}).json()["id"]
        for account in self.stack.request("GET", "/api/utilisateurs/", role="admin").json():
            if account["role"] in ("infirmier", "medecin"):
                self.stack.request("PATCH", f"/api/utilisateurs/{account['id']}/", role="admin",
                                   json={"services": [self.ward, self.small_ward, self.empty_ward]}).raise_for_status()
        self.arrange_keys()
        # Since last week: readings belong to whoever wore the device then.
        self.stack.query("UPDATE device_assignment SET during = tstzrange(now() - interval '8 days', NULL) WHERE upper(during) IS NULL")

    def arrange_keys(self):
        """A machine key in each of its states."""
        everything = ["readPatients", "managePatients", "readReadings", "enterReadings", "readAlerts", "acknowledgeAlerts"]
        every = {"tous_services": True}
        for name, permissions, places, days in (
            ("Moteur d’intégration", everything, {"services": [self.ward, self.small_ward]}, 300),
            ("Entrepôt de données", ["readReadings"], every, 12), ("Supervision des services", ["readAlerts", "readWards"], every, -3),
            ("Ancien moteur", ["readPatients"], {"services": [self.ward]}, 90),
        ):
            body = {"nom": name, "permissions": permissions, "expire_le": wire_time(datetime.fromtimestamp(time.time() + 400 * DAY, UTC)), **places}
            answer = self.stack.request("POST", "/api/cles/", role="admin", json=body)
            answer.raise_for_status()
            key = answer.json()["id"]
            self.stack.query(f"UPDATE machine_keys SET expires_at = now() + interval '{days} days' WHERE user_id = {key}")
            if name == "Ancien moteur":
                self.stack.request("DELETE", f"/api/cles/{key}/", role="admin").raise_for_status()
            elif days > 0:
                self.stack.query("UPDATE machine_keys SET last_used_at = now() - interval '4 minutes', last_used_address = '192.0.2.20' "
                                 f"WHERE user_id = {key}")

    def remember(self, past, now=None):
        """Every device's past, as if it had arrived when it was measured."""
        now = now or self.now
        session = requests.Session()
        for number, device in enumerate(self.devices):
            # The last week of one patient is enough.
            moments = [now - seconds for (begin, step), (end, _) in pairwise(past) if begin <= DAY or number == DESATURATED
                       for seconds in range(begin, end, -step)]
            # A hole, as while somebody is at the X-ray.
            moments = [at for at in moments if not 5.1 * HOUR < now - at < 5.6 * HOUR]
            rows = [self.row(device, vital, at) for at in moments for vital in VITALS]
            for start in range(0, len(rows), BATCH):
                answer = device.post({"mesures": rows[start:start + BATCH]}, session)
                assert answer.status_code == 201, answer.text

    def row(self, device, vital, at):
        return {"type_donnee": vital, "valeur": self.courses[device].value(vital, at), "timestamp": wire_time(datetime.fromtimestamp(at, UTC))}

    def rounds(self):
        """Twice a day somebody goes round: with that the early warning score of half of the patients is whole."""
        for number, device in enumerate(self.devices):
            if number % 4 == 3:
                continue
            for hours in (13, 4.2):
                chance = random.Random(number * 100 + int(hours))
                sick = number in (DESATURATED, FEVER)
                values = {"respiratory_rate": chance.randint(22, 24) if sick else chance.randint(13, 19),
                          "systolic_bp": chance.randint(98, 108) if sick else chance.randint(112, 138), "diastolic_bp": chance.randint(62, 86),
                          "consciousness": "A", "supplemental_o2": 1 if number in (DESATURATED, CHRONIC) else 0}
                if number % 4 == 2 and hours < 12 and number != DESATURATED:
                    del values["consciousness"], values["supplemental_o2"]
                body = {"patient": device.patient, "timestamp": wire_time(datetime.fromtimestamp(self.now - hours * HOUR - number * 40, UTC)),
                        "mesures": [{"type_donnee": name, "valeur": value} for name, value in values.items()]}
                self.stack.request("POST", "/api/iot/data/", json=body).raise_for_status()
        # The respiratory rate counts as a device's: five minutes. Some have just been looked at.
        for number in (DESATURATED, FEVER, WELL, WELL + 1, WELL + 3):
            rate = 23 if number in (DESATURATED, FEVER) else 15
            body = {"patient": self.devices[number].patient, "mesures": [{"type_donnee": "respiratory_rate", "valeur": rate}]}
            self.stack.request("POST", "/api/iot/data/", json=body).raise_for_status()

    def past_alerts(self):
        """What the episodes raised then: late readings raise nothing, so it is written down."""
        vitals = {"spo2": (1, "bas", "SpO2 basse", "%", 94, 90), "heart_rate": (2, "haut", "Fréquence cardiaque haute", "bpm", 110, 130)}
        rows = []
        for device, course in self.courses.items():
            for middle, vital, _, width in course.episodes:
                number, side, words, unit, warning, error = vitals[vital]
                value = round(course.value(vital, middle))
                severity = "error" if (value < error if side == "bas" else value > error) else "warning"
                limit = error if severity == "error" else warning
                if (value >= limit) if side == "bas" else (value <= limit):
                    continue
                begin = middle - width * 0.7
                seen = "NULL, NULL" if severity == "warning" and device.patient % 2 else \
                    f"to_timestamp({begin + 40 + device.patient * 3}), (SELECT min(id) FROM users WHERE username = 'infirmier')"
                row = (f"({device.patient}, '{vital}_{side}', '{words} : {value} {unit} (limite {limit} {unit})', '{severity}', "
                       f"to_timestamp({begin}), to_timestamp({begin + 10}), to_timestamp({begin + 0.3}), to_timestamp({middle + width}), "
                       f"{number}, '{side}', {value}, {limit}, {seen})")
                rows.append((begin, row))
        assert rows
        self.stack.query("INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_at, received_at, ended_at, vital, side, "
                         "value, limit_value, acknowledged_at, acknowledged_by) VALUES " + ", ".join(row for _, row in sorted(rows)))

    def report(self):
        session = requests.Session()
        while not self.over.wait(max(0, 1 - time.time() % 1)):
            for number, device in enumerate(self.devices):
                if number == SILENT and time.time() > self.began + 5:
                    continue
                vitals = REPORTED.get(number, VITALS)
                rows = [self.row(device, vital, time.time()) for vital in vitals]
                if number == LATCHED and time.time() < self.began + 16:
                    rows[0]["valeur"] = 87
                state = {"batterie": 9 if number == FLAT_BATTERY else 40 + device.id % 60, "rssi": -48 - device.id % 25, "firmware": "1.4.2",
                         "demarrage": 1, "detaches": ["spo2", "heart_rate"] if number == DETACHED else []}
                with contextlib.suppress(requests.RequestException):
                    answer = device.post({"mesures": rows, "etat": state}, session)
                    if answer.status_code != 201:
                        self.problems.append(answer.text)

    def present_alerts(self):
        stack = self.stack
        stack.request("POST", "/api/iot/alertes/", role="medecin", json={"patient": self.devices[NOTED].patient, "type_alerte": "note",
                      "message": "Glycémie à contrôler avant 14 h", "niveau_gravite": "info"}).raise_for_status()
        self.open_alert(DESATURATED, "spo2_bas", "error")
        self.open_alert(LATCHED, "spo2_bas", None)
        self.open_alert(FLAT_BATTERY, "batterie_faible")
        self.open_alert(DETACHED, "capteur_detache")
        tachycardia = self.open_alert(TACHYCARDIC, "heart_rate_haut")
        stack.request("POST", f"/api/iot/alertes/{tachycardia}/acquitter/", role="medecin").raise_for_status()
        until(lambda: stack.query("SELECT count(*) FROM alerts WHERE kind = 'signal_perdu' AND ended_at IS NULL") == [["1"]], 40,
              "the silent device is missed")

    def open_alert(self, number, kind, severity=None):
        """The number of the open alert of this kind that somebody has by now."""
        worst = f"AND severity = '{severity}'" if severity else ""
        return until(lambda: self.stack.query(f"SELECT id FROM alerts WHERE patient_id = {self.devices[number].patient} AND kind = '{kind}' "
                                              f"{worst} AND acknowledged_at IS NULL ORDER BY id DESC LIMIT 1"), 150, f"{kind} is raised")[0][0]

    def patient(self, number):
        return self.devices[number].patient

    def new_account(self):
        """Of a nurse who has not been here yet: `(name, password that must be changed)`."""
        name, password = f"nouveau-{secrets.token_hex(3)}", f"lampe {secrets.token_hex(6)} verte"
        self.stack.request("POST", "/api/utilisateurs/", role="admin", json={
            "username": name, "role": "infirmier", "services": [self.ward], "mot_de_passe": password}).raise_for_status()
        return name, password

    def new_patient(self):
        """Of the small ward, without a device."""
        answer = self.stack.request("POST", "/api/patients/", role="admin", json={
            "identifiant": f"S{secrets.token_hex(4)}", "nom": "Sylla", "prenom": "Aminata", "service": self.small_ward, "lit": ""})
        answer.raise_for_status()
        return answer.json()["id"]
