"""What a ward of 32 costs the computer on its wall: Chromium's processor time, and its memory over a shift."""
import json
import time
import urllib.request

from chromium import Chromium
from hospital import Failed
from table import Row, verdict
from ward import Ward

PATIENTS = 32
START_SECONDS = 60
#: Until the traces are full and the first alerts have come and gone.
WARM_UP_SECONDS = 30
CPU_SECONDS = 60
GOAL_CPU = 0.15
#: Ten minutes at 48 reports a second each are an eight-hour shift at one.
SHIFT_SECONDS = 600
FIRST_LOOK_SECONDS = 120
SHIFT_RATE = 48
GOAL_GROWTH_MIB = 5

LOGIN = """fetch("api/session/", {{method: "POST", headers: {{"Content-Type": "application/json"}}, body: JSON.stringify({})}})
  .then((answer) => answer.status)"""
IS_WHOLE = """document.querySelectorAll("patient-tile").length === {} &&
  document.querySelectorAll('patient-tile .cell:is([data-state=none], [data-state=stale])').length === 0"""


def measure(hospital, options, note):
    devices = fill_ward(hospital)
    with Chromium() as chromium, Ward(hospital, devices) as ward:
        show_ward(hospital, chromium, ward)
        yield cost(chromium, ward, note)
        yield growth(chromium, ward, note)


def fill_ward(hospital):
    """Exactly so many patients lie in the ward of the display; returns their devices."""
    ward = ward_of_display(hospital)
    others = call(hospital, "GET", "/api/services/", hospital.token)
    other = next(row["id"] for row in others if row["id"] != ward)
    devices = hospital.devices[:PATIENTS]
    wanted = {device["patient"] for device in devices}
    for patient in call(hospital, "GET", "/api/patients/?limit=1000", hospital.token):
        target = ward if patient["id"] in wanted else other if patient["service"] == ward else patient["service"]
        if patient["service"] != target:
            call(hospital, "PATCH", f"/api/patients/{patient['id']}/", hospital.token, {"service": target, "lit": f"B{patient['id']}"})
    return devices


def ward_of_display(hospital):
    return call(hospital, "GET", "/api/moi/", hospital.log_in("ecran"))["services"][0]["id"]


def call(hospital, method, path, token, body=None):
    request = urllib.request.Request(hospital.url + path, json.dumps(body).encode() if body else None, method=method,
                                     headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def show_ward(hospital, chromium, ward):
    login = json.dumps({name: hospital.users["ecran"][name] for name in ("username", "password")})
    with chromium.tools() as tools:
        tools("Page.enable")
        tools("Page.navigate", url=hospital.url + "/")
        wait_until(lambda: tools.evaluate("document.querySelector('login-page') !== null"), ward, "the login page")
        if tools.evaluate(LOGIN.format(login)) != 200:
            raise Failed("the display cannot log in")
        tools("Page.navigate", url=f"{hospital.url}/?ecran#/service/{ward_of_display(hospital)}")
        wait_until(lambda: tools.evaluate(IS_WHOLE.format(PATIENTS)), ward, f"{PATIENTS} tiles with current values")
        tools("Page.disable")


def wait_until(condition, ward, what):
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"not within {START_SECONDS} s: {what}")
        ward.run(1, 1, eventful=False)


def cost(chromium, ward, note):
    ward.run(WARM_UP_SECONDS, 1)
    before, began = chromium.cpu_seconds(), time.monotonic()
    ward.run(CPU_SECONDS, 1)
    share = (chromium.cpu_seconds() - before) / (time.monotonic() - began)
    note(f"Chromium: {share:.1%} of a core")
    return Row(f"ward page, {PATIENTS} patients at 1 Hz, some alarming: all of Chromium's processes, drawing in software", "–", "–",
               f"{share:.1%} of a core", f"< {GOAL_CPU:.0%}", verdict(share < GOAL_CPU))


def growth(chromium, ward, note):
    """The heap after two minutes and after ten of a shift that runs many times faster than life."""
    before, began = ward.reports, time.monotonic()
    sizes = []
    for seconds in (FIRST_LOOK_SECONDS, SHIFT_SECONDS - FIRST_LOOK_SECONDS):
        ward.run(seconds, SHIFT_RATE)
        ward.run(WARM_UP_SECONDS, 1)  # what has piled up is dealt with
        with chromium.tools() as tools:
            sizes.append(tools.heap() / 2**20)
        note(f"heap: {sizes[-1]:.1f} MiB after {time.monotonic() - began:.0f} s and {ward.reports - before:,} reports")
    hours = (ward.reports - before) / PATIENTS / 3600
    grown = sizes[1] - sizes[0]
    return Row(f"ward page's heap, {SHIFT_SECONDS // 60} min for {hours:.1f} h at 1 Hz, after 2 min and at the end", "–", "–",
               f"{sizes[0]:.1f} → {sizes[1]:.1f} MiB", f"≤ {GOAL_GROWTH_MIB} MiB more", verdict(grown <= GOAL_GROWTH_MIB))
