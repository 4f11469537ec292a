"""Statements of sqllogictest files, asked of the local Athena, and their rows held to those in the files.

Each file's tables are made by DuckDB from its statements and put into the lake as Parquet. What is no standard SQL is skipped,
and counted by name. Other rows than the file's are a failure. So is an error, unless known.tsv has it with its reason.
"""

import argparse
import collections
import concurrent.futures
import csv
import pathlib
import random
import re
import sys
import tempfile
import threading
import time

import records
import rows as held
import sources

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "random"))
from athena import Athena  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
# Requests that are under way at once.
AT_ONCE = 4
# DataFusion's settings as sqlglot is told to read.
DEFAULTS = {("default_null_ordering", "nulls_max"), ("enable_ident_normalization", "true"), ("parse_float_as_decimal", "false")}


def known_differences():
    with open(HERE / "known.tsv", encoding="utf-8") as rows:
        return [(row["source"], re.compile(row["error"]), re.compile(row["statement"], re.IGNORECASE | re.DOTALL), row["reason"])
                for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]


def reason_for(known, source, error, sql):
    return next((reason for of, message, statement, reason in known
                 if of in ("*", source) and message.search(error) and statement.search(sql)), None)


def for_one_engine(record):
    """Whether the record is not for SQLite, whose answers the corpus has, or only for SQLite."""
    return any(condition == "onlyif" or engine == "sqlite" for condition, engine in record.engines)


def own_dialect(record, settings):
    """Adds or removes what a SET or RESET says of DataFusion's own dialect."""
    found = re.match(r"(set|reset)\s+datafusion\.sql_parser\.(\w+)(?:\s*=\s*'?(\w+))?", record.sql, re.IGNORECASE)
    if not found:
        return
    if found[1].lower() == "reset" or (found[2], found[3]) in DEFAULTS:
        settings.discard(found[2])
    else:
        settings.add(found[2])


class Check:
    def __init__(self, options):
        self.options, self.known, self.local = options, known_differences(), threading.local()
        self.counts, self.skipped, self.excused = collections.Counter(), collections.Counter(), collections.Counter()
        self.failures = []
        self.pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)

    def athena(self):
        if not hasattr(self.local, "athena"):
            self.local.athena = Athena(self.options.aws)
        return self.local.athena

    def ask(self, source, path, record, tree, sql):
        import translate

        try:
            _, rows = self.athena().query(sql)
        except RuntimeError as error:
            return source, path, record, sql, f"an error: {error}"
        if source == "sqlite":
            return source, path, record, sql, held.sqlite_difference(record, rows)
        ordered = translate.has_order(tree)
        keys = translate.keys_of_order(tree, self.athena().names) if ordered else None
        return source, path, record, sql, held.rust_difference(record, rows, ordered, keys, translate.moves_columns(tree, source))

    def settle(self, waiting):
        for answer in waiting:
            source, path, record, sql, difference = answer.result()
            if difference is None:
                self.counts["alike"] += 1
                continue
            reason = reason_for(self.known, source, difference, sql)
            if reason:
                self.counts["known difference"] += 1
                self.excused[reason] += 1
                if self.options.known:
                    print(f"\n{source} {path}, line {record.line}: known: {reason}\n  {difference}\n  asked:  {sql}", flush=True)
                continue
            self.counts["different"] += 1
            self.failures.append(difference)
            print(f"\n{source} {path}, line {record.line}: {difference}\n  corpus: {record.sql}\n  asked:  {sql}", flush=True)
        waiting.clear()

    def run(self, source, path, parsed, chosen, work):
        """Carries out a file, and asks its chosen records."""
        import state
        import translate

        tables, waiting, last, settings = state.State(self.athena(), self.options.aws, work, source), [], max(chosen), set()
        for record in parsed:
            if record.line > last:
                break
            # An INSERT that gives a number of rows is a query by its form.
            if record.kind in ("statement", "query") and not for_one_engine(record) and state.changes(record.sql):
                tables.apply(record.sql)
            own_dialect(record, settings)
            if record.line not in chosen:
                continue
            try:
                if settings:
                    raise translate.Untranslatable(f"after SET {', '.join(sorted(settings))}")
                tree, sql = translate.translated(record.sql, source)
                names = translate.tables_of(tree)
                if tables.changed(names):
                    self.settle(waiting)
                tables.provide(names)
            except (translate.Untranslatable, state.Missing) as reason:
                self.counts["skipped"] += 1
                self.skipped[str(reason)] += 1
                continue
            except RuntimeError as error:
                # A view that the query reads.
                waiting.append(self.pool.submit(tuple, (source, path, record, sql, f"an error: {error}")))
                continue
            waiting.append(self.pool.submit(self.ask, source, path, record, tree, sql))
        self.settle(waiting)
        tables.close()


def choose(files, options):
    """The files in an order by the seed, each with its records and the lines of those to ask."""
    drawn, left = random.Random(options.seed), options.count or sys.maxsize
    drawn.shuffle(files)
    share = options.each or (max(1, -(-left // max(1, len(files)))) if options.count else sys.maxsize)
    for source, path, read in files:
        parsed = list(records.parse(read()))
        asked = [record.line for record in parsed if record.kind == "query" and not for_one_engine(record)]
        picked = set(drawn.sample(asked, min(len(asked), share, left)))
        left -= len(picked)
        if picked:
            yield source, path, parsed, picked
        if not left:
            return


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aws", help="the local lake's address of the AWS protocols")
    parser.add_argument("--tools", help="where the crates are kept")
    parser.add_argument("--files", help="a directory of SQLite's own *.test files, or one of them, instead of the crates' files")
    parser.add_argument("--source", help="only files of this crate")
    parser.add_argument("--match", default="", help="only files whose path matches this regular expression")
    parser.add_argument("--seed", type=int, default=1, help="chooses files and records [default: 1]")
    parser.add_argument("--count", type=int, default=0, help="how many records to ask, over all files [default: all]")
    parser.add_argument("--each", type=int, default=0, help="at most so many of each file")
    parser.add_argument("--known", action="store_true", help="print the known differences, too")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after this time")
    parser.add_argument("--failures", type=int, default=50, help="end after so many failures [default: 50]")
    options = parser.parse_args()
    found = sources.read(options.files) if options.files else sources.fetch(options.tools)
    files = [file for file in found if options.source in (None, file[0]) and re.search(options.match, file[1])]
    check, began, done = Check(options), time.monotonic(), 0
    print(f"{len(files)} files; the seed is {options.seed}", flush=True)
    with tempfile.TemporaryDirectory() as work:
        for source, path, parsed, chosen in choose(files, options):
            check.run(source, path, parsed, chosen, work)
            done += 1
            if done % 20 == 0:
                print(f"{time.monotonic() - began:5.0f} s  {done} files  {dict(check.counts)}", flush=True)
            if len(check.failures) >= options.failures or time.monotonic() - began > options.seconds:
                print("ended before the last file")
                break
    print(f"\n{check.counts.total()} records of {done} files in {time.monotonic() - began:.0f} s")
    for title, counts in (("skipped", check.skipped), ("known differences", check.excused)):
        print(f"\n{title}: {counts.total()}")
        for name, count in counts.most_common():
            print(f"  {count:6} {name}")
    print(f"\nalike: {check.counts['alike']}, different: {check.counts['different']}")
    if check.failures or not check.counts["alike"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
