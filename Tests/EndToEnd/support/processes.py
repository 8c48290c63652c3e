"""Processes of the system under test, looked at from outside."""
import ctypes
import signal

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def end_with_parent():
    """Runs in a child before its program: tests or measurements that are killed leave nothing behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def is_over(pid):
    """Whether a process has ended, reaped by its parent or not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def family(pid):
    """A process and its children: a server's workers are frozen after the one that would start others."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [pid, *(int(child) for child in file.read().split())]
