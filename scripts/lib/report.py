"""docs/benchmarks.md, from the results in docs/benchmarks/: report.py [--check]."""

import json
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"

TOP = """# Benchmarks

`./scripts/bench report` writes this file from the results in `docs/benchmarks/`; do not edit it. Each result names the
machine, the versions and the day. Compare figures of one table with each other, and not with those of another machine.

To measure again, on a machine that does nothing else: `./scripts/bench NAME --json docs/benchmarks/NAME.json`, then
`./scripts/bench report`. The scripts install the other engines themselves, pinned in `scripts/peers/`.
"""

# In order: the title, and what is to be known of how it is measured.
BENCHMARKS = {
    "compact": (
        "Landing objects to Parquet",
        """One partition's landing objects become Parquet, sorted by time and deduplicated by id. An event has a UUID, integers,
names that are not ASCII, a time with milliseconds, a price, a list of strings, a struct and a note; the seed makes the same
bytes each time. Ours is the whole protocol over a directory: listing, reading, the commit. Cleaning runs a grace later and
is shown apart. The other engines read the same events without our envelope, and write one file with zstd 3; each has an
explicit schema. Starting Python and importing an engine do not count as time. A repeated event has the same content as the
first one, so an engine may keep any of them. DuckDB then compares all outputs: rows, ids, sums, a hash of all rows, and
whether they are in order.""",
    ),
    "merge": (
        "Sorted files to one",
        """The sorted files of a partition become one sorted file. Ours is the merge of a quiet partition, commit included. Other
engines read the same files and sort.""",
    ),
    "budget": ("Memory", "How much memory compacting takes where much more has landed than fits into it."),
    "ingest": ("Lambda event to landing", "`ingest` on one core, beside a Python function that does the same."),
    "cold": (
        "Cold start",
        """From the start of the process to the first answer, at a Runtime API on the loopback interface: medians of fresh
processes. `first call` is an event whose work needs the store, which is a local lake on the loopback interface. `evicted`
means that the binary's pages were dropped from the page cache before each start. The empty function is `lambda_runtime`
with a handler that answers its event.""",
    ),
    "cost": ("Cost", "What AWS charges, at list prices, for a million events on their way from the topic to the table."),
    "query": ("HTTP API", "`query` in the local lake, beside a Flask app that does what the Python service did."),
    "render": ("Formats", "A result of 100,000 rows in each format, on one core, beside pandas."),
    "readers": (
        "Selective queries by another engine",
        """DuckDB on one thread, in turns over the lake's data files and over a file that DuckDB wrote of the same rows in the
same order, with zstd.""",
    ),
    "publish": ("Publishing to the local lake", "`PublishBatch` over HTTP, beside moto's server."),
    "visible": ("From publish to row", "In the local lake."),
    "idle": ("The local lake at rest", "`tributary dev` with nothing to do."),
}


def report():
    parts = [TOP]
    for name, (title, how) in BENCHMARKS.items():
        file = DOCS / "benchmarks" / f"{name}.json"
        if not file.exists():
            continue
        record = json.loads(file.read_text())
        table = "\n".join(line.rstrip() for line in record["table"])
        parts.append(
            f"## {title}\n\n`./scripts/bench {name}`, {record['date']}, at {record['commit']}: {record['machine']}; "
            f"{record['versions']}.\n\n{how}\n\n```text\n{table}\n```\n"
        )
    return "\n".join(parts)


def main():
    file, text = DOCS / "benchmarks.md", report()
    if "--check" not in sys.argv[1:]:
        file.write_text(text)
    elif not file.exists() or file.read_text() != text:
        sys.exit("docs/benchmarks.md is not what docs/benchmarks/ says: run ./scripts/bench report")


main()
