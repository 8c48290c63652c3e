"""The page's own files without a network: what is kept, what is said, what never is kept."""
import http.server
import json
import os
import re
import signal
import threading

import pytest

from support.browser import WHOLE_PROGRAM, launch, log_in, open_patient
from support.clock import until
from support.paths import REPOSITORY

KEEPS_FILES = True
# The page, its three scripts, its style sheet, its texts, and its pictures.
FILES_OF_A_PAGE = 8
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


def test_a_page_is_in_few_files(page, stack):
    """On a slow network each of them costs a round trip."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(stack.url + "/")
    page.wait_for_selector("login-page")
    assert len([url for url in asked if "/api/" not in url]) <= FILES_OF_A_PAGE, asked


def test_a_browser_runs_the_sources_as_they_stand(page):
    """Without a server behind them, the page says so."""
    class Silent(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=os.path.join(REPOSITORY, "www"))

        def log_message(self, format, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.wait_for_selector(OFFLINE)
        server.shutdown()


def test_an_account_is_named_whole_beside_what_is_said_of_the_sound(page, stack):
    log_in(page, stack, "admin")
    page.wait_for_selector("sound-control[data-state=nowhere] .words:text-matches('.{40}')")
    for width in (1100, 1024, 900, 820):
        page.set_viewport_size({"width": width, "height": 800})
        name, wide = page.evaluate("(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('app-bar .who span'))")
        assert 0 < name <= wide, (width, name, wide)
        right = page.evaluate("""Math.max(...[...document.querySelectorAll("app-bar :is(a, button, .words)")]
            .map((each) => each.getBoundingClientRect().right))""")
        assert right <= width, width


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
    www = stack.path("www")
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
      for (const path of ["of-yesterday.css", "app.css"]) await cache.put(new URL(path, document.baseURI), new Response("old"));
    }""", before)
    page.reload()
    page.wait_for_selector("login-page")
    assert page.evaluate("getComputedStyle(document.body).display") == "flex", "app.css is the server's"
    wait_until_kept(page, before)
    until(lambda: before not in page.evaluate("caches.keys()"), 20, "what was kept before is thrown away")
    assert "/of-yesterday.css" not in "".join(page.evaluate(KEPT))
    assert page.evaluate("async () => (await (await caches.match('app.css')).text()).length") > 100
