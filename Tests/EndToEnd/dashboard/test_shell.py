"""The page's own files without a network: what is kept, what is said, what never is kept."""
import json
import os
import re
import signal

import pytest

from support.browser import WHOLE_PROGRAM, launch, log_in, open_patient
from support.clock import until
from support.paths import REPOSITORY

KEEPS_FILES = True
OFFLINE = "main .offline"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  return found;
}"""
BODIES = """async () => {
  const texts = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
  }
  const stores = (await indexedDB.databases()).map(({ name }) => name);
  return [...texts, JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(stores), document.cookie].join("\\n");
}"""


CURRENT = """async () => {
  const pointer = await caches.open("fajma-shell " + new URL("./", document.baseURI));
  const [entry] = await pointer.keys();
  return entry ? (await pointer.match(entry)).text() : null;
}"""


def wait_until_kept(page, before=None):
    """Returns the name of the cache that counts, another one than `before`."""
    return until(lambda: (name := page.evaluate(CURRENT)) != before and name, 20, "the page's files are kept")


def test_it_can_be_installed(chromium, stack):
    browser = launch(chromium.browser_type, program=WHOLE_PROGRAM)
    try:
        expect_installable(browser.new_page(), stack)
    finally:
        browser.close()


def expect_installable(page, stack):
    page.goto(stack.url + "/fajma/")
    tools = page.context.new_cdp_session(page)
    manifest = tools.send("Page.getAppManifest")
    assert manifest["url"] == stack.url + "/fajma/manifest.webmanifest" and manifest["errors"] == []
    told = json.loads(manifest["data"])
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"] if icon["type"] == "image/png"}
    assert any(icon.get("purpose") == "maskable" for icon in told["icons"])
    for icon in told["icons"]:
        answer = page.request.get(f"{stack.url}/fajma/{icon['src']}")
        assert (answer.status, answer.headers["content-type"]) == (200, icon["type"]), icon
    errors = tools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [error["errorId"] for error in errors] == ["in-incognito"]  # as every window of a test is


@pytest.mark.parametrize("prefix", ["/", "/fajma/"])
def test_without_a_network_the_page_says_so_and_comes_back_by_itself(page, stack, prefix):
    page.goto(stack.url + prefix)
    page.wait_for_selector("login-page")
    wait_until_kept(page)
    with stack.without("nginx", signal.SIGTERM):
        page.reload()
        page.wait_for_selector(f"{OFFLINE} h1:text('Hors ligne')")
        assert page.title().startswith("Hors ligne")
        assert page.locator("login-page, vital-card, patient-tile").count() == 0
    page.wait_for_selector("login-page", timeout=60_000)
    assert page.locator(OFFLINE).count() == 0


def test_who_is_logged_in_sees_no_value_without_a_network_and_all_of_them_after_it(page, stack, device):
    device.report(spo2=97)
    log_in(page, stack)
    open_patient(page, stack, device)
    wait_until_kept(page)
    with stack.without("nginx", signal.SIGTERM):
        page.reload()
        page.wait_for_selector(OFFLINE)
        assert "97" not in page.inner_text("body")
    page.wait_for_selector("vital-card[data-vital=spo2]", timeout=60_000)


def test_only_the_pages_own_files_are_kept_and_no_patient(page, stack, device):
    device.report(spo2=97)
    log_in(page, stack)
    open_patient(page, stack, device)
    patient = stack.request("GET", f"/api/patients/{device.patient}/").json()
    page.goto(stack.url + "/#/alertes")
    page.reload()
    page.wait_for_selector("alerts-page")
    wait_until_kept(page)
    www = os.path.join(REPOSITORY, "www")
    for url in page.evaluate(KEPT):
        path = url.removeprefix(stack.url + "/")
        assert path == "" or path.startswith("vendor/dygraphs/") or os.path.isfile(os.path.join(www, path)), url
        assert not re.match(r"(api|ws)/", path), url
    page.click("app-bar .logout")
    page.wait_for_selector("login-page")
    left = page.evaluate(BODIES)
    assert patient["nom"] not in left and patient["identifiant"] not in left


def test_an_update_is_there_with_the_next_load_and_an_old_file_is_not_kept(page, stack):
    page.goto(stack.url + "/")
    page.wait_for_selector("login-page")
    before = wait_until_kept(page)
    # As if the version before had kept a file that is no more, and another text of one that still is.
    page.evaluate("""async (name) => {
      const cache = await caches.open(name);
      for (const path of ["kit/of-yesterday.css", "kit/base.css"]) await cache.put(new URL(path, document.baseURI), new Response("old"));
    }""", before)
    page.reload()
    page.wait_for_selector("login-page")
    assert page.evaluate("getComputedStyle(document.body).display") == "flex", "base.css is the server's"
    wait_until_kept(page, before)
    until(lambda: before not in page.evaluate("caches.keys()"), 20, "what was kept before is thrown away")
    assert "/kit/of-yesterday.css" not in "".join(page.evaluate(KEPT))
    assert page.evaluate("async () => (await (await caches.match('kit/base.css')).text()).length") > 100
