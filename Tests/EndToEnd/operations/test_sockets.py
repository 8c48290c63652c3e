"""The daemons' sockets: devices' reports apart from people's requests, sockets that a service manager opened, and whom the API believes."""
import json
import os
import socket
import subprocess
from contextlib import contextmanager

import pytest

from support.cluster import DEADLINE_SECONDS, run, wait_until
from support.database import Database
from support.fastcgi import begin, request
from support.paths import program


@pytest.fixture
def settings(cluster, database):
    """The environment of daemons on a database of the test's own, with a demonstration patient."""
    cluster.state.make_secret()
    environment = {**database, "FAJMA_LOG_LEVEL": "error"}
    hospital = run(environment, "demo", "--patients", "1", "--json")
    assert hospital.returncode == 0, hospital.stderr
    environment["TEST_KEY"] = json.loads(hospital.stdout)["devices"][0]["cle"]
    return environment


@contextmanager
def daemon(name, environment, descriptors=(), names=None):
    """Runs a daemon until the block ends; `descriptors` are passed on as a service manager does."""
    command = [program(name)]
    if descriptors:
        environment = {**environment, "LISTEN_FDS": str(len(descriptors))}
        if names is not None:
            environment["LISTEN_FDNAMES"] = names
        command = ["/bin/sh", "-c", 'LISTEN_PID=$$ exec "$0"', *command]

    def place():
        spare = [os.dup(descriptor) for descriptor in descriptors]
        for number, descriptor in enumerate(spare, 3):
            os.dup2(descriptor, number, inheritable=True)

    process = subprocess.Popen(command, env=environment, close_fds=not descriptors, preexec_fn=place, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_SECONDS)


@contextmanager
def listening(*paths):
    """Sockets that listen already, as of socket units."""
    sockets = []
    for path in paths:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        os.set_inheritable(listener.fileno(), False)
        sockets.append(listener)
    yield [listener.fileno() for listener in sockets]
    for listener in sockets:
        listener.close()


def report(settings, path):
    body = {"mesures": [{"type_donnee": "spo2", "valeur": 97}]}
    return request(str(path), "POST", "/api/iot/data/", body, HTTP_AUTHORIZATION=f"Bearer {settings['TEST_KEY']}")


def test_a_report_is_answered_while_every_thread_for_people_is_taken(cluster, settings):
    state = cluster.state
    with daemon("fajma-api", {**settings, "FAJMA_API_THREADS": "2", "FAJMA_REPORTS_THREADS": "2"}):
        wait_until(lambda: state.accepts(state.api_socket) and state.accepts(state.reports_socket))
        held = [begin(state.api_socket) for _ in range(2)]
        status, answer = report(settings, state.reports_socket)
        assert (status, answer["recues"]) == (201, 1)
        for connection in held:
            connection.close()
        assert request(state.api_socket, "GET", "/api/moi/")[0] == 401


def test_the_socket_of_the_reports_lies_beside_the_other_where_none_is_named(cluster, settings, tmp_path):
    own = {name: value for name, value in settings.items() if name not in ("FAJMA_REPORTS_SOCKET", "FAJMA_API_ADMIN_SOCKET")}
    with daemon("fajma-api", {**own, "FAJMA_API_SOCKET": str(tmp_path / "a.sock")}):
        wait_until(lambda: cluster.state.accepts(str(tmp_path / "reports.sock")))
        assert report(settings, tmp_path / "reports.sock")[0] == 201


def test_sockets_of_a_service_manager_are_served_by_their_names(settings, tmp_path):
    own = {name: value for name, value in settings.items() if not name.endswith("_SOCKET")}
    with listening(tmp_path / "r", tmp_path / "a") as descriptors, daemon("fajma-api", {**own, "FAJMA_API_THREADS": "1"}, descriptors, "reports:api"):
        assert report(settings, tmp_path / "r")[0] == 201
        with begin(str(tmp_path / "a")):
            assert report(settings, tmp_path / "r")[0] == 201
    with listening(tmp_path / "p") as descriptors, daemon("fajma-push", own, descriptors, "push"), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE_SECONDS)
        client.connect(str(tmp_path / "p"))
        client.sendall(b"GET /ws/iot/1/ HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 401")


def test_a_socket_with_an_unknown_name_ends_the_daemon_with_one_line(settings, tmp_path):
    with listening(tmp_path / "a") as descriptors, daemon("fajma-api", settings, descriptors, "web") as process:
        assert process.wait(DEADLINE_SECONDS) == 1
        assert "LISTEN_FDNAMES must be 1 different names of api, reports" in process.stderr.read()


def test_only_nginx_is_believed_about_the_address(cluster, settings):
    state = cluster.state
    credentials = {"username": "nobody", "password": "x"}
    with daemon("fajma-api", settings):
        wait_until(lambda: state.accepts(state.api_socket))
        for address, more in (("10.1.1.1", {}), ("10.2.2.2", {"FAJMA_NGINX_SECRET": "x" * 64}),
                              ("10.3.3.3", {"FAJMA_NGINX_SECRET": state.nginx_secret()})):
            status, answer = request(state.api_socket, "POST", "/api/token/", credentials, REMOTE_ADDR=address, REQUEST_ID="r" * 32, **more)
            assert status == 401 and ("request_id" in answer) == (address == "10.3.3.3")
        owner = Database(settings["FAJMA_OWNER_DATABASE_URL"])
        found = owner.query("SELECT coalesce(address::text, '-') FROM audit WHERE action = 'login.refused' ORDER BY id")
        owner.close()
    assert [address.split("/")[0] for address, in found] == ["-", "-", "10.3.3.3"]
