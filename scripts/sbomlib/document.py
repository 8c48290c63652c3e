"""The bill of materials as CycloneDX 1.6."""
import json
import os
import time
import uuid
from collections import defaultdict
from urllib.parse import quote

from sbomlib.build import Build, SBOMError, SwiftPackage, Toolchain, sha256
from sbomlib.debian import DebianPackage, file_of, installed_package, loaded_libraries, needed_libraries, packages_of

# The dashboard's chart library; nginx serves these files of Debian's package.
CHART_PACKAGE = "libjs-dygraphs"
CHART_FILES = ("/usr/share/javascript/dygraphs/dygraph.min.js", "/usr/share/javascript/dygraphs/dygraph.min.css")


def hashes(digest: str) -> list[dict]:
    return [{"alg": "SHA-256", "content": digest}]


def property_of(name: str, value: str) -> dict:
    return {"name": f"fajma:{name}", "value": value}


def file_component(owner: str, name: str, digest: str) -> dict:
    return {"type": "file", "bom-ref": f"{owner}#{name}", "name": name, "hashes": hashes(digest)}


def swift_component(package: SwiftPackage) -> dict:
    place = package.location.removeprefix("https://").removesuffix(".git")
    purl = f"pkg:swift/{place}@{quote(package.version, safe='')}"
    component = {
        "type": "library", "bom-ref": purl, "name": package.name, "version": package.version, "purl": purl,
        "hashes": hashes(package.archive_sha256),
        "externalReferences": [{"type": "vcs", "url": package.location}],
        "properties": [property_of("git:revision", package.revision), property_of("hash:of", f"git archive --format=tar {package.revision}")],
    }
    if package.license:
        component["licenses"] = [{"expression": package.license}]
    return component


def toolchain_component(toolchain: Toolchain) -> dict:
    purl = f"pkg:generic/swift@{quote(toolchain.version, safe='')}"
    return {
        "type": "framework", "bom-ref": purl, "name": "swift", "version": toolchain.version, "purl": purl,
        "description": "Swift compiler, runtime and Foundation; the executables contain the libraries",
        "licenses": [{"expression": "Apache-2.0 WITH Swift-exception"}],
        "components": [file_component(purl, name, digest) for name, digest in sorted(toolchain.files.items())],
    }


def debian_component(package: DebianPackage, files: dict[str, str]) -> dict:
    component = {
        "type": "library", "bom-ref": package.purl, "name": package.name, "version": package.version, "purl": package.purl,
        "components": [file_component(package.purl, path, digest) for path, digest in sorted(files.items())],
        "properties": [property_of("debian:source", package.source), property_of("debian:source-version", package.source_version)],
    }
    if name := package.license_name():
        component["licenses"] = [{"license": {"name": name}}]
    return component


def executable_component(path: str, version: str) -> dict:
    name = os.path.basename(path)
    purl = f"pkg:generic/fajma@{quote(version, safe='')}#{name}"
    return {"type": "application", "bom-ref": purl, "name": name, "version": version, "hashes": hashes(sha256(os.path.realpath(path)))}


class DebianLibraries:
    """Every library that an executable loads, by package, and which package needs which. Those of the toolchain are its component's."""

    def __init__(self, toolchain: Toolchain) -> None:
        self.toolchain = os.path.join(toolchain.root, "")
        self.files: dict[DebianPackage, dict[str, str]] = defaultdict(dict)
        self.needs: dict[DebianPackage, set[DebianPackage]] = defaultdict(set)

    def add(self, executable: str) -> set[DebianPackage]:
        """Returns the packages that the executable asks for by itself."""
        loaded = {name: path for name, path in loaded_libraries(executable).items()
                  if not os.path.realpath(path).startswith(self.toolchain)}
        owners = packages_of(loaded.values())
        by_name = {name: owners[path] for name, path in loaded.items()}
        for path, package in owners.items():
            real, digest = file_of(path)
            self.files[package][real] = digest
            self.needs[package] |= {by_name[name] for name in needed_libraries(real) if name in by_name} - {package}
        return {by_name[name] for name in needed_libraries(executable) if name in by_name}

    def add_files(self, name: str, paths: tuple[str, ...]) -> DebianPackage:
        package = installed_package(name)
        for path, owner in packages_of(paths).items():
            if owner != package:
                raise SBOMError(f"{path} is not of the package {name}")
            real, digest = file_of(path)
            self.files[package][real] = digest
        return package


def document(build: Build, epoch: str | None) -> dict:
    version = build.version()
    installed = build.toolchain()
    toolchain, packages = toolchain_component(installed), [swift_component(each) for each in build.swift_packages()]
    debian = DebianLibraries(installed)
    executables, depends = [], {}
    # Of every executable, although not each contains every package.
    taken = [toolchain["bom-ref"], *(each["bom-ref"] for each in packages)]
    for path in build.executables:
        component = executable_component(path, version)
        executables.append(component)
        depends[component["bom-ref"]] = sorted([*taken, *(package.purl for package in debian.add(path))])
    chart = debian.add_files(CHART_PACKAGE, CHART_FILES)
    root = f"pkg:generic/fajma@{quote(version, safe='')}"
    depends[root] = sorted([*(each["bom-ref"] for each in executables), chart.purl])
    depends.update({package.purl: sorted(each.purl for each in debian.needs[package]) for package in debian.files})
    depends.update({ref: [] for ref in taken})
    libraries = [debian_component(package, files) for package, files in sorted(debian.files.items(), key=lambda item: item[0].name)]
    application = {
        "type": "application", "bom-ref": root, "name": "fajma", "version": version, "purl": root,
        "licenses": [{"license": {"id": "Apache-2.0"}}], "components": executables,
    }
    if commit := build.commit():
        application["properties"] = [property_of("git:commit", commit)]
    content = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "timestamp": timestamp(epoch),
            "tools": {"components": [{"type": "application", "name": "scripts/sbom", "version": version}]},
            "component": application,
        },
        "components": [toolchain, *packages, *libraries],
        "dependencies": [{"ref": ref, "dependsOn": on} for ref, on in sorted(depends.items())],
    }
    # Of the content, so that the same build has the same number.
    return {**content, "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, to_json(content)).urn}


def timestamp(epoch: str | None) -> str:
    try:
        seconds = int(epoch) if epoch else time.time()
    except ValueError:
        raise SBOMError(f"SOURCE_DATE_EPOCH is not a number: {epoch}") from None
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def to_json(content: dict) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
