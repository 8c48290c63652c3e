"""The handover sheet as paper: printed by Chromium, read back by poppler, on the real stack."""
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from support.admin_ui import admit
from support.browser import expect_accessible, log_in
from support.clock import until, wire_time
from support.keyboard import press
from support.past import low_limit, set_limits, worn_for_hours

PATIENTS_OF_A_WARD = 31
NOTICE = "FAJMA n’est pas un dispositif médical marqué CE."


@pytest.fixture(autouse=True)
def uninterrupted(stack):
    """Other tests stop PostgreSQL, on a busy machine for longer than an interruption is: a sheet tells of it, rightly."""
    stack.query("DELETE FROM alerts WHERE kind = 'surveillance_interrompue'")


@pytest.fixture
def printed(page, tmp_path):
    """Prints what the page shows; returns `{pages, size, text}` of the PDF."""
    def run(program, *arguments):
        return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout

    def print_it():
        path = str(tmp_path / "sheet.pdf")
        page.pdf(path=path, prefer_css_page_size=True)
        facts = dict(re.findall(r"^(\w[\w ]*):\s+(.*)$", run("pdfinfo", path), re.MULTILINE))
        text = re.sub(r"[\s\u00a0\u202f]+", " ", run("pdftotext", "-raw", path, "-"))
        return {"pages": int(facts["Pages"]), "size": facts["Page size"], "text": text}
    return print_it


def open_sheet(page, stack, what):
    page.goto(f"{stack.url}/#/releve/{what}")
    page.wait_for_selector("handover-page .sheet", timeout=60_000)


def post(device, start, seconds, vital, value):
    readings = [{"type_donnee": vital, "valeur": value, "timestamp": wire_time(start + timedelta(seconds=i))} for i in range(seconds)]
    answer = device.post({"mesures": readings})
    assert answer.status_code == 201 and answer.json()["recues"] == seconds, answer.text


MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def clock(instant):
    """As the page's clock, which is this machine's, has it: with the day where it is not today's."""
    there = instant.astimezone()
    day = "" if there.date() == datetime.now().date() else f"{there.day} {MONTHS[there.month - 1]}, "
    return f"{day}{there:%H:%M}"


def test_a_patients_sheet_is_one_page_with_all_that_happened(stack, device, page, printed):
    worn_for_hours(stack, device, 14)
    # What comes next is history: no value is missing now.
    device.report(spo2=96, heart_rate=72, temperature=33.3)
    # Measured for ten minutes twice, with an hour's gap of which an alert knows why. In the middle of minutes: a gap is told to the minute.
    begin = (datetime.now(UTC) - timedelta(hours=3)).replace(second=15, microsecond=0)
    again = begin + timedelta(hours=1, minutes=10, seconds=30)
    for vital, value in (("spo2", 96), ("heart_rate", 71), ("temperature", 33.4)):
        for start in (begin, again):
            post(device, start, 600, vital, value)
    lost = begin + timedelta(minutes=11)
    stack.query(f"""INSERT INTO alerts (patient_id, device_id, kind, message, severity, measured_at, raised_at, ended_at)
        VALUES ({device.patient}, {device.id}, 'signal_perdu', 'Signal perdu', 'warning',
                '{wire_time(lost)}', '{wire_time(lost)}', '{wire_time(again)}')""")
    set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(88)])
    device.report(spo2=86, heart_rate=72, temperature=33.3)
    rows = stack.request("GET", "/api/iot/alertes/", params={"patient_id": device.patient}).json()
    alert, = [row for row in rows if row["type_alerte"] == "spo2_bas"]
    assert stack.request("POST", f"/api/iot/alertes/{alert['id']}/acquitter/").status_code == 200
    hand = {"systolic_bp": 127, "diastolic_bp": 79, "respiratory_rate": 17, "consciousness": "A"}
    body = {"patient": device.patient, "mesures": [{"type_donnee": name, "valeur": value} for name, value in hand.items()]}
    assert stack.request("POST", "/api/iot/data/", json=body).status_code == 201

    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    press(page, "patient-page .handover-link")
    page.wait_for_selector("handover-page .sheet")
    assert page.locator(".sheet .missing").count() == 0, page.inner_text(".sheet")
    sheet = printed()
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    assert sheet["pages"] == 1 and "A4" in sheet["size"], sheet
    nurse, doctor = (stack.accounts[role]["username"] for role in ("infirmier", "medecin"))
    # A PDF's text has a space where letters are set closer together: L ’HÔTE.
    assert without_spaces(patient["nom"].upper() + patient["prenom"]) in without_spaces(sheet["text"]), sheet["text"]
    for text in (patient["identifiant"], patient["lit"], NOTICE, f"Imprimée par {nurse}",
                 "SpO₂ : 86 %", f"acquittée par {nurse}", "Urgent",  # the alert that lasts
                 f"{clock(begin + timedelta(minutes=10))}–{clock(again)} 1 h 00, SpO₂, FC, Temp. signal perdu",  # the gap and why
                 "2 alertes", "1 urgente", "1 d’attention", "Signal perdu × 1",
                 "< 88 % 0 s patient", "SpO₂, basse, urgente", f"{doctor} (patient)",  # what holds, and who changed it
                 "PAS 127 mmHg", "PAD 79 mmHg", "FR 17 /min", "5 paramètres sur 7", "cutanée, non comptée", "de 71 à 72 bpm",
                 "SpO₂ non étalonnée"):
        assert text in sheet["text"], (text, sheet["text"])


def test_what_is_no_present_value_any_more_is_struck_through_and_says_its_age(stack, device, page):
    worn_for_hours(stack, device)
    post(device, datetime.now(UTC) - timedelta(minutes=40), 60, "spo2", 97)
    log_in(page, stack)
    open_sheet(page, stack, f"patient/{device.patient}")
    cell = page.locator(".sheet [data-now=spo2]")
    assert cell.get_attribute("data-state") == "stale" and cell.locator("s.number").inner_text() == "97"
    assert "périmée" in cell.inner_text() and "39 min" in cell.inner_text().replace("\u00a0", " ")
    assert "Aucune mesure" in page.inner_text(".sheet [data-now=heart_rate]")
    assert "aucune mesure" in page.inner_text(".sheet [data-traced=heart_rate]")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        expect_accessible(page, f"sheet, {scheme}")


def test_a_sheet_is_as_wide_as_a_telephone_and_every_value_is_within_its_box(stack, device, page):
    body = {"patient": device.patient, "mesures": [{"type_donnee": name, "valeur": value} for name, value in (
        ("spo2", 96), ("heart_rate", 72), ("temperature", 36.6), ("respiratory_rate", 18), ("systolic_bp", 128), ("diastolic_bp", 74),
        ("consciousness", "P"), ("supplemental_o2", 1))]}
    assert stack.request("POST", "/api/iot/data/", json=body).status_code == 201
    log_in(page, stack)
    open_sheet(page, stack, f"patient/{device.patient}")
    for width in (1280, 820, 390):
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("""[...document.querySelectorAll(".sheets, .sheet, .sheet section, .sheet .now > div, .sheet table")]
            .filter((box) => box.scrollWidth > box.clientWidth + 1)
            .map((box) => `${box.className || box.dataset.now} ${box.scrollWidth} > ${box.clientWidth}`)""")
        assert over == [], width
        right = page.evaluate("""Math.max(...[...document.querySelectorAll(".sheet td, .sheet .now .number")]
            .map((box) => box.getBoundingClientRect().right))""")
        assert right <= min(width, page.evaluate("document.querySelector('.sheet').getBoundingClientRect().right")), width


def test_many_alerts_and_long_names_still_fit_on_a_page(stack, device, page, printed):
    worn_for_hours(stack, device, 14)
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    name = {"nom": "Vandenbroucke-Rakotomalala de la Rochefoucauld", "prenom": "Marie-Antoinette Bernadette"}
    assert stack.request("PATCH", f"/api/patients/{device.patient}/", json=name).status_code == 200
    try:
        for vital in ("spo2", "heart_rate", "temperature", "respiratory_rate"):
            stack.query(f"""INSERT INTO readings (patient_id, vital, measured_at, device_id, value, received_at)
                SELECT {device.patient}, (SELECT code FROM vitals WHERE name = '{vital}'), date_trunc('milliseconds', at), {device.id},
                       35 + 3 * sin(extract(epoch FROM at) / 900), now()
                FROM generate_series(now() - interval '12 hours', now(), interval '10 seconds') AS at WHERE extract(minute FROM at)::int % 30 > 4""")
        stack.query(f"""INSERT INTO alerts (patient_id, kind, message, severity, measured_at, raised_at, raised_by)
            SELECT {device.patient}, 'genre_' || n % 9, repeat('un texte très long ', 25),
                CASE WHEN n % 3 = 0 THEN 'error' ELSE 'warning' END, at, at, 1
            FROM generate_series(1, 40) AS n, LATERAL (SELECT now() - n * interval '15 minutes') AS when_ (at)""")
        hand = {"systolic_bp": 127, "diastolic_bp": 79, "consciousness": "A", "supplemental_o2": 0}
        for minutes in range(5, 700, 60):
            at = wire_time(datetime.now(UTC) - timedelta(minutes=minutes))
            body = {"patient": device.patient, "mesures": [{"type_donnee": vital, "valeur": value, "timestamp": at} for vital, value in hand.items()]}
            assert stack.request("POST", "/api/iot/data/", json=body).status_code == 201
        for limit in range(80, 88):
            set_limits(stack, f"/api/patients/{device.patient}/limites/", [low_limit(limit)])
        log_in(page, stack)
        open_sheet(page, stack, f"patient/{device.patient}")
        sheet = printed()
        assert sheet["pages"] == 1, sheet["text"]
        assert name["nom"].upper() in sheet["text"] and NOTICE in sheet["text"]
        assert "et 37 de plus" in sheet["text"], "of 40 open alerts three have room"
    finally:
        stack.request("PATCH", f"/api/patients/{device.patient}/", json={"nom": patient["nom"], "prenom": patient["prenom"]})
        stack.query("UPDATE alerts SET ended_at = now(), acknowledged_at = now(), acknowledged_by = (SELECT min(id) FROM users) "
                    f"WHERE patient_id = {device.patient} AND ended_at IS NULL")


def test_a_wards_sheets_are_a_page_each(stack, ward, page, printed):
    for _ in range(PATIENTS_OF_A_WARD):
        admit(stack, service=ward)
    patients = stack.request("GET", "/api/patients/", params={"service": ward, "limit": 1000}).json()
    assert len(patients) > PATIENTS_OF_A_WARD
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{ward}")
    press(page, "ward-page .handover-link")
    until(lambda: page.locator("handover-page .sheet").count() == len(patients), 60, "everybody's sheet is there")
    sheet = printed()
    assert sheet["pages"] == len(patients) and "A4" in sheet["size"]
    for patient in patients:
        assert patient["identifiant"] in sheet["text"], patient
    assert sheet["text"].count(NOTICE) == len(patients)


def test_the_hours_are_chosen_and_what_could_not_be_fetched_is_said_in_its_place(stack, device, page, printed):
    device.report(spo2=97)
    log_in(page, stack)
    page.route("**/score/", lambda route: route.abort())
    page.route("**/historique/**temperature**", lambda route: route.abort())
    open_sheet(page, stack, f"patient/{device.patient}")
    assert "injoignable" in page.inner_text(".sheet .part-score .missing")
    assert "injoignable" in page.inner_text(".sheet [data-traced=temperature] .missing")
    assert "injoignable" in page.inner_text(".sheet .part-gaps .missing")
    assert page.locator(".sheet .missing").count() == 3
    assert printed()["text"].count("N’a pas pu être chargé") == 3
    first = page.inner_text(".sheet .when")
    press(page, "handover-page .segments button:has-text('24 h')")
    until(lambda: page.locator(".sheet .when").count() and page.inner_text(".sheet .when") != first, 10, "another begin is shown")
    page.reload()
    page.wait_for_selector("handover-page .segments button[aria-pressed=true]:has-text('24 h')")


def test_a_wall_display_prints_nothing(stack, first_ward_device, page):
    log_in(page, stack, "ecran")
    page.wait_for_selector("patient-tile")
    assert page.locator(".handover-link").count() == 0
    page.goto(f"{stack.url}/#/releve/service/{first_ward_device.ward}")
    page.wait_for_selector("ward-list, ward-page")
    assert page.locator("handover-page").count() == 0


def without_spaces(text):
    return "".join(text.split())
