"""Hostile requests against a lake of its own, each with what must come of it: its status, and that nothing else happened."""

import argparse
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from judge import Judge
from world import Broken, World

SEED = "HOSTILE_SEED"
LEAST = 2000
# In this order: the last ones take most memory.
AREAS = {
    "keys": "keys and existence",
    "cursors": "cursors",
    "gate": "the SQL gate",
    "engine": "the engine behind the gate",
    "bodies": "bodies",
    "raw": "raw HTTP",
    "paths": "paths and objects",
    "browser": "browsers",
    "events": "Lambda events",
    "terminal": "terminals",
    "bombs": "bombs",
}


def main():
    options = read_options()
    seed = int(os.environ.get(SEED) or random.SystemRandom().randrange(1_000_000))
    print(f"{SEED}={seed}", flush=True)
    work = Path(tempfile.mkdtemp())
    world = World(options.binary, work, seed)
    world.functions = options.functions
    began, counts, failures = time.monotonic(), {}, []
    try:
        world.populate()
        judge = Judge(world, options.show, options.only)
        for area in options.areas:
            module = importlib.import_module(f"areas.{area}")
            found = judge.play(area, module.cases(world, random.Random(f"{seed} {area}")))
            counts[area] = judge.played - sum(counts.values())
            failures += found
            print(f"{'ok  ' if not found else 'FAIL'} {counts[area]:4} {AREAS[area]}", flush=True)
    finally:
        world.end()
        if not options.keep:
            shutil.rmtree(work)
    report(counts, failures, seed, time.monotonic() - began)
    if failures:
        sys.exit(1)
    if len(options.areas) == len(AREAS) and not options.only and sum(counts.values()) < LEAST:
        sys.exit(f"FAILED: {sum(counts.values())} requests are less than {LEAST}: something is not played")


def report(counts, failures, seed, seconds):
    print(f"\n{'area':30}{'requests':>9}{'otherwise':>11}")
    for area, count in counts.items():
        print(f"{AREAS[area]:30}{count:>9}{sum(failure.area == area for failure in failures):>11}")
    print(f"{'in all':30}{sum(counts.values()):>9}{len(failures):>11}  in {seconds:.0f} s")
    if failures:
        print("\nOtherwise than it must be:")
        for failure in failures:
            print(f"  {failure.area:8} {failure.name}")
            for line in failure.lines:
                print(f"           - {line}")
        areas = " ".join(dict.fromkeys(failure.area for failure in failures))
        print(f"\nTo play them again: {SEED}={seed} ./scripts/hostile-check --areas {areas}")


def read_options():
    parser = argparse.ArgumentParser(
        prog="scripts/hostile-check",
        description=__doc__,
        epilog=f"{SEED}=7 makes the requests of seed 7; without it, the seed is drawn and printed.",
    )
    add = parser.add_argument
    add("binary", type=Path, metavar="BINARY", help="the tributary command")
    add("functions", type=Path, metavar="FUNCTIONS", help="the directory of the Lambda binaries")
    add("--areas", nargs="+", choices=AREAS, default=list(AREAS), help="play only these")
    add("--only", default="", metavar="WORDS", help="of these, only the requests whose name has the words")
    add("--show", action="store_true", help="print every request's status")
    add("--keep", action="store_true", help="leave the lake's directory")
    options = parser.parse_args()
    options.binary, options.functions = options.binary.resolve(), options.functions.resolve()
    return options


def stop(*_):
    # An exit, so that every process is ended on the way out.
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        main()
    except Broken as broken:
        sys.exit(f"FAILED: {broken}")
