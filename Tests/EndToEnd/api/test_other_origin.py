"""The replaced system's page, served from another server than the API, in a real browser: its token lasts a shift on one socket, and its refresh
token as long as its session."""
import http.server
import threading

import jwt
import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.clock import until
from support.stack import Stack

PAGE = b"<!doctype html><meta charset=utf-8><title>Ancien tableau</title>"
# What the page does, in one: log in, ask again with the same refresh token, read a list's rest by `Link`, write, and listen.
CALLS = """async ([api, username, password, patient]) => {
  const post = (path, body, token) => fetch(api + path, { method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) } });
  const { refresh } = await (await post("/api/token/", { username, password })).json();
  const renewals = [];
  for (let i = 0; i < 2; i++) renewals.push(await (await post("/api/token/refresh/", { refresh })).json());
  const token = renewals[1].access;
  const list = await fetch(`${api}/api/patients/?limit=1`, { headers: { Authorization: `Bearer ${token}` } });
  const alert = await post("/api/iot/alertes/", { patient, type_alerte: "chute", message: "Chute", niveau_gravite: "warning" }, token);
  const changed = await fetch(`${api}/api/iot/alertes/${(await alert.json()).id}/`, { method: "PATCH", body: '{"acquittee":true}',
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } });
  const first = await new Promise((resolve, reject) => {
    const socket = new WebSocket(`${api.replace("http", "ws")}/ws/iot/${patient}/?token=${token}`);
    socket.onmessage = ({ data }) => { const { type } = JSON.parse(data); if (type === "iot_data") resolve(type); };
    socket.onerror = () => reject(new Error("socket"));
  });
  return { names: renewals.map(Object.keys), link: list.headers.get("Link"), alert: alert.status, changed: changed.status, first };
}"""
FORBIDDEN = """(api) => fetch(`${api}/api/token/`, { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } })
  .then(({ status }) => status, ({ message }) => message)"""


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def origins():
    """Two other servers: `(allowed, forbidden)`."""
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [f"http://127.0.0.1:{server.server_port}" for server in servers]
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def stack(origins):
    """Its own: who may use the API is a setting of the daemons."""
    stack = Stack(3, FAJMA_ALLOWED_ORIGINS=origins[0])
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_a_page_on_another_server_logs_in_renews_reads_writes_and_listens(stack, origins, page):
    account, patient = stack.accounts["infirmier"], stack.devices[0].patient
    stack.devices[0].report(spo2=97)
    page.goto(origins[0])
    done = page.evaluate(CALLS, [stack.url, account["username"], account["password"], patient])
    assert done["names"] == [["access"], ["access"]]
    assert 'rel="next"' in done["link"]
    assert (done["alert"], done["changed"], done["first"]) == (201, 200, "iot_data")


def test_a_page_of_another_origin_that_is_not_allowed_gets_nothing(stack, origins, page):
    page.goto(origins[1])
    assert page.evaluate(FORBIDDEN, stack.url) == "Failed to fetch"


def test_a_socket_lasts_as_long_as_the_session_of_its_token(stack):
    pair, device = stack.log_in("infirmier"), stack.devices[1]
    with open(stack.environment["FAJMA_SECRET_FILE"], "rb") as file:
        secret = file.read()
    claims = jwt.decode(pair["access"], secret, algorithms=["HS256"])
    # As it is 15 minutes after the login, but sooner.
    short = jwt.encode({**claims, "exp": claims["iat"] + 3}, secret, algorithm="HS256")
    with stack.socket(f"/ws/iot/{device.patient}/", token=short) as socket:
        socket.snapshot()
        until(lambda: requests.get(stack.url + "/api/moi/", headers={"Authorization": f"Bearer {short}"}, timeout=10).status_code == 401, 10,
              "the token has expired")
        # A change of rights has everybody asked again.
        stack.request("PATCH", f"/api/utilisateurs/{claims['user_id']}/", role="admin", json={"langue": "en"})
        device.report(spo2=93)
        assert socket.receive(5)["data"]["spo2"]["valeur"] == 93
        socket.send({"type": "iot_data", "temperature": {"valeur": 37.4, "unite": "°C"}})
        assert socket.receive(5)["data"]["temperature"]["valeur"] == 37.4
        with pytest.raises(InvalidStatus) as refusal:
            stack.socket(f"/ws/iot/{device.patient}/", token=short)
        assert refusal.value.response.status_code == 401
        assert requests.post(stack.url + "/api/token/blacklist/", json={"refresh": pair["refresh"]}, timeout=10).status_code == 200
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket.receive(10)
        assert closed.value.rcvd.code == 4401
