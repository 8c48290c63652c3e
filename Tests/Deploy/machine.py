"""A bare Debian, booted with its own systemd in a container that has no network but its loopback."""
import glob
import os
import shutil
import signal
import subprocess
import time

BOOT_SECONDS = 120
STOP_SECONDS = 60
# systemd 257 still runs on the first generation of control groups where it is told so; the host decides which one there is.
KERNEL_WORDS = ("systemd.unified_cgroup_hierarchy=0", "SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1")
PROGRAMS = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
            "HOME": "/root", "TERM": "dumb"}
BARE = "systemd,systemd-sysv,dbus,ca-certificates,openssl,curl"


class Failed(Exception):
    """Ends the trial with one line."""


def until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.2)
    return value


class Machine:
    """`folder` is where its files are, and the archive that it is made from."""

    def __init__(self, suite, folder):
        self.suite, self.root = suite, os.path.join(folder, suite)
        self.archive = os.path.join(folder, f"{suite}.tar")
        self.log = os.path.join(folder, f"{suite}.log")
        self.process = self.leader = None

    def make(self, packages):
        """A fresh one, with what the packages need downloaded and nothing of it installed."""
        os.makedirs(os.path.dirname(self.root), exist_ok=True)
        if not os.path.exists(self.archive):
            subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", f"--include={BARE}", self.suite, self.archive + ".new"], check=True)
            os.rename(self.archive + ".new", self.archive)
        shutil.rmtree(self.root, ignore_errors=True)
        os.makedirs(self.root)
        subprocess.run(["tar", "--extract", "--numeric-owner", "--exclude=./dev/*", f"--file={self.archive}", f"--directory={self.root}"], check=True)
        os.makedirs(os.path.join(self.root, "root/packages"))
        for path in packages:
            shutil.copy(path, os.path.join(self.root, "root/packages"))
        names = [os.path.join("/root/packages", os.path.basename(path)) for path in packages]
        # The only part that needs a network.
        for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "--download-only", "install", "--yes", *names]):
            subprocess.run(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={self.root}", *self._variables(), *command],
                           check=True, stdin=subprocess.DEVNULL)
        return names

    def _variables(self):
        return [f"--setenv={name}={value}" for name, value in PROGRAMS.items() if name != "TERM"]

    def boot(self):
        log = open(self.log, "ab")
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", f"--directory={self.root}", "--boot",
             "--console=pipe", *(KERNEL_WORDS if os.path.isdir("/sys/fs/cgroup/cpu") else ())],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.leader = until(self._find_leader, BOOT_SECONDS, "the container begins")
        until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"), BOOT_SECONDS, "it is up")

    def _find_leader(self):
        for path in glob.glob(f"/proc/{self.process.pid}/task/*/children"):
            with open(path, encoding="ascii") as file:
                for child in file.read().split():
                    with open(f"/proc/{child}/comm", encoding="utf-8") as name:
                        if name.read().strip() == "systemd":
                            return int(child)
        return None

    def stop(self):
        if self.process is None:
            return
        if self.leader:
            os.kill(self.leader, signal.SIGRTMIN + 3)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = self.leader = None

    def inside(self, *command):
        """The command that runs `command` in it."""
        return ["nsenter", "--all", f"--target={self.leader}", "env", "-i", *(f"{name}={value}" for name, value in PROGRAMS.items()), *command]

    def beside(self, *command):
        """The command that runs a program of the host's in its network."""
        return ["nsenter", "--net", f"--target={self.leader}", *command]

    def run(self, *command, text="", check=True):
        result = subprocess.run(self.inside(*command), input=text, capture_output=True, text=True, check=False)
        if check and result.returncode != 0:
            raise Failed(f"{' '.join(command)}: exit code {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def path(self, path):
        return self.root + path
