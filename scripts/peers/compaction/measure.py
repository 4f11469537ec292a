"""What the engines of `scripts/bench compact` and `merge` have in common: their arguments, and how they are measured.

Seconds and processor time are those of the work alone: starting Python and importing the engine are not counted. The
peak of resident memory is the process's, with both.
"""

import argparse
import json
import pathlib
import sys
import time


def arguments(description):
    parser = argparse.ArgumentParser(description=description.split("\n")[0])
    parser.add_argument("inputs", type=pathlib.Path, help="the directory of the NDJSON or the Parquet files")
    parser.add_argument("output", type=pathlib.Path, help="the Parquet file to be written")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--nesting", type=int, default=1, help="levels of structs within address")
    return parser.parse_args()


def inputs(directory, suffix):
    return sorted(str(path) for path in directory.rglob("*" + suffix))


def measured(work):
    """Does the work once and prints what it took, as a line of JSON."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    status = pathlib.Path("/proc/self/status").read_text()
    took["peak_kib"] = int(status.split("VmHWM:")[1].split()[0])
    json.dump(took, sys.stdout)
    print()
