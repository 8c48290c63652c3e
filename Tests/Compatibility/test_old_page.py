"""The replaced system's page in a real browser, from another origin, through the end of its token, an outage of its socket, and alerts. It runs on
both systems; what its user sees is compared."""
import http.server
import os
import threading
import time

import jwt
import pytest

from comparison.names import HERE, named
from comparison.replaced_process import ReplacedProcess
from comparison.side import Call, Side
from support.clock import until
from support.stack import Stack

IS_LONG = os.environ.get("FAJMA_TEST_LONG") == "1"
# How long a token lasts. Of the real system: 15 minutes; the page stays open longer.
TOKEN_S, OPEN_S = (900, 1200) if IS_LONG else (4, 8)
PAUSE_MS = 3000 if IS_LONG else 300


class Page(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><meta charset=utf-8><title>Ancien tableau</title>")

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def origin():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def served(origin):
    """Both systems, of the test's own: how long a token lasts, and which origin may ask, are settings."""
    stack = Stack(1, FAJMA_ALLOWED_ORIGINS=origin)
    try:
        stack.start()
        users = [{key: user[key] for key in ("username", "password", "role")} for user in stack.accounts.values()]
        with ReplacedProcess(users, 1, REPLACED_ACCESS_SECONDS=str(TOKEN_S)) as replaced:
            yield (Side(replaced.url, named(stack, replaced.patients, replaced.devices), stack.accounts),
                   Side(stack.url, named(stack, [stack.devices[0].patient], [stack.devices[0].id]), stack.accounts), stack)
    finally:
        stack.stop()


def tokens(side, stack):
    """Of a nurse's login; FAJMA's as if it had been made when only TOKEN_S of its time were left."""
    pair = dict(side.log_in("infirmier"))
    if side.url == stack.url and not IS_LONG:
        with open(stack.environment["FAJMA_SECRET_FILE"], "rb") as file:
            secret = file.read()
        claims = jwt.decode(pair["access"], secret, algorithms=["HS256"])
        pair["access"] = jwt.encode({**claims, "exp": int(time.time()) + TOKEN_S}, secret, algorithm="HS256")
    return pair


def send(side, path, body):
    """As somebody else, whose token is always good."""
    side.tokens.pop("admin", None)
    answer = side.send(Call("POST", path, json=side.fill(body)))
    assert answer.status == 201, answer.body


def test_the_old_page_works_on_after_its_token_has_expired(served, origin, chromium):
    *sides, stack = served
    transcripts = []
    for side in sides:
        page = chromium.new_page()
        page.goto(origin)
        page.add_script_tag(path=os.path.join(HERE, "old_page.js"))
        send(side, "/api/iot/data/", {"dispositif": "{dispositif1}", "type_donnee": "spo2", "valeur": 97, "unite": "%"})
        page.evaluate("([api, pair, patient, pause]) => { window.old = new OldPage(api, pair, patient, pause); }",
                      [side.url, tokens(side, stack), side.names["patient1"], PAUSE_MS])
        steps = []

        def expect(page=page, steps=steps, **wanted):
            def agrees():
                seen = page.evaluate("old.seen()")
                return all(seen[name] == value for name, value in wanted.items())
            until(agrees, 10, f"the page shows {wanted}; it shows {page.evaluate('old.seen()')}")
            steps.append(page.evaluate("old.seen()"))

        expect(connected=True, spo2=97)
        time.sleep(OPEN_S)
        assert page.evaluate("old.opened") == 1, "the socket was closed with its token"
        # The socket goes on, and a request renews the token, as often as it is needed.
        send(side, "/api/iot/data/", {"dispositif": "{dispositif1}", "type_donnee": "spo2", "valeur": 96, "unite": "%"})
        expect(spo2=96)
        for _ in range(2):
            answer = page.evaluate("old.request(`/api/iot/data/latest_data/?patient_id=${old.patient}`)")
            assert (answer["status"], answer["body"]["spo2"]["valeur"]) == (200, 96)
        assert page.evaluate("old.renewals") == 1
        send(side, "/api/iot/alertes/", {"patient": "{patient1}", "type_alerte": "chute", "message": "Chute", "niveau_gravite": "error"})
        expect(alerts=["chute"])
        alert = page.evaluate("old.alerts[0].id")
        whole = page.evaluate("({ ...old.alerts[0], acquittee: true })")
        answer = page.evaluate("([id, whole]) => old.request(`/api/iot/alertes/${id}/`, { method: 'PUT', body: JSON.stringify(whole) })",
                               [alert, whole])
        assert (answer["status"], answer["body"]["acquittee"]) == (200, True)
        # Its socket is lost. The page that was opened again, with its new token, hears what comes, and each alert once.
        reopen = "() => { old.attempts = 99; old.connected = false; old.socket.close(); old.connect(old.access); }"
        page.evaluate(reopen)
        expect(connected=True, spo2=96)
        send(side, "/api/iot/alertes/", {"patient": "{patient1}", "type_alerte": "douleur", "message": "Douleur", "niveau_gravite": "warning"})
        expect(alerts=["douleur", "chute"], errors=0)
        page.evaluate(reopen)
        expect(connected=True)
        expect(alerts=["douleur", "chute"])
        transcripts.append(steps)
        page.close()
    assert transcripts[0] == transcripts[1]
