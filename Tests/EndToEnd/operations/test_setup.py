"""`fajma setup` on an image of a machine, against a PostgreSQL that asks for passwords: first, again, and with what may stand in its way."""
import os
import pty
import re
import shutil
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from support.cluster import private_cluster, run
from support.database import Database
from support.paths import FAJMA

REPOSITORY = next(folder for folder in Path(__file__).resolve().parents if (folder / "Package.swift").exists())
PASSWORD = "ndar ak jamm ci dëkk bi"
NGINX_CONF = """
pid {root}/nginx.pid;
error_log {root}/var/log/nginx/error.log;
events {{}}
http {{
    access_log off;
    include conf.d/*.conf;
    include sites-enabled/*;
}}
"""
SITE = """# The hospital's server { of old }.
server {
    listen 127.0.0.1:1;
    server_name "a } b";
    location /else { return 204; }
}
"""
# Of the doctor's checks those that need daemons, which do not run here.
DAEMONS = {"fajma-api", "reports", "fajma-push"}


@pytest.fixture(scope="module")
def postgres():
    """Its superuser comes in as the system's account, all others with a password."""
    with private_cluster() as cluster:
        with open(os.path.join(cluster.postgres.data, "pg_hba.conf"), "w", encoding="ascii") as file:
            file.write("local all postgres peer map=stack\nlocal all all scram-sha-256\n")
        superuser = Database(cluster.state.database_url("postgres", "postgres"))
        superuser.query("SELECT pg_reload_conf()")
        yield SimpleNamespace(directory=cluster.state.postgres_sockets, superuser=superuser, url=cluster.state.database_url("postgres", "postgres"))
        superuser.close()


@pytest.fixture
def machine(postgres, tmp_path):
    """An image of a machine with nginx and the packages' files, and names in the database of its own."""
    root, number = tmp_path / "root", abs(hash(str(tmp_path))) % 10**9
    for folder in ("etc/nginx/conf.d", "etc/nginx/sites-enabled", "etc/nginx/snippets", "var/log/nginx", "usr/share/fajma"):
        (root / folder).mkdir(parents=True)
    for name in ("fajma-http.conf", "fajma-locations.conf", "fajma-security-headers.conf"):
        text = (REPOSITORY / "nginx" / name).read_text(encoding="utf-8").replace("/var/log/nginx", f"{root}/var/log/nginx")
        (root / "etc/nginx/snippets" / name).write_text(text, encoding="utf-8")
    (root / "etc/nginx/nginx.conf").write_text(NGINX_CONF.format(root=root), encoding="utf-8")
    site = root / "etc/nginx/sites-enabled/default"
    site.write_text(SITE, encoding="utf-8")
    shutil.copy(REPOSITORY / "debian/fajma.env", root / "usr/share/fajma/fajma.env")
    names = SimpleNamespace(database=f"d{number}", role=f"r{number}", owner=f"o{number}")
    arguments = ["setup", "--root", str(root), "--database-host", postgres.directory, "--database", names.database, "--role", names.role,
                 "--owner", names.owner, "--nginx-server", "/etc/nginx/sites-enabled/default"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FAJMA_") and name != "DATABASE_URL"}
    environment["FAJMA_SUPERUSER_DATABASE_URL"] = postgres.url

    def setup(*more, password=PASSWORD):
        return run(environment, *arguments, "--yes", *more, text=password + "\n" if password else "")

    return SimpleNamespace(root=root, setup=setup, names=names, site=site, arguments=arguments, environment=environment,
                           etc=root / "etc/fajma", query=postgres.superuser.query)


def steps(result):
    """What each step did, up to the doctor's part."""
    return dict(re.findall(r"(?m)^✓ ([^:]+): (done|already so)", result.stdout.split("\n\n")[0] if "\n\n" in result.stdout else result.stdout))


def doctor_complaints(result):
    return set(re.findall(r"(?m)^✗ ([^:]+):", result.stdout))


def private_files(machine):
    return {path.name: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) for path in machine.etc.iterdir()}


def assert_nothing_secret(machine, result):
    said = result.stdout + result.stderr
    for name in ("secret", "nginx-secret"):
        assert (machine.etc / name).read_text(encoding="ascii").strip() not in said
    for name in ("fajma.env", "owner.env"):
        password = re.search(r"://[^:]+:([^@]+)@", (machine.etc / name).read_text(encoding="utf-8")).group(1)
        assert password not in said
    assert PASSWORD not in said


def test_it_installs_everything_and_changes_nothing_the_second_time(machine):
    first = machine.setup()
    assert steps(first) == dict.fromkeys(
        ("settings", "secret", "nginx secret", "owner's role", "application's role", "database", "schema", "nginx", "administrator"), "done"), first
    assert doctor_complaints(first) == DAEMONS, first.stdout
    assert_nothing_secret(machine, first)
    files = private_files(machine)
    assert set(files) == {"fajma.env", "owner.env", "secret", "nginx-secret"}
    assert {mode for _, mode in files.values()} == {0o600}
    assert "FAJMA_API_SOCKET=/run/fajma/api.sock" in files["fajma.env"][0].decode()
    snippet = machine.root / "etc/nginx/snippets/fajma-secret.conf"
    assert stat.S_IMODE(snippet.stat().st_mode) == 0o600
    assert files["nginx-secret"][0].decode().strip() in snippet.read_text(encoding="ascii")
    site = machine.site.read_text(encoding="utf-8")
    assert site == SITE[:SITE.rindex("}")] + "    include snippets/fajma-site*.conf;  # FAJMA\n}\n"
    assert "+ include snippets/fajma-site*.conf;  # FAJMA" in first.stdout
    assert "location ^~ /fajma/ { include snippets/fajma-locations.conf; }" in first.stdout
    assert machine.query(f"SELECT rolconfig FROM pg_roles WHERE rolname = '{machine.names.role}'") == [["{log_error_verbosity=terse}"]]
    second = machine.setup(password="")
    assert set(steps(second).values()) == {"already so"} and len(steps(second)) == 9, second.stdout
    assert private_files(machine) == files and machine.site.read_text(encoding="utf-8") == site
    assert doctor_complaints(second) == DAEMONS


def test_the_command_takes_the_installations_settings_where_the_shell_has_none(machine):
    machine.setup()
    environment = {**machine.environment, "FAJMA_ETC": str(machine.etc)}
    listed = run(environment, "user", "list")
    assert (listed.returncode, "admin" in listed.stdout) == (0, True), listed.stderr
    assert run(environment, "migrate").stdout == "up to date\n"
    assert "no connection" in run({**environment, "DATABASE_URL": "postgresql://x:y@127.0.0.1:1/z"}, "user", "list").stderr
    assert "DATABASE_URL must be set" in run({**environment, "FAJMA_ETC": "/nowhere"}, "user", "list").stderr


def test_a_run_that_was_broken_off_goes_on_where_it_was(machine):
    refused = machine.setup(password="short")
    assert refused.returncode == 1 and "administrator: the password is too short" in refused.stderr
    files = private_files(machine)
    machine.query(f"DROP DATABASE {machine.names.database}")
    machine.query(f"DROP ROLE {machine.names.role}")
    again = machine.setup()
    assert {steps(again)[step] for step in ("owner's role", "application's role", "database", "schema")} == {"done"}, again
    assert steps(again)["administrator"] == "done"
    assert private_files(machine) == files


def test_logins_that_a_database_administrator_made_are_taken_as_they_are(machine):
    """As docs/deployment.md says, with no superuser's login at hand."""
    names = machine.names
    for role in (names.owner, names.role):
        machine.query(f"CREATE ROLE {role} LOGIN PASSWORD 'pass word'")
    machine.query(f"CREATE DATABASE {names.database} OWNER {names.owner}")
    machine.etc.mkdir(parents=True)
    place = machine.arguments[machine.arguments.index("--database-host") + 1].replace("/", "%2F")
    for file, variable, role in (("fajma.env", "DATABASE_URL", names.role), ("owner.env", "FAJMA_OWNER_DATABASE_URL", names.owner)):
        (machine.etc / file).write_text(f"{variable}='postgresql://{role}:pass%20word@{place}/{names.database}'\n", encoding="utf-8")
        (machine.etc / file).chmod(0o600)
    machine.environment["FAJMA_SUPERUSER_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/postgres"
    result = machine.setup()
    assert doctor_complaints(result) == DAEMONS, result
    assert (steps(result)["owner's role"], steps(result)["database"], steps(result)["settings"]) == ("already so", "already so", "done")
    assert "pass%20word" in (machine.etc / "fajma.env").read_text(encoding="utf-8")
    assert "FAJMA_PUSH_SOCKET=\"/run/fajma/push.sock\"" in (machine.etc / "fajma.env").read_text(encoding="utf-8")


def test_a_role_whose_password_is_not_known_is_left_alone_unless_that_is_asked_for(machine):
    machine.query(f"CREATE ROLE {machine.names.role} LOGIN PASSWORD 'somebody else knows it'")
    before = machine.query(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{machine.names.role}'")
    refused = machine.setup()
    assert refused.returncode == 1 and "--replace-passwords" in refused.stderr and machine.names.role in refused.stderr
    assert machine.query(f"SELECT rolpassword FROM pg_authid WHERE rolname = '{machine.names.role}'") == before
    replaced = machine.setup("--replace-passwords")
    assert doctor_complaints(replaced) == DAEMONS, replaced
    assert_nothing_secret(machine, replaced)


def test_a_role_with_too_much_power_is_named_with_its_mend(machine):
    machine.query(f"CREATE ROLE {machine.names.role} LOGIN SUPERUSER CREATEDB")
    refused = machine.setup("--replace-passwords")
    mend = f"ALTER ROLE {machine.names.role} NOSUPERUSER NOCREATEDB"
    assert refused.returncode == 1 and mend in refused.stderr
    machine.query(mend)
    assert doctor_complaints(machine.setup()) == DAEMONS


def test_another_owners_database_is_not_taken(machine):
    machine.query(f"CREATE DATABASE {machine.names.database}")
    refused = machine.setup()
    mend = f"ALTER DATABASE {machine.names.database} OWNER TO {machine.names.owner}"
    assert refused.returncode == 1 and mend in refused.stderr
    machine.query(mend)
    assert doctor_complaints(machine.setup()) == DAEMONS


def test_secrets_that_are_there_stay_and_open_ones_are_refused(machine):
    machine.etc.mkdir(parents=True)
    secret = machine.etc / "secret"
    secret.write_text("5" * 64, encoding="ascii")
    secret.chmod(0o644)
    refused = machine.setup()
    assert refused.returncode == 1 and f"chmod go-rwx {secret}" in refused.stderr
    secret.chmod(0o600)
    accepted = machine.setup()
    assert steps(accepted)["secret"] == "already so" and secret.read_text(encoding="ascii") == "5" * 64
    secret.write_text("5" * 31, encoding="ascii")
    assert "31 bytes" in machine.setup().stderr


def test_settings_that_are_open_to_others_are_refused(machine):
    machine.setup()
    (machine.etc / "fajma.env").chmod(0o640)
    refused = machine.setup()
    assert refused.returncode == 1 and f"chmod 0600 {machine.etc}/fajma.env" in refused.stderr


def test_what_nginx_does_not_accept_is_taken_back_with_its_words(machine):
    text = SITE.replace("/else", "= /fajma")
    machine.site.write_text(text, encoding="utf-8")
    refused = machine.setup()
    assert refused.returncode == 1 and "duplicate location" in refused.stderr
    assert machine.site.read_text(encoding="utf-8") == text
    assert not (machine.root / "etc/nginx/conf.d/fajma.conf").exists()
    assert not (machine.root / "etc/nginx/snippets/fajma-secret.conf").exists()
    machine.site.write_text("server {", encoding="utf-8")
    refused = machine.setup()
    assert refused.returncode == 1 and "as it is" in refused.stderr and "unexpected end of file" in refused.stderr


def test_of_several_servers_the_one_with_tls_is_meant_or_none(machine):
    plain = "server { listen 127.0.0.1:2; }\n"
    machine.site.write_text(SITE + plain, encoding="utf-8")
    refused = machine.setup()
    assert refused.returncode == 1 and "2 servers, 0 of them with TLS" in refused.stderr
    certificate = machine.root / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=h", "-days", "1", "-out", certificate, "-keyout",
                    machine.root / "key.pem"], check=True, capture_output=True)
    secure = f"server {{\n\tlisten 127.0.0.1:3 ssl;\n\tssl_certificate {certificate};\n\tssl_certificate_key {machine.root}/key.pem;\n}}\n"
    machine.site.write_text(SITE + secure + plain, encoding="utf-8")
    assert doctor_complaints(machine.setup()) == DAEMONS
    added = "    include snippets/fajma-site*.conf;  # FAJMA\n"
    assert machine.site.read_text(encoding="utf-8") == SITE + secure[:-2] + added + "}\n" + plain


def test_without_a_server_it_says_which_line_to_add(machine):
    result = run(machine.environment, *machine.arguments[:-2], "--yes", "--prefix", "/", text=PASSWORD + "\n")
    assert "include snippets/fajma-site*.conf;  # FAJMA" in result.stdout
    assert machine.site.read_text(encoding="utf-8") == SITE
    assert "location / { include" in (machine.root / "etc/nginx/snippets/fajma-site.conf").read_text(encoding="utf-8")


def test_nginx_under_another_account_gets_the_sockets(machine):
    assert "no account nobody-here" in machine.setup("--nginx-user", "nobody-here").stderr
    assert "sockets' group: done: nogroup" in machine.setup("--nginx-user", "nobody").stdout
    for name in ("api", "reports", "push"):
        text = (machine.root / f"etc/systemd/system/fajma-{name}.socket.d/nginx.conf").read_text(encoding="utf-8")
        assert text.endswith("[Socket]\nSocketGroup=nogroup\n")
    machine.setup()
    assert not list((machine.root / "etc/systemd/system").rglob("*.conf"))


@pytest.mark.parametrize(("option", "value", "said"), [
    ("--database", "Fajma", "small letters"), ("--prefix", "fajma", "a slash at both ends"), ("--prefix", "/a b/", "a slash at both ends"),
    ("--sslmode", "yes", "verify-full"), ("--database-host", "a b", "host"), ("--time-zone", "CEST", "IANA time zone"),
    ("--owner", "fajma", "two roles")])
def test_a_wrong_option_is_refused_before_anything_is_done(machine, option, value, said):
    result = run(machine.environment, "setup", "--yes", "--root", str(machine.root), option, value)
    assert result.returncode != 0 and said in result.stderr
    assert not (machine.etc / "secret").exists()


def test_without_a_terminal_it_needs_yes(machine):
    result = run(machine.environment, *machine.arguments)
    assert result.returncode == 1 and "--yes" in result.stderr and not machine.etc.exists()


def test_a_person_answers_at_a_terminal(machine):
    """Proposals taken with Enter, the password typed twice and not shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(FAJMA, [FAJMA, *machine.arguments], machine.environment)
    said, answers = b"", [(b"time zone [", b"Africa/Dakar\n"), (b"database's host [", b"\n"), (b"Write this? [Y/n]", b"\n"),
                          (b"administrator's name [", b"awa\n"), (b"Password for awa:", PASSWORD.encode() + b"\n"),
                          (b"Again:", PASSWORD.encode() + b"\n")]
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
        if answers and answers[0][0] in said.rpartition(b"\x00")[2]:
            os.write(terminal, answers.pop(0)[1])
            said += b"\x00"
    os.close(terminal)
    os.waitpid(pid, 0)
    assert answers == [], said.decode()
    assert PASSWORD.encode() not in said and b"administrator: done: made awa" in said
    assert "FAJMA_TIME_ZONE=\"Africa/Dakar\"" in (machine.etc / "fajma.env").read_text(encoding="utf-8")


def test_a_no_leaves_nginx_as_it_was(machine):
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(FAJMA, [FAJMA, *machine.arguments, "--time-zone", "UTC"], machine.environment)
    said, answered = b"", False
    while True:
        try:
            said += os.read(terminal, 4096)
        except OSError:
            break
        if b"host [" in said and not answered:
            os.write(terminal, b"\n")
            answered = True
        if said.endswith(b"Write this? [Y/n]: "):
            os.write(terminal, b"n\n")
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    assert b"nothing was written" in said and machine.site.read_text(encoding="utf-8") == SITE
    assert not (machine.root / "etc/nginx/conf.d/fajma.conf").exists()
