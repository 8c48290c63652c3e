"""After any gap the charts have no hole that the database can fill: what they show is compared with the table."""
import contextlib
import os
import signal
import time

import pytest

from support.browser import expect_chip, log_in, open_patient
from support.clock import now, until
from support.feed import Feed
from support.past import worn_for_hours

SPO2 = 1  # the vital's code in the table
# Points newer than this are on their way.
SETTLED_MS = 3_000
GAP_READINGS = 30


def stored(device, since_ms=0):
    """When SpO2 was measured, in ms, as the table has it."""
    rows = device.stack.query(f"SELECT epoch_ms(measured_at) FROM readings WHERE patient_id = {device.patient} AND vital = {SPO2} ORDER BY 1")
    return [int(at) for (at,) in rows if int(at) >= since_ms]


def drawn(page, selector):
    return page.evaluate(f"document.querySelector('{selector}')?.samples.map(({{ at }}) => at) ?? []")


def traces(device, ward, patient):
    return [(ward, f'patient-tile[data-patient="{device.patient}"] .cell[data-vital=spo2] live-trace'),
            (patient, "vital-card[data-vital=spo2] live-trace")]


def expect_whole(device, ward, patient, seconds=30):
    """Both traces have every point of the last minutes that the table has, and no other."""
    for page, selector in traces(device, ward, patient):
        def is_whole(page=page, selector=selector):
            known = drawn(page, selector)
            end = int(time.time() * 1000) - SETTLED_MS
            begin = int(time.time() * 1000) - 110_000
            table = [at for at in stored(device, begin) if at <= end]
            return table and [at for at in known if begin <= at <= end] == table
        until(is_whole, seconds, f"{selector} has what the table has: {len(drawn(page, selector))} points")


@contextlib.contextmanager
def asleep(pages):
    """The browser's tabs stand still, as on a laptop that is closed: no timer runs and no message is read, and the sockets stay open."""
    browser = pages[0].context.browser.new_browser_cdp_session()
    pids = [process["id"] for process in browser.send("SystemInfo.getProcessInfo")["processInfo"] if process["type"] == "renderer"]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


GAPS = {
    "the sockets are cut": (lambda stack, pages: stack.without("fajma-push"), GAP_READINGS),
    "the push daemon hangs": (lambda stack, pages: stack.frozen("fajma-push"), GAP_READINGS),
    "the push daemon hangs for so short that the sockets stay": (lambda stack, pages: stack.frozen("fajma-push"), 6),
    "the tabs sleep": (lambda stack, pages: asleep(pages), GAP_READINGS),
}


@pytest.mark.parametrize("gap", [
    pytest.param(gap, marks=pytest.mark.long if gap != "the push daemon hangs for so short that the sockets stay" else ()) for gap in GAPS])
def test_the_traces_have_no_hole_after_a_gap(stack, device, screens, gap):
    fault, readings = GAPS[gap]
    with Feed(device, spo2=97, heart_rate=71, temperature=36.6):
        until(lambda: len(stored(device)) > 3, 10, "the device measures")
        expect_whole(device, *screens)
        before = len(stored(device))
        for page in screens:
            page.evaluate("""() => {
                window.blind = 0;
                new MutationObserver(() => { window.blind += document.querySelector("status-banner[data-kind=error]:not([hidden])") ? 1 : 0; })
                    .observe(document.querySelector("main"), { subtree: true, attributes: true, attributeFilter: ["hidden"] });
            }""")
        with fault(stack, screens):
            until(lambda: len(stored(device)) >= before + readings, 60, "so many readings nobody heard of")
        expect_whole(device, *screens)
        for page in screens:
            expect_chip(page, "connected")
            # A tab that slept was not blind when it woke: its connection stood, and only its values were old until the next ones were read.
            assert bool(page.evaluate("window.blind")) is (gap != "the tabs sleep")


def test_the_history_has_no_hole_after_a_gap(stack, device, screens):
    _, patient = screens

    def count(answer):
        return sum(bucket[4] for bucket in answer.json())

    with Feed(device, spo2=97) as feed:
        until(lambda: len(stored(device)) > 3, 10, "the device measures")
        with stack.without("fajma-push"):
            before = len(stored(device))
            until(lambda: len(stored(device)) >= before + GAP_READINGS, 60, "so many readings nobody heard of")
            feed.values = {}
            answers = []
            patient.on("response", lambda answer: answers.append(answer) if "/historique/" in answer.url and "spo2" in answer.url else None)
        patient.click("connection-chip .reconnect")  # by itself it may take 30 s
        until(lambda: patient.evaluate("1") and answers and count(answers[-1]) == len(stored(device)), 20, "the chart has all of them")


def test_more_readings_than_one_answer_brings_are_all_drawn(stack, device, page):
    """Eight vitals twice a second for two minutes are more than a thousand rows."""
    worn_for_hours(stack, device, 1)
    vitals = {"spo2": 97, "heart_rate": 71, "temperature": 36.6, "respiratory_rate": 16, "perfusion_index": 3.1, "signal_quality": 90,
              "ambient_temperature": 22}
    instants = [now(-seconds / 2) for seconds in range(200, 0, -1)]
    for begin in range(0, 200, 100):
        measured = [{"type_donnee": name, "valeur": value, "timestamp": instant}
                    for instant in instants[begin:begin + 100] for name, value in vitals.items()]
        assert device.post({"mesures": measured}).status_code == 201
    assert len(stored(device)) == 200
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector("patient-tile")
    patient = page.context.new_page()
    open_patient(patient, stack, device)
    table = stored(device)
    for each, selector in traces(device, page, patient):
        def is_whole(each=each, selector=selector):
            return drawn(each, selector)[-100:] == table[-100:] and len(drawn(each, selector)) > 150
        until(is_whole, 15, "all of them")


def test_what_a_device_kept_is_drawn_on_the_ward_too(stack, device, screens):
    """A device that was out of reach sends what it kept, the newest first: the socket tells only that there is more."""
    worn_for_hours(stack, device, 1)
    assert device.post({"mesures": [{"type_donnee": "spo2", "valeur": 97, "timestamp": now(-age)} for age in range(60)]}).status_code == 201
    expect_whole(device, *screens)
    assert device.post({"mesures": [{"type_donnee": "spo2", "valeur": 95, "timestamp": now(-age - 0.5)} for age in range(5, 50)]}).status_code == 201
    expect_whole(device, *screens)
