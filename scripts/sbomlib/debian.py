"""The Debian packages behind the shared libraries that an executable loads."""
import functools
import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from sbomlib.build import SBOMError, output_of, sha256


@dataclass(frozen=True)
class DebianPackage:
    name: str
    version: str
    architecture: str
    source: str
    source_version: str

    @property
    def purl(self) -> str:
        return f"pkg:deb/debian/{quote(self.name, safe='')}@{quote(self.version, safe=':')}?arch={self.architecture}&distro={distribution()}"

    def license_name(self) -> str | None:
        """The licence of most files, in the words of Debian's machine-readable copyright file."""
        try:
            with open(f"/usr/share/doc/{self.name}/copyright", encoding="utf-8", errors="replace") as file:
                stanzas = re.split(r"\n\s*\n", file.read())
        except FileNotFoundError:
            return None
        for stanza in stanzas:
            if re.search(r"^Files:\s*\*\s*$", stanza, re.MULTILINE) and (found := re.search(r"^License:[ \t]*(\S.*)$", stanza, re.MULTILINE)):
                return found.group(1).strip()
        return None


@functools.cache
def distribution() -> str:
    """`debian-12`, for package URLs."""
    with open("/etc/os-release", encoding="utf-8") as file:
        values = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    return f"{values['ID']}-{values.get('VERSION_ID', 'unknown')}".replace('"', "")


def loaded_libraries(executable: str) -> dict[str, str]:
    """Library name -> path, of all that the dynamic loader maps, directly or not."""
    found = {}
    for line in output_of("ldd", executable).splitlines():
        if "not found" in line:
            raise SBOMError(f"{executable}: {line.strip()}")
        if match := re.match(r"\s*(\S+) => (/\S+) \(", line):
            found[match.group(1)] = match.group(2)
        elif match := re.match(r"\s*(/\S+) \(", line):
            found[os.path.basename(match.group(1))] = match.group(1)
    return found


@functools.cache
def needed_libraries(path: str) -> tuple[str, ...]:
    """The names that a program or library asks for by itself."""
    return tuple(re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "--dynamic", "--wide", path)))


def packages_of(paths: Iterable[str]) -> dict[str, DebianPackage]:
    """The packages that installed these files. /lib is a link to /usr/lib, and a package may have either name on its list."""
    names = {name: path for path in paths for name in (path, path.removeprefix("/usr") if path.startswith("/usr/") else "/usr" + path)}
    # One search for all: each reads the lists of every package. It exits with 1, since one of the two names is unknown.
    listed = subprocess.run(["dpkg-query", "--search", *names], capture_output=True, text=True, check=False).stdout
    found = {}
    for line in listed.splitlines():
        if (match := re.fullmatch(r"([^\s:,]+)(?::([^\s:,]+))?(?:, .*)?: (/.+)", line)) and match.group(3) in names:
            found[names[match.group(3)]] = installed_package(match.group(1), match.group(2))
    for path in names.values():
        if path not in found:
            raise SBOMError(f"{path} belongs to no Debian package")
    return found


@functools.cache
def installed_package(name: str, architecture: str | None = None) -> DebianPackage:
    wanted = f"{name}:{architecture}" if architecture else name
    columns = "${Package}\\t${Version}\\t${Architecture}\\t${source:Package}\\t${source:Version}"
    shown = output_of("dpkg-query", "--show", "--showformat", columns, wanted)
    return DebianPackage(*shown.split("\t"))


def file_of(path: str) -> tuple[str, str]:
    """The file behind a library's link, and its SHA-256."""
    real = os.path.realpath(path)
    return real, sha256(real)
