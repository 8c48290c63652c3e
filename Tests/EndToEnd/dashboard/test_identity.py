"""Who is who on the pages: numbers from a barcode, birth dates, homonyms, and names found however they are typed."""
from support.admin_ui import admit, expect_done, open_section, search, unique
from support.browser import expect_accessible, field_error, log_in


def test_homonyms_are_found_marked_on_every_page_and_told_apart(stack, device, ward, page):
    first, second = (admit(stack, service=ward, nom=name, prenom=given, date_naissance=born) for name, given, born in (
        ("N’Diaye-Œuvrard", "Awa", "1950-04-23"), ("NDIAYE OEUVRARD", "Łucja", "1961-05-24")))
    number = str(int(unique("")[:7], 16))
    log_in(page, stack)
    open_section(page, stack, "patients")
    for typed in ("n'diaye oeuvrard", "ndiaye-œuv", "N`DIAYE"):
        search(page, typed)
        page.wait_for_selector(".data tbody tr:has(.homonym) >> nth=1")
        assert page.locator(".data tbody tr").count() == 2 and page.locator(".data tbody .homonym").all_inner_texts() == ["Homonyme"] * 2, typed
    search(page, "lucja")
    page.wait_for_selector(f'.data tbody tr:only-child a[href="#/patient/{second["id"]}"]')
    expect_accessible(page, "patients")

    # A hospital number as a barcode has it, and a year that was mistyped.
    page.click(".section-head button.primary")
    day = page.locator("dialog [name=date_naissance]")
    latest, earliest = day.get_attribute("max"), day.get_attribute("min")
    assert int(latest[:4]) - int(earliest[:4]) == 130 and latest[4:] == earliest[4:]
    assert stack.query(f"SELECT abs(date '{latest}' - (now() AT TIME ZONE 'UTC')::date) <= 1") == [["t"]]
    for name, text in (("nom", "Sow"), ("identifiant", f" {number} "), ("date_naissance", "2056-05-04")):
        page.fill(f"dialog [name={name}]", text)
    page.select_option("dialog [name=service]", str(ward))
    page.click("dialog footer button.primary")
    assert "130 ans" in field_error(page, "date_naissance")
    page.fill("dialog [name=date_naissance]", "1956-05-04")
    page.click("dialog footer button.primary")
    expect_done(page, "SOW")
    [admitted] = stack.request("GET", "/api/patients/", params={"identifiant": number}).json()
    assert (admitted["date_naissance"], admitted["service"]) == ("1956-05-04", ward)

    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector("patient-tile .homonym >> nth=1")
    marked = page.locator("patient-tile:has(.homonym)")
    assert {int(tile.get_attribute("data-patient")) for tile in marked.all()} == {first["id"], second["id"]}
    assert "Homonyme" in marked.first.inner_text()
    expect_accessible(page, "ward")

    page.goto(f"{stack.url}/#/patient/n:{number}")
    page.wait_for_selector(".patient-head .name:text-is('Sow')")
    page.goto(f"{stack.url}/#/patient/{first['id']}")
    page.wait_for_selector('.patient-head .called .homonym:has-text("Homonyme")')
    assert "23/04/1950 (" in page.inner_text(".patient-head .facts")
    expect_accessible(page, "patient")
    page.goto(f"{stack.url}/#/releve/patient/{first['id']}")
    page.wait_for_selector(".sheet h2 .homonym")
    page.goto(f"{stack.url}/#/releve/service/{ward}")
    page.wait_for_selector(f'.sheet[data-patient="{second["id"]}"] h2 .homonym')
    assert page.locator(".sheet .homonym").count() == 2 and page.locator(".sheet").count() == 4
    expect_accessible(page, "handover")

    # The other one leaves: nobody is left to be taken for.
    assert stack.request("POST", f"/api/patients/{second['id']}/sortie/").status_code == 200
    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector(f'patient-tile[data-patient="{first["id"]}"]:not(:has(.homonym))')
    for patient in (first, admitted):
        assert stack.request("POST", f"/api/patients/{patient['id']}/sortie/").status_code == 200
