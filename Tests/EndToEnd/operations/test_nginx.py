"""nginx by itself: the snippets in the private configuration and in an example of a hospital's server that has other
applications too. Whole stacks are other files' business."""
import gzip
import json
import os
import re
import socket
import subprocess

import pytest
import requests

from stacklib.nginx import Nginx
from stacklib.state import State
from support.clock import until
from support.nginx_upstreams import AcceptHandshake, EchoFastCGI, UnixServer

SECRET = "token-that-no-log-shows"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
FILES = {"index.html": "<!doctype html>", "app.js": "// " + "x" * 2000, "css/a.css": "b{}", "locales/fr.json": "{}",
         "app.webmanifest": "{}", "icon.svg": "<svg/>", "m.mjs": "1", ".hidden": "no", ".git/config": "no"}

# A server that a hospital may have: other applications beside FAJMA, which stays below its prefix.
HOSPITAL = """
    server {
        listen 127.0.0.1:@PORT@;
        location = /fajma { absolute_redirect off; return 301 /fajma/; }
        location ^~ /fajma/ { include snippets/fajma-locations.conf; }
        location / { return 200 "other $uri"; }
        location /other/ { return 200 "other $uri"; }
        location ~ \\.php$ { return 200 "php $uri"; }
        location ~ \\.js$ { return 200 "their js"; }
    }
"""


class Running:
    """An nginx with its state, upstreams and logs."""

    def __init__(self, directory, server=None):
        os.environ.update(FAJMA_STATE=str(directory / "state"), FAJMA_PORT="0")
        try:
            self.state = State()
            self.state.lock()
        finally:
            del os.environ["FAJMA_STATE"], os.environ["FAJMA_PORT"]
        self.state.www = str(directory / "www")
        for name, text in FILES.items():
            path = directory / "www" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.nginx = Nginx(self.state)
        self.nginx.prepare()
        if server is not None:
            self.replace_server(server)
        self.api = UnixServer(self.state.api_socket, EchoFastCGI)
        self.reports = UnixServer(self.state.reports_socket, EchoFastCGI)
        self.push = UnixServer(self.state.push_socket, AcceptHandshake)
        with open(self.state.path("log", "nginx.log"), "wb") as log:
            self.process = subprocess.Popen(self.nginx.command(), stdout=log, stderr=log)
        until(self.listens, 10, "nginx listens")
        self.url = self.state.url

    def replace_server(self, server):
        with open(self.nginx.file, encoding="utf-8") as file:
            text = file.read()
        head = text[:text.index("    server {")]
        with open(self.nginx.file, "w", encoding="utf-8") as file:
            file.write(head + server.replace("@PORT@", str(self.state.port)) + "}\n")

    def listens(self):
        assert self.process.poll() is None, self.logs()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.state.port)) == 0

    def logs(self):
        directory = self.state.path("log")
        return "".join(open(os.path.join(directory, name), encoding="utf-8").read() for name in os.listdir(directory))

    def handshake(self, path):
        """Sends a WebSocket handshake, returns the answer's head and what came with it."""
        with socket.create_connection(("127.0.0.1", self.state.port), 10) as connection:
            connection.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.state.port}\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nX-Forwarded-For: 6.6.6.6\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").encode())
            answer = b""
            while b"\r\n\r\n" not in answer or (answer.startswith(b"HTTP/1.1 101") and answer.endswith(b"\r\n\r\n")):
                part = connection.recv(4096)
                if not part:
                    break
                answer += part
            return answer.decode()

    def end(self):
        self.process.terminate()
        self.process.wait(10)
        for server in (self.api, self.reports, self.push):
            if server is not None:
                server.end()
        self.state.clean()


@pytest.fixture(scope="module")
def private(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("private"))
    yield running
    running.end()


@pytest.fixture(scope="module")
def hospital(tmp_path_factory):
    running = Running(tmp_path_factory.mktemp("hospital"), HOSPITAL)
    yield running
    running.end()


@pytest.fixture
def alone(tmp_path):
    """nginx with nobody behind it."""
    running = Running(tmp_path)
    running.api.end()
    running.reports.end()
    running.push.end()
    running.api = running.reports = running.push = None
    yield running
    running.end()


@pytest.mark.parametrize("server", [None, HOSPITAL], ids=["private", "hospital"])
def test_nginx_accepts_the_configuration_without_a_warning(tmp_path, server):
    os.environ.update(FAJMA_STATE=str(tmp_path), FAJMA_PORT="0")
    state = State()
    state.lock()
    nginx = Nginx(state)
    nginx.prepare()
    if server:
        running = Running.__new__(Running)
        running.state, running.nginx = state, nginx
        running.replace_server(server)
    result = subprocess.run([*nginx.command(), "-t"], capture_output=True, text=True, check=False)
    del os.environ["FAJMA_STATE"], os.environ["FAJMA_PORT"]
    state.clean()
    assert result.returncode == 0, result.stderr
    assert "[warn]" not in result.stderr and "[emerg]" not in result.stderr


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_a_request_reaches_the_api_without_its_prefix_and_whole(private, prefix):
    answer = requests.post(private.url + prefix + "/api/iot/donn%C3%A9es/?a=%20b&c", data="{\"x\": 1}", timeout=10,
                           headers={"Content-Type": "application/json", "Authorization": "Bearer k", "Proxy": "evil"})
    assert answer.status_code == 200
    seen = answer.json()["parameters"]
    assert answer.json()["body"] == "{\"x\": 1}"
    assert seen["DOCUMENT_URI"] == "/api/iot/données/"
    assert seen["FAJMA_PREFIX"] == prefix
    assert seen["QUERY_STRING"] == "a=%20b&c"
    assert (seen["REQUEST_METHOD"], seen["CONTENT_TYPE"], seen["CONTENT_LENGTH"]) == ("POST", "application/json", "8")
    assert (seen["REMOTE_ADDR"], seen["REQUEST_SCHEME"]) == ("127.0.0.1", "http")
    assert seen["HTTP_AUTHORIZATION"] == "Bearer k"
    assert seen["HTTP_HOST"] == f"127.0.0.1:{private.state.port}"
    assert seen.get("HTTP_PROXY", "") == ""
    assert re.fullmatch(r"[0-9a-f]{32}", seen["REQUEST_ID"])
    until(lambda: seen["REQUEST_ID"] in private.logs(), 10, "the log has it")


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_a_hospital_number_reaches_the_api_as_it_was_written_and_no_other_path_does(private, prefix):
    for path, numbered in (("n:1174024/", True), ("n%3AIPP-2024%2F17.B/score/", True), ("n:a%2F..%2Fb", True),
                           ("n:%2F.5/?x=/api/patients/n:1/", True), ("12/", False), ("P1000/", False), ("x/n:5/", False),
                           ("n:/", False), ("?identifiant=n:5", False)):
        answer = requests.Request("GET", f"{private.url}{prefix}/api/patients/").prepare()
        answer.url += path  # requests would normalise it
        seen = requests.Session().send(answer, timeout=10).json()["parameters"]
        assert seen.get("FAJMA_NUMBER_PATH", "") == (f"/api/patients/{path.split('?')[0]}" if numbered else ""), path
        assert seen["FAJMA_PREFIX"] == prefix
    other = requests.get(f"{private.url}{prefix}/api/iot/data/?patient_id=n%3A5", timeout=10).json()["parameters"]
    assert other.get("FAJMA_NUMBER_PATH", "") == "" and other["QUERY_STRING"] == "patient_id=n%3A5"


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_reports_of_devices_have_a_socket_of_their_own(private, prefix):
    key = f"fjd_12_{'A' * 43}"
    for method, path, authorization, goes_apart in (
            ("POST", "/api/iot/data/", f"Bearer {key}", True), ("POST", "/api/iot/data", f"bearer  {key}", True),
            ("POST", "/api/iot/data/", "Bearer eyJh.eyJh.sig", False), ("POST", "/api/iot/data/", None, False),
            ("GET", "/api/iot/data/", f"Bearer {key}", False), ("POST", "/api/iot/alertes/", f"Bearer {key}", False)):
        before = len(private.reports.seen)
        headers = {} if authorization is None else {"Authorization": authorization}
        answer = requests.request(method, private.url + prefix + path, headers=headers, timeout=10)
        assert answer.status_code == 200 and len(private.reports.seen) - before == goes_apart, (method, path, authorization)
        assert answer.json()["parameters"]["FAJMA_NGINX_SECRET"] == private.state.nginx_secret()


def test_only_the_owner_reads_what_nginx_proves_itself_with(private):
    for names in (("nginx-secret",), ("nginx", "snippets", "fajma-secret.conf")):
        path = private.state.path(*names)
        assert os.stat(path).st_mode & 0o777 == 0o600
        with open(path, encoding="utf-8") as file:
            assert private.state.nginx_secret() in file.read()
    assert private.state.nginx_secret() not in private.logs()


def test_what_a_client_claims_about_itself_is_not_believed(private):
    answer = requests.get(private.url + "/api/x", timeout=10, headers={
        "Remote-Addr": "6.6.6.6", "Request-Id": "forged", "Fajma-Prefix": "/x", "Document-Uri": "/y"})
    seen = answer.json()["parameters"]
    assert (seen["REMOTE_ADDR"], seen["FAJMA_PREFIX"], seen["DOCUMENT_URI"]) == ("127.0.0.1", "", "/api/x")
    assert seen["REQUEST_ID"] != "forged"


def test_beside_other_applications_only_the_prefix_is_fajmas(hospital):
    def get(path):
        return requests.get(hospital.url + path, timeout=10, allow_redirects=False)
    assert get("/other/api/x").text == "other /other/api/x"
    assert get("/api/x").text == "other /api/x"
    assert get("/ws/iot/1/").text == "other /ws/iot/1/"
    assert get("/a.js").text == "their js"
    assert get("/fajma/api/x.php").json()["parameters"]["DOCUMENT_URI"] == "/api/x.php"
    assert get("/fajma/app.js").text == FILES["app.js"]
    assert (get("/fajma").status_code, get("/fajma").headers["Location"]) == (301, "/fajma/")
    assert hospital.handshake("/fajma/ws/iot/1/").startswith("HTTP/1.1 101")


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_static_files_have_the_right_type_and_are_revalidated(private, prefix):
    types = {"": "text/html", "app.js": "text/javascript", "m.mjs": "text/javascript", "css/a.css": "text/css",
             "locales/fr.json": "application/json", "app.webmanifest": "application/manifest+json",
             "icon.svg": "image/svg+xml", "vendor/dygraphs/dygraph.min.js": "text/javascript"}
    for path, kind in types.items():
        answer = requests.get(f"{private.url}{prefix}/{path}", timeout=10)
        assert (path, answer.status_code) == (path, 200)
        assert answer.headers["Content-Type"].split(";")[0] == kind
        assert answer.headers["Cache-Control"] == "no-cache"
        again = requests.get(f"{private.url}{prefix}/{path}", timeout=10, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert again.headers["Content-Security-Policy"] == POLICY
    raw = requests.get(private.url + prefix + "/app.js", timeout=10, stream=True, headers={"Accept-Encoding": "gzip"})
    assert raw.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw.raw.read()).decode() == FILES["app.js"]


@pytest.mark.parametrize("path", ["/.hidden", "/.git/config", "/fajma/.git/config", "/%2egit/config", "/absent",
                                  "/vendor/dygraphs/..%2f..%2fx", "/vendor/dygraphs/absent.js", "/css", "/css/", "/fajma/css/"])
def test_hidden_and_missing_files_are_not_served(private, path):
    answer = requests.get(private.url + path, timeout=10)
    assert answer.status_code == 404
    assert answer.text != "no"


def test_the_security_headers_are_on_every_kind_of_answer(private):
    large = "x" * (1 << 20) + "y"
    answers = [
        requests.get(private.url + "/", timeout=10),
        requests.get(private.url + "/absent", timeout=10),
        requests.get(private.url + "/.git/config", timeout=10),
        requests.get(private.url + "/api/x", timeout=10),
        requests.get(private.url + "/api/x?status=500", timeout=10),
        requests.get(private.url + "/fajma/api/x?status=401", timeout=10),
        requests.post(private.url + "/api/x", data=large, timeout=10),
        requests.get(private.url + "/ws/?", timeout=10, stream=True),
        requests.get(private.url + "/ws/a%20b", timeout=10),
    ]
    for answer in answers:
        assert answer.headers["Content-Security-Policy"] == POLICY, answer.url
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "nginx/" not in answer.headers["Server"]
        answer.close()


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_a_body_over_256_kib_is_refused_as_a_problem(private, prefix):
    before = len(private.api.seen)
    assert requests.post(private.url + prefix + "/api/x", data="x" * (256 << 10), timeout=10).status_code == 200
    answer = requests.post(private.url + prefix + "/api/x", data="x" * ((256 << 10) + 1), timeout=10)
    assert_problem(answer, 413, "too_large")
    assert len(private.api.seen) == before + 1


@pytest.mark.parametrize("language, words", [("", "indisponible"), ("fr, en;q=0.5", "indisponible"), ("en-GB", "unavailable")])
@pytest.mark.parametrize("path", ["/api/iot/data/", "/fajma/api/iot/data/", "/ws/iot/1/"])
def test_without_the_daemons_a_device_is_told_to_come_again(alone, path, language, words):
    answer = requests.post(alone.url + path, data="{}", timeout=10, headers={"Accept-Language": language})
    assert_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"] == "2"
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("method, code", [("POST", "outcome_unknown"), ("PATCH", "outcome_unknown"), ("GET", "unavailable")])
def test_an_api_that_goes_away_after_reading_a_request_may_have_carried_it_out(private, method, code):
    for language, words in (("fr", "peut-être"), ("en", "may have been")):
        answer = requests.request(method, f"{private.url}/api/x?status=0", timeout=10, headers={"Accept-Language": language})
        assert_problem(answer, 503, code)
        assert (words in answer.json()["detail"]) == (code == "outcome_unknown")


def test_an_answer_of_the_apis_own_is_passed_on_as_it_is(private):
    for status in (400, 413, 429, 503):
        answer = requests.get(f"{private.url}/api/x?status={status}", timeout=10)
        assert (answer.status_code, answer.json()["parameters"]["DOCUMENT_URI"]) == (status, "/api/x")


def test_a_ward_can_log_in_at_once_but_guessing_is_slowed_down(private):
    with requests.Session() as session:
        codes = [session.post(private.url + "/api/token/", data="{}", timeout=10).status_code for _ in range(60)]
        assert codes == [200] * 60
        answers = [session.post(private.url + "/api/token/", data="{}", timeout=10) for _ in range(200)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) > 50
        assert_problem(refused[0], 429, "throttled")
        assert refused[0].headers["Retry-After"] == "2"
        assert session.post(private.url + "/api/token/refresh/", data="{}", timeout=10).status_code == 200
        assert session.put(private.url + "/api/session/", data="{}", timeout=10).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/fajma"])
def test_a_websocket_passes_with_its_token_and_unbuffered(private, prefix):
    answer = private.handshake(f"{prefix}/ws/iot/PAT_1/?token={SECRET}")
    assert answer.startswith("HTTP/1.1 101") and answer.endswith("!")
    head = private.push.seen[-1]
    assert head.startswith(f"GET /ws/iot/PAT_1/?token={SECRET} HTTP/1.1\r\n")
    for line in (f"Host: 127.0.0.1:{private.state.port}", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http",
                 "Upgrade: websocket", "Connection: upgrade", f"X-Forwarded-Host: 127.0.0.1:{private.state.port}"):
        assert line.lower() in head.lower()


def test_nothing_can_be_smuggled_into_the_handshake(private):
    before = len(private.push.seen)
    for path in ("/ws/iot/1%0d%0aX:%20y/", "/ws/iot/1%20HTTP/1.1%0d%0a/", "/ws/iot/%0a",
                 "/a%0d%0aX:%20y/ws/iot/1/"):
        assert private.handshake(path).startswith("HTTP/1.1 404")
    assert len(private.push.seen) == before


def test_no_log_shows_a_query_string(private):
    for path in ("/ws/iot/1/", "/fajma/ws/alerts/1/", "/ws/a%20b/", "/", "/absent", "/api/x"):
        private.handshake(f"{path}?token={SECRET}")
    until(lambda: "/absent" in private.logs() and "/fajma/ws/alerts/1/" in private.logs(), 10, "the log has it")
    assert SECRET not in private.logs()
    assert "GET /ws/iot/1/ HTTP/1.1" in private.logs()


@pytest.mark.parametrize("number", ["DM000005", "0012345678", "1234567890", "H-77", "n:H%2F77", "%44M5"])
def test_no_log_shows_a_hospital_number(private, number):
    for path in (f"/api/patients/{number}/", f"/fajma/api/patients/{number}/score/", f"/api/patients/{number}", f"/api//patients/{number}/",
                 f"/api/./patients/{number}/", f"/api/patients/?identifiant={number}", f"/ws/iot/{number}/", f"/fajma/ws/alerts/{number}/?token=x"):
        private.handshake(path)
    last = f"/api/patients/{len(number)}/score/"
    private.handshake(last)
    until(lambda: f"GET {last} HTTP/1.1" in private.logs(), 5, "the last request is in the log, by its own id")
    assert number not in private.logs()


def test_a_hospital_number_that_was_taken_for_an_id_is_in_no_log(private):
    for path in ("/api/patients/1174024/", "/fajma/api/patients/1174024/limites/", "/api/patients/1174024"):
        private.handshake(f"{path}?status=404")
    private.handshake("/api/patients/5/")
    until(lambda: "GET /api/patients/5/ HTTP/1.1" in private.logs(), 5, "the last request is in the log, by its own id")
    assert "1174024" not in private.logs()


def test_a_report_that_was_stored_has_no_line_in_the_log_and_one_that_was_not_has_one(private):
    for status in (201, 200, 400, 401, 503):
        requests.post(f"{private.url}/api/iot/data/?status={status}", data="{}", timeout=10)
    requests.post(private.url + "/api/iot/alertes/?status=201", data="{}", timeout=10)
    until(lambda: "POST /api/iot/alertes/" in private.logs(), 5, "the last request is in the log")
    assert re.findall(r'"POST /api/iot/data/ HTTP/1.1" (\d+)', private.logs()) == ["400", "401", "503"]


def test_no_log_shows_a_token_when_the_push_daemon_is_away(alone):
    for path in ("/ws/iot/1/", "/fajma/ws/iot/1/"):
        assert alone.handshake(f"{path}?token={SECRET}").startswith("HTTP/1.1 503")
        until(lambda path=path: f"GET {path} HTTP/1.1\" 503" in alone.logs(), 10, "the log has it")
    # The same for a daemon that dies during the handshake.
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(alone.state.push_socket)
    os.chmod(alone.state.push_socket, 0o666)
    listener.listen()
    with socket.create_connection(("127.0.0.1", alone.state.port)) as client:
        client.sendall(f"GET /ws/iot/7/?token={SECRET} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\n\r\n".encode())
        listener.accept()[0].close()
        assert client.recv(4096).startswith(b"HTTP/1.1 503")
    listener.close()
    until(lambda: "/ws/iot/7/" in alone.logs(), 10, "the log has it")
    assert SECRET not in alone.logs()


def assert_problem(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"] == POLICY
    body = json.loads(answer.text)
    assert (body["type"], body["status"], body["code"]) == ("about:blank", status, code)
    assert body["error"] == body["detail"] != "" and body["title"]
