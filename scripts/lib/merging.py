"""`scripts/bench merge`: sorted Parquet files to one, by our compactor and by other engines.

    merging.py BINARY WORK FIGURES [OPTIONS]    the table to standard output, the figures as JSON to FIGURES

Fails where two outputs do not hold the same rows.
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from compaction_facts import differences, facts
from contest import ours, peer, play, table

PEERS = Path(__file__).resolve().parents[1] / "peers" / "compaction"
ENGINES = {"DuckDB": "duckdb", "Polars": "polars"}
MUST = 2.0  # times as fast as DuckDB, in wall time


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench merge")
    parser.add_argument("binary", help=argparse.SUPPRESS)
    parser.add_argument("work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("figures", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--rows", type=int, default=100_000, help="of each file")
    parser.add_argument("--disorder", type=int, default=86_400, help="seconds by which files overlap in time; 86400: wholly")
    parser.add_argument("--budget", default="1536MiB")
    parser.add_argument("--runs", type=int, default=3, help="of each engine, of which the medians are taken")
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--smoke", action="store_true", help="one percent of it, once: whether all make the same rows")
    options = parser.parse_args()
    if options.smoke:
        options.rows, options.runs, options.threads = options.rows // 100, 1, [2]
    shape = [
        "--events", str(options.files * options.rows), "--objects", str(options.files), "--duplicates", "0",
        "--disorder", str(options.disorder),
    ]
    made = subprocess.run(
        [options.binary, "files", str(options.work), *shape], check=True, stdout=subprocess.PIPE, text=True
    )
    made = json.loads(made.stdout)
    inputs = options.work / "bucket" / "tables"
    own = ours(options.binary, f"tributary, {options.budget}", "merge", options.work / "bucket", options.budget)
    peers = {
        name: peer(
            sys.executable, f"{name} {importlib.metadata.version(module)}", PEERS / f"merge_with_{module}.py", inputs
        )
        for name, module in ENGINES.items()
    }
    contenders = [own, *peers.values()]
    found = play(contenders, options.work, options.threads, options.runs, lambda _, files: facts(files))

    print(
        f"{len(made['files'])} sorted files, together {made['rows']:,} rows and {made['bytes'] / 1e6:.1f} MB, whose times "
        f"overlap by {options.disorder} s; medians of {options.runs}, one after the other in turn"
    )
    print("\n".join(["", *table(contenders, options.threads, own)]))
    failures = differences(made["rows"], found)
    for count in options.threads:
        if (generations := own.median(count)["generations"]) != 1:
            failures.append(f"ours made {generations} generations, not one: that is another work")
        ratio = peers["DuckDB"].median(count)["seconds"] / own.median(count)["seconds"]
        if not options.smoke:
            met = "met:   " if ratio >= MUST else "missed:"
            print(f"{met} {ratio:.1f} times as fast as DuckDB, threads: {count} (must: {MUST})")
    for line in failures:
        print("FAILED:", line)
    if not failures:
        print("All outputs hold the same rows, in order of time.")
    rows = [
        {"name": contender.name, "threads": count} | contender.median(count)
        for count in options.threads
        for contender in contenders
    ]
    options.figures.write_text(json.dumps({"made": made, "rows": rows}, indent=1))
    sys.exit(1 if failures else 0)


main()
