"""The main pages in Firefox and WebKit, the engines of the other half of a hospital's machines. `make test-long` runs it."""
import pytest

from support.alert_steps import raise_by_hand
from support.clock import until
from support.other_browsers import firefox, webkit


@pytest.mark.parametrize("browser", [firefox, webkit])
def test_a_nurse_logs_in_sees_her_ward_acknowledges_and_hands_over(stack, device, browser):
    device.report(spo2=97)
    account = stack.accounts["infirmier"]
    with browser() as tab:
        tab.goto(stack.url + "/")
        tab.write("#username", account["username"])
        tab.write("#password", account["password"])
        tab.click("login-page button.primary")
        tab.wait_for("ward-list .services a")

        tab.goto(f"{stack.url}/#/service/{device.ward}")
        tile = f'patient-tile[data-patient="{device.patient}"]'
        tab.wait_for(f"{tile} [data-vital=spo2] .number", "97")
        device.report(spo2=95)
        tab.wait_for(f"{tile} [data-vital=spo2] .number", "95")

        tab.goto(f"{stack.url}/#/patient/{device.patient}")
        tab.wait_for(".chip[data-status=connected]")
        device.report(spo2=94)
        tab.wait_for("vital-card[data-vital=spo2] .value .number", "94")
        message = "SpO2 basse : <b>84</b> %"
        alert = raise_by_hand(stack, device, "error", message, "signalement")
        tab.wait_for("alert-list li.open[data-severity=error] .message", message)
        tab.click("alert-list li.open .acknowledge")
        until(lambda: stack.request("GET", f"/api/iot/alertes/{alert}/").json()["acquittee"], 30, "the alert is acknowledged")
        tab.wait_for("alert-list li.settled .message", message)

        tab.goto(f"{stack.url}/#/releve/patient/{device.patient}")
        tab.wait_for("handover-page .sheet .part-score")
        tab.wait_for("handover-page .sheet .load", "signalement")
