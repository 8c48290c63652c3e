"""Devices in the administration, in Chromium on the real stack: every task by keyboard."""
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
import requests

from support.admin_ui import admit, expect_done, expect_error, expect_focus, local, open_section, search, shown_name, unique
from support.browser import expect_accessible, log_in
from support.clock import wire_time
from support.keyboard import choose, press


def decode_qr(page):
    """What a phone reads off the screen."""
    read = subprocess.run(["zbarimg", "--quiet", "--raw", "--set", "*.enable=0", "--set", "qrcode.enable=1", "-"],
                          input=page.locator("dialog svg.qr").screenshot(), capture_output=True, check=True)
    return json.loads(read.stdout)


def report(stack, key):
    return requests.post(stack.url + "/api/iot/data/", json={"spo2": {"valeur": 97}}, headers={"Authorization": "Bearer " + key}, timeout=10)


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
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


@pytest.fixture
def two_devices(stack):
    """A patient who wears the first of two devices: `(patient, first, second)`."""
    patient = admit(stack)
    bodies = [{"nom": unique("Bracelet "), "type_dispositif": "bracelet", **more} for more in ({"patient": patient["id"]}, {})]
    return patient, *(stack.request("POST", "/api/iot/dispositifs/", role="admin", json=body).json() for body in bodies)


def worn_by(stack, patient):
    return {row["id"] for row in stack.request("GET", "/api/iot/dispositifs/", params={"patient": patient["id"]}).json()}


def assign_second(page, stack, patient, device):
    """Up to the question what becomes of the first device."""
    log_in(page, stack)
    open_section(page, stack, "dispositifs")
    search(page, device["nom"])
    press(page, f"[data-key=assign-{device['id']}]")
    choose(page, "patient", shown_name(patient))
    press(page, "dialog button[type=submit]")
    page.wait_for_selector("dialog.others")


@pytest.mark.parametrize("answer, is_kept", [("Remplacer", False), ("Garder les deux", True)])
def test_a_second_device_asks_whether_it_replaces_the_first(stack, page, two_devices, answer, is_kept):
    patient, first, second = two_devices
    assign_second(page, stack, patient, second)
    assert page.inner_text("dialog.others h2") == f"Remplacer {first['nom']} ou garder les deux\u00a0?"
    assert shown_name(patient) in page.inner_text("dialog.others .dialog-body")
    expect_focus(page, 'dialog.others footer button:has-text("Annuler")')
    expect_accessible(page)
    assert worn_by(stack, patient) == {first["id"]}, "nothing is done before somebody has chosen"
    press(page, f'dialog.others footer button:text-is("{answer}")')
    expect_done(page, shown_name(patient))
    assert worn_by(stack, patient) == ({first["id"]} if is_kept else set()) | {second["id"]}


def test_who_does_not_choose_is_back_in_the_form_and_nothing_has_changed(stack, page, two_devices):
    patient, first, second = two_devices
    assign_second(page, stack, patient, second)
    for close in ("Escape", "Enter"):  # Annuler has the focus
        page.keyboard.press(close)
        page.wait_for_selector("dialog.others", state="detached")
        expect_focus(page, "dialog button[type=submit]")
        assert page.locator("dialog .form-problem, dialog [aria-invalid=true]").count() == 0
        assert page.input_value("dialog [name=patient]") == str(patient["id"])
        assert worn_by(stack, patient) == {first["id"]}
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog.others")


def test_a_longer_assignment_asks_in_english_too(stack, page, two_devices):
    patient, first, second = two_devices
    path = f"/api/iot/dispositifs/{first['id']}/affectations/"
    entry, = stack.request("GET", path).json()
    later = wire_time(datetime.now(UTC) + timedelta(hours=1))
    assert stack.request("PATCH", f"{path}{entry['id']}/", json={"fin": later}).status_code == 200
    body = {"patient": patient["id"], "debut": later}
    assert stack.request("POST", f"/api/iot/dispositifs/{second['id']}/affectations/", json=body).status_code == 201
    log_in(page, stack)
    page.click("app-bar button[lang=en]")
    open_section(page, stack, "dispositifs")
    search(page, first["nom"])
    press(page, f"[data-key=assign-{first['id']}]")
    press(page, f"[data-key=change-{entry['id']}]")
    page.fill("dialog:last-of-type [name=fin]", "")
    press(page, "dialog:last-of-type button[type=submit]")
    page.wait_for_selector("dialog.others")
    assert page.inner_text("dialog.others h2") == f"Replace {second['nom']} or keep both?"
    press(page, 'dialog.others footer button:text-is("Replace")')
    page.wait_for_selector("dialog.others", state="detached")
    page.wait_for_selector('assignment-list .badge:has-text("current")')
    assert stack.request("GET", path).json()[0]["fin"] is None
    assert stack.request("GET", f"/api/iot/dispositifs/{second['id']}/affectations/").json() == []


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


def spo2_words(page, stack, patient):
    """What the patient page says of how far SpO₂ can be trusted: of the device, and beside the value."""
    page.goto(f"{stack.url}/#/patient/{patient['id']}")
    page.wait_for_selector("device-list .saturation")
    return tuple(page.inner_text(where).replace("\u00a0", " ") for where in ("device-list .saturation", "vital-card[data-vital=spo2] .site"))


def test_a_device_is_not_calibrated_until_it_computes_with_a_recorded_curve(stack, page, two_devices):
    patient, device, _ = two_devices
    key = stack.request("POST", f"/api/iot/dispositifs/{device['id']}/cle/", role="admin").json()["cle"]

    def say(**state):
        headers = {"Authorization": "Bearer " + key}
        body = {"mesures": [{"type_donnee": "spo2", "valeur": 97}], "etat": state}
        assert requests.post(stack.url + "/api/iot/data/", json=body, headers=headers, timeout=10).status_code == 201

    say(perdues=0)
    log_in(page, stack, "admin")
    assert spo2_words(page, stack, patient) == ("SpO₂ non étalonnée : estimation", "Non étalonnée")

    open_section(page, stack, "dispositifs")
    search(page, device["nom"])
    assert "Non étalonné" in page.inner_text(".data tbody tr .calibration")
    press(page, f"[data-key=calibrate-{device['id']}]")
    for name, text in (("reference", "Masimo Radical-7 1234"), ("a", "0"), ("b", "34,5"), ("c", "112,25")):
        page.fill(f"dialog [name={name}]", text)
    press(page, "dialog button[type=submit]")
    expect_error(page, "c", "ne donnent pas une SpO")
    page.fill("dialog [name=b]", "-34,5")
    expect_accessible(page)
    press(page, "dialog button[type=submit]")
    expect_done(page, device["nom"])
    record, = stack.request("GET", f"/api/iot/dispositifs/{device['id']}/etalonnages/").json()
    assert (record["b"], record["reference"], record["en_service"]) == (-34.5, "Masimo Radical-7 1234", False)
    assert "n’est pas dans le dispositif" in spo2_words(page, stack, patient)[0]

    say(perdues=0, courbe=[0, -34.5, 112.25])
    page.wait_for_selector('device-list .saturation[data-trust=calibrated]:has-text("Masimo Radical-7 1234")')
    assert page.inner_text("vital-card[data-vital=spo2] .site") == ""
    say(inverse=True)
    page.wait_for_selector('device-list .saturation[data-trust=inverted]:has-text("inversées")')
    assert page.inner_text("vital-card[data-vital=spo2] .site") == "LED inversées\u00a0?"
    expect_accessible(page)

    open_section(page, stack, "dispositifs")
    search(page, device["nom"])
    press(page, f"[data-key=key-{device['id']}]")
    press(page, "dialog button.danger")
    page.wait_for_selector("dialog svg.qr")
    assert decode_qr(page)["spo2"] == [0, -34.5, 112.25]
