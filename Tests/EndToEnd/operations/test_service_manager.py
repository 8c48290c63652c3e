"""What the daemons and systemd say to each other: readiness, words, watchdog, priorities, and sockets that outlive a restart."""
import json
import os
import re
import signal
import socket
import subprocess
import threading

import pytest

from stacklib.state import APPLICATION, OWNER
from support.clock import until
from support.cluster import DEADLINE_SECONDS, private_cluster, run
from support.database import Database
from support.fastcgi import request
from support.service_manager import NotifySocket, daemon, listening, start

RESTARTS = 20
POSTERS = 4
# In microseconds, as systemd says it.
WATCHDOG = {"WATCHDOG_USEC": "200000"}
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="


@pytest.fixture(scope="module")
def own_cluster():
    with private_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def settings(own_cluster):
    """The environment of daemons on sockets of systemd's, with a demonstration patient."""
    own_cluster.postgres.create_database("managed")
    environment = environment_of(own_cluster, "managed")
    assert run(environment, "migrate").returncode == 0
    hospital = run(environment, "demo", "--patients", "1", "--json")
    assert hospital.returncode == 0, hospital.stderr
    return {**environment, "TEST_KEY": json.loads(hospital.stdout)["devices"][0]["cle"]}


def environment_of(cluster, name):
    state = cluster.state
    state.make_secret()
    environment = {**state.environment(), "DATABASE_URL": state.database_url(APPLICATION, name),
                   "FAJMA_OWNER_DATABASE_URL": state.database_url(OWNER, name), "FAJMA_LOG_LEVEL": "info"}
    return {name: value for name, value in environment.items() if not name.endswith("_SOCKET")}


def report(environment, path):
    body = {"mesures": [{"type_donnee": "spo2", "valeur": 97}]}
    return request(str(path), "POST", "/api/iot/data/", body, HTTP_AUTHORIZATION=f"Bearer {environment['TEST_KEY']}")[0]


def handshake(path):
    """A handshake without a token, and the first line of what is answered."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE_SECONDS)
        client.connect(str(path))
        client.sendall(b"GET /ws/iot/1/ HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                       b"Sec-WebSocket-Key: " + KEY + b"\r\n\r\n")
        return client.recv(100).split(b"\r\n")[0]


@pytest.mark.parametrize(("name", "sockets"), [("fajma-api", ("api", "reports")), ("fajma-push", ("push",))])
def test_a_daemon_says_when_it_serves_that_it_lives_and_when_it_ends(settings, tmp_path, name, sockets):
    systemd = NotifySocket(tmp_path / "notify")
    environment = {**settings, **WATCHDOG, "NOTIFY_SOCKET": systemd.path}
    with listening({each: tmp_path / each for each in sockets}) as inherited, daemon(name, environment, inherited) as process:
        assert systemd.message()[0] == "READY=1"
        systemd.until("STATUS=serving" if name == "fajma-push" else "WATCHDOG=1")
        systemd.until("WATCHDOG=1")
        process.terminate()
        systemd.until("STOPPING=1")
        assert process.wait(DEADLINE_SECONDS) == 0


@pytest.mark.parametrize("name", ["fajma-api", "fajma-push"])
def test_a_database_that_comes_later_is_waited_for(own_cluster, tmp_path, name):
    systemd, database = NotifySocket(tmp_path / "notify"), "late" + name[-4:].strip("-")
    environment = {**environment_of(own_cluster, database), "NOTIFY_SOCKET": systemd.path}
    names = ("api", "reports") if name == "fajma-api" else ("push",)
    with listening({each: tmp_path / each for each in names}) as inherited, daemon(name, environment, inherited) as process:
        assert systemd.message() == ["READY=1", "STATUS=waiting for the database"]

        def asked():
            if name == "fajma-push":
                return int(handshake(tmp_path / "push").split()[1])
            return request(str(tmp_path / "api"), "GET", "/api/moi/", HTTP_AUTHORIZATION="Bearer x.y.z")[0]

        if name == "fajma-api":
            assert asked() == 503
        # It appears under its name with all its tables.
        own_cluster.postgres.create_database(database + "_made")
        made = environment_of(own_cluster, database + "_made")
        assert run(made, "migrate").returncode == 0
        rename_database(own_cluster, database + "_made", database)
        assert until(lambda: asked() == 401, DEADLINE_SECONDS, "it serves")
        systemd.until("STATUS=serving")
        assert process.poll() is None


def rename_database(cluster, old, new):
    superuser = Database(cluster.state.database_url("postgres", "postgres"))
    superuser.query(f"ALTER DATABASE {old} RENAME TO {new}")
    superuser.close()


@pytest.mark.parametrize("name", ["fajma-api", "fajma-push"])
def test_a_database_that_comes_later_with_an_older_schema_ends_the_daemon(own_cluster, tmp_path, name):
    database = "old" + name[-4:].strip("-")
    names = ("api", "reports") if name == "fajma-api" else ("push",)
    systemd = NotifySocket(tmp_path / "notify")
    environment = {**environment_of(own_cluster, database), "NOTIFY_SOCKET": systemd.path}
    with listening({each: tmp_path / each for each in names}) as inherited:
        process = start(name, environment, inherited)
        assert systemd.message()[1] == "STATUS=waiting for the database"
        own_cluster.postgres.create_database(database)
        _, errors = process.communicate(timeout=DEADLINE_SECONDS)
        assert process.returncode == 1
        assert "run: fajma migrate" in errors.splitlines()[-1]


def test_a_database_that_hangs_does_not_starve_the_watchdog(settings, own_cluster, tmp_path):
    systemd = NotifySocket(tmp_path / "notify")
    environment = {**settings, **WATCHDOG, "NOTIFY_SOCKET": systemd.path, "FAJMA_API_THREADS": "2", "FAJMA_REPORTS_THREADS": "2"}
    with listening({"api": tmp_path / "api", "reports": tmp_path / "reports"}) as inherited, daemon("fajma-api", environment, inherited):
        assert report(environment, tmp_path / "reports") == 201
        backends = backends_of(own_cluster)
        for each in backends:
            os.kill(each, signal.SIGSTOP)
        try:
            statuses = []
            posters = [threading.Thread(target=lambda: statuses.append(report(environment, tmp_path / "reports"))) for _ in range(2)]
            for poster in posters:
                poster.start()
            systemd.until("STATUS=the database does not store readings")
            systemd.until("WATCHDOG=1")
            for poster in posters:
                poster.join()
            assert statuses == [503, 503]
            systemd.until("WATCHDOG=1")
        finally:
            for each in backends:
                os.kill(each, signal.SIGCONT)


def backends_of(cluster):
    """PostgreSQL's processes, the first of them included."""
    listed = subprocess.run(["ps", "-o", "pid=", "--pid", str(cluster.process.pid), "--ppid", str(cluster.process.pid)], capture_output=True,
                            text=True, check=True)
    return [int(each) for each in listed.stdout.split()]


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_journal_gets_priorities_and_no_second_time(settings, tmp_path, form):
    reading, writing = os.pipe()
    place = os.fstat(writing)
    environment = {**settings, "JOURNAL_STREAM": f"{place.st_dev}:{place.st_ino}", "FAJMA_LOG_FORMAT": form}
    environment.pop("FAJMA_NGINX_SECRET_FILE", None)
    systemd = NotifySocket(tmp_path / "notify")
    with listening({"api": tmp_path / "api", "reports": tmp_path / "reports"}) as inherited:
        process = start("fajma-api", {**environment, "NOTIFY_SOCKET": systemd.path}, inherited, stderr=writing)
        os.close(writing)
        systemd.until("READY=1")
        process.terminate()
        process.wait(DEADLINE_SECONDS)
    with os.fdopen(reading, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    assert all(re.match(r"<[2-7]>", line) for line in lines), lines
    assert any(line.startswith("<4>") and "FAJMA_NGINX_SECRET_FILE" in line for line in lines)
    if form == "text":
        assert any(re.fullmatch(r"<6>ready version=\S+", line) for line in lines), lines
        assert not any(re.search(r"\d\d:\d\d:\d\d", line) for line in lines)
    else:
        assert {json.loads(line[3:])["message"] for line in lines} >= {"ready", "ended"}


def test_an_error_at_the_start_has_its_priority_too(settings, tmp_path):
    reading, writing = os.pipe()
    place = os.fstat(writing)
    environment = {**settings, "JOURNAL_STREAM": f"{place.st_dev}:{place.st_ino}", "FAJMA_API_THREADS": "many"}
    with listening({"api": tmp_path / "api"}) as inherited:
        process = start("fajma-api", environment, inherited, stderr=writing)
        os.close(writing)
        assert process.wait(DEADLINE_SECONDS) == 1
    with os.fdopen(reading, encoding="utf-8") as stream:
        assert stream.read().startswith("<3>the environment variable FAJMA_API_THREADS must be")


def test_no_request_fails_while_the_api_is_restarted_again_and_again(settings, tmp_path):
    systemd = NotifySocket(tmp_path / "notify")
    environment = {**settings, "NOTIFY_SOCKET": systemd.path}
    statuses, ended = [], threading.Event()

    def post():
        while not ended.is_set():
            statuses.append(report(environment, tmp_path / "reports"))
            statuses.append(request(str(tmp_path / "api"), "GET", "/api/moi/")[0])

    with listening({"api": tmp_path / "api", "reports": tmp_path / "reports"}) as inherited:
        posters = [threading.Thread(target=post) for _ in range(POSTERS)]
        for poster in posters:
            poster.start()
        try:
            for _ in range(RESTARTS):
                with daemon("fajma-api", environment, inherited):
                    systemd.until("READY=1")
                    answered = len(statuses)
                    until(lambda enough=answered + 2 * POSTERS: len(statuses) > enough, DEADLINE_SECONDS, "the restarted process answers")
            with daemon("fajma-api", environment, inherited):
                ended.set()
                for poster in posters:
                    poster.join(DEADLINE_SECONDS)
        finally:
            ended.set()
    assert set(statuses) == {201, 401}, [status for status in statuses if status not in (201, 401)]
    assert len(statuses) > RESTARTS * POSTERS


def test_a_handshake_waits_for_the_next_push_daemon(settings, tmp_path):
    systemd = NotifySocket(tmp_path / "notify")
    environment = {**settings, "NOTIFY_SOCKET": systemd.path}
    with listening({"push": tmp_path / "push"}) as inherited:
        with daemon("fajma-push", environment, inherited):
            systemd.until("READY=1")
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(handshake(tmp_path / "push")))
        waiting.start()
        with daemon("fajma-push", environment, inherited):
            waiting.join(DEADLINE_SECONDS)
    assert answers == [b"HTTP/1.1 401 Unauthorized"]
