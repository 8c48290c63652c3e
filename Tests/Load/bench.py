#!/usr/bin/env python3
"""The measurements, as a table: what FAJMA reaches on this machine, beside the system it replaces and a bare program.

It starts a stack of its own and ends it. Figures only inform; what fails the bench is a reading that was answered 201 and is not
stored, or stored twice, or an answer that is no 201.
"""
import argparse
import os
import resource
import signal
import sys
import time

sys.dont_write_bytecode = True
import attack
import backlog
import crowd
import durable
import histories
import memory
import repeats
import screen
import shown
import steady
from hospital import Failed, Hospital
from table import show

PATIENTS = 100
# Memory first: of daemons that have not worked yet. Histories and attacks last: they fill the tables.
MEASUREMENTS = {"memory": memory.measure, "reports": durable.measure, "steady": steady.measure, "repeats": repeats.measure,
                "backlog": backlog.measure, "shown": shown.measure, "crowd": crowd.measure, "screen": screen.measure, "histories": histories.measure,
                "attack": attack.measure}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="this measurement; may be repeated")
    parser.add_argument("--seconds", type=int, default=5, help="of each run (default: 5)")
    parser.add_argument("--large", action="store_true", help="5,000 idle connections instead of 1,000")
    options = parser.parse_args()
    if options.seconds < 1:
        parser.error("--seconds must be 1 or more")
    # The bare responder gets as many as the API.
    options.threads = int(os.environ.get("FAJMA_API_THREADS") or 64)
    return options


def main():
    options = arguments()
    began = time.monotonic()

    def note(text):
        print(f"  {time.monotonic() - began:5.0f} s  {text}", file=sys.stderr, flush=True)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through `finally`
    # Sockets of thousands of watchers, here and in the daemons, which inherit it.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    note("starting a stack")
    hospital = Hospital(PATIENTS, options.threads)
    rows = []
    try:
        for name in options.only or MEASUREMENTS:
            note(f"measuring: {name}")
            rows += MEASUREMENTS[name](hospital, options, note)
            hospital.check(name)
        note(f"{hospital.expected:,} readings were answered 201 and are stored, each once")
    finally:
        if rows:
            show(rows)
        hospital.close()


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        print(f"FAILED: {failure}")
        sys.exit(1)
