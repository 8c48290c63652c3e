"""Memory: of the daemons that have nothing to do, and of one connection more."""
from table import Row, verdict
from watchers import Watchers

CONNECTIONS = 1000
LARGE_CONNECTIONS = 5000
# Open while the others are measured, so that what the daemon needs only once is not counted.
FIRST_CONNECTIONS = 10
GOAL_KIB = 8
GOAL_IDLE_MIB = 40


def measure(hospital, options, note):
    push, api = hospital.service_process("fajma-push"), hospital.service_process("fajma-api")
    sizes = [process.memory_info().rss / 2**20 for process in (api, push)]
    yield Row("memory idle, api + push", "about 230 MB", "–", f"{sizes[0]:.0f} + {sizes[1]:.0f} = {sum(sizes):.0f} MiB",
              f"≤ {GOAL_IDLE_MIB} MiB", verdict(sum(sizes) <= GOAL_IDLE_MIB))

    count = LARGE_CONNECTIONS if options.large else CONNECTIONS
    address = hospital.environment["FAJMA_PUSH_SOCKET"]
    patients = [device["patient"] for device in hospital.devices]
    with Watchers(address, hospital.token, patients, FIRST_CONNECTIONS):
        before = push.memory_info().rss
        with Watchers(address, hospital.token, patients, count):
            grown = push.memory_info().rss - before
    kib = grown / 2**10 / count
    note(f"{count:,} connections: {grown / 2**20:.1f} MiB more")
    yield Row(f"push daemon's memory a connection, {count:,} idle", "30 KiB", "4–7 KiB bare NIO", f"{kib:.1f} KiB",
              f"≤ {GOAL_KIB} KiB", verdict(kib <= GOAL_KIB))
