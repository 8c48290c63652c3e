"""Where the tests find the repository and the programs under test. FAJMA_BIN names another folder of built programs."""
import os

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PROGRAMS = os.path.abspath(os.environ.get("FAJMA_BIN") or os.path.join(REPOSITORY, ".build/test/release"))


def program(name):
    return os.path.join(PROGRAMS, name)


FAJMA = program("fajma")
