"""Accounts and the audit in the administration, in Chromium on the real stack: every task by keyboard."""
import csv
import re

import requests

from support.admin_ui import admit, expect_done, expect_focus, nurses_ward, open_section, search, shown_name, unique
from support.browser import log_in
from support.keyboard import choose, press, tab_to


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

    def instants():
        return [cell.get_attribute("datetime") for cell in page.locator(".data tbody time").all()]

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
