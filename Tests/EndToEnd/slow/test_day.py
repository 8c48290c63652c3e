"""A day at the ward in compressed time, two and a half seconds an hour: somebody gets worse and better, a sensor comes off, a device
is cut off and comes back with what it kept. Simulated devices report through nginx; the alerts that come of it are compared, one by one,
with what the limits say: in the database, on two sockets and on a page. Killing every process meanwhile changes nothing."""
import contextlib
import json
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
import websockets

from support.browser import expect_accessible, log_in
from support.clock import until, wire_time
from support.stack import Stack

DAY_SECONDS = 60
PERIOD_SECONDS = 0.5
# `make test-long` lets more of them pass.
DAYS = int(os.environ.get("FAJMA_TEST_DAYS", "1"))
PATIENTS = DAYS * 6  # three a day, each day undisturbed and disturbed
# As the real ones, shorter: an hour here is two and a half seconds.
REMINDER_SECONDS = 8
ESCALATION_SECONDS = 5
# A device's silence counts after 15 s, whatever its period.
SILENCE_SECONDS = 15
# A technical alert comes with the second's round of whoever leads.
ROUND_SECONDS = 4

LIMITS = [
    {"type_donnee": "spo2", "cote": "bas", "niveau_gravite": "error", "seuil": 90, "delai_s": 1, "hysteresis": 1},
    {"type_donnee": "spo2", "cote": "bas", "niveau_gravite": "warning", "seuil": 94, "delai_s": 2, "hysteresis": 1},
    {"type_donnee": "heart_rate", "cote": "haut", "niveau_gravite": "error", "seuil": 130, "delai_s": 1, "hysteresis": 3},
    {"type_donnee": "heart_rate", "cote": "haut", "niveau_gravite": "warning", "seuil": 110, "delai_s": 2, "hysteresis": 3},
]
# What happens to whom: (from second, to second, what the device says instead of the usual).
USUAL = {"spo2": 97, "heart_rate": 80, "temperature": 36.6}
WORSE, LOOSE, CUT_OFF = 0, 1, 2
SCRIPT = {
    WORSE: [(8, 16, {"spo2": 92}), (16, 34, {"spo2": 86}), (44, 50, {"spo2": 91})],
    LOOSE: [(12, 26, {"spo2": None, "heart_rate": None}), (36, 42, {"heart_rate": 118})],
    CUT_OFF: [(14, 22, {"heart_rate": 150}), (45, 52, {"heart_rate": 135})],
}
LINK_DOWN = {CUT_OFF: (10, 28)}
BATTERY = {LOOSE: (30, 48, 12)}
# Between the moments that matter to the second: what is killed may take a second or two to come back.
KILLS = [(14, "fajma-push"), (19, "fajma-api"), (31, "fajma-push"), (39.2, "nginx"), (53.5, "postgres")]


class SimulatedDevice(threading.Thread):
    """Measures, keeps what it could not send, sends the newest first and then what it kept, as the firmware does."""

    def __init__(self, device, role, begin):
        super().__init__(daemon=True)
        self.device, self.role, self.begin = device, role, begin
        self.kept = []
        self.problems = []

    def run(self):
        session = requests.Session()
        for step in range(int(DAY_SECONDS / PERIOD_SECONDS)):
            second = step * PERIOD_SECONDS
            threading.Event().wait(max(0, self.begin + second - time.time()))
            self.kept.append((second, self.measure(second)))
            if self.is_linked(second):
                self.send(session, second)

    def values(self, second):
        changes = [change for begin, end, change in SCRIPT[self.role] if begin <= second < end]
        return {**USUAL, **(changes[0] if changes else {})}

    def measure(self, second):
        instant = wire_time(datetime.fromtimestamp(self.begin + second, UTC))
        return [{"type_donnee": name, "valeur": value, "timestamp": instant}
                for name, value in self.values(second).items() if value is not None]

    def state(self, second):
        begin, end, battery = BATTERY.get(self.role, (0, 0, 0))
        return {"batterie": battery if begin <= second < end else 80, "demarrage": 1, "sequence": int(second / PERIOD_SECONDS),
                "heure": wire_time(datetime.now(UTC)),
                "detaches": [name for name, value in self.values(second).items() if value is None]}

    def is_linked(self, second):
        begin, end = LINK_DOWN.get(self.role, (0, 0))
        return not begin <= second < end

    def send(self, session, second):
        newest, kept = self.kept[-1:], self.kept[:-1]
        for batch, state in ((newest, {"etat": self.state(second)}), (kept, {})):
            rows = [row for _, measured in batch for row in measured]
            if not rows:
                continue
            try:
                answer = self.device.post({"mesures": rows, **state}, session)
            except requests.RequestException:
                return
            if answer.status_code != 201:
                self.problems.append(answer.status_code)
                return
            self.kept = [entry for entry in self.kept if entry not in batch]


class Listener(threading.Thread):
    """A program on a ward's socket that comes back whenever it is cut off; what it knows of each alert is what it was told last."""

    def __init__(self, stack, path, role):
        super().__init__(daemon=True)
        self.stack, self.path, self.role = stack, path, role
        self.alerts = {}
        self.over = threading.Event()
        self.connections = 0

    def run(self):
        while not self.over.is_set():
            try:
                with self.stack.socket(self.path, self.role) as connection:
                    self.connections += 1
                    self.listen(connection)
            except (OSError, TimeoutError, websockets.WebSocketException):
                self.over.wait(0.1)

    def listen(self, connection):
        while not self.over.is_set():
            try:
                message = json.loads(connection.connection.recv(timeout=0.2))
            except TimeoutError:
                continue
            if message.get("type") in ("alert", "alert_update"):
                alert = message["data"]
                if alert["version"] >= self.alerts.get(alert["id"], {"version": 0})["version"]:
                    self.alerts[alert["id"]] = alert


class Day:
    """One stack, its ward, three devices, and what was done."""

    def __init__(self, stack):
        self.stack = stack
        self.ward = stack.devices[0].ward
        self.devices = [stack.next_device(self.ward) for _ in SCRIPT]
        answer = stack.request("PUT", f"/api/services/{self.ward}/limites/", json={"limites": LIMITS, "motif": "BPCO"})
        assert answer.status_code == 200, answer.text

    def begin(self):
        for device in self.devices:
            put_on = self.stack.request("POST", f"/api/iot/dispositifs/{device.id}/affectations/", role="admin", json={"patient": device.patient})
            assert put_on.status_code == 201, put_on.text
        # On a whole second, so that what is measured lies on half ones.
        self.origin = int(time.time()) + 2
        self.simulated = [SimulatedDevice(device, role, self.origin) for role, device in enumerate(self.devices)]
        for device in self.simulated:
            device.start()

    def at(self, second):
        threading.Event().wait(max(0, self.origin + second - time.time()))

    def alerts(self):
        """Of the three patients: `{(who, kind, seconds since the day began): alert}`, as REST shows them."""
        rows = self.ask("GET", "/api/iot/alertes/", params={"limit": 1000, "debut": self.moment(-5)})
        mine = {device.patient: role for role, device in enumerate(self.devices)}
        return sorted(((mine[row["patient"]], row) for row in rows if row["patient"] in mine), key=lambda entry: entry[1]["id"])

    def moment(self, second):
        return wire_time(datetime.fromtimestamp(self.origin, UTC) + timedelta(seconds=second))

    def second(self, text):
        if text is None:
            return None
        return (datetime.fromisoformat(text) - datetime.fromtimestamp(self.origin, UTC)).total_seconds()

    def one(self, who, kind, **members):
        """The alert of this kind that looks so; None while there is none."""
        found = [row for role, row in self.alerts() if role == who and row["type_alerte"] == kind
                 and all(row[name] == value for name, value in members.items())]
        return found[-1] if found else None

    def name(self, role):
        return self.stack.accounts[role]["username"]

    def acknowledge(self, alert, role):
        self.ask("POST", f"/api/iot/alertes/{alert['id']}/acquitter/", role=role)

    def ask(self, method, path, **options):
        """What the server answers, once it is back."""
        def answer():
            try:
                answer = self.stack.request(method, path, **options)
            except requests.ConnectionError:
                return None
            assert answer.status_code in (200, 502, 503), answer.text
            return answer if answer.status_code == 200 else None

        return until(answer, 10, f"an answer to {method} {path}").json()


@pytest.fixture(scope="module")
def ward():
    """A stack whose reminders and escalations come sooner."""
    stack = Stack(PATIENTS, FAJMA_SIGNAL_LOST_SECONDS=None, FAJMA_REMINDER_SECONDS=str(REMINDER_SECONDS),
                  FAJMA_ESCALATION_SECONDS=str(ESCALATION_SECONDS))
    try:
        stack.start()
        # A device's silence counts from when a patient wears it.
        stack.query("UPDATE device_assignment SET during = tstzrange(lower(during), now())")
        yield stack
    finally:
        stack.stop()


def kill(stack, name):
    if name == "postgres":
        # The one that stores readings: PostgreSQL then ends all its processes and recovers.
        os.kill(int(stack.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'fajma-api ingest'")[0][0]), signal.SIGKILL)
    else:
        stack.kill(name)


@pytest.mark.parametrize("kills", [[], pytest.param(KILLS, marks=pytest.mark.long)] * DAYS, ids=[
    f"{what}{f', day {day}' if day > 1 else ''}" for day in range(1, DAYS + 1) for what in ("undisturbed", "every process killed")])
def test_a_day_raises_these_alerts_and_no_others(ward, page, kills):
    day = Day(ward)
    log_in(page, ward)
    page.goto(f"{ward.url}/#/alertes")
    page.wait_for_selector("alerts-page")
    listeners = [Listener(ward, f"/ws/service/{day.ward}/", "infirmier"), Listener(ward, f"/ws/service/{day.ward}/", "medecin")]
    for listener in listeners:
        listener.start()
    day.begin()
    killer = threading.Thread(target=lambda: [(day.at(second), kill(ward, name)) for second, name in kills], daemon=True)
    killer.start()

    # The nurse comes when it has been escalated, and again when she is reminded of what lasts.
    escalated = until(lambda: (alert := day.one(WORSE, "spo2_bas")) and alert["escaladee_le"] and alert, 40, "escalation")
    assert abs(day.second(escalated["escaladee_le"]) - (17 + ESCALATION_SECONDS)) < ROUND_SECONDS
    day.at(24)
    day.acknowledge(escalated, "infirmier")
    reminded = until(lambda: (alert := day.one(WORSE, "spo2_bas")) and not alert["acquittee"] and alert["rappelee_le"] and alert,
                     REMINDER_SECONDS + 2 * ROUND_SECONDS, "reminder")
    day.acknowledge(reminded, "medecin")
    day.at(58)
    day.acknowledge(until(lambda: day.one(CUT_OFF, "heart_rate_haut"), 5, "the fast heart"), "infirmier")
    for device in day.simulated:
        device.join(DAY_SECONDS)
        assert not device.kept, "everything that was measured was taken"
    killer.join()

    check_alerts(day)
    check_stored(day)
    check_listeners(day, listeners, kills)
    check_page(day, page)
    for listener in listeners:
        listener.over.set()
        listener.join()


def check_alerts(day):
    """Those of the limits to the half second at which the device measured; the technical ones within a round or two."""
    found = [(role, row["type_alerte"], row["niveau_gravite"], row["acquittee_par"], bool(row["rappelee_le"]), bool(row["escaladee_le"]))
             for role, row in day.alerts()]
    assert sorted(found, key=str) == sorted([
        (WORSE, "spo2_bas", "error", day.name("medecin"), True, False),
        (WORSE, "spo2_bas", "warning", None, False, False),
        (LOOSE, "capteur_detache", "warning", None, False, False),
        (LOOSE, "batterie_faible", "warning", None, False, False),
        (LOOSE, "heart_rate_haut", "warning", None, False, False),
        (CUT_OFF, "signal_perdu", "warning", None, False, False),
        (CUT_OFF, "heart_rate_haut", "error", day.name("infirmier"), False, True),
    ], key=str)
    exact = {(role, row["type_alerte"], day.second(row["timestamp"]), day.second(row["terminee_le"]), row["valeur"])
             for role, row in day.alerts() if row["type_donnee"]}
    assert exact == {(WORSE, "spo2_bas", 10.0, 34.0, 86), (WORSE, "spo2_bas", 46.0, 50.0, 91),
                     (LOOSE, "heart_rate_haut", 38.0, 42.0, 118), (CUT_OFF, "heart_rate_haut", 46.0, 52.0, 135)}
    technical = {(role, row["type_alerte"]): (day.second(row["levee_le"]), day.second(row["terminee_le"]))
                 for role, row in day.alerts() if row["dispositif"]}
    expected = {(LOOSE, "capteur_detache"): (12, 26), (LOOSE, "batterie_faible"): (30, 48),
                (CUT_OFF, "signal_perdu"): (10 + SILENCE_SECONDS, 28)}
    for what, (raised, ended) in expected.items():
        assert raised - 1 <= technical[what][0] <= raised + ROUND_SECONDS, (what, technical[what])
        assert ended - 1 <= technical[what][1] <= ended + ROUND_SECONDS, (what, technical[what])


def check_stored(day):
    """Nothing lost, nothing twice."""
    for simulated in day.simulated:
        measured = sum(len(simulated.measure(step * PERIOD_SECONDS)) for step in range(int(DAY_SECONDS / PERIOD_SECONDS)))
        assert simulated.device.stored() == measured


def check_listeners(day, listeners, kills):
    truth = {row["id"]: row for _, row in day.alerts()}
    for listener in listeners:
        until(lambda listener=listener: {number: listener.alerts.get(number) for number in truth} == truth, 5, "the socket knows what is stored")
        assert listener.connections > len([name for _, name in kills if name in ("fajma-push", "nginx")])


def in_words(message):
    """What the page makes of an alert's parts, where it is not the server's text."""
    return message.replace("\u00a0", " ").replace("SpO2 :", "SpO₂ :")


def check_page(day, page):
    """The page that lay open all day, whatever was killed, shows the same list."""
    # A technical alert stands with when it was raised, one of a rule with the reading that caused it.
    truth = sorted((in_words(row["message"]), row["timestamp" if row["cote"] else "levee_le"], row["terminee_le"], row["acquittee_par"] or "")
                   for _, row in day.alerts())

    def shown():
        rows = []
        for row in page.locator("alert-table .alert-row").all():
            if any(row.locator(f"a[href='#/patient/{device.patient}']").count() for device in day.devices):
                times = [time.get_attribute("datetime") for time in row.locator("td > time").all()]
                names = [name for name in ("infirmier", "medecin") if day.name(name) in row.inner_text()]
                rows.append((in_words(row.locator(".message").inner_text()), times[0], times[-1], day.name(names[0]) if names else ""))
        return sorted(rows)

    with contextlib.suppress(AssertionError):
        until(lambda: shown() == truth, 10, "the page shows the alerts of the day")
    assert shown() == truth
    expect_accessible(page, "the alerts of the day")
