"""A high early warning score: from the values that a nurse enters to every screen, the doctor who is called, and its end."""
import pytest

from support.browser import expect_accessible, log_in, open_patient
from support.clock import until
from support.stack import Stack

#: In the place of a minute: the score is raised after two of them.
PERIOD_SECONDS = 2
#: Of a patient's row in score_watches: when the score was computed last.
COMPUTED_AT = "period_ends[cardinality(period_ends)]"
#: Three computations, and the way to the screen.
RAISED_SECONDS = 3 * PERIOD_SECONDS + 10
NORMAL = {"respiratory_rate": 16, "spo2": 97, "supplemental_o2": 0, "systolic_bp": 120, "heart_rate": 70, "consciousness": "A", "temperature": 37}
#: 2 for the breath, 2 for the pressure, 2 for the oxygen, 1 for the saturation; no limit is violated.
SEVEN = {"respiratory_rate": 22, "systolic_bp": 95, "supplemental_o2": 1, "spo2": 95}


#: Whether a tile has a frame of an error's colour.
FRAMED = """(tile) => {
    const probe = tile.appendChild(document.createElement("i"));
    probe.style.color = "var(--error-mark)";
    const { color } = getComputedStyle(probe);
    probe.remove();
    return getComputedStyle(tile).borderTopColor === color;
}"""


@pytest.fixture(scope="module")
def stack():
    stack = Stack(3, FAJMA_SCORE_PERIOD_SECONDS=str(PERIOD_SECONDS))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def device(stack, request):
    """A patient for each test."""
    return stack.devices[0 if "doctor_closes" not in request.node.name else 1]


def enter(stack, device, **values):
    body = {"patient": device.patient, "mesures": [{"type_donnee": name, "valeur": value} for name, value in {**NORMAL, **values}.items()]}
    answer = stack.request("POST", "/api/iot/data/", json=body)
    assert answer.status_code == 201 and not answer.json().get("rejets"), answer.text


def score_alerts(stack, device):
    found = stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()
    return [alert for alert in found if alert["type_alerte"] == "score_eleve"]


def let_pass(stack, device, minutes):
    """As if all that is known of the patient's score were so much older."""
    for table, columns in (("score_watches", ["told_at"]), ("latest_readings", ["measured_at", "ordered_at"]), ("alerts", ["next_measurement_at"])):
        shifts = ", ".join(f"{column} = {column} - interval '{minutes} minutes'" for column in columns)
        stack.query(f"UPDATE {table} SET {shifts} WHERE patient_id = {device.patient}")


def periods_since(stack, device, instant):
    """How many periods the patient's score was computed for since then."""
    passed = f"extract(epoch FROM {COMPUTED_AT} - timestamptz '{instant}')"
    [[seconds]] = stack.query(f"SELECT {passed} FROM score_watches WHERE patient_id = {device.patient}")
    return float(seconds) / PERIOD_SECONDS


def test_a_score_of_seven_is_seen_and_heard_a_doctor_is_called_in_one_press_and_it_ends_with_the_score(stack, device, page):
    tile = f"patient-tile[data-patient='{device.patient}']"
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector(tile)
    enter(stack, device, **SEVEN)
    page.wait_for_selector(f"{tile}[data-alert=error] .message:text-is('NEWS2 7')", timeout=RAISED_SECONDS * 1000)
    page.wait_for_selector("sound-control[data-state=on][data-playing=error]")
    [alert] = score_alerts(stack, device)
    assert alert["niveau_gravite"] == "error" and alert["message"].startswith("NEWS2 7. Surveillance continue")

    open_patient(page, stack, device)
    row = page.locator("alert-list li", has_text="NEWS2")
    assert "au moins toutes les 30\u00a0min" in row.locator(".response").inner_text()
    assert row.locator(".due").inner_text().startswith("Prochaine mesure avant")
    assert row.locator(".close-score").count() == 0, "closing is for doctors"
    row.locator(".call-doctor").click()
    row.locator(".called").wait_for()
    assert stack.accounts["infirmier"]["username"] in row.locator(".called").inner_text()
    assert row.locator(".call-doctor").count() == 0
    row.locator(".acknowledge").click()
    page.wait_for_selector("sound-control[data-playing='']", timeout=15_000)
    expect_accessible(page)

    # 40 minutes later nobody has measured.
    let_pass(stack, device, 40)
    row.locator(".due.overdue:has-text('Observation en retard')").wait_for()
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector(f"{tile} .message:text-is('NEWS2 7 en retard')")
    # Somebody has acknowledged it, and it lasts: the tile keeps a frame.
    assert page.eval_on_selector(f"{tile}.acknowledged[data-high=error] > .tile", FRAMED)
    page.goto(f"{stack.url}/#/releve/patient/{device.patient}")
    sheet = page.locator(".sheet .part-open")
    until(lambda: "NEWS2" in sheet.inner_text(), 10, "the sheet has the alert")
    assert "Observation en retard" in sheet.inner_text() and "médecin appelé par" in sheet.inner_text()

    enter(stack, device)
    until(lambda: score_alerts(stack, device)[0]["terminee_le"], RAISED_SECONDS, "the alert ends")
    page.goto(f"{stack.url}/#/service/{device.ward}")
    page.wait_for_selector(f"{tile}[data-alert='']")


def test_a_doctor_closes_it_and_the_same_score_does_not_raise_it_again(stack, device, page):
    enter(stack, device, **SEVEN)
    before = len(score_alerts(stack, device))
    until(lambda: len(score_alerts(stack, device)) == before + 1, RAISED_SECONDS, "it is raised")
    log_in(page, stack, "medecin")
    page.goto(f"{stack.url}/#/alertes")
    page.locator("alert-table .alert-row.waiting", has_text="NEWS2").locator(".close-score").click()
    until(lambda: score_alerts(stack, device)[0]["terminee_le"], 10, "it is closed")
    doctor = stack.accounts["medecin"]["username"]
    assert score_alerts(stack, device)[0]["acquittee_par"] == doctor
    [[told, told_at]] = stack.query(f"SELECT told_total, {COMPUTED_AT} FROM score_watches WHERE patient_id = {device.patient}")
    assert told == "7"
    # Five more computations of the same 7 raise nothing.
    until(lambda: periods_since(stack, device, told_at) >= 5, 8 * PERIOD_SECONDS + 10, "five more computations")
    assert len(score_alerts(stack, device)) == before + 1
    audited = stack.query(f"SELECT username FROM audit WHERE subject = 'alert {score_alerts(stack, device)[0]['id']}' AND after ? 'ended_at'")
    assert audited == [[doctor]]
