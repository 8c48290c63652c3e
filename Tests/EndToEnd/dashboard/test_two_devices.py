"""Two devices on one patient that do not measure the same: both values are seen, and the worse one counts."""
import pytest

from support.browser import log_in
from support.clock import until
from support.feed import Feed


@pytest.fixture
def disagreeing(stack, device):
    """The patient's device and a second one, each with values of its own every second."""
    other = stack.next_device(device.ward)
    answer = stack.request("POST", f"/api/iot/dispositifs/{other.id}/affectations/", role="infirmier",
                           json={"patient": device.patient, "autres_dispositifs": "garder"})
    assert answer.status_code == 201, answer.text
    with Feed(device, spo2=82, temperature=33.2), Feed(other, spo2=98):
        yield device, other
    stack.query(f"UPDATE device_assignment SET during = tstzrange(lower(during), now()) WHERE device_id = {other.id} AND upper_inf(during)")


def test_both_values_are_on_the_card_and_the_score_counts_the_worse(stack, disagreeing, page):
    device, _ = disagreeing
    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    card = "vital-card[data-vital=spo2]"
    page.wait_for_selector(f"{card} .number.several")
    until(lambda: sorted(page.inner_text(f"{card} .number").split(" / ")) == ["82", "98"], 10, "both values are on the card")

    def alerts():
        return {alert["type_alerte"]: alert for alert in stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()}

    found = until(lambda: {"spo2_bas", "capteurs_discordants"} <= alerts().keys() and alerts(), 20, "the low value and the disagreement are alerts")
    assert found["spo2_bas"]["sources"] == [{"dispositif": device.id, "nom": device_name(stack, device)}]

    def part():
        score = stack.request("GET", f"/api/patients/{device.patient}/score/").json()
        return next(part for part in score["parties"] if part["parametre"] == "spo2")

    until(lambda: part()["valeur"] == 82 and part()["points_minimum"] == 3, 10, "the score counts the worse")
    assert stack.request("GET", "/api/iot/data/latest_data/", params={"patient_id": device.patient}).json()["temperature"]["site"] == "peau"


def test_a_temperature_of_the_skin_is_called_so_and_has_no_verdict_where_no_limit_holds(stack, disagreeing, page):
    device, _ = disagreeing
    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    card = "vital-card[data-vital=temperature]"
    page.wait_for_selector(f"{card}[data-state=plain][data-site=skin]")
    until(lambda: page.inner_text(f"{card} .updated .site") == "Peau, sans limite d’alarme", 10, "the card names the site")
    assert page.inner_text(f"{card} .normal-range").endswith("30,0–35,0\u00a0°C")
    page.goto(f"{stack.url}/#/service/{device.ward}")
    cell = f'patient-tile[data-patient="{device.patient}"] [data-vital=temperature]'
    page.wait_for_selector(f"{cell} .unit:text-is('peau\u00a0°C')")
    assert page.locator(f"{cell} .value .icon").count() == 0
    page.goto(f"{stack.url}/#/releve/patient/{device.patient}")
    page.wait_for_selector("[data-now=temperature][data-state=plain] small:has-text('°C peau')", timeout=20_000)
    ward = f"/api/services/{device.ward}/"
    assert stack.request("PATCH", ward, role="admin", json={"temperature_cutanee_validee": True}).status_code == 200
    try:
        limits = stack.request("GET", f"/api/patients/{device.patient}/limites/").json()
        assert limits["temperature_cutanee_validee"] is True
    finally:
        stack.request("PATCH", ward, role="admin", json={"temperature_cutanee_validee": False})


def device_name(stack, device):
    return stack.request("GET", f"/api/iot/dispositifs/{device.id}/", role="admin").json()["nom"]
