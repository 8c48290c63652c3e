"""The systemd units of the packages, as systemd reads them."""
import re
import subprocess
from pathlib import Path

import pytest

from support.paths import program

UNITS = next(folder for folder in Path(__file__).resolve().parents if (folder / "Package.swift").exists()) / "debian/units"
# In tenths, as `--threshold=` has it.
LARGEST_EXPOSURE = 15
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))


def test_there_are_units_for_both_daemons_and_their_sockets():
    assert SERVICES == ["fajma-api.service", "fajma-push.service"]
    assert sorted(path.name for path in UNITS.glob("*.socket")) == ["fajma-api.socket", "fajma-push.socket", "fajma-reports.socket"]


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_exposed_little(unit):
    result = subprocess.run(["systemd-analyze", "security", "--offline=yes", f"--threshold={LARGEST_EXPOSURE}", UNITS / unit],
                            capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout.splitlines()[-1]
    assert "Overall exposure level" in result.stdout


def test_systemd_finds_nothing_wrong_with_them(tmp_path):
    for path in UNITS.iterdir():
        text = re.sub(r"(?m)^ExecStart=/usr/bin/(\S+)", lambda found: f"ExecStart={program(found.group(1))}", path.read_text(encoding="utf-8"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(tmp_path.iterdir())], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    (tmp_path / "fajma-api.service").write_text((tmp_path / "fajma-api.service").read_text(encoding="utf-8") + "\n[Service]\nWatchdogSec=soon\n",
                                                encoding="utf-8")
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / "fajma-api.service"], capture_output=True, text=True, check=False)
    assert "soon" in result.stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_is_never_given_up_and_reads_its_secrets_as_credentials(unit):
    lines = (UNITS / unit).read_text(encoding="utf-8").splitlines()
    assert {"Type=notify", "Restart=always", "StartLimitIntervalSec=0", "WatchdogSec=30", "User=fajma",
            "LoadCredential=fajma-secret:/etc/fajma/secret"} <= set(lines)
