"""`fajma doctor`: what it finds sound, and what it finds missing."""
import json
import os
import socket
import stat
import subprocess

import pytest

from support.cluster import DEADLINE_SECONDS, run, wait_until
from support.paths import program


def checks(environment, *arguments):
    result = run(environment, "doctor", "--json", *arguments)
    answer = json.loads(result.stdout)
    assert answer["ok"] == (result.returncode == 0)
    return {check["name"]: check for check in answer["checks"]}


def test_the_doctor_finds_a_sound_database_and_daemons_that_are_not_there(cluster, database):
    cluster.state.make_secret()
    found = checks(database)
    for name in ("settings", "database", "PostgreSQL", "writable", "clock", "schema", "database role", "database rights", "partitions",
                 "stray readings", "history", "secret"):
        assert found[name]["status"] == "ok", found[name]
    for name in ("fajma-api", "reports", "fajma-push"):
        assert found[name]["status"] == "failed" and "advice" in found[name]
    result = run(database, "doctor")
    assert result.returncode == 1 and "✓ database: answers" in result.stdout and "✗ fajma-api: " in result.stdout
    assert "    → " in result.stdout


def test_the_doctor_knows_what_is_missing(cluster, database):
    cluster.state.make_secret()
    assert checks({**database, "FAJMA_SECRET_FILE": ""})["settings"]["detail"].find("FAJMA_SECRET_FILE") >= 0
    assert checks({**database, "DATABASE_URL": database["DATABASE_URL"] + "x"})["database"]["status"] == "failed"
    for wrong in ({"FAJMA_READING_DAYS": "30"}, {"FAJMA_READING_DAYS": "400", "FAJMA_HISTORY_DAYS": "399"}):
        assert list(wrong)[-1] in checks({**database, **wrong})["settings"]["detail"]
    for right in ({"FAJMA_READING_DAYS": "0"}, {"FAJMA_HISTORY_DAYS": "0"}, {"FAJMA_READING_DAYS": "0", "FAJMA_HISTORY_DAYS": "31"}):
        assert checks({**database, **right})["settings"]["status"] == "ok"
    assert "fajma migrate" in checks(cluster.database(migrated=False))["schema"]["detail"]


@pytest.mark.parametrize("name, variable", [("secret", "FAJMA_SECRET_FILE"), ("nginx secret", "FAJMA_NGINX_SECRET_FILE")])
def test_the_doctor_looks_at_the_secrets_mode_and_length(database, tmp_path, name, variable):
    secret = tmp_path / "secret"
    secret.write_bytes(b"x" * 31)
    secret.chmod(0o600)
    environment = {**database, variable: str(secret)}
    assert "31 bytes" in checks(environment)[name]["detail"]
    secret.write_bytes(b"x" * 32)
    assert checks(environment)[name]["status"] == "ok"
    secret.chmod(secret.stat().st_mode | stat.S_IROTH)
    assert checks(environment)[name]["status"] == "failed"


def test_the_doctor_says_what_it_means_that_nginx_has_no_secret(database):
    found = checks({**database, "FAJMA_NGINX_SECRET_FILE": ""})["nginx secret"]
    assert found["status"] == "skipped" and "is believed" in found["detail"]


def test_the_doctor_looks_at_the_webhook(cluster, database, tmp_path):
    cluster.state.make_secret()
    assert checks(database)["webhook"]["status"] == "skipped"
    for url in ("pager:geheim@hospital.example", "ftp://pager:geheim@hospital.example/", "http://"):
        check = checks({**database, "FAJMA_WEBHOOK_URL": url})["webhook"]
        assert check["status"] == "failed" and "FAJMA_WEBHOOK_URL" in check["detail"] and "geheim" not in check["detail"]
    environment = {**database, "FAJMA_WEBHOOK_URL": "https://pager:geheim@hospital.example/"}
    assert "FAJMA_WEBHOOK_SECRET_FILE" in checks(environment)["webhook"]["detail"]
    secret = tmp_path / "webhook-secret"
    environment["FAJMA_WEBHOOK_SECRET_FILE"] = str(secret)
    for length, status in ((31, "failed"), (32, "ok")):
        secret.write_bytes(b"x" * length)
        secret.chmod(0o600)
        assert checks(environment)["webhook"]["status"] == status
    for name in ("FAJMA_REMINDER_SECONDS", "FAJMA_ESCALATION_SECONDS"):
        assert name in checks({**database, name: "0"})["settings"]["detail"]


def test_the_doctor_asks_the_daemons_over_their_sockets(cluster, database):
    environment = {**database, "FAJMA_LOG_LEVEL": "error"}
    cluster.state.make_secret()
    api = subprocess.Popen([program("fajma-api")], env=environment)
    try:
        wait_until(lambda: cluster.state.accepts(cluster.state.api_socket))
        with socket.socket(socket.AF_UNIX) as push:
            push.bind(cluster.state.push_socket)
            push.listen()
            found = checks(environment)
        os.unlink(cluster.state.push_socket)
        assert [found[name]["status"] for name in ("fajma-api", "reports", "fajma-push")] == ["ok"] * 3, found
    finally:
        api.terminate()
        api.wait(DEADLINE_SECONDS)
