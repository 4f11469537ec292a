"""`scripts/bench cold`: from the start of each function's process to its first answer.

    cold.py BINARIES EMPTY ADDRESSES WORK FIGURES --python PYTHON [OPTIONS]
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from invocation import Once, evict

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "lambda"))
from lake import Lake  # noqa: E402

SERVICE = ROOT / "scripts" / "peers" / "cold" / "bootstrap.py"
# For each function an event that needs no store, and one that does; whether the first is answered with an error.
EVENTS = {
    "ingest": ("ingest/no-records", "ingest/sns", True),
    "compact": ("compact/s3-test-event", "compact/s3-through-sqs", False),
    "register": ("register/bad-partition", "register/commit-through-sqs", True),
    "query": ("query/post", "query/datasets", False),
}
MUST_FIRST, MUST_CALL = 2.0, 4.0  # times the empty function


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench cold")
    parser.add_argument("binaries", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("empty", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("addresses", type=json.loads, help=argparse.SUPPRESS)
    parser.add_argument("work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("figures", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--python", type=Path, required=True, help=argparse.SUPPRESS)  # has the service's packages
    parser.add_argument("--runs", type=int, default=20, help="fresh processes of each, of which the median is taken")
    parser.add_argument("--smoke", action="store_true", help="one process of each: whether all of them answer")
    options = parser.parse_args()
    runs = 1 if options.smoke else options.runs
    aws = options.addresses["aws"]
    lake = Lake(aws, options.addresses["bucket"], options.addresses["database"])

    def starts(name):
        return options.binaries / name / "bootstrap" if (options.binaries / name).is_dir() else options.binaries / name

    # Once with a store, so that compact and register find something.
    send(options, starts("ingest"), "ingest/sns", False, aws)
    settled(lake)

    libraries = [path for path in options.python.parent.parent.rglob("*") if path.is_file()]
    standard = subprocess.run(
        [options.python, "-c", "import os, sys; print(os.path.dirname(os.__file__)); print(os.path.realpath(sys.executable))"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout.split()
    libraries += [path for path in Path(standard[0]).rglob("*") if path.is_file()] + [Path(standard[1])]

    functions = {"empty": ([str(options.empty)], [options.empty], None, None, False)}
    for name, (first, call, fails) in EVENTS.items():
        functions[name] = ([str(starts(name))], [starts(name)], first, call, fails)
    functions["Python service"] = ([str(options.python), str(SERVICE)], libraries, "query/post", "query/datasets", False)

    rows = {name: {"first": [], "evicted": [], "call": [], "call_evicted": []} for name in functions}
    for _ in range(runs):
        for name, (command, files, first, call, fails) in functions.items():
            for kind, event in (("first", first), ("call", call)):
                if kind == "call" and call is None:
                    continue
                rows[name][kind].append(once(options, command, event, fails and kind == "first", aws))
                evict(files)
                column = "evicted" if kind == "first" else "call_evicted"
                rows[name][column].append(once(options, command, event, fails and kind == "first", aws))

    base = statistics.median(rows["empty"]["first"])
    print(f"milliseconds from the start of the process to its first answer, medians of {runs}")
    print(f"{'':16} {'no store':>9} {'x empty':>8} {'evicted':>9} {'first call':>11} {'x empty':>8} {'evicted':>9}")
    figures, verdicts = [], []
    for name, columns in rows.items():
        median = {column: statistics.median(times) if times else None for column, times in columns.items()}
        figures.append({"name": name} | median)
        first, call = median["first"], median["call"]
        cells = f"{name:16} {first:9.2f} {first / base:8.2f} {median['evicted']:9.2f}"
        if call is not None:
            cells += f" {call:11.2f} {call / base:8.2f} {median['call_evicted']:9.2f}"
        print(cells)
        if name in EVENTS:
            verdicts.append((first / base <= MUST_FIRST, f"{name}: first answer within {MUST_FIRST:.0f} times the empty function's"))
            verdicts.append((call / base <= MUST_CALL, f"{name}: first call to a store within {MUST_CALL:.0f} times"))
    if not options.smoke:
        for met, what in verdicts:
            print("met:   " if met else "missed:", what)
    options.figures.write_text(json.dumps(figures, indent=1))


def payload(event):
    return (ROOT / "events" / f"{event}.json").read_bytes() if event else b"{}"


def once(options, command, event, fails, aws):
    settings = {"TRIBUTARY_LOG": "warn", "TRIBUTARY_CATALOG_CACHE": "0s"}
    took, failed, body = Once(command, payload(event), aws, options.work, **settings).run()
    answer = json.loads(body)
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    is_right = failed == fails and (failed or not answer or not answer.get("batchItemFailures"))
    if status is not None:
        is_right = status == (405 if event == "query/post" else 200)
    assert is_right, f"{command} answers {event} with {body[:500]!r}"
    return took


def send(options, binary, event, fails, aws):
    once(options, [str(binary)], event, fails, aws)


def settled(lake, patience=60):
    """Waits until the lake's own functions have compacted and registered what ingest stored."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            if lake.keys("commits/passengers/dt=2026-11-23/") and lake.partition("passengers", "2026-11-23"):
                return
        except OSError:
            pass
        time.sleep(0.1)
    sys.exit(f"the local lake did not compact and register the sample within {patience} s")


main()
