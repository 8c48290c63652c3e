"""An hour and more without nginx, in half a minute: devices with the core that ships measure on, one of them is given to another patient
meanwhile, and afterwards PostgreSQL has every report once, in its own second, with the patient who wore the device, the live values first."""
import json
import signal
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from support.clock import until, wire_time
from support.paths import FAJMA
from support.stack import Stack

AGO_SECONDS = 4600
SPEED = 120
BEFORE_SECONDS = 300
OUTAGE_SECONDS = 3600
# FJ_SENDER_BACKOFF_LAST_MS: after many failures a device waits a random time up to it, and its time is now the present.
LONGEST_PAUSE_SECONDS = 60
VITALS = {"spo2": 1, "heart_rate": 2, "temperature": 3, "perfusion_index": 9, "signal_quality": 10, "ambient_temperature": 11}


@pytest.fixture(scope="module")
def stack():
    """Its own: devices whose clocks are an hour behind would alarm in the others' wards."""
    stack = Stack(3)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


# A tenth of a second apart, at the latest.
SAME = 10


def milliseconds(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


class Simulation:
    """`fajma simulate` on some devices, and what they have measured."""

    def __init__(self, stack, devices, directory):
        self.log = directory / "measured.jsonl"
        path = directory / "devices.json"
        path.write_text(json.dumps({"devices": [{"dispositif": device.id, "patient": device.patient, "cle": device.key} for device in devices]}))
        self.process = subprocess.Popen(
            [FAJMA, "simulate", "--url", stack.url, "--devices", str(path), "--ago", str(AGO_SECONDS), "--speed", str(SPEED), "--log", str(self.log)],
            env=stack.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def measured(self):
        """`[(device, instant in ms, {vital: value})]`."""
        if not self.log.exists():
            return []
        whole = self.log.read_text().rpartition("\n")[0]
        return [(line["dispositif"], milliseconds(line["timestamp"]), line["mesures"]) for line in map(json.loads, whole.splitlines())]

    def newest(self):
        return max((instant for _, instant, _ in self.measured()), default=0)


def stored(stack):
    """`[(device, patient, vital, instant in ms, value, arrival in ms)]`."""
    rows = stack.query("SELECT device_id, patient_id, vital, epoch_ms(measured_at), value, epoch_ms(received_at) FROM readings "
                       "ORDER BY received_at, measured_at")
    return [(int(device), int(patient), int(vital), int(at), float(value), int(arrival)) for device, patient, vital, at, value, arrival in rows]


def settled(stack):
    """How many readings there are once the API has stored what nginx had handed to it."""
    counts = []

    def is_same():
        counts.append(len(stored(stack)))
        return len(counts) > SAME and len(set(counts[-SAME:])) == 1

    until(is_same, 20, "what was on its way is stored")
    return counts[-1]


def test_an_hour_without_nginx_loses_nothing_and_mixes_nobody_up(stack, tmp_path):
    first, second, bystander = stack.devices
    begin = datetime.now(UTC) - timedelta(hours=2)
    for device in (first, second):
        stack.query(f"UPDATE device_assignment SET during = tstzrange('{begin.isoformat()}', NULL) WHERE device_id = {device.id}")
    simulation = Simulation(stack, [first, second], tmp_path)
    started = until(simulation.newest, 20, "the devices measure")
    until(lambda: simulation.newest() >= started + BEFORE_SECONDS * 1000, 30, "the hour begins")
    # In order: killed, its workers would serve on without it.
    with stack.without("nginx", signal.SIGTERM):
        down, arrived = simulation.newest(), settled(stack)
        until(lambda: simulation.newest() >= down + OUTAGE_SECONDS // 2 * 1000, 60, "half an hour")
        # Somebody else gets the first device, and did 500 s ago by the devices' time.
        given = simulation.newest() - 500_250
        instant = wire_time(datetime.fromtimestamp(given / 1000, UTC))
        stack.query(f"UPDATE device_assignment SET during = tstzrange(lower(during), '{instant}') WHERE device_id = {first.id}")
        subprocess.run([FAJMA, "device", "assign", str(first.id), "--patient", str(bystander.patient), "--from", instant, "--keep-others"],
                       env=stack.environment, check=True, capture_output=True)
        # Until the devices' time is the present again: a clock that is behind would be corrected, and what it measured with it.
        until(lambda: simulation.newest() > datetime.now(UTC).timestamp() * 1000 - 3000, 60, "an hour, and the present")
        up = simulation.newest()
        assert up - down >= OUTAGE_SECONDS * 1000
        before = len(stored(stack))
        assert before - arrived < 20, "nothing gets through"
    until(lambda: len(stored(stack)) > before, LONGEST_PAUSE_SECONDS + 15, "reports arrive again")
    expected = until(lambda: complete(stack, simulation), LONGEST_PAUSE_SECONDS + 30, "everything measured is stored")
    simulation.process.terminate()
    output = simulation.process.communicate(timeout=20)[0]
    assert simulation.process.returncode == 0 and "dropped" not in output and "refused 0" in output, output

    rows = stored(stack)
    assert len(expected) > 2 * OUTAGE_SECONDS * 5, "the hour was measured"
    for device, patient, _, at, _, _ in rows:
        wearer = {first.id: first.patient if at < given else bystander.patient, second.id: second.patient}[device]
        assert patient == wearer, (device, at, given)
    check_order(rows, down, up)


def complete(stack, simulation):
    """What was measured up to now, once it is all stored, as it was measured and once."""
    measured = {(device, VITALS[name], at, value) for device, at, values in simulation.measured() for name, value in values.items()}
    rows = [(device, vital, at, value) for device, _, vital, at, value, _ in stored(stack)]
    assert len(rows) == len(set(rows)), "twice"
    return measured if measured <= set(rows) else None


def check_order(rows, down, up):
    """Of each device, the first reading that arrives after the hour is a live one; what was kept follows, the oldest first."""
    for device in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == device]
        kept = [row for row in mine if down + 60_000 < row[3] < up - 60_000]
        first_kept = min(arrival for *_, arrival in kept)
        live_before = [row for row in mine if row[3] >= up and row[5] <= first_kept]
        assert live_before, "a live value arrived before any that was kept"
        arrivals = [arrival for *_, arrival in sorted(kept, key=lambda row: row[3])]
        assert arrivals == sorted(arrivals), "what was kept came in order"
