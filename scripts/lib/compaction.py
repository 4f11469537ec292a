"""`scripts/bench compact`: landing objects to one partition of Parquet, by our compactor and by other engines.

    compaction.py BINARY WORK FIGURES [OPTIONS]    the table to standard output, the figures as JSON to FIGURES

Fails where two outputs do not hold the same rows.
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

from compaction_facts import differences, facts, selective_ms
from contest import ours, peer, play, table

PEERS = Path(__file__).resolve().parents[1] / "peers" / "compaction"
ENGINES = {"DuckDB": "duckdb", "chDB": "chdb", "Polars": "polars", "PyArrow": "pyarrow"}
BUDGETS = ["8GiB", "1536MiB", "512MiB"]
# Of the whole job with the largest budget: times as fast as this engine, in wall time and in processor time.
MUST, AIM = {"DuckDB": 3.0, "chDB": 2.2}, {"DuckDB": 4.0, "chDB": 3.0}
MUST_PEAK = 1 / 3  # of chDB's
AIM_PEAK_MB = 250
MUST_SLOWER = 1.5  # with the smallest budget, for the largest one's time
MUST_ENCODED = 1.3  # bytes for each byte that ends up in the table, with the smallest budget


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench compact")
    parser.add_argument("binary", help=argparse.SUPPRESS)
    parser.add_argument("work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("figures", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--objects", type=int, default=200, help="landing objects that the events are shared out to")
    parser.add_argument("--bytes", type=int, default=314, help="of an event, on average")
    parser.add_argument("--duplicates", type=int, default=5, help="percent of the events that repeat an earlier one")
    parser.add_argument("--disorder", type=int, default=600, help="seconds that an event may come late; 86400: in any order")
    parser.add_argument("--nesting", type=int, default=1, help="levels of structs")
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--runs", type=int, default=3, help="of each engine, of which the medians are taken")
    parser.add_argument("--threads", type=counts, default=[2, 1], help="such as 2,1")
    parser.add_argument("--budgets", type=words, default=BUDGETS, help="memory budgets of ours, the largest first")
    parser.add_argument("--engines", type=words, default=list(ENGINES), help=f"of {','.join(ENGINES)}")
    parser.add_argument("--smoke", action="store_true", help="one percent of it, once: whether all make the same rows")
    options = parser.parse_args()
    if unknown := set(options.engines) - set(ENGINES):
        parser.error(f"no such engine: {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    if options.smoke:
        # Another shape than the published one, so that not only that one is seen to work.
        options.events, options.objects, options.nesting, options.disorder = 20_000, 20, 2, 86_400
        options.runs, options.threads, options.budgets = 1, [2], ["8GiB", "64MiB"]
    return options


def counts(text):
    return [int(count) for count in text.split(",")]


def words(text):
    return [word for word in text.split(",") if word]


def main():
    options = arguments()
    shape = []
    for name in ("seed", "events", "objects", "bytes", "duplicates", "disorder", "nesting"):
        shape += [f"--{name}", str(getattr(options, name))]
    landed = subprocess.run(
        [options.binary, "land", str(options.work), *shape], check=True, stdout=subprocess.PIPE, text=True
    )
    landed = json.loads(landed.stdout)
    own = [
        ours(options.binary, f"tributary, {budget}", "compact", options.work / "bucket", budget)
        for budget in options.budgets
    ]
    peers = {
        name: peer(
            sys.executable, f"{name} {importlib.metadata.version(ENGINES[name])}", PEERS / f"with_{ENGINES[name]}.py",
            options.work / "plain", "--nesting", str(options.nesting),
        )
        for name in options.engines
    }
    contenders = [*own, *peers.values()]

    def examined(contender, files):
        found = facts(files)
        if contender in (own[0], peers.get("DuckDB")):
            found["selective_ms"] = selective_ms(files)
        return found

    found = play(contenders, options.work, options.threads, options.runs, examined)

    print(
        f"{landed['events']:,} events of {landed['bytes'] / landed['events']:.0f} bytes, of which {landed['distinct']:,} are "
        f"distinct, in {landed['objects']} objects of {landed['landing_bytes'] / landed['objects'] / 1e6:.2f} MB (zstd) as they "
        f"land, {landed['plain_bytes'] / landed['objects'] / 1e6:.2f} MB without our envelope, as the others read them; "
        f"medians of {options.runs}, one after the other in turn"
    )
    print("\n".join(["", *table(contenders, options.threads, own[0])]))
    for contender in own:
        it = contender.median(options.threads[0])
        print(
            f"{contender.name:26} generations {it['generations']:3}, encoded {it['encoded'] / it['bytes']:5.2f} and copied "
            f"{it['copied'] / it['bytes']:5.2f} bytes for each that ended up in the table; cleaning afterwards "
            f"{it['clean_seconds']:.2f} s; in calls to the store {it['store_seconds']:.2f} s"
        )
    failures = differences(landed["distinct"], found)
    if not options.smoke:
        for met, what in [*judged(options.threads, own, peers), *read(options.threads, own, peers, found)]:
            print("met:   " if met else "missed:", what)
    for line in failures:
        print("FAILED:", line)
    if not failures:
        print("All outputs hold the same rows, in order of time.")
    rows = [
        {"name": contender.name, "threads": count} | contender.median(count)
        for count in options.threads
        for contender in contenders
    ]
    options.figures.write_text(json.dumps({"landed": landed, "shape": shape, "rows": rows}, indent=1))
    sys.exit(1 if failures else 0)


def judged(threads, own, peers):
    """What must be true and what would be good, and whether it is."""
    for count in threads:
        full, small = own[0].median(count), own[-1].median(count)
        where = f"{count} threads" if count > 1 else "1 thread"
        for name in MUST:
            if name in peers:
                it = peers[name].median(count)
                wall, cpu = it["seconds"] / full["seconds"], it["cpu"] / full["cpu"]
                for bound, word in ((MUST[name], "must"), (AIM[name], "aim")):
                    what = f"{where}: {wall:.1f} times as fast as {name}, {cpu:.1f} times in CPU time ({word}: {bound})"
                    yield min(wall, cpu) >= bound, what
        if "chDB" in peers:
            share = full["peak_kib"] / peers["chDB"].median(count)["peak_kib"]
            yield share < MUST_PEAK, f"{where}: {share:.2f} of chDB's peak memory (must: under {MUST_PEAK:.2f})"
        megabytes = full["peak_kib"] * 1024 / 1e6
        yield megabytes <= AIM_PEAK_MB, f"{where}: a peak of {megabytes:.0f} MB (aim: {AIM_PEAK_MB})"
        if peers:
            smallest = min(it.median(count)["bytes"] for it in peers.values())
            size = full["bytes"] / smallest
            yield size <= 1, f"{where}: {size:.3f} of the smallest other file (must: at most 1)"
        slower = small["seconds"] / full["seconds"]
        what = f"{where}: {own[-1].name} takes {slower:.2f} times as long as {own[0].name} (must: at most {MUST_SLOWER})"
        yield slower <= MUST_SLOWER, what
        encoded = small["encoded"] / small["bytes"]
        what = f"{where}: {own[-1].name} encodes {encoded:.2f} bytes for each in the table (must: at most {MUST_ENCODED})"
        yield encoded <= MUST_ENCODED, what


def read(threads, own, peers, found):
    """Whether our files are as good to read as DuckDB's own, by DuckDB."""
    for count in threads if "DuckDB" in peers else []:
        mine = found[f"{own[0].name}, {count} threads"]["selective_ms"]
        theirs = found[f"{peers['DuckDB'].name}, {count} threads"]["selective_ms"]
        what = f"two selective queries of DuckDB take {mine:.1f} ms on our file, {theirs:.1f} ms on its own (must: no longer)"
        # Two runs on one file differ by as much.
        yield mine <= theirs * 1.05, what


main()
