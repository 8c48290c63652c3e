"""Machine keys in the administration, in Chromium on the real stack: every task by keyboard."""
from datetime import UTC, datetime, timedelta

import requests

from support.admin_ui import expect_done, expect_focus, nurses_ward, search, unique
from support.browser import log_in
from support.keyboard import choose, press, tab_to


def who_am_i(stack, key):
    return requests.get(stack.url + "/api/moi/", headers={"Authorization": f"Bearer {key}"}, timeout=10)


def open_keys(page, stack):
    page.goto(f"{stack.url}/#/administration/cles")
    page.wait_for_selector(".section .list > *")


def make_key(stack, **fields):
    expires = (datetime.now(UTC) + timedelta(days=90)).isoformat()
    body = {"nom": unique("Moteur "), "permissions": ["readPatients"], "services": [nurses_ward(stack)["id"]], "expire_le": expires}
    answer = stack.request("POST", "/api/cles/", role="admin", json={**body, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def shown_key(page):
    page.wait_for_selector("dialog output.secret")
    key = page.inner_text("dialog output.secret")
    press(page, "dialog footer button")
    return key


def test_a_key_is_made_shown_once_renewed_and_revoked(stack, page):
    log_in(page, stack, "admin")
    open_keys(page, stack)
    press(page, ".section-head button.primary")
    name = unique("Moteur ")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-field=permissions] .field-error:not(:empty)")
    page.wait_for_selector("dialog [data-field=services] .field-error:not(:empty)")
    for box in ("permissions][value=readPatients", f"services][value='{nurses_ward(stack)['id']}'"):
        tab_to(page, f"dialog [name={box}]")
        page.keyboard.press("Space")
    press(page, "dialog button[type=submit]")
    first = shown_key(page)
    expect_done(page, name)
    assert first not in page.content()
    me = who_am_i(stack, first).json()
    assert me["username"] == name and me["permissions"] == ["readPatients"] and [ward["id"] for ward in me["services"]] == [nurses_ward(stack)["id"]]

    search(page, name)
    page.wait_for_selector('.data tbody tr:only-child:has-text("Valable")')
    press(page, f"[data-key=renew-{me['id']}]")
    press(page, "dialog button[type=submit]")
    second = shown_key(page)
    expect_done(page, name)
    page.wait_for_selector('.data tbody tr:only-child:has-text("ancienne clé jusqu’au")')
    assert who_am_i(stack, first).status_code == who_am_i(stack, second).status_code == 200
    expect_focus(page, f"[data-key=renew-{me['id']}]")

    press(page, f"[data-key=revoke-{me['id']}]")
    assert name in page.inner_text("dialog h2")
    press(page, "dialog button.danger")
    expect_done(page, name)
    page.wait_for_selector('.data tbody tr:only-child:has-text("Révoquée")')
    assert who_am_i(stack, first).status_code == who_am_i(stack, second).status_code == 401


def test_a_key_of_every_ward_needs_no_ward(stack, page):
    log_in(page, stack, "admin")
    open_keys(page, stack)
    press(page, ".section-head button.primary")
    name = unique("Entrepôt ")
    page.keyboard.type(name)
    tab_to(page, "dialog [name=permissions][value=readReadings]")
    page.keyboard.press("Space")
    choose(page, "etendue", "T")
    page.wait_for_selector("dialog [data-field=services]", state="hidden")
    press(page, "dialog button[type=submit]")
    key = shown_key(page)
    expect_done(page, name)
    assert len(who_am_i(stack, key).json()["services"]) == len(stack.request("GET", "/api/services/", role="admin").json())


def test_every_page_of_the_administration_says_which_keys_expire(stack, page):
    soon, over, revoked = (make_key(stack) for _ in range(3))
    stack.query(f"UPDATE machine_keys SET expires_at = now() + interval '10 days' WHERE user_id IN ({soon['id']}, {revoked['id']})")
    stack.query(f"UPDATE machine_keys SET expires_at = now() - interval '2 days' WHERE user_id = {over['id']}")
    stack.request("DELETE", f"/api/cles/{revoked['id']}/", role="admin").raise_for_status()
    log_in(page, stack, "admin")
    page.goto(f"{stack.url}/#/administration/services")
    page.wait_for_selector(f"key-notice >> text={soon['nom']} expire le")
    page.wait_for_selector(f"key-notice >> text={over['nom']} a expiré le")
    assert revoked["nom"] not in page.inner_text("key-notice")
    press(page, "key-notice a")
    page.wait_for_selector("key-section .data tbody tr")
    search(page, soon["nom"])
    page.wait_for_selector('.data tbody tr:only-child:has-text("Expire bientôt")')
    search(page, over["nom"])
    page.wait_for_selector('.data tbody tr:only-child:has-text("Expirée")')
    for key in (soon, over):
        stack.request("DELETE", f"/api/cles/{key['id']}/", role="admin").raise_for_status()


def test_the_audit_names_a_key(stack, page):
    key = make_key(stack)
    who_am_i(stack, key["cle"])
    stack.request("DELETE", f"/api/cles/{key['id']}/", role="admin").raise_for_status()
    who_am_i(stack, key["cle"])
    log_in(page, stack, "admin")
    page.goto(f"{stack.url}/#/administration/audit")
    row = page.locator(f"audit-table tr:has-text('Clé d’accès {key['nom']}')")
    for action in ("Clé d’accès créée", "Clé d’accès révoquée", "Clé d’accès révoquée utilisée"):
        row.filter(has_text=action).first.wait_for()
