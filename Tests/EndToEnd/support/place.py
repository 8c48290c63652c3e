"""Where stacks and clusters of tests keep their files."""
import os
import shutil

MEMORY = "/dev/shm"
# What all workers' stacks need together, by far.
NEEDED_BYTES = 4 << 30


def state_place():
    """A short path, for unix sockets, that the user postgres can enter. In memory where there is enough: PostgreSQL waits for the disk at every
    commit and makes a thousand files for a database, and what tests kill are processes, not machines."""
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= NEEDED_BYTES:
        return MEMORY
    return "/tmp"
