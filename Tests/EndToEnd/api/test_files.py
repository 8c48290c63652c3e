"""Readings as a file: as long as it may be, the API holds a page of it; and a client never takes a part for the whole."""
import os
import signal

import psutil
import pytest
import requests

from support.clock import until

DAYS = 3
SECONDS = DAYS * 86_400
# What the API may grow by for a file of over 15 MB.
GROWTH_BYTES = 24 << 20


@pytest.fixture
def readings(stack, device):
    """Three days of a reading a second of the device's patient."""
    stack.query(f"""INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
        SELECT {device.patient}, 1, date_trunc('milliseconds', now()) - make_interval(secs => n), {device.id}, 90 + n % 9,
        now() FROM generate_series(1, {SECONDS}) n""")
    return device


def ask(stack, device):
    return requests.get(f"{stack.url}/api/iot/data/", params={"patient_id": device.patient, "format": "csv"}, stream=True, timeout=30,
                        headers={"Authorization": "Bearer " + stack.token("infirmier")})


def test_a_long_file_is_whole_and_takes_little_memory(stack, readings):
    api = psutil.Process(stack.pid("fajma-api"))
    before = api.memory_info().rss
    lines, most = 0, before
    with ask(stack, readings) as answer:
        assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert stack.request("GET", "/api/iot/data/", params={"patient_id": readings.patient, "format": "csv"}).status_code == 429
        for line in answer.iter_lines():
            lines += 1
            assert line.count(b",") == 6
            if lines % 20_000 == 0:
                most = max(most, api.memory_info().rss)
    assert lines == SECONDS + 1
    assert most - before < GROWTH_BYTES, f"{(most - before) >> 20} MiB"


def read_on(answer, at_line, disturb):
    """The number of lines; `disturb` is called in the middle."""
    lines = 0
    for _ in answer.iter_lines():
        lines += 1
        if lines == at_line:
            disturb()
    return lines


def test_a_file_goes_on_over_a_lost_connection_to_the_database(stack, readings):
    def cut():
        for (pid,) in stack.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'fajma-api'"):
            os.kill(int(pid), signal.SIGTERM)

    with ask(stack, readings) as answer:
        assert read_on(answer, 1_000, cut) == SECONDS + 1


def test_a_file_that_is_broken_off_is_no_whole_file(stack, readings):
    with ask(stack, readings) as answer, pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        read_on(answer, 1_000, lambda: stack.kill("fajma-api", signal.SIGTERM))
    until(stack.is_serving, 30, "the API answers")
    with ask(stack, readings) as answer:
        assert answer.status_code == 200
