"""Vitals entered by hand, in Chromium through the real nginx."""
from datetime import UTC, datetime, timedelta

from support.browser import expect_accessible, expect_value, field_error, log_in, open_patient


def stored(device, vital):
    """What is stored of a vital (its number in the registry) for the device's patient, as numbers."""
    return [float(value) for (value,) in device.stack.query(
        f"SELECT value FROM readings WHERE patient_id = {device.patient} AND vital = {vital} ORDER BY measured_at")]


def open_entry(stack, device, page, role="infirmier"):
    log_in(page, stack, role)
    open_patient(page, stack, device)
    page.click(".patient-head .enter")
    page.wait_for_selector("dialog.entry")


def pick(page, name, value):
    page.check(f'dialog.entry [name={name}][value="{value}"]', force=True)  # its label is what is seen


def save(page):
    page.click("dialog.entry footer .primary")


def test_what_a_round_finds_is_entered_and_shown(stack, device, page):
    open_entry(stack, device, page)
    for name, text in {"respiratory_rate": "16", "spo2": "97", "temperature": "37,8", "systolic_bp": "128", "diastolic_bp": "79.5"}.items():
        page.fill(f"dialog.entry [name={name}]", text)
    assert page.get_attribute("dialog.entry [name=temperature]", "inputmode") == "decimal"
    assert page.get_attribute("dialog.entry [name=spo2]", "inputmode") == "numeric"
    pick(page, "consciousness", "V")
    pick(page, "supplemental_o2", "1")
    expect_accessible(page)
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    assert page.inner_text(".patient-head .entered") == "Constantes enregistrées\u00a0: 7"
    expected = {"temperature": "37,8", "systolic_bp": "128", "diastolic_bp": "80", "consciousness": "Répond à la voix", "supplemental_o2": "Oxygène"}
    for vital, shown in expected.items():
        expect_value(page, vital, shown)
    assert [stored(device, vital) for vital in (1, 2, 4, 6, 7, 8)] == [[97], [], [16], [79.5], [2], [1]]


def test_an_entry_of_earlier_has_its_time(stack, device, page):
    open_entry(stack, device, page)
    page.fill("dialog.entry [name=temperature]", "36.6")
    pick(page, "quand", "earlier")
    earlier = datetime.now().replace(second=0, microsecond=0) - timedelta(minutes=20)
    tomorrow = earlier + timedelta(days=1)
    page.fill("dialog.entry [name=moment]", tomorrow.isoformat(timespec="minutes"))
    save(page)
    assert field_error(page, "moment") == "Ce moment est dans le futur."
    page.fill("dialog.entry [name=moment]", earlier.isoformat(timespec="minutes"))
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    (milliseconds,), = stack.query(f"SELECT (extract(epoch FROM measured_at) * 1000)::bigint FROM readings WHERE patient_id = {device.patient}")
    assert datetime.fromtimestamp(int(milliseconds) / 1000, UTC).replace(second=0, microsecond=0) == earlier.astimezone(UTC)


def test_what_no_patient_can_have_is_told_before_it_is_sent(stack, device, page):
    open_entry(stack, device, page)
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    save(page)
    assert page.inner_text("dialog.entry .form-problem") == "Saisissez au moins une constante."
    for name, text in {"temperature": "52", "spo2": "cent", "systolic_bp": "80", "diastolic_bp": "120"}.items():
        page.fill(f"dialog.entry [name={name}]", text)
    save(page)
    assert "20 à 45" in field_error(page, "temperature")
    assert field_error(page, "spo2").startswith("Un nombre")
    assert "systolique" in field_error(page, "diastolic_bp")
    expect_accessible(page)
    assert not [url for url in sent if "/iot/data/" in url]


def test_what_the_server_rejects_is_told_at_its_field_and_the_rest_is_kept(stack, device, page):
    open_entry(stack, device, page)
    page.fill("dialog.entry [name=heart_rate]", "72")
    page.fill("dialog.entry [name=temperature]", "41")

    # A page of yesterday, whose ranges are other than the server's.
    page.route("**/api/iot/data/", lambda route: route.continue_(post_data=route.request.post_data.replace('"valeur":41', '"valeur":51')), times=1)
    save(page)
    assert "20 à 45" in field_error(page, "temperature")
    assert page.locator("[data-field=heart_rate].stored").count() == 1
    assert page.is_disabled("dialog.entry [name=heart_rate]")
    assert (stored(device, 2), stored(device, 3)) == ([72], [])
    expect_accessible(page)
    page.fill("dialog.entry [name=temperature]", "40")
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    assert (stored(device, 2), stored(device, 3)) == ([72], [40])


def test_an_entry_whose_answer_was_lost_is_stored_once(stack, device, page):
    open_entry(stack, device, page)
    page.fill("dialog.entry [name=respiratory_rate]", "18")
    pick(page, "consciousness", "A")

    keys = []
    page.on("request", lambda request: request.method == "POST" and keys.append(request.headers.get("idempotency-key")))

    def lose(route):
        assert route.fetch().status == 201
        route.abort()
    page.route("**/api/iot/data/", lose, times=1)
    save(page)
    page.wait_for_selector("dialog.entry .form-problem")
    assert page.input_value("dialog.entry [name=respiratory_rate]") == "18"
    save(page)
    page.wait_for_selector("dialog.entry", state="detached")
    assert (stored(device, 4), stored(device, 7)) == ([18], [0])
    assert len(keys) == 2 and keys[0] == keys[1] and len(keys[0]) == 32, "one action has one key, however often it is sent"
    kept = stack.query(f"SELECT status, convert_from(body, 'UTF8')::jsonb ->> 'doublons' FROM idempotency_keys WHERE key = '{keys[0]}'")
    assert kept == [["201", "0"]]


def test_an_entry_is_made_with_the_keyboard_alone(stack, device, page):
    log_in(page, stack, "medecin")
    open_patient(page, stack, device)
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('enter')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.entry")
    page.keyboard.type("17")  # the first field has the focus
    for _ in range(6):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # oxygen: air
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # consciousness: alert
    page.keyboard.press("ArrowRight")  # confused
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.entry", state="detached")
    assert page.evaluate("document.activeElement.classList.contains('enter')")
    expect_value(page, "consciousness", "Confusion nouvelle")
    expect_value(page, "supplemental_o2", "Air")
    assert stored(device, 4) == [17]


def test_who_only_watches_enters_nothing(stack, first_ward_device, page):
    log_in(page, stack, "ecran")
    page.goto(f"{stack.url}/#/patient/{first_ward_device.patient}")
    page.wait_for_selector("vital-card")
    assert page.locator(".patient-head .enter").count() == 0
