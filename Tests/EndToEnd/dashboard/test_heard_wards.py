"""Every ward of mine: seen and heard on every page, chosen, and counted as heard."""
import pytest

from support.alert_steps import acknowledge, raise_alert
from support.browser import expect_accessible, launch, log_in
from support.clock import until

NOBODY_LISTENS_SECONDS = 16  # the daemon says every 5 s who listens


def heard_since(stack, ward):
    """Whether a screen with sound was counted for a ward after now."""
    stack.query(f"DELETE FROM ward_listening WHERE ward_id = {ward}")
    return lambda: stack.query(f"SELECT count(*) FROM ward_listening WHERE ward_id = {ward}") == [["1"]]


@pytest.fixture
def other(stack, ward):
    """A second ward of the nurse's, without patients."""
    made = stack.request("POST", "/api/services/", role="admin", json={"nom": f"Autre {ward}"}).json()["id"]
    name = stack.accounts["infirmier"]["username"]
    nurse = next(row for row in stack.request("GET", "/api/utilisateurs/", role="admin").json() if row["username"] == name)
    answer = stack.request("PATCH", f"/api/utilisateurs/{nurse['id']}/", role="admin", json={"services": [ward, made]})
    assert answer.status_code == 200, answer.text
    return made


def test_an_urgent_alert_of_another_ward_of_mine_is_heard_and_seen_on_every_page(stack, device, ward, other, page):
    stack.query(f"""UPDATE alerts SET ended_at = now(), acknowledged_at = now(), acknowledged_by = 1
        WHERE patient_id = {device.patient} AND ended_at IS NULL""")
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{other}")
    page.wait_for_selector("ward-page .empty")
    page.wait_for_selector("sound-control[data-state=on][data-playing='']")
    is_heard = heard_since(stack, ward)
    until(is_heard, NOBODY_LISTENS_SECONDS, "the ward that no page shows counts as heard")
    alert = raise_alert(stack, device, "error")
    page.wait_for_selector("sound-control[data-playing=error]", timeout=2000)
    page.wait_for_selector("escalation-banner:not([hidden]) .entry:has-text('SpO2 basse')")
    name = stack.request("GET", "/api/services/", role="admin").json()
    name = next(row["nom"] for row in name if row["id"] == ward)
    assert name in page.inner_text("escalation-banner .entry"), "the banner says in which ward"
    assert page.inner_text("app-bar .waiting-count") == "1"
    assert page.get_attribute("app-bar .to-alerts", "aria-label").replace("\u00a0", " ") == "Alertes : 1 patient en attente"
    page.wait_for_function("document.title.startsWith('(1)')")
    expect_accessible(page, "another ward's alert")
    page.goto(f"{stack.url}/#/compte")
    page.wait_for_selector("account-page h1")
    page.wait_for_selector("escalation-banner:not([hidden]) .entry")
    # On the ward's own page it stands in the tile.
    page.goto(f"{stack.url}/#/service/{ward}")
    page.wait_for_selector("patient-tile[data-alert=error]")
    page.wait_for_selector("escalation-banner", state="hidden")
    acknowledge(stack, alert)
    page.wait_for_selector("sound-control[data-playing='']", timeout=2000)
    page.wait_for_selector("app-bar .waiting-count", state="hidden")


def test_which_wards_are_heard_is_chosen_never_empty_and_told_to_the_server(stack, device, ward, other, page):
    log_in(page, stack)
    page.goto(f"{stack.url}/#/service/{other}")
    page.wait_for_selector("sound-control[data-state=on]")
    page.click("sound-control summary")
    boxes = {each: page.locator(f"sound-control .heard input[value='{each}']") for each in (ward, other)}
    assert all(box.is_checked() and box.is_enabled() for box in boxes.values())
    expect_accessible(page, "choice of wards")
    boxes[ward].uncheck()
    assert boxes[other].is_disabled(), "the last one stays"
    page.wait_for_selector("sound-control .words:has-text('1 sur 2 services')")
    raise_alert(stack, device, "error", kind="chute")
    is_heard = heard_since(stack, other)
    until(is_heard, NOBODY_LISTENS_SECONDS, "the chosen ward counts as heard")
    is_other_heard, is_heard = heard_since(stack, ward), heard_since(stack, other)
    until(is_heard, NOBODY_LISTENS_SECONDS, "the chosen ward goes on to count")
    assert not is_other_heard(), "the other one does not"
    assert page.get_attribute("sound-control", "data-playing") == ""
    page.reload()
    page.wait_for_selector("ward-page .empty")
    page.locator("main").click(position={"x": 2, "y": 2})  # a browser lets no page make a sound before
    page.wait_for_selector("sound-control[data-state=on] .words:has-text('sur 2')")
    page.click("sound-control summary")
    page.locator(f"sound-control .heard input[value='{ward}']").check()
    page.wait_for_selector("sound-control[data-playing=error]", timeout=5000)


def test_a_machine_without_a_loudspeaker_says_so_and_does_not_count_as_heard(stack, device, ward, chromium):
    browser = launch(chromium.browser_type, has_loudspeaker=False)
    try:
        page = browser.new_context(locale="fr-FR", reduced_motion="reduce").new_page()
        page.set_default_timeout(10_000)
        log_in(page, stack)
        page.goto(f"{stack.url}/#/service/{ward}")
        page.wait_for_selector("patient-tile")
        page.wait_for_selector("sound-control[data-state=mute]")
        assert page.inner_text("sound-control .words") == "Aucune sortie audio – alarmes non entendues"
        expect_accessible(page, "no loudspeaker")
        is_heard = heard_since(stack, ward)
        # A screen that is heard is told of at once and every 5 s: the same page with a loudspeaker is the control.
        other = chromium.new_context(locale="fr-FR", storage_state=page.context.storage_state()).new_page()
        assert not is_heard()
        log_in(other, stack)
        other.goto(f"{stack.url}/#/service/{ward}")
        other.wait_for_selector("sound-control[data-state=on]")
        until(is_heard, NOBODY_LISTENS_SECONDS, "a screen with a loudspeaker counts")
        other.context.close()
    finally:
        browser.close()
