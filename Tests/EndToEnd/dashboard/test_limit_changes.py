"""Who changed a limit: one step from the patient page, for nurses, in Chromium on the real stack."""
from support.browser import expect_accessible, log_in
from support.keyboard import press
from support.past import low_limit, set_limits

BUTTON = "button.limit-changes"


def rows(page):
    return [text.replace("\u00a0", " ") for text in page.locator(".limit-change-list li").all_inner_texts()]


def test_a_nurse_reads_who_loosened_a_limit_why_and_from_what_to_what(stack, device, page):
    path = f"/api/patients/{device.patient}/limites/"
    set_limits(stack, path, [low_limit(91)])
    set_limits(stack, path, [low_limit(85)])
    log_in(page, stack)
    page.goto(f"{stack.url}/#/patient/{device.patient}")
    page.wait_for_selector(BUTTON)
    press(page, BUTTON)
    page.wait_for_selector("dialog .limit-change-list li")
    newest, first = rows(page)[:2]
    assert "91 %" in newest and "85 %" in newest and newest.index("91 %") < newest.index("85 %"), newest
    assert "91 %" in first, first
    for text in (newest, first):
        assert stack.accounts["medecin"]["username"] in text and "BPCO" in text, text
    looser = page.locator(".limit-change-list li").first
    assert looser.get_attribute("data-looser") is not None and looser.locator(".tag").count() == 1
    for width in (390, 1024, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        expect_accessible(page)
        box = page.locator("dialog").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector(f"{BUTTON}:focus")
