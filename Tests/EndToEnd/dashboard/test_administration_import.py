"""A list from a file, in the administration: in Chromium on the real stack."""
import requests

from support.admin_ui import admit, expect_done, expect_error, nurses_ward, open_section, unique
from support.browser import expect_accessible, log_in
from support.keyboard import press

IMPORT = '.section-head button:not(.primary)'


def choose(page, text, name="liste.csv"):
    page.set_input_files("dialog [name=fichier]", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def counts(page):
    return dict(zip(page.locator(".import-counts dt").all_inner_texts(), page.locator(".import-counts dd").all_inner_texts(), strict=True))


def test_a_list_is_tried_mended_and_imported(stack, page):
    known, number, ward = admit(stack), unique("I"), nurses_ward(stack)
    heading = "identifiant;nom;prenom;service;lit\r\n"
    log_in(page, stack, "admin")
    open_section(page, stack, "patients")
    press(page, IMPORT)
    page.wait_for_selector("dialog.import")
    choose(page, f"{heading}{number};Curie;Marie;{ward['nom']};{known['lit']}\r\n{known['identifiant']};;;;\r\n")
    page.wait_for_selector(".import-refused li")
    assert counts(page) == {"À ajouter": "0", "Sans changement": "1", "Refusées": "1"}
    row = page.inner_text(".import-refused li").replace("\u00a0", " ")
    assert row.startswith(f"Ligne 2 – {number}") and "lit : " in row
    expect_accessible(page)
    page.click("dialog footer button.primary")
    expect_error(page, "fichier", "Rien n’est importé")
    assert stack.request("GET", f"/api/patients/{number}/").status_code == 404

    bed = unique("b")
    choose(page, f"{heading}{number};Curie;Marie;{ward['nom']};{bed}\r\n{known['identifiant']};;;;\r\n", "liste-2.csv")
    page.wait_for_selector(".import-report:not(:has(.import-refused)) .import-counts")
    assert counts(page) == {"À ajouter": "1", "Sans changement": "1"}
    assert stack.request("GET", f"/api/patients/{number}/").status_code == 404
    page.click("dialog footer button.primary")
    expect_done(page, "Import terminé")
    patient = stack.request("GET", f"/api/patients/{number}/").json()
    assert (patient["nom"], patient["lit"], patient["service"]) == ("Curie", bed, ward["id"])


def test_devices_from_a_list_and_a_file_that_is_none(stack, page):
    name = unique("Bracelet ")
    log_in(page, stack, "admin")
    open_section(page, stack, "dispositifs")
    press(page, IMPORT)
    choose(page, "chambre\n12\n")
    page.wait_for_selector(".import-report .field-error:has-text('chambre')")
    choose(page, f"nom,type_dispositif\n{name},bracelet\n", "dispositifs.csv")
    page.wait_for_selector(".import-counts")
    page.click("dialog footer button.primary")
    expect_done(page, "Import terminé")
    page.wait_for_selector(f'.data tbody tr:has-text("{name}")')


def test_only_administrators_import(stack, page):
    log_in(page, stack)
    open_section(page, stack, "patients")
    assert page.locator(IMPORT).count() == 0
    headers = {"Content-Type": "text/csv", "Authorization": "Bearer " + stack.token("medecin")}
    assert requests.post(stack.url + "/api/import/patients/", data=b"identifiant\nX", headers=headers, timeout=10).status_code == 403
