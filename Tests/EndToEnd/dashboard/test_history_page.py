"""The history on the patient page: several vitals on one axis of time, gaps, alerts and what became of them, in Chromium on the real stack."""
from datetime import datetime, timedelta

import pytest

from support.browser import expect_accessible, log_in, open_patient
from support.clock import until
from support.keyboard import press, tab_to
from support.past import low_limit, post_past, set_limits, worn_for_hours


@pytest.fixture
def patient_page(stack, device, page):
    """A patient's page whose history is drawn."""
    worn_for_hours(stack, device)
    log_in(page, stack)
    open_patient(page, stack, device)
    page.wait_for_selector("history-chart vital-history[data-vital=spo2] .readout:not(:empty)")
    return page


def readout(page, vital, text):
    page.wait_for_selector(f'vital-history[data-vital={vital}] .readout:has-text("{text}")')


def shown(page):
    return [datetime.fromisoformat(page.input_value(f"[name=history-{name}]")) for name in ("from", "to")]


def alert_of(stack, device):
    """One alert of a low SpO2, made worse, acknowledged by the nurse."""
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(92, "warning"), low_limit(88)])
    device.report(spo2=91)
    device.report(spo2=86)
    alert, = stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()
    assert stack.request("POST", f"/api/iot/alertes/{alert['id']}/acquitter/").status_code == 200
    return alert["id"]


def test_the_history_shows_the_past_its_gap_its_alert_and_the_same_as_a_table(stack, device, patient_page):
    page = patient_page
    post_past(device, 3000, [96, 97] * 150)
    post_past(device, 1200, [95, 94] * 150)
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(88)])
    device.report(spo2=86)
    page.wait_for_selector("vital-history[data-vital=spo2] .plot canvas")
    page.wait_for_selector("vital-history[data-vital=spo2] .mark[data-severity=error]")
    press(page, "history-chart [data-span='1h']")
    page.wait_for_selector("history-chart [data-span='1h'][aria-pressed=true]")
    readout(page, "spo2", "86 à 97")
    readout(page, "heart_rate", "aucune mesure")
    press(page, "history-chart .as-table")
    page.wait_for_selector("history-chart .history-table tbody tr")
    rows = page.locator("history-chart .history-table tbody tr").all()
    counts = [int(row.locator("[data-count]").first.get_attribute("data-count")) if row.locator("[data-count]").count() else 0 for row in rows]
    assert sum(counts) == 601 and 0 in counts[4:16], "between the two stretches nothing was measured"
    cells = rows[-1].locator("td").all_inner_texts()
    assert cells[0].startswith("86") and "86" in cells[-1]
    alert, = stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()
    assert page.locator(f"history-chart .mark[data-alert='{alert['id']}'] svg").count() == 1
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect_accessible(page, f"history, {scheme}")


def test_what_became_of_an_alert_is_told_and_chosen_with_its_mark(stack, device, patient_page):
    page = patient_page
    number = alert_of(stack, device)
    note = page.locator(f"history-notes ol > li:has([data-note='{number}'])")
    note.locator("[data-step=acknowledged]").wait_for()
    steps = {step.get_attribute("data-step"): step.inner_text().split("\n")[0].replace("\u00a0", " ") for step in note.locator("[data-step]").all()}
    assert steps == {"raised": "levée", "worsened": "aggravée à 86 %, limite basse 88 %",
                     "acknowledged": f"acquittée par {stack.accounts['infirmier']['username']}"}
    device.report(spo2=97)
    note.locator("[data-step=ended]").wait_for()
    # Both are highlighted, whichever is chosen, and by keyboard.
    press(page, f"history-notes [data-note='{number}']")
    page.wait_for_selector(f"vital-history[data-vital=spo2] .mark.chosen[data-alert='{number}']")
    assert page.locator(f"history-notes [data-note='{number}']:focus[aria-pressed=true]").count() == 1
    expect_accessible(page, "an alert is chosen")
    press(page, f"history-notes [data-note='{number}']")
    page.wait_for_selector("history-chart .mark.chosen", state="detached")
    page.click(f"vital-history .mark[data-alert='{number}']")
    page.wait_for_selector(f"history-notes li.chosen [data-note='{number}']")


def test_the_vitals_that_are_chosen_are_zoomed_together_with_keys(stack, device, patient_page):
    page = patient_page
    post_past(device, 4 * 3600, [96] * 60)
    post_past(device, 4 * 3600, [72] * 60, "heart_rate")
    tab_to(page, "history-chart .plot-frame")
    page.keyboard.press("-")
    until(lambda: shown(page)[1] - shown(page)[0] == timedelta(hours=12), 5, "twelve hours are shown")
    for _ in range(2):
        page.keyboard.press("+")
    until(lambda: shown(page)[1] - shown(page)[0] == timedelta(hours=3), 5, "three hours are shown")
    readout(page, "spo2", "aucune mesure")
    page.keyboard.press("ArrowLeft")
    readout(page, "spo2", "96 à 96")
    readout(page, "heart_rate", "72 à 72")
    page.keyboard.press("Home")
    readout(page, "heart_rate", "aucune mesure")
    press(page, "history-chart .which [data-vital=respiratory_rate]")
    readout(page, "respiratory_rate", "aucune mesure")
    for vital in ("spo2", "heart_rate", "temperature", "respiratory_rate"):
        press(page, f"history-chart .which [data-vital={vital}]")
    assert page.locator("vital-history").count() == 1, "one at least stays"


def test_a_stretch_that_is_too_long_is_refused_and_a_month_is_shown(stack, device, patient_page):
    page = patient_page
    now = datetime.now()
    page.fill("[name=history-from]", (now - timedelta(days=40)).strftime("%Y-%m-%dT%H:%M"))
    page.click("history-tools .from-to button")
    page.wait_for_selector('history-tools .field-error:has-text("31 jours")')
    page.fill("[name=history-from]", (now - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M"))
    page.click("history-tools .from-to button")
    page.wait_for_selector("history-tools .field-error:empty", state="attached")
    until(lambda: shown(page)[1] - shown(page)[0] > timedelta(days=29), 5, "a month is shown")
    for _ in range(3):
        press(page, "history-chart [data-move=farther]")
    until(lambda: shown(page)[1] - shown(page)[0] == timedelta(days=31), 5, "no more than 31 days")


def test_many_alerts_are_no_reason_to_fetch_the_history_many_times(stack, device, page):
    stack.query(f"""INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_at, raised_by)
        SELECT {device.patient}, 'chute_' || n, 'Chute', 'error', at, at, 1
        FROM generate_series(1, 50) AS n, LATERAL (SELECT now() - n * interval '1 minute') AS moments (at)""")
    try:
        log_in(page, stack)
        asked = []
        page.on("request", lambda request: asked.append(request.url) if "/historique/" in request.url else None)
        open_patient(page, stack, device)
        until(lambda: page.locator("history-notes ol > li").count() == 50, 10, "every alert has its note")
        page.wait_for_selector("vital-history[data-vital=temperature] .readout:not(:empty)")
        assert len(asked) <= 9, "three vitals: at first, when the socket is ready, and when an alert is newer than what was fetched"
    finally:
        stack.query("UPDATE alerts SET ended_at = now(), acknowledged_at = now(), acknowledged_by = (SELECT min(id) FROM users) "
                    f"WHERE patient_id = {device.patient}")


def test_readings_that_come_late_are_drawn_by_themselves(stack, device, patient_page):
    page = patient_page
    readout(page, "spo2", "aucune mesure")
    post_past(device, 3600, [93] * 10)
    readout(page, "spo2", "93 à 93")


def test_what_cannot_be_fetched_is_said_in_its_place(stack, device, patient_page):
    page = patient_page
    post_past(device, 3600, [93] * 10)
    readout(page, "spo2", "93 à 93")
    page.route("**/historique/**heart_rate**", lambda route: route.abort())
    press(page, "history-chart [data-span='24h']")
    page.wait_for_selector('vital-history[data-vital=heart_rate] .notice:has-text("Serveur injoignable")')
    readout(page, "spo2", "93 à 93")
