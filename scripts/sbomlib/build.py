"""What one build is made of: read from its directory, never from the network."""
import functools
import glob
import hashlib
import json
import os
import re
import subprocess
from dataclasses import dataclass

EXECUTABLES = ("fajma", "fajma-api", "fajma-push")


class SBOMError(Exception):
    """The build is incomplete, or does not match what is installed."""


@dataclass(frozen=True)
class SwiftPackage:
    name: str
    version: str
    revision: str
    location: str
    # SHA-256 of `git archive --format=tar REVISION`.
    archive_sha256: str
    license: str | None


@dataclass(frozen=True)
class Toolchain:
    version: str
    # The directory of the installed toolchain.
    root: str
    # Path below that directory -> SHA-256: the compiler, and the libraries that executables contain or load.
    files: dict[str, str]


def output_of(*command: str, cwd: str | None = None) -> str:
    try:
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout
    except FileNotFoundError:
        raise SBOMError(f"{command[0]} is missing; run scripts/setup") from None
    except subprocess.CalledProcessError as error:
        raise SBOMError(f"{' '.join(command)}: {error.stderr.strip()}") from None


@functools.cache
def sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Build:
    """`directory` has the executables; the packages are in the SwiftPM directory that it belongs to."""

    def __init__(self, repository: str, directory: str) -> None:
        self.repository, self.directory = repository, directory
        self.executables = [os.path.join(directory, name) for name in EXECUTABLES]
        for path in self.executables:
            if not os.path.isfile(path):
                raise SBOMError(f"{path} is missing; run make build")
        real = os.path.realpath(directory)
        candidates = [os.path.dirname(os.path.abspath(directory)), os.path.dirname(real), os.path.dirname(os.path.dirname(real))]
        found = [each for each in candidates if os.path.exists(os.path.join(each, "workspace-state.json"))]
        if not found:
            raise SBOMError(f"{directory} belongs to no SwiftPM build: no workspace-state.json above it")
        self.packages_directory = found[0]

    def version(self) -> str:
        with open(os.path.join(self.repository, "VERSION"), encoding="utf-8") as file:
            return file.read().strip()

    def commit(self) -> str | None:
        """The commit of the sources; None outside a git repository or with changes that are not committed."""
        try:
            if output_of("git", "status", "--porcelain", "--untracked-files=no", cwd=self.repository).strip():
                return None
            return output_of("git", "rev-parse", "HEAD", cwd=self.repository).strip()
        except SBOMError:
            return None

    def swift_packages(self) -> list[SwiftPackage]:
        with open(os.path.join(self.packages_directory, "workspace-state.json"), encoding="utf-8") as file:
            dependencies = json.load(file)["object"]["dependencies"]
        packages = [self._swift_package(each) for each in dependencies]
        return sorted(packages, key=lambda package: package.name)

    def _swift_package(self, dependency: dict) -> SwiftPackage:
        reference, state = dependency["packageRef"], dependency["state"]
        if state["name"] != "sourceControlCheckout":
            raise SBOMError(f"{reference['identity']} is not a released version: {state['name']}")
        revision = state["checkoutState"]["revision"]
        checkout = os.path.join(self.packages_directory, "checkouts", dependency["subpath"])
        if not os.path.isdir(checkout):
            raise SBOMError(f"{checkout} is missing; run make build")
        if output_of("git", "rev-parse", "HEAD", cwd=checkout).strip() != revision:
            raise SBOMError(f"{checkout} is not at {revision}; run make build")
        if changed := output_of("git", "status", "--porcelain", cwd=checkout).strip():
            raise SBOMError(f"{checkout} was changed: {changed.splitlines()[0]}")
        archive = subprocess.run(["git", "archive", "--format=tar", revision], cwd=checkout, stdout=subprocess.PIPE, check=True).stdout
        return SwiftPackage(reference["identity"], state["checkoutState"]["version"], revision, reference["location"],
                            hashlib.sha256(archive).hexdigest(), license_of(checkout))

    def toolchain(self) -> Toolchain:
        """The compiler that made the build; an error if PATH has another one by now."""
        files = glob.glob(os.path.join(glob.escape(self.directory), "swift-version-*.txt"))
        if not files:
            raise SBOMError(f"{self.directory} does not tell its compiler's version; run make build")
        texts = []
        for path in files:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        installed = output_of("swift", "--version")
        if installed.strip() not in [text.strip() for text in texts]:
            raise SBOMError(f"the build was made by {texts[0].splitlines()[0]}, PATH has {installed.splitlines()[0]}")
        match = re.search(r"Swift version (\S+)", installed)
        if not match:
            raise SBOMError(f"no version in {installed!r}")
        programs = os.path.dirname(os.path.realpath(output_of("sh", "-c", "command -v swift").strip()))
        root = os.path.dirname(programs)
        linked = sorted(path for kind in ("swift_static/linux/lib*.a", "swift/linux/lib*.so")
                        for path in glob.glob(os.path.join(glob.escape(root), "lib", kind)))
        files_of_it = [os.path.join(programs, "swift-frontend"), *linked]
        return Toolchain(match.group(1), root, {os.path.relpath(path, root): sha256(path) for path in files_of_it})


def license_of(checkout: str) -> str | None:
    """The SPDX identifier of a checkout's licence, as far as its text says it."""
    for name in sorted(glob.glob(os.path.join(glob.escape(checkout), "LICENSE*"))):
        with open(name, encoding="utf-8", errors="replace") as file:
            text = " ".join(file.read().split())
        if "Apache License Version 2.0" in text:
            return "Apache-2.0 WITH Swift-exception" if "Runtime Library Exception" in text else "Apache-2.0"
        if "Permission is hereby granted, free of charge" in text:
            return "MIT"
    return None
