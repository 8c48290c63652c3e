"""firmware/read-log reads what the device's core writes."""

import importlib.machinery
import importlib.util
import json
import subprocess
from pathlib import Path

from support.paths import REPOSITORY

ROOT = Path(REPOSITORY)
SLOTS = 85


def reader():
    loader = importlib.machinery.SourceFileLoader("read_log", str(ROOT / "firmware/read-log"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("read_log", loader))
    loader.exec_module(module)
    return module


def test_every_record_of_the_flash_log_is_printed_in_order(tmp_path):
    program = tmp_path / "device_log"
    subprocess.run(
        ["cc", "-std=c11", "-I", ROOT / "firmware/core/include", ROOT / "Tests/EndToEnd/support/device_log.c",
         *sorted((ROOT / "firmware/core").glob("*.c")), "-lm", "-o", program], check=True)
    made = subprocess.run([program], capture_output=True, check=True)
    (tmp_path / "log.bin").write_bytes(made.stdout)
    printed = subprocess.run([ROOT / "firmware/read-log", tmp_path / "log.bin"], capture_output=True, text=True, check=True).stdout
    records = [json.loads(line) for line in printed.splitlines()]

    assert [record["sequence"] for record in records] == [i for i in range(SLOTS, 4 * SLOTS) if i not in torn(records)]
    assert len(torn(records)) == 1
    first = records[0]
    assert first == {
        "state": "delivered", "boot": 7, "sequence": SLOTS, "t_ms": SLOTS * 1000, "utc": "2026-11-28T10:00:00.335+00:00",
        "spo2": 97.25, "heart_rate": 72.0, "temperature": None, "perfusion_index": 1.0, "signal_quality": 90.0, "ambient_temperature": -1.5,
        "r": 0.5, "reason": "", "skin_reason": "sensor_off"}
    assert records[1]["state"] == "put_aside" and records[1]["utc"] is None
    assert {record["state"] for record in records[2:]} == {"waiting"}

    module = reader()
    assert made.stderr.decode().split("\n")[:-1] == module.VITALS + module.REASONS


def torn(records):
    return set(range(SLOTS, 4 * SLOTS)) - {record["sequence"] for record in records}
