"""Starts each Lambda binary as Lambda would, feeds it events, and checks answers and what is left behind.

Usage: check.py BINARIES ADDRESSES WORK
  BINARIES   the directory of the four binaries
  ADDRESSES  what `tributary dev --json` prints
  WORK       a directory for logs
"""

import json
import sys
import time
from pathlib import Path

import compact
import ingest
import query
import register
from common import World


def main(binaries: str, addresses: str, work: str):
    world = World(Path(binaries).resolve(), json.loads(addresses), Path(work))
    world.lake.create()
    for name, step in (
        ("register, a definition", register.define),
        ("ingest", ingest.check),
        ("compact", compact.check),
        ("register", register.check),
        ("query, and all four together", query.check),
    ):
        began = time.monotonic()
        step(world)
        print(f"ok  {time.monotonic() - began:5.1f} s  {name}", flush=True)

    print(f"\n{'':34}{'cold start':>12}{'first':>10}{'second':>10}{'peak':>11}{'SIGTERM':>10}")
    for name, (cold, first, second, peak, stop) in world.figures.items():
        cells = [(cold, "ms"), (first, "ms"), (second, "ms"), (peak, "MiB"), (stop, "ms")]
        shown = ["" if value is None else f"{value:.1f} {unit}" for value, unit in cells]
        print(f"{name:34}{shown[0]:>12}{shown[1]:>10}{shown[2]:>10}{shown[3]:>11}{shown[4]:>10}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except AssertionError as failure:
        sys.exit(f"FAILED: {failure}")
