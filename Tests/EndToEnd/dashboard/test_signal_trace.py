"""The strip of the signal that a device sends with its alarm: from the simulated finger through firmware/core to the screens."""
import json
import os
import subprocess

import pytest

from support.browser import expect_accessible, log_in
from support.clock import until
from support.paths import FAJMA

STOPS_AFTER_SECONDS = 20
#: Named: a picture of every page that shows a strip is put there.
PICTURES = os.environ.get("FAJMA_TRACE_PICTURES")
SIZES = ((390, 844), (1024, 900), (1920, 1080))


@pytest.fixture
def stopped(stack, device, tmp_path):
    """The alert about the patient's heart, which has stopped, once it has its strip."""
    path = tmp_path / "devices.json"
    path.write_text(json.dumps({"devices": [{"dispositif": device.id, "patient": device.patient, "cle": device.key}]}))
    process = subprocess.Popen(
        [FAJMA, "simulate", "--url", stack.url, "--devices", str(path), "--asystole-at", str(STOPS_AFTER_SECONDS)],
        env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def found():
        alerts = stack.request("GET", f"/api/iot/alertes/?patient_id={device.patient}").json()
        return next((alert for alert in alerts if alert["type_alerte"] == "pouls_introuvable" and alert["trace"]), None)

    yield until(found, STOPS_AFTER_SECONDS + 40, "an alert with a strip")
    process.terminate()
    process.wait(10)


def photograph(page, name):
    if not PICTURES:
        return
    os.makedirs(PICTURES, exist_ok=True)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(300)
            page.screenshot(path=os.path.join(PICTURES, f"{name}-{width}-{scheme}.png"), full_page=width < 1000)
    page.set_viewport_size({"width": SIZES[-1][0], "height": SIZES[-1][1]})


def test_the_signal_that_raised_an_alarm_stands_beside_it_on_every_page(stack, device, page, stopped):
    strips = stack.request("GET", f"/api/iot/alertes/{stopped['id']}/traces/").json()
    assert strips[0]["levees"] == ["pouls_introuvable"]
    points = [point for point in strips[0]["points"] if point is not None]
    assert len(points) > 150
    assert max(points) - min(points) < 0.5, "the pulse is gone in it"
    log_in(page, stack)
    figure = "signal-trace .signal-figure"

    page.goto(f"{stack.url}/#/patient/{device.patient}")
    page.wait_for_selector(f"alert-list {figure} svg .line")
    label = page.get_attribute(f"alert-list {figure} svg", "aria-label").replace("\u00a0", " ")
    assert label.startswith("Signal au déclenchement : 8 secondes d’onde infrarouge enregistrées jusqu’au ")
    assert "% du niveau" in label
    seconds = page.locator(f"alert-list {figure} .seconds").first.locator("span").all_inner_texts()
    assert [text.replace("\u00a0", " ") for text in seconds] == ["-8 s", "-6 s", "-4 s", "-2 s", "0 s"]
    # It says of when it is, with its day: nobody takes it for what is now.
    assert "enregistré jusqu’au" in page.inner_text(f"alert-list {figure} figcaption")
    expect_accessible(page)
    photograph(page, "patient")

    page.goto(f"{stack.url}/#/alertes")
    page.wait_for_selector(f"alerts-page .now {figure} svg .line")
    expect_accessible(page)
    photograph(page, "alerts")

    page.goto(f"{stack.url}/#/releve/patient/{device.patient}")
    page.wait_for_selector(".sheet .part-open .signal-figure svg .line")
    page.emulate_media(media="print")
    assert page.is_visible(".sheet .part-open .signal-figure svg .line")
    box = page.locator(".sheet .part-open .signal-figure").first.bounding_box()
    sheet = page.locator(".sheet").first.bounding_box()
    assert box["x"] >= sheet["x"] and box["x"] + box["width"] <= sheet["x"] + sheet["width"]
    page.emulate_media(media="screen")
    expect_accessible(page)
    photograph(page, "handover")


def test_the_past_is_folded_and_fetched_once_when_somebody_unfolds_it(stack, device, page, stopped):
    stack.query("UPDATE alerts SET ended_at = raised_at + interval '1 minute', acknowledged_at = now(), acknowledged_by = 1 "
                f"WHERE id = {stopped['id']}")
    asked, held = [], []

    def hold(route):
        asked.append(route.request.url)
        held.append(route)

    page.route(f"**/alertes/{stopped['id']}/traces/", hold)
    log_in(page, stack)
    page.goto(f"{stack.url}/#/alertes")
    strip = f"alerts-page .past signal-trace:has(summary[data-key='signal-{stopped['id']}'])"
    page.wait_for_selector(strip)
    assert asked == []
    page.focus(f"{strip} summary")
    page.keyboard.press("Enter")
    until(lambda: page.evaluate("1") and held, 10, "the request")

    # Another alert comes while the answer is on its way: the list is drawn again, with another element for the same alert.
    page.evaluate("selector => { document.querySelector(selector).isOld = true }", strip)
    stack.request("POST", "/api/iot/alertes/", json={"patient": device.patient, "type_alerte": "autre", "message": "Appel", "niveau_gravite": "info"})
    page.wait_for_function("selector => { const strip = document.querySelector(selector); return strip && !strip.isOld }", arg=strip)
    held[0].continue_()
    page.wait_for_selector(f"{strip} svg .line")
    assert len(asked) == 1
