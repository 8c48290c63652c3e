"""Patients and wards in the administration, who may what there, and what goes wrong, in Chromium on the real stack: every task by keyboard."""
from support.admin_ui import admit, expect_done, expect_error, expect_focus, nurses_ward, open_section, search, shown_name, unique
from support.browser import log_in
from support.clock import until
from support.keyboard import choose, fill_in, press

# Patients

def test_a_nurse_admits_a_patient_with_the_keyboard(stack, page):
    log_in(page, stack)
    press(page, "app-bar a.administration")
    page.wait_for_selector("patient-section .data tbody tr")
    press(page, ".section-head button.primary")
    expect_focus(page, "dialog [name=nom]")
    number, bed, ward = unique("E"), unique("e"), nurses_ward(stack)
    page.keyboard.type("Diallo")
    fill_in(page, "prenom", "Mariam")
    fill_in(page, "identifiant", number)
    choose(page, "service", ward["nom"])
    fill_in(page, "lit", bed)
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
    fill_in(page, "identifiant", number)
    choose(page, "service", nurses_ward(stack)["nom"])
    fill_in(page, "lit", other["lit"].upper())
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
    fill_in(page, "lit", bed)
    page.keyboard.press("Enter")
    expect_done(page, bed)
    expect_focus(page, f"[data-key=move-{patient['id']}]")
    assert stack.request("GET", f"/api/patients/{patient['id']}/").json()["lit"] == bed

    press(page, f"[data-key=change-{patient['id']}]")
    fill_in(page, "prenom", "Inès")
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


# Wards

def test_a_ward_is_added_renamed_and_deleted_but_not_one_with_patients(stack, page):
    log_in(page, stack, "admin")
    open_section(page, stack, "services")
    press(page, ".section-head button.primary")
    number = unique("")
    name, other = f"Service {number}", f"Autre {number}"
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect_done(page, name)
    ward = next(row["id"] for row in stack.request("GET", "/api/services/", role="admin", params={"limit": 1000}).json() if row["nom"] == name)
    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector(f"ward-page h1:text-is('{name}')")  # by its name, though the login was before
    open_section(page, stack, "services")
    search(page, number)  # among many wards its row is too many tabs away
    press(page, f"[data-key=change-{ward}]")
    fill_in(page, "nom", nurses_ward(stack)["nom"])
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog [data-field=nom] .field-error:not(:empty)")  # another one has this name
    fill_in(page, "nom", other)
    page.keyboard.press("Enter")
    expect_done(page, other)
    expect_focus(page, f"[data-key=change-{ward}]")
    page.wait_for_selector(f'.data tbody tr:has-text("{other}")')  # the list follows; until then its rows have the old name
    assert page.locator(f"[data-key=delete-{nurses_ward(stack)['id']}]").count() == 0
    press(page, f"[data-key=delete-{ward}]")
    press(page, "dialog button.danger")
    expect_done(page, other)
    assert stack.request("GET", f"/api/services/{ward}/", role="admin").status_code == 404


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
    fill_in(page, "lit", bed)
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
    fill_in(page, "lit", bed)
    with stack.without("postgres"):
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog .form-problem")
        assert page.input_value("dialog [name=lit]") == bed
    until(lambda: stack.request("GET", f"/api/patients/{patient['id']}/").status_code == 200, 60, "the database is back")
    page.keyboard.press("Enter")
    expect_done(page, bed)
