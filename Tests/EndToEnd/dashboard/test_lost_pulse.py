"""A heart that stops under a worn sensor: from the simulated finger through firmware/core to the screens."""
import json
import subprocess
import time

import pytest

from support.browser import log_in
from support.clock import until
from support.paths import FAJMA

#: Long enough for a pulse that is well measured.
STOPS_AFTER_SECONDS = 25
#: From the stop to the alarm on a screen.
WITHIN_SECONDS = 15


@pytest.fixture
def heart(stack, device, tmp_path):
    """A simulated device on the patient, whose heart stops; when it does, by time.monotonic()."""
    path = tmp_path / "devices.json"
    path.write_text(json.dumps({"devices": [{"dispositif": device.id, "patient": device.patient, "cle": device.key}]}))
    process = subprocess.Popen(
        [FAJMA, "simulate", "--url", stack.url, "--devices", str(path), "--asystole-at", str(STOPS_AFTER_SECONDS)],
        env=stack.environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    yield time.monotonic() + STOPS_AFTER_SECONDS
    process.terminate()
    process.wait(10)


def test_a_heart_that_stops_is_seen_and_heard_within_fifteen_seconds(stack, device, ward, page, heart):
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    tile = f"patient-tile[data-patient='{device.patient}']"
    measured = f"{tile} .cell[data-vital=heart_rate]:not([data-state=stale]) span.number:not(:text-is('--'))"
    page.wait_for_selector(measured, timeout=STOPS_AFTER_SECONDS * 1000)
    with stack.socket(f"/ws/alerts/{device.patient}/") as socket:
        alert = {}
        while alert.get("type_alerte") != "pouls_introuvable":  # a simulated battery may be low, too
            alert = socket.receive(heart + WITHIN_SECONDS - time.monotonic()).get("data", {})
        assert alert["niveau_gravite"] == "error"
        assert alert["message"].startswith("Pouls introuvable")
    left = max(0.1, heart + WITHIN_SECONDS - time.monotonic())
    page.wait_for_selector(f"{tile}.lost-pulse[data-alert=error]", timeout=left * 1000)
    page.wait_for_selector("sound-control[data-state=on][data-playing=pulse]", timeout=max(0.1, heart + WITHIN_SECONDS - time.monotonic()) * 1000)
    assert time.monotonic() - heart <= WITHIN_SECONDS
    assert page.inner_text(f"{tile} .message") == "Pouls introuvable"
    assert page.inner_text(f"{tile} .cell[data-vital=heart_rate] .unit") == "sans pouls"
    # The temperature goes on, and is no stale value.
    assert page.get_attribute(f"{tile} .cell[data-vital=temperature]", "data-state") != "stale"
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    until(lambda: "Pouls introuvable" in page.inner_text("vital-card[data-vital=heart_rate] .updated"), 5, "the card says why")
    # Acknowledged, it stays: there is still no pulse.
    stack.request("POST", f"/api/iot/alertes/{alert['id']}/acquitter/", role="medecin").raise_for_status()
    assert stack.request("GET", f"/api/iot/alertes/{alert['id']}/").json()["terminee_le"] is None
