"""The Debian packages, made of the executables under test."""
import hashlib
import os
import re
import subprocess

import pytest

from support.paths import FAJMA, REPOSITORY

# What compresses at once: nobody downloads these.
QUICK = {"DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"}
UNITS = {"fajma-api.service", "fajma-push.service", "fajma-api.socket", "fajma-push.socket", "fajma-reports.socket"}


def make(folder):
    result = subprocess.run([os.path.join(REPOSITORY, "scripts/deb"), "--no-lintian", "--bin", os.path.dirname(FAJMA), "--output", folder],
                            env={**os.environ, **QUICK}, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make(tmp_path_factory.mktemp("packages") / "deb")


@pytest.fixture(scope="module")
def packages(folder):
    """Name -> its file."""
    return {path.name.split("_")[0]: path for path in folder.glob("*.deb")}


def contents(path):
    """Path -> mode and owner."""
    listed = subprocess.run(["dpkg-deb", "--contents", path], capture_output=True, text=True, check=True).stdout
    rows = [line.split(maxsplit=5) for line in listed.splitlines()]
    return {row[5].removeprefix("."): (row[0], row[1]) for row in rows if not row[5].endswith("/")}


def field(path, name):
    return subprocess.run(["dpkg-deb", "--field", path, name], capture_output=True, text=True, check=True).stdout.strip()


def control_file(path, name):
    return subprocess.run(["dpkg-deb", "--info", path, name], capture_output=True, text=True, check=True).stdout


def test_there_are_three_with_what_belongs_to_each(packages):
    assert set(packages) == {"fajma-server", "fajma-www", "fajma-nginx"}
    server = contents(packages["fajma-server"])
    assert {f"/usr/bin/{name}" for name in ("fajma", "fajma-api", "fajma-push")} < set(server)
    assert {f"/lib/systemd/system/{unit}" for unit in UNITS} < set(server)
    assert {"/usr/share/man/man1/fajma.1.gz", "/usr/share/man/man8/fajma-api.8.gz", "/usr/share/man/man8/fajma-push.8.gz"} < set(server)
    assert {"/usr/share/fajma/fajma.env", "/usr/lib/sysusers.d/fajma-server.conf", "/usr/lib/tmpfiles.d/fajma-server.conf"} < set(server)
    www = set(contents(packages["fajma-www"]))
    assert {"/usr/share/fajma/www/index.html", "/usr/share/fajma/www/app.js", "/usr/share/fajma/www/sw.js"} < www
    for package in packages.values():
        assert {owner for _, owner in contents(package).values()} == {"root/root"}
        assert not [name for name, (mode, _) in contents(package).items() if "w" in mode[5:]], "nothing is writable for others than root"


def test_nothing_of_nginx_is_enabled_by_installing_it(packages):
    files = {name for name in contents(packages["fajma-nginx"]) if name.startswith("/etc")}
    assert files == {f"/etc/nginx/snippets/fajma-{name}.conf" for name in ("http", "locations", "security-headers")}
    assert set(control_file(packages["fajma-nginx"], "conffiles").split()) == files
    assert not [name for name in contents(packages["fajma-server"]) if name.startswith("/etc")], "the settings are made by fajma setup"


def test_the_dependencies_are_those_of_the_executables(packages):
    depends = field(packages["fajma-server"], "Depends")
    for library in ("libpq5", "libssl3", "libfcgi0ldbl", "libcurl4", "libqrcodegen1", "libc6"):
        assert re.search(rf"\b{library}\b", depends), depends
    assert "postgresql (>= 15)" in field(packages["fajma-server"], "Recommends")
    assert "postgresql" not in depends, "it may be on another machine"
    assert "libjs-dygraphs" in field(packages["fajma-www"], "Depends")
    assert "nginx (>= 1.22)" in field(packages["fajma-nginx"], "Depends")


def test_its_version_is_older_than_the_release(packages):
    with open(os.path.join(REPOSITORY, "VERSION"), encoding="utf-8") as file:
        release = file.read().strip()
    found = field(packages["fajma-server"], "Version")
    assert found == release or subprocess.run(["dpkg", "--compare-versions", found, "lt", release], check=False).returncode == 0
    assert {field(path, "Version") for path in packages.values()} == {found}


def test_the_scripts_migrate_before_they_restart_and_purge_no_database(packages):
    postinst = control_file(packages["fajma-server"], "postinst")
    assert postinst.index("fajma migrate") < postinst.index("restart fajma-api.service")
    assert "systemd-sysusers" in postinst and "systemd-tmpfiles" in postinst
    postrm = control_file(packages["fajma-server"], "postrm")
    assert "rm -rf /etc/fajma" in postrm and "psql" not in postrm and "dropdb" not in postrm


def test_checksums_bill_of_materials_and_what_was_resolved_lie_beside_them(folder, packages):
    sums = dict(reversed(line.split("  ")) for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    assert set(sums) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    assert {"fajma.cdx.json", "Package.resolved", "swift-version.txt", *(path.name for path in packages.values())} < set(sums)
    assert [name for name in sums if name.endswith(".buildinfo")]


def test_the_man_page_has_each_command():
    listed = subprocess.run([FAJMA, "--help"], capture_output=True, text=True, check=True).stdout.split("SUBCOMMANDS:")[1]
    commands = re.findall(r"(?m)^  ([a-z]+) ", listed)
    with open(os.path.join(REPOSITORY, "debian/man/fajma.1"), encoding="utf-8") as file:
        described = set(re.findall(r"\\fB([a-z]+)|\n\.B ([a-z]+)", file.read()))
    assert len(commands) > 8
    assert set(commands) <= {name for pair in described for name in pair}


@pytest.mark.long
def test_the_same_again_gives_the_same_bytes(packages, tmp_path):
    again = make(tmp_path / "again" / "deb")
    for path in packages.values():
        assert (again / path.name).read_bytes() == path.read_bytes()
