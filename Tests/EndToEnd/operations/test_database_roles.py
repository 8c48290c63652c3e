"""Two database roles: the owner, which migrates, and the application's, which owns nothing. In the stack, and in a hospital's PostgreSQL
that was set up as docs/deployment.md says."""
import json
import os
import re
import subprocess

import pytest

from stacklib.state import APPLICATION, OWNER
from support.cluster import private_cluster, run, wait_until
from support.paths import REPOSITORY

PASSWORDS = {OWNER: "owner's password", APPLICATION: "application's password"}


def psql(url, statement):
    """What psql printed, or its complaint."""
    result = subprocess.run(["psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-c", statement, url], capture_output=True, text=True, check=False)
    return result.stdout.strip() if result.returncode == 0 else result.stderr


def checks(environment):
    return {check["name"]: check for check in json.loads(run(environment, "doctor", "--json").stdout)["checks"]}


# The stack

def test_the_daemons_log_in_as_the_application_and_the_owner_has_the_tables(stack):
    owners = stack.query("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [[OWNER]]
    stack.request("GET", "/api/patients/")
    roles = stack.query("SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name ~ '^fajma-(api|push)'")
    assert roles == [[APPLICATION]]
    for name in ("database role", "database rights"):
        assert checks(stack.environment)[name]["status"] == "ok"


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET username = 'x'", "DELETE FROM audit", "TRUNCATE audit", "ALTER TABLE users DISABLE TRIGGER ALL", "DROP TABLE audit",
    "CREATE TABLE mine ()", "CREATE TEMP TABLE audit ()", "SET session_replication_role = replica", f"SET ROLE {OWNER}",
])
def test_the_daemons_role_may_not(stack, statement):
    assert "permission denied" in psql(stack.environment["DATABASE_URL"], statement) \
        or "must be owner" in psql(stack.environment["DATABASE_URL"], statement)


def test_the_daemons_role_cannot_enter_another_database(stack):
    url = stack.environment["DATABASE_URL"].removesuffix("/fajma")
    for database in ("postgres", "template1"):
        assert "permission denied for database" in psql(f"{url}/{database}", "SELECT 1")


# A hospital's own

@pytest.fixture
def server():
    with private_cluster() as cluster:
        yield cluster


def documented_block(first_line):
    """The block of code in docs/deployment.md that begins so."""
    with open(os.path.join(REPOSITORY, "docs/deployment.md"), encoding="utf-8") as file:
        return re.search(rf"```[a-z]*\n *({re.escape(first_line)}.*?)```", file.read(), re.DOTALL).group(1)


@pytest.fixture
def environment(server):
    """As docs/deployment.md says: roles, database, passwords, pg_hba, two URLs."""
    postgres = server.postgres
    for statement in documented_block("CREATE ROLE fajma_owner LOGIN").splitlines():
        postgres._query(statement)
    for role, password in PASSWORDS.items():
        postgres._query("ALTER ROLE {} PASSWORD '{}'".format(role, password.replace("'", "''")))
    with open(os.path.join(postgres.data, "pg_hba.conf"), encoding="ascii") as file:
        broader = file.read()
    postgres._write("pg_hba.conf", documented_block("# type   database") + "\n" + broader)
    errors = postgres._query("SELECT error FROM pg_hba_file_rules WHERE error <> 'hostssl record cannot match because SSL is disabled'")
    assert errors == ""
    postgres._query("SELECT pg_reload_conf()")
    wait_until(lambda: "no password supplied" in psql(server.state.database_url(APPLICATION), "SELECT 1"))
    server.state.make_secret()
    return {**server.state.environment(), "DATABASE_URL": url(server, APPLICATION), "FAJMA_OWNER_DATABASE_URL": url(server, OWNER)}


def url(server, role, database="fajma"):
    """Of a login with its password."""
    password = PASSWORDS[role].replace("'", "%27").replace(" ", "%20")
    return server.state.database_url(f"{role}:{password}", database)


def test_a_hospitals_database_made_as_the_readme_says(server, environment):
    assert "password authentication failed" in psql(url(server, APPLICATION).replace("password", "passwort"), "SELECT 1")
    assert "pg_hba.conf rejects" in psql(url(server, APPLICATION, "postgres"), "SELECT 1")
    # PUBLIC may still connect until the first migration: that is where its rights end.
    applied = json.loads(run(environment, "migrate", "--json").stdout)["applied"]
    assert applied[0] == "initial" and applied[-1] == f"rights of {APPLICATION}"
    assert json.loads(run(environment, "migrate", "--json").stdout) == {"applied": []}
    found = checks(environment)
    assert found["database role"]["status"] == found["database rights"]["status"] == "ok"
    assert run(environment, "demo", "--patients", "3").returncode == 0
    assert "permission denied for table audit" in psql(environment["DATABASE_URL"], "DELETE FROM audit")


def test_a_role_for_backups_keeps_the_rights_that_somebody_gave_it(server, environment):
    assert run(environment, "migrate").returncode == 0
    server.postgres._query("CREATE ROLE backup LOGIN")
    server.postgres._write("pg_ident.conf", "stack /^.*$ backup\nstack /^.*$ postgres\n")
    server.postgres._query("SELECT pg_reload_conf()")
    backup = server.state.database_url("backup")
    wait_until(lambda: "permission denied for database" in psql(backup, "LISTEN fajma_reading"))
    psql(environment["FAJMA_OWNER_DATABASE_URL"], "GRANT CONNECT ON DATABASE fajma TO backup; GRANT USAGE ON SCHEMA public TO backup; "
         "GRANT SELECT ON ALL TABLES IN SCHEMA public TO backup")
    assert json.loads(run(environment, "migrate", "--json").stdout) == {"applied": []}
    assert psql(backup, "SELECT count(*) FROM patients") == "0"


def test_the_doctor_says_what_one_role_for_both_costs(server, environment):
    environment = {**environment, "DATABASE_URL": environment["FAJMA_OWNER_DATABASE_URL"], "FAJMA_OWNER_DATABASE_URL": ""}
    assert "rights of" not in run(environment, "migrate").stdout
    found = checks(environment)
    assert found["database role"]["status"] == "warning" and "fajma migrate" in found["database role"]["advice"]
    assert "database rights" not in found
    server.postgres._query(f"ALTER ROLE {OWNER} SUPERUSER")
    found = checks(environment)
    assert found["database role"]["status"] == "failed" and f"ALTER ROLE {OWNER} NOSUPERUSER" in found["database role"]["advice"]


def test_the_doctor_says_what_postgresqls_log_quotes_and_what_is_set_for_the_role(server, environment):
    assert run(environment, "migrate").returncode == 0
    found = checks(environment)
    assert found["PostgreSQL's log"]["status"] == found["role settings"]["status"] == "ok"
    server.postgres._query(f"ALTER ROLE {APPLICATION} SET log_error_verbosity = 'default'; ALTER ROLE {APPLICATION} SET work_mem = '64kB'")
    found = checks(environment)
    assert f"ALTER ROLE {APPLICATION} SET log_error_verbosity = terse" in found["PostgreSQL's log"]["advice"]
    assert found["role settings"]["status"] == "warning" and "work_mem=64kB" in found["role settings"]["detail"]
    server.postgres._query(f"ALTER ROLE {APPLICATION} RESET ALL; ALTER ROLE {APPLICATION} SET log_error_verbosity = terse")
    found = checks(environment)
    assert found["PostgreSQL's log"]["status"] == found["role settings"]["status"] == "ok"


def test_the_doctor_names_what_the_application_may_too_much(server, environment):
    assert run(environment, "migrate").returncode == 0
    psql(environment["FAJMA_OWNER_DATABASE_URL"], f"GRANT UPDATE, TRUNCATE ON audit TO {APPLICATION}")
    server.postgres._query(f"GRANT {OWNER} TO {APPLICATION}")
    found = checks(environment)
    assert f"REVOKE {OWNER} FROM {APPLICATION}" in found["database role"]["advice"]
    server.postgres._query(f"REVOKE {OWNER} FROM {APPLICATION}")
    found = checks(environment)
    assert found["database role"]["status"] == "ok"
    assert found["database rights"]["detail"] == f"{APPLICATION} should not have TRUNCATE on audit, UPDATE on audit"
    assert "run: fajma migrate" in found["database rights"]["advice"]
    assert "rights of fajma" in run(environment, "migrate").stdout
    assert checks(environment)["database rights"]["status"] == "ok"


def test_the_doctor_says_how_fajma_push_may_see_that_readings_are_stored(server, environment):
    assert run(environment, "migrate").returncode == 0
    assert checks(environment)["database commits"]["status"] == "ok"
    server.postgres._query("REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text) FROM PUBLIC", database="fajma")
    found = checks(environment)["database commits"]
    assert found["status"] == "failed" and APPLICATION in found["detail"]
    server.postgres._query(re.search("GRANT EXECUTE .*", found["advice"]).group(), database="fajma")
    assert checks(environment)["database commits"]["status"] == "ok"


def test_a_database_that_an_older_postgresql_made_is_open_and_the_doctor_says_what_closes_it(server, environment):
    """Before version 15 everybody could create in the schema public, which belonged to the superuser."""
    server.postgres._query("ALTER SCHEMA public OWNER TO postgres", database="fajma")
    server.postgres._query("GRANT ALL ON SCHEMA public TO PUBLIC", database="fajma")
    assert run(environment, "migrate").returncode == 0
    rights = checks(environment)["database rights"]
    assert "CREATE on schema public" in rights["detail"]
    for statement in re.search(r"ALTER SCHEMA .*", rights["advice"]).group().split("; "):
        server.postgres._query(statement, database="fajma")
    assert run(environment, "migrate").returncode == 0
    assert checks(environment)["database rights"]["status"] == "ok"


# What was there before

def test_a_state_with_one_role_is_converted(server):
    """As an older version of `make run` left it: the application owned its database."""
    postgres, state = server.postgres, server.state
    postgres._query(f"CREATE ROLE {APPLICATION} LOGIN")
    postgres._query(f"CREATE DATABASE fajma OWNER {APPLICATION}")
    old = {**state.environment(), "FAJMA_OWNER_DATABASE_URL": ""}
    assert run(old, "migrate").returncode == 0 and run(old, "demo", "--patients", "3").returncode == 0
    postgres.create_database()
    refused = run(old, "migrate")
    assert refused.returncode == 1 and f"the tables belong to {OWNER}" in refused.stderr
    assert run(state.environment(), "ward", "list").returncode == 1, "nothing is granted yet"
    assert run(state.environment(), "migrate").returncode == 0
    state.make_secret()
    found = checks(state.environment())
    assert found["database role"]["status"] == found["database rights"]["status"] == "ok"
    assert psql(state.database_url(APPLICATION), "SELECT count(*) FROM patients") == "3"
    postgres.create_database()
    assert json.loads(run(state.environment(), "migrate", "--json").stdout) == {"applied": []}
