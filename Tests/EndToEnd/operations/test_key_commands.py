"""`fajma key`: machine keys on the command line, and what `fajma doctor` says of those that expire."""
import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from support.cluster import refusal, run


def ask(environment, *arguments):
    """The JSON that a command prints."""
    result = run(environment, *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def hospital(cluster):
    """A database of the test's own with the wards A and B."""
    environment = cluster.database()
    for ward in "AB":
        ask(environment, "ward", "add", ward)
    return environment


def add(environment, name="Moteur", *places, days="365"):
    permissions = ("--permission", "readPatients", "--permission", "readAlerts")
    return ask(environment, "key", "add", name, *permissions, *(places or ("--ward", "A")), "--days", days)


def test_a_key_is_made_listed_renewed_and_revoked(hospital):
    made = add(hospital)
    assert made["cle"].startswith(f"fjs_{made['id']}_") and made["client_id"] == f"fjs_{made['id']}"
    assert made["permissions"] == ["readPatients", "readAlerts"] and made["services"] == [1] and made["etat"] == "valide"
    every = add(hospital, "Entrepôt", "--every-ward")
    assert every["tous_services"] and every["services"] == []
    listed = ask(hospital, "key", "list")
    assert [row["nom"] for row in listed] == ["Moteur", "Entrepôt"] and not any("cle" in row for row in listed)
    table = run(hospital, "key", "list").stdout
    assert "Moteur" in table and "valid" in table and made["cle"] not in table

    renewed = ask(hospital, "key", "renew", str(made["id"]), "--old-valid-hours", "24", "--days", "30")
    assert renewed["cle"] != made["cle"] and renewed["ancienne_jusqu_a"] and renewed["etat"] == "expire_bientot"
    line = run(hospital, "key", "renew", str(made["id"])).stdout
    assert line.startswith(f"fjs_{made['id']}_") and line.count("\n") == 1
    assert ask(hospital, "key", "list")[0]["ancienne_jusqu_a"] is None

    assert run(hospital, "key", "revoke", str(made["id"])).returncode == 0
    assert ask(hospital, "key", "list")[0]["etat"] == "revoquee"
    assert "revoked for good" in refusal(hospital, "key", "renew", str(made["id"]))
    with psycopg.connect(hospital["FAJMA_OWNER_DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT action, username LIKE 'fajma%%' FROM audit WHERE action LIKE 'key.%%' ORDER BY id").fetchall()
    assert rows == [("key.created", True), ("key.created", True), ("key.renewed", True), ("key.renewed", True), ("key.revoked", True)]


def test_an_expiry_may_be_a_time(hospital):
    at = (datetime.now(UTC) + timedelta(days=100)).strftime("%Y-%m-%dT%H:%M:00Z")
    made = ask(hospital, "key", "add", "Moteur", "--permission", "readPatients", "--every-ward", "--expires", at)
    assert made["expire_le"] == at.replace("Z", ".000Z")


@pytest.mark.parametrize("arguments", [
    ("key", "add", "Moteur", "--permission", "readPatients", "--days", "30"),
    ("key", "add", "Moteur", "--permission", "readPatients", "--ward", "A", "--every-ward", "--days", "30"),
    ("key", "add", "Moteur", "--permission", "readPatients", "--ward", "A"),
    ("key", "add", "Moteur", "--permission", "manageUsers", "--ward", "A", "--days", "30"),
    ("key", "add", "Moteur", "--ward", "A", "--days", "30"),
    ("key", "add", "Moteur", "--permission", "readPatients", "--ward", "A", "--days", "731"),
    ("key", "add", "Moteur", "--permission", "readPatients", "--ward", "A", "--days", "1", "--expires", "2027-01-01T00:00:00Z"),
    ("key", "renew", "1", "--old-valid-hours", "169"),
])
def test_wrong_usage_is_64(hospital, arguments):
    assert run(hospital, *arguments).returncode == 64
    assert ask(hospital, "key", "list") == []


def test_what_the_database_refuses_is_said_in_the_words_of_the_options(hospital):
    made = add(hospital)
    assert "NAME is taken" in refusal(hospital, "key", "add", "MOTEUR", "--permission", "readPatients", "--ward", "A", "--days", "30")
    assert "--expires" in refusal(hospital, "key", "add", "Autre", "--permission", "readPatients", "--ward", "A", "--expires", "2020-01-01T00:00:00Z")
    assert "there is no ward C" in refusal(hospital, "key", "add", "Autre", "--permission", "readPatients", "--ward", "C", "--days", "30")
    for command in ("renew", "revoke"):
        assert "fajma key list" in refusal(hospital, "key", command, "999")
    assert [row["id"] for row in ask(hospital, "key", "list")] == [made["id"]]


def test_doctor_names_the_keys_that_expire(hospital):
    def found():
        checks = json.loads(run(hospital, "doctor", "--json").stdout)["checks"]
        return next(check for check in checks if check["name"] == "machine keys")

    add(hospital)
    assert found()["status"] == "ok"
    add(hospital, "Bientôt", days="10")
    check = found()
    assert check["status"] == "warning" and "Bientôt" in check["detail"] and "Moteur" not in check["detail"] and "fajma key renew" in check["advice"]
