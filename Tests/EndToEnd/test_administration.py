"""The administration pages in Chromium, through the real nginx, on the real stack: every task by keyboard."""
import csv
import json
import re
import subprocess
import uuid
from datetime import datetime, timedelta

import pytest
import requests

from browser import expect_accessible, log_in
from hospital import until

# Nobody reaches for a button that is farther away than this.
TABS = 120
SECTIONS = ["patients", "dispositifs", "services", "utilisateurs", "audit"]


# A person at the keyboard

def tab_to(page, selector):
    """Presses Tab until this has the focus, as somebody without a mouse does."""
    for _ in range(TABS):
        if page.locator(selector).and_(page.locator(":focus")).count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"not reached with Tab: {selector}")


def press(page, selector):
    tab_to(page, selector)
    page.keyboard.press("Enter")


def write(page, name, text):
    """Fills in a field of the open dialog."""
    tab_to(page, f"dialog [name={name}]")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def choose(page, name, text):
    """Chooses in a list of the open dialog by typing the beginning."""
    tab_to(page, f"dialog [name={name}]")
    page.keyboard.type(text)


def search(page, text):
    tab_to(page, ".controls input[type=search]")
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def expect_done(page, text):
    """What was asked for is done, said, and its dialog gone."""
    page.wait_for_selector("dialog", state="detached")  # first: what was said before may hold the same text
    page.wait_for_selector(f'.section .done:has-text("{text}")')


def expect_focus(page, selector):
    page.wait_for_selector(f"{selector}:focus")


def expect_error(page, name, text):
    page.wait_for_selector(f'dialog [data-field={name}] .field-error:has-text("{text}")')
    assert page.get_attribute(f"dialog [name={name}]", "aria-invalid") == "true"


def open_section(page, stack, section):
    page.goto(f"{stack.url}/#/administration/{section}")
    page.wait_for_selector(".section .data tbody tr")


def unique(prefix):
    return prefix + uuid.uuid4().hex[:8]


def local(instant):
    """An instant as the value of a field for date and time."""
    return instant.strftime("%Y-%m-%dT%H:%M")


def nurses_ward(stack):
    return stack.request("GET", "/api/services/").json()[0]


def admit(stack, role="infirmier", **fields):
    """A patient of the test's own."""
    body = {"identifiant": unique("T"), "nom": unique("Nom"), "prenom": "Awa", "service": nurses_ward(stack)["id"], "lit": unique("b"), **fields}
    answer = stack.request("POST", "/api/patients/", role=role, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def shown_name(patient):
    return f"{patient['nom'].upper()} {patient['prenom']}"


# Patients

def test_a_nurse_admits_a_patient_with_the_keyboard(stack, page):
    log_in(page, stack)
    press(page, "app-bar a.administration")
    page.wait_for_selector("patient-section .data tbody tr")
    press(page, ".section-head button.primary")
    expect_focus(page, "dialog [name=nom]")
    number, bed, ward = unique("E"), unique("e"), nurses_ward(stack)
    page.keyboard.type("Diallo")
    write(page, "prenom", "Mariam")
    write(page, "identifiant", number)
    choose(page, "service", ward["nom"])
    write(page, "lit", bed)
    page.keyboard.press("Enter")
    expect_done(page, "DIALLO Mariam")
    expect_focus(page, ".section-head button.primary")
    patient = stack.request("GET", f"/api/patients/{number}/").json()
    assert (patient["nom"], patient["prenom"], patient["service"], patient["lit"]) == ("Diallo", "Mariam", ward["id"], bed)
    search(page, f"mariam {bed}")
    page.wait_for_selector(f'.data tbody tr:only-child:has-text("{number}")')


def test_a_bed_that_is_taken_and_an_empty_name_are_told_at_their_fields_and_nothing_typed_is_lost(stack, page):
    other = admit(stack)
    log_in(page, stack)
    open_section(page, stack, "patients")
    press(page, ".section-head button.primary")
    number = unique("E")
    write(page, "identifiant", number)
    choose(page, "service", nurses_ward(stack)["nom"])
    write(page, "lit", other["lit"].upper())
    page.keyboard.press("Enter")
    expect_error(page, "nom", "À remplir")
    expect_focus(page, "dialog [name=nom]")
    page.keyboard.type("Sow")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-field=lit] .field-error:not(:empty)")
    expect_focus(page, "dialog [name=lit]")
    assert page.input_value("dialog [name=nom]") == "Sow" and page.input_value("dialog [name=identifiant]") == number
    assert stack.request("GET", f"/api/patients/{number}/").status_code == 404
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    expect_focus(page, ".section-head button.primary")


def test_a_patient_is_moved_changed_and_discharged_and_only_an_administrator_still_sees_him(stack, page):
    patient = admit(stack)
    name = shown_name(patient)
    log_in(page, stack)
    open_section(page, stack, "patients")
    search(page, patient["identifiant"])
    bed = unique("m")
    press(page, f"[data-key=move-{patient['id']}]")
    write(page, "lit", bed)
    page.keyboard.press("Enter")
    expect_done(page, bed)
    expect_focus(page, f"[data-key=move-{patient['id']}]")
    assert stack.request("GET", f"/api/patients/{patient['id']}/").json()["lit"] == bed

    press(page, f"[data-key=change-{patient['id']}]")
    write(page, "prenom", "Inès")
    page.keyboard.press("Enter")
    expect_done(page, "Inès")
    page.wait_for_selector('.data tbody tr:has-text("Inès")')
    name = name.replace("Awa", "Inès")

    press(page, f"[data-key=discharge-{patient['id']}]")
    expect_focus(page, "dialog footer button")  # the safe answer
    text = page.inner_text("dialog")
    assert name in text and "dispositifs" in text and "alertes" in text
    press(page, "dialog button.danger")
    expect_done(page, name)
    expect_focus(page, ".section-head h2")  # its row is gone
    page.wait_for_selector(".section .empty")
    assert stack.request("GET", f"/api/patients/{patient['id']}/").status_code == 404
    page.context.clear_cookies()
    page.reload()
    log_in(page, stack, "admin")
    open_section(page, stack, "patients")
    press(page, '.controls .segments button:has-text("Sortis")')
    search(page, patient["identifiant"])
    page.wait_for_selector(f"[data-key=readmit-{patient['id']}]")


# Devices

def decode_qr(page):
    """What a phone reads off the screen."""
    read = subprocess.run(["zbarimg", "--quiet", "--raw", "--set", "*.enable=0", "--set", "qrcode.enable=1", "-"],
                          input=page.locator("dialog svg.qr").screenshot(), capture_output=True, check=True)
    return json.loads(read.stdout)


def report(stack, key):
    return requests.post(stack.url + "/api/iot/data/", json={"spo2": {"valeur": 97}}, headers={"Authorization": "Bearer " + key}, timeout=10)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_device_is_made_and_its_key_shown_once_with_a_code_that_reads(stack, page, scheme):
    page.emulate_media(color_scheme=scheme)
    log_in(page, stack, "admin")
    open_section(page, stack, "dispositifs")
    press(page, ".section-head button.primary")
    name = unique("Bracelet ")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog svg.qr")
    key = page.inner_text("dialog output.secret")
    device = re.fullmatch(r"fjd_(\d+)_.+", key)[1]
    assert decode_qr(page) == {"v": 1, "url": stack.url + "/", "cle": key}
    assert "ne sera plus jamais affichée" in page.inner_text("dialog .once")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press(page, 'dialog .secret-actions button:has-text("Copier")')
    page.wait_for_selector('dialog button:has-text("Copié")')
    assert page.evaluate("navigator.clipboard.readText()") == key
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert key not in page.content()

    patient = admit(stack)
    body = {"patient": patient["id"]}
    assert stack.request("POST", f"/api/iot/dispositifs/{device}/affectations/", role="admin", json=body).status_code == 201
    assert report(stack, key).status_code == 201
    search(page, name)
    press(page, f"[data-key=key-{device}]")
    assert "ancienne clé cesse" in page.inner_text("dialog")
    press(page, "dialog button.danger")
    page.wait_for_selector("dialog svg.qr")
    fresh = page.inner_text("dialog output.secret")
    assert decode_qr(page)["cle"] == fresh
    assert report(stack, key).status_code == 401 and report(stack, fresh).status_code == 201
    # On paper, too.
    page.emulate_media(media="print")
    assert decode_qr(page)["cle"] == fresh
    assert not page.is_visible("app-bar") and not page.is_visible("dialog footer")
    page.emulate_media(media="screen")
    press(page, "dialog footer button")
    page.wait_for_selector("dialog", state="detached")


def test_a_device_is_assigned_from_to_and_an_overlap_tells_the_others_times(stack, page):
    first, second = admit(stack), admit(stack)
    device = stack.request("POST", "/api/iot/dispositifs/", role="admin", json={"nom": unique("Bracelet "), "type_dispositif": "bracelet"}).json()
    path = f"/api/iot/dispositifs/{device['id']}/affectations/"

    log_in(page, stack)
    open_section(page, stack, "dispositifs")
    assert page.locator(".section-head button, [data-key^=key-], [data-key^=retire-]").count() == 0  # an administrator's
    search(page, device["nom"])
    press(page, f"[data-key=assign-{device['id']}]")
    expect_focus(page, "dialog [name=patient]")
    page.keyboard.type(shown_name(first))
    press(page, "dialog button[type=submit]")
    expect_done(page, shown_name(first))
    page.wait_for_selector(f'.data tbody tr:has-text("{device["nom"]}"):has-text("{shown_name(first)}")')
    entry, = stack.request("GET", path).json()
    assert entry["patient"] == first["id"] and entry["fin"] is None

    # From an hour ago on somebody else: overlaps, and says with whom.
    press(page, f"[data-key=assign-{device['id']}]")
    page.wait_for_selector("assignment-list tbody tr")
    choose(page, "patient", shown_name(second))
    page.fill("dialog [name=debut]", local(datetime.now() - timedelta(hours=1)))
    press(page, "dialog button[type=submit]")
    expect_error(page, "debut", shown_name(first))
    assert page.locator('dialog [data-field=debut] .field-error:has-text("depuis")').count() == 1
    assert len(stack.request("GET", path).json()) == 1

    # Ended, and worn by the other one from now on.
    press(page, f"[data-key=end-{entry['id']}]")
    press(page, "dialog.confirm button.danger")
    page.wait_for_selector("dialog.confirm", state="detached")
    page.wait_for_selector("assignment-list tbody tr:not(:has(.badge))")
    assert stack.request("GET", path).json()[0]["fin"] is not None
    page.fill("dialog [name=debut]", "")
    press(page, "dialog button[type=submit]")
    expect_done(page, shown_name(second))
    assert [row["patient"] for row in stack.request("GET", path).json()] == [second["id"], first["id"]]


def test_a_list_that_changes_behind_a_dialog_gives_the_focus_back(stack, page):
    device = stack.request("POST", "/api/iot/dispositifs/", role="admin", json={"nom": unique("Bracelet "), "type_dispositif": "bracelet"}).json()
    log_in(page, stack, "admin")
    open_section(page, stack, "dispositifs")
    search(page, device["nom"])
    press(page, f"[data-key=retire-{device['id']}]")
    page.wait_for_selector("dialog")
    changed = device["nom"] + "x"
    stack.request("PATCH", f"/api/iot/dispositifs/{device['id']}/", role="admin", json={"nom": changed})
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as when the page is looked at again
    page.wait_for_selector(f'.data tbody tr:has-text("{changed}")')
    page.keyboard.press("Escape")
    expect_focus(page, f"[data-key=retire-{device['id']}]")


def test_a_device_is_retired(stack, page):
    device = stack.request("POST", "/api/iot/dispositifs/", role="admin", json={"nom": unique("Bracelet "), "type_dispositif": "bracelet"}).json()
    log_in(page, stack, "admin")
    open_section(page, stack, "dispositifs")
    search(page, device["nom"])
    press(page, f"[data-key=retire-{device['id']}]")
    assert device["nom"] in page.inner_text("dialog h2")
    press(page, "dialog button.danger")
    expect_done(page, device["nom"])
    page.wait_for_selector(".section .empty")
    press(page, '.controls .segments button:has-text("Retirés")')
    page.wait_for_selector(f'.data tbody tr:has-text("{device["nom"]}")')


# Wards

def test_a_ward_is_added_renamed_and_deleted_but_not_one_with_patients(stack, page):
    log_in(page, stack, "admin")
    open_section(page, stack, "services")
    press(page, ".section-head button.primary")
    name, other = unique("Service "), unique("Autre ")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect_done(page, name)
    ward = next(row["id"] for row in stack.request("GET", "/api/services/", role="admin", params={"limit": 1000}).json() if row["nom"] == name)
    press(page, f"[data-key=change-{ward}]")
    write(page, "nom", nurses_ward(stack)["nom"])
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-field=nom] .field-error:not(:empty)")  # another one has this name
    write(page, "nom", other)
    page.keyboard.press("Enter")
    expect_done(page, other)
    expect_focus(page, f"[data-key=change-{ward}]")
    assert page.locator(f"[data-key=delete-{nurses_ward(stack)['id']}]").count() == 0
    press(page, f"[data-key=delete-{ward}]")
    press(page, "dialog button.danger")
    expect_done(page, other)
    assert stack.request("GET", f"/api/services/{ward}/", role="admin").status_code == 404


# Accounts

def try_log_in(stack, username, password):
    return requests.post(stack.url + "/api/token/", json={"username": username, "password": password}, timeout=10)


def make_account(stack):
    body = {"username": unique("inf."), "role": "infirmier", "services": [nurses_ward(stack)["id"]]}
    answer = stack.request("POST", "/api/utilisateurs/", role="admin", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def account(stack, number):
    return stack.request("GET", f"/api/utilisateurs/{number}/", role="admin").json()


def test_an_account_is_made_with_a_password_that_is_shown_once(stack, page):
    log_in(page, stack, "admin")
    open_section(page, stack, "utilisateurs")
    press(page, ".section-head button.primary")
    name = unique("inf.")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-field=services] .field-error:not(:empty)")  # a nurse without a ward sees nobody
    tab_to(page, f"dialog [name=services][value='{nurses_ward(stack)['id']}']")
    page.keyboard.press("Space")
    press(page, "dialog button[type=submit]")
    page.wait_for_selector("dialog output.secret")
    password = page.inner_text("dialog output.secret")
    press(page, "dialog footer button")
    expect_done(page, name)
    assert password not in page.content()
    assert try_log_in(stack, name, password).status_code == 200
    search(page, name)
    page.wait_for_selector('.data tbody tr:only-child:has-text("Mot de passe provisoire")')


def test_an_account_gets_other_rights_another_password_and_is_disabled(stack, page):
    made = make_account(stack)
    wards = stack.request("GET", "/api/services/", role="admin").json()
    log_in(page, stack, "admin")
    open_section(page, stack, "utilisateurs")
    search(page, made["username"])
    press(page, f"[data-key=change-{made['id']}]")
    choose(page, "role", "M")
    tab_to(page, f"dialog [name=services][value='{wards[-1]['id']}']")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect_done(page, made["username"])
    changed = account(stack, made["id"])
    assert changed["role"] == "medecin" and set(changed["services"]) == {*made["services"], wards[-1]["id"]}

    press(page, f"[data-key=reset-{made['id']}]")
    assert made["username"] in page.inner_text("dialog h2")
    press(page, "dialog button.danger")
    page.wait_for_selector("dialog output.secret")
    password = page.inner_text("dialog output.secret")
    press(page, "dialog footer button")
    expect_done(page, made["username"])
    assert try_log_in(stack, made["username"], made["mot_de_passe"]).status_code == 401
    tokens = try_log_in(stack, made["username"], password).json()

    # The session that this opened is ended.
    me = {"Authorization": "Bearer " + tokens["access"]}
    assert requests.get(stack.url + "/api/moi/", headers=me, timeout=10).status_code == 200
    press(page, f"[data-key=sessions-{made['id']}]")
    page.wait_for_selector("session-list tbody tr")
    press(page, "session-list [data-key^=end-]")
    press(page, "dialog.confirm button.danger")
    page.wait_for_selector("session-list p.soft")
    assert requests.get(stack.url + "/api/moi/", headers=me, timeout=10).status_code == 401
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")

    press(page, f"[data-key=disable-{made['id']}]")
    press(page, "dialog button.danger")
    page.wait_for_selector(f"[data-key=enable-{made['id']}]")
    assert try_log_in(stack, made["username"], password).status_code == 401
    press(page, f"[data-key=enable-{made['id']}]")
    press(page, "dialog button[type=submit]")
    page.wait_for_selector(f"[data-key=disable-{made['id']}]")
    assert try_log_in(stack, made["username"], password).status_code == 200


def test_an_administrator_cannot_take_away_his_own_role(stack, page):
    own = stack.request("GET", "/api/moi/", role="admin").json()
    log_in(page, stack, "admin")
    open_section(page, stack, "utilisateurs")
    search(page, own["username"])
    assert page.locator(f"[data-key=disable-{own['id']}]").count() == 0
    press(page, f"[data-key=change-{own['id']}]")
    choose(page, "role", "M")
    tab_to(page, "dialog [name=services]")
    page.keyboard.press("Space")
    press(page, "dialog button[type=submit]")
    page.wait_for_selector("dialog [data-field=role] .field-error:not(:empty)")
    assert account(stack, own["id"])["role"] == "admin"


# Audit

def test_the_audit_tells_who_changed_what_and_is_filtered(stack, page):
    patient = admit(stack)
    stack.request("PATCH", f"/api/patients/{patient['id']}/", json={"lit": patient["lit"] + "z"})
    log_in(page, stack, "admin")
    open_section(page, stack, "audit")
    tab_to(page, "[name=patient_id]")
    page.keyboard.type(patient["identifiant"].lower())
    tab_to(page, "[name=action]")
    page.keyboard.type("Patient mod")
    press(page, ".filters button.primary")
    row = page.locator(".data tbody tr:only-child")
    row.wait_for()
    text = row.inner_text()
    assert stack.accounts["infirmier"]["username"] in text and "127.0.0.1" in text and shown_name(patient) in text
    assert row.locator("del .value").all_inner_texts() == [patient["lit"]] and row.locator("ins .value").all_inner_texts() == [patient["lit"] + "z"]
    when = row.locator("time")
    assert when.get_attribute("title") == when.get_attribute("datetime") + " (UTC)"
    assert row.locator('.badge:has-text("Scellé"), .badge:has-text("En attente")').count() == 1

    tab_to(page, "[name=patient_id]")
    page.keyboard.press("Control+A")
    page.keyboard.type("nobody")
    page.keyboard.press("Enter")
    page.wait_for_selector('.filters [data-field=patient_id] .field-error:has-text("Aucun patient")')
    press(page, '.filters button:has-text("Effacer")')
    page.wait_for_selector(".data tbody tr:nth-child(2)")


def test_the_audit_goes_on_where_it_ended_and_is_saved_as_a_file(stack, page):
    patient = admit(stack)
    for turn in range(60):  # more than are shown at once
        assert stack.request("PATCH", f"/api/patients/{patient['id']}/", json={"prenom": f"Awa {turn}"}).status_code == 200
    log_in(page, stack, "admin")
    open_section(page, stack, "audit")
    shown = page.locator(".data tbody tr").count()
    instants = lambda: [cell.get_attribute("datetime") for cell in page.locator(".data tbody time").all()]
    assert instants() == sorted(instants(), reverse=True)
    press(page, "[data-key=more]")
    page.wait_for_selector(f".data tbody tr:nth-child({shown + 1})")
    assert instants() == sorted(instants(), reverse=True)
    expect_focus(page, f".data tbody tr:nth-child({shown + 1}) *")

    with page.expect_download() as download:
        page.focus(".section-head button.download")
        page.keyboard.press("Enter")
    assert re.fullmatch(r"fajma-audit-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) > shown and len({len(row) for row in rows}) == 1
    exported = stack.request("GET", "/api/audit/", role="admin", params={"action": "audit.exported"}).json()
    assert exported[0]["utilisateur"] == stack.accounts["admin"]["username"]


# Who may, and what goes wrong

def test_what_an_account_may_not_do_is_neither_offered_nor_shown(stack, page):
    log_in(page, stack)
    page.click("app-bar a.administration")
    page.wait_for_selector("patient-section")
    assert page.locator(".administration-head nav a").all_inner_texts() == ["Patients", "Dispositifs"]
    for section in ("services", "utilisateurs", "audit"):
        page.goto(f"{stack.url}/#/administration/{section}")
        page.wait_for_selector('administration-page .empty:has-text("n’a pas accès")')
        assert page.locator(".section").count() == 0
    page.goto(f"{stack.url}/#/administration/autre")
    page.wait_for_selector('administration-page .empty:has-text("n’existe pas")')


def test_a_wall_display_has_no_administration(stack, page):
    log_in(page, stack, "ecran")
    page.wait_for_selector("patient-tile")
    assert page.locator("app-bar a.administration").count() == 0
    page.goto(f"{stack.url}/#/administration")
    page.wait_for_selector('administration-page .empty:has-text("n’a pas accès")')


def test_without_a_connection_it_is_said_and_what_was_typed_is_sent_later(stack, page):
    patient = admit(stack)
    log_in(page, stack)
    open_section(page, stack, "patients")
    search(page, patient["identifiant"])
    press(page, f"[data-key=move-{patient['id']}]")
    bed = unique("w")
    write(page, "lit", bed)
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.wait_for_selector('dialog .form-problem:has-text("injoignable")')
    assert page.input_value("dialog [name=lit]") == bed
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect_done(page, bed)
    assert stack.request("GET", f"/api/patients/{patient['id']}/").json()["lit"] == bed


def test_while_the_database_is_away_it_is_said_and_the_list_stays(stack, page):
    patient = admit(stack)
    log_in(page, stack)
    open_section(page, stack, "patients")
    search(page, patient["identifiant"])
    press(page, f"[data-key=move-{patient['id']}]")
    bed = unique("d")
    write(page, "lit", bed)
    with stack.without("postgres"):
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog .form-problem")
        assert page.input_value("dialog [name=lit]") == bed
    until(lambda: stack.request("GET", f"/api/patients/{patient['id']}/").status_code == 200, 60, "the database is back")
    page.keyboard.press("Enter")
    expect_done(page, bed)


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_and_dialog_is_accessible_and_fits(stack, page, scheme, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    log_in(page, stack, "admin")

    def check(where):
        expect_accessible(page, where)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, where

    dialogs = {
        "patients": [".section-head button.primary", "[data-key^=move-]", "[data-key^=discharge-]"],
        "dispositifs": [".section-head button.primary", "[data-key^=assign-]", "[data-key^=key-]", "[data-key^=retire-]"],
        "services": [".section-head button.primary"],
        "utilisateurs": [".section-head button.primary", "[data-key^=change-]", "[data-key^=sessions-]", "[data-key^=reset-]"],
        "audit": [],
    }
    for section in SECTIONS:
        open_section(page, stack, section)
        check(section)
        for opener in dialogs[section]:
            page.locator(opener).first.click()
            page.wait_for_selector("dialog")
            check(f"{section} {opener}")
            page.keyboard.press("Escape")
            page.wait_for_selector("dialog", state="detached")
