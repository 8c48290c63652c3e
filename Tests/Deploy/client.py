"""What devices and pages do, as a program of its own in the machine's network. Prints one JSON object.

client.py post URL KEY VALUE             one report
client.py load URL KEY REPORTS_A_SECOND  reports, until standard input ends
client.py socket URL TOKEN PATIENT       holds a WebSocket, until standard input ends; connects again at once when it is closed
client.py page URL NAME PASSWORD PATIENT VALUE PICTURE
                                         logs in as a person does and waits for the patient's SpO2
"""
import asyncio
import collections
import json
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request

REPORT = {"mesures": [{"type_donnee": "spo2", "valeur": 97, "unite": "%"}]}
THREADS = 4
TIMEOUT_SECONDS = 30
CONTEXT = ssl.create_default_context()
# The certificate is the trial's own.
CONTEXT.check_hostname, CONTEXT.verify_mode = False, ssl.CERT_NONE


def post(url, key, value=97):
    REPORT["mesures"][0]["valeur"] = value
    request = urllib.request.Request(f"{url}/api/iot/data/", json.dumps(REPORT).encode(),
                                     {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, context=CONTEXT, timeout=TIMEOUT_SECONDS) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError as error:
        return str(error)


def load(url, key, rate):
    ended, statuses, gap = threading.Event(), collections.Counter(), [0.0]
    lock = threading.Lock()
    last = [time.monotonic()]

    def one():
        while not ended.wait(THREADS / rate):
            status = post(url, key)
            with lock:
                statuses[status] += 1
                if status == "201":
                    now = time.monotonic()
                    gap[0] = max(gap[0], now - last[0])
                    last[0] = now

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    ended.set()
    for thread in threads:
        thread.join()
    return {"statuses": statuses, "longest_gap_of_201_s": round(gap[0], 2)}


async def hold(url, token, patient):
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    closings, gaps = [], []
    address = f"{url.replace('https', 'wss')}/ws/alerts/{patient}/"
    ended = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

    async def sockets():
        closed = None
        while True:
            try:
                async with connect(address, subprotocols=["fajma", f"bearer.{token}"], ssl=CONTEXT) as socket:
                    if closed is not None:
                        gaps.append(round(time.monotonic() - closed, 2))
                    else:
                        print("open", flush=True)
                    while True:
                        await socket.recv()
            except ConnectionClosed as error:
                closings.append(error.rcvd.code if error.rcvd else str(error))
                closed = time.monotonic()
            except (InvalidStatus, OSError) as error:
                closings.append(str(error))

    task = asyncio.ensure_future(sockets())
    await ended
    task.cancel()
    return {"closings": closings, "back_after_s": gaps}


def page(url, name, password, patient, value, picture):
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"])
        page = browser.new_page(ignore_https_errors=True, locale="fr-FR", viewport={"width": 1280, "height": 900})
        page.goto(url + "/")
        page.fill("#username", name)
        page.fill("#password", password)
        page.click("login-page button.primary")
        page.wait_for_selector("ward-list .services a, ward-page .tiles")
        page.goto(f"{url}/#/patient/{patient}")
        page.locator("vital-card[data-vital=spo2]").get_by_text(value, exact=True).first.wait_for(timeout=TIMEOUT_SECONDS * 1000)
        page.screenshot(path=picture)
        browser.close()
    return {"seen": value}


if __name__ == "__main__":
    action, *rest = sys.argv[1:]
    if action == "post":
        result = {"status": post(rest[0], rest[1], float(rest[2]))}
    elif action == "load":
        result = load(rest[0], rest[1], float(rest[2]))
    elif action == "socket":
        result = asyncio.run(hold(*rest))
    else:
        result = page(*rest)
    print(json.dumps(result))
