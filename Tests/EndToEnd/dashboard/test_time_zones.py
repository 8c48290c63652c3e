"""Time on screen is the hospital's: over both changes of its clocks, in a zone that changes by half an hour, and in a browser of another zone."""
import csv
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support.browser import expect_accessible, field_error, log_in, open_patient
from support.clock import until, wire_time
from support.clock_changes import last_changes, offset_text
from support.keyboard import press
from support.stack import Stack


@pytest.fixture(scope="module", params=["Europe/Paris", "Australia/Lord_Howe"])
def hospital(request):
    """A small hospital in a time zone."""
    stack = Stack(patients=4, FAJMA_TIME_ZONE=request.param)
    try:
        stack.start()
        stack.zone = request.param
        yield stack
    finally:
        stack.stop()


def window(browser, zone):
    """A browser set to a zone."""
    context = browser.new_context(locale="fr-FR", timezone_id=zone, viewport={"width": 1280, "height": 900}, reduced_motion="reduce",
                                  service_workers="block")
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(params=["at home", "elsewhere"])
def place(request, hospital, browser):
    """`(page, patient's device, the hospital's zone, the browser's zone)`."""
    zone = hospital.zone if request.param == "at home" else "America/New_York"
    page = window(browser, zone)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    log_in(page, hospital, "infirmier")
    yield page, hospital.devices[0], hospital.zone, zone
    page.context.close()
    assert not errors, errors


def test_a_time_that_exists_twice_is_asked_for_and_one_that_does_not_exist_is_refused(hospital, place, tmp_path):
    page, device, zone, own = place
    forward, back = last_changes(zone)
    first, second = (back.at + timedelta(minutes=minutes) for minutes in (-25, (back.before - back.after).total_seconds() / 60 - 25))
    twice, skipped = back.wall((back.before - back.after).total_seconds() / 60 - 25), forward.wall(10)
    offsets = [offset_text(instant, zone) for instant in (first, second)]
    note = page.locator("zone-note")
    assert note.is_visible() == (own != zone)
    if own != zone:
        assert zone in note.inner_text() and own in note.inner_text()
        expect_accessible(page, "another zone")
        note.locator("button").click()
        note.wait_for(state="hidden")

    hospital.query("DELETE FROM alerts WHERE kind LIKE 'essai_%'")
    for name, instant in (("avant", first), ("apres", second)):
        hospital.query(f"""INSERT INTO alerts
            (patient_id, kind, message, severity, measured_at, raised_at, ended_at, raised_by, acknowledged_at, acknowledged_by)
            VALUES ({device.patient}, 'essai_{name}', '{name}', 'warning', '{wire_time(instant)}', '{wire_time(instant)}', '{wire_time(instant)}', 1,
                    '{wire_time(instant)}', 1)""")

    # Filters, table and file.
    page.goto(f"{hospital.url}/#/alertes")
    page.wait_for_selector("alerts-page .chip[data-status=connected]")  # its filters are drawn for good by then
    page.fill(".filters [name=debut]", skipped)
    page.click(".filters button.primary")
    words = (forward.before.strftime("%H:%M"), forward.after.strftime("%H:%M"))
    assert plain(field_error(page, "debut")) == f"Cette heure n’existe pas : l’horloge passe de {words[0]} à {words[1]}."
    which = page.locator("[data-field=debut] .which")
    assert which.is_hidden()
    page.fill(".filters [name=debut]", twice)
    assert plain(which.inner_text()).split("\n")[1:] == [f"{offsets[0]}, avant le recul de l’horloge", f"{offsets[1]}, après le recul de l’horloge"]
    page.click(".filters button.primary")
    assert "deux fois" in field_error(page, "debut")
    expect_accessible(page, "asked which")
    which.select_option(index=1)
    page.click(".filters button.primary")
    rows = page.locator(".past .alert-row", has_text="a")
    page.wait_for_selector(".past .alert-row:has-text('avant')")
    shown = [f"{first.astimezone(ZoneInfo(zone)):%H:%M} ({offset})" for offset in offsets]
    assert shown[0] in plain(rows.filter(has_text="avant").inner_text())
    assert shown[1] in plain(rows.filter(has_text="apres").inner_text())
    which.select_option(index=2)
    page.click(".filters button.primary")
    page.wait_for_selector(".past .alert-row:has-text('avant')", state="detached")
    assert rows.filter(has_text="apres").count() == 1
    with page.expect_download() as download:
        page.click(".past .download")
    download.value.save_as(tmp_path / "alertes.csv")
    with open(tmp_path / "alertes.csv", encoding="utf-8-sig", newline="") as file:
        head, row = [line for line in csv.reader(file, delimiter=";") if line[5] in ("Alerte", "apres")]
    assert row[head.index(f"Mesurée ({zone})")] == second.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
    assert re.fullmatch(r"fajma-alertes-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)


def test_entries_ranges_axes_and_sheets_have_the_hospitals_clocks(hospital, place):
    page, device, zone, _ = place
    forward, back = last_changes(zone)
    hour_ago = int((back.before - back.after).total_seconds() / 60)
    twice = back.wall(hour_ago - 25)
    second = back.at + timedelta(minutes=hour_ago - 25)
    open_patient(page, hospital, device)

    # The history's range: an axis has the repeated time twice, each with its offset.
    page.fill("[name=history-from]", (back.after - timedelta(minutes=45)).strftime("%Y-%m-%dT%H:%M"))
    page.fill("[name=history-to]", (back.before + timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M"))
    page.click("history-tools .from-to button")
    ticks = page.locator("vital-history .dygraph-axis-label-x")
    until(lambda: any("+" in text for text in ticks.all_inner_texts()), 10, "the axis has a time with its offset")
    texts = [plain(text) for text in ticks.all_inner_texts()]
    signs = [offset_text(instant, zone).replace("UTC", "") for instant in (back.at - timedelta(minutes=1), back.at)]
    assert all(any(text.endswith(sign) for text in texts) for sign in signs), texts
    page.fill("[name=history-from]", forward.wall(10))
    page.click("history-tools .from-to button")
    page.wait_for_selector("history-tools .field-error:has-text('n’existe pas')")

    # Entry: asked for, and sent as the instant that was chosen.
    page.click(".patient-head .enter")
    page.wait_for_selector("dialog.entry")
    page.fill("dialog.entry [name=spo2]", "97")
    page.check('dialog.entry [name=quand][value="earlier"]', force=True)
    page.fill("dialog.entry [name=moment]", twice)
    page.click("dialog.entry footer .primary")
    assert "deux fois" in field_error(page, "moment")
    page.select_option("dialog.entry [data-field=moment] .which", index=2)
    with page.expect_request(lambda request: request.method == "POST" and "/iot/data/" in request.url) as sent:
        page.click("dialog.entry footer .primary")
    assert sent.value.post_data_json["mesures"][0]["timestamp"][:16] == wire_time(second)[:16]
    page.wait_for_selector("dialog.entry .form-problem, dialog.entry .field-error span")  # it is long before the stay
    page.keyboard.press("Escape")

    # The sheet names the zone.
    press(page, "patient-page .handover-link")
    page.wait_for_selector("handover-page .sheet")
    assert zone in page.inner_text(".sheet .zone")
    now_there = page.evaluate("import('./context.js').then(({ state }) => state.now())") / 1000
    begin = page.inner_text(".sheet .when")
    assert f"{datetime.fromtimestamp(now_there, ZoneInfo(zone)):%d/%m/%Y}" in begin
