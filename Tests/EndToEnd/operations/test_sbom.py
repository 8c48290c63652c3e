"""The software bill of materials of the build under test."""
import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

REPOSITORY = next(folder for folder in Path(__file__).resolve().parents if (folder / "Package.swift").exists())
BIN = Path(os.environ.get("FAJMA_BIN") or REPOSITORY / ".build/test/release")
EPOCH = "1764374400"


def write(path, **environment):
    return subprocess.run([REPOSITORY / "scripts/sbom", path], env={**os.environ, "FAJMA_BIN": str(BIN), **environment}, capture_output=True,
                          text=True, check=False)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("sbom") / "fajma.cdx.json"
    result = write(path, SOURCE_DATE_EPOCH=EPOCH)
    assert (result.returncode, result.stdout) == (0, f"{path}\n"), result.stderr
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def bom(text):
    return json.loads(text)


def named(bom, name):
    return next(each for each in bom["components"] if each["name"] == name)


def test_it_is_valid_cyclonedx(text):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_it_has_what_the_build_took_with_versions_and_checksums(bom):
    for name in ("libpq5", "libssl3", "libfcgi0ldbl", "libcurl4", "libqrcodegen1", "libjs-dygraphs"):
        component = named(bom, name)
        version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=True).stdout
        assert component["version"] == version
        for file in component["components"]:
            assert file["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(Path(file["name"]).read_bytes()).hexdigest()}]
    nio = named(bom, "swift-nio")
    revision = next(each["value"] for each in nio["properties"] if each["name"] == "fajma:git:revision")
    assert nio["purl"] == f"pkg:swift/github.com/apple/swift-nio@{nio['version']}"
    assert len(revision) == 40 and len(nio["hashes"][0]["content"]) == 64
    assert named(bom, "swift")["version"] in subprocess.run(["swift", "--version"], capture_output=True, text=True, check=True).stdout


def test_it_names_the_executables_of_this_version_by_their_checksums(bom):
    application = bom["metadata"]["component"]
    assert application["version"] == (REPOSITORY / "VERSION").read_text(encoding="utf-8").strip()
    found = {each["name"]: each["hashes"][0]["content"] for each in application["components"]}
    assert found == {name: hashlib.sha256((BIN / name).read_bytes()).hexdigest() for name in ("fajma", "fajma-api", "fajma-push")}


def test_every_reference_is_known_and_every_package_url_is_canonical(bom):
    executables = [each["bom-ref"] for each in bom["metadata"]["component"]["components"]]
    known = {bom["metadata"]["component"]["bom-ref"], *executables, *(each["bom-ref"] for each in bom["components"])}
    assert {each["ref"] for each in bom["dependencies"]} == known
    assert {ref for each in bom["dependencies"] for ref in each["dependsOn"]} <= known
    for component in bom["components"]:
        assert PackageURL.from_string(component["purl"]).to_string() == component["purl"]


def test_the_same_build_at_the_same_time_gives_the_same_bytes(text, tmp_path):
    path = tmp_path / "again.json"
    assert write(path, SOURCE_DATE_EPOCH=EPOCH).returncode == 0
    assert path.read_text(encoding="utf-8") == text
    assert json.loads(text)["metadata"]["timestamp"] == "2025-11-29T00:00:00Z"


def test_an_incomplete_build_is_an_error_and_leaves_no_file(tmp_path):
    result = write(tmp_path / "none.json", FAJMA_BIN=str(tmp_path))
    assert result.returncode == 1 and "make build" in result.stderr
    assert not (tmp_path / "none.json").exists()
