"""Random typed SQL, asked of the local Athena and of DuckDB over the same Parquet files.

Tables and statements are drawn by seeds. Where the two differ, the statement is made smaller for as long as it still differs;
both are printed, with the command that asks it again. A statement that the local engine refuses by name is no difference; an
error that DuckDB does not have is one, and so is a column of another type than Trino's. The end says how many were asked of
each area, and fails where an area had no rows or was mostly refused: then nothing was checked.
"""

import argparse
import collections
import time

import choices
import compare
import functions
import statement as statements
import tables
from athena import Athena

# Joins without a condition may give millions, for which a debug build takes minutes.
MOST_ROWS = 50_000
# So many statements have all areas several times.
ENOUGH = 60


def outcome(statement, athena, database):
    """A word for what came of it, and its details."""
    try:
        theirs = database.execute(statement.sql.duck).fetchall()
    except Exception as error:
        return "not in DuckDB", str(error)
    if len(theirs) > MOST_ROWS:
        return "more rows than are compared", str(len(theirs))
    try:
        types, ours = athena.query(statement.sql.trino)
    except RuntimeError as error:
        if str(error).startswith("NOT_SUPPORTED"):
            return "refused by name", str(error)
        return "different", f"an error: {error}"
    found = compare.difference(statement.kinds, types, ours, theirs, statement.ordered)
    if found:
        return "different", found
    return ("alike" if ours else "alike, without rows"), ""


def kind_of(difference):
    """What has to stay the same while a statement is made smaller: the name of the error, or what differs."""
    return ":".join(difference.split(":")[:2])[:40] if difference.startswith("an error") else difference.split(":")[0]


def smaller(drawn, area, statement, difference, athena, database, tries):
    """The smallest statement found with that kind of difference, and its difference."""
    best, seen = (statement, difference), {statement.sql.trino}

    def fails(tree, size):
        nonlocal best
        candidate = statements.remake(drawn, area, tree)
        now = (len(candidate.sql.trino), candidate.tree.total())
        if candidate.sql.trino in seen or now >= size:
            return None
        seen.add(candidate.sql.trino)
        word, details = outcome(candidate, athena, database)
        if word != "different" or kind_of(details) != kind_of(difference):
            return None
        best = candidate, details
        return candidate.tree, now

    choices.shrink(statement.tree, (len(statement.sql.trino), statement.tree.total()), fails, tries)
    return best


def report(counts, functions_of):
    print(f"\n{'area':16} {'alike':>6} {'empty':>6} {'refused':>8} {'different':>10} {'not asked':>10}")
    for area, found in counts.items():
        if not found:
            continue
        left_out = found["not in DuckDB"] + found["more rows than are compared"]
        print(f"{area:16} {found['alike']:6} {found['alike, without rows']:6} {found['refused by name']:8} "
              f"{found['different']:10} {left_out:10}")
    everything = {function.trino for function in functions.ALL}
    print(f"functions whose answers were compared: {len(everything & functions_of)} of {len(everything)}")


def poor(counts):
    """The areas of which nothing was checked: no rows, mostly refused, or not asked."""
    for area, found in counts.items():
        asked = found.total()
        if not found["alike"]:
            yield f"{area}: no statement with rows was alike"
        elif found["refused by name"] * 2 > asked:
            yield f"{area}: {found['refused by name']} of {asked} statements were refused"
        elif (found["not in DuckDB"] + found["more rows than are compared"]) * 2 > asked:
            yield f"{area}: DuckDB did not answer {found['not in DuckDB']} of {asked} statements"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prepare", metavar="DIRECTORY", help="write definitions and rows of the tables, and end")
    parser.add_argument("--aws", help="the local lake's address of the AWS protocols")
    parser.add_argument("--data", help="the local lake's directory")
    parser.add_argument("--seed", type=int, default=1, help="the first statement's [default: 1]")
    parser.add_argument("--count", type=int, default=500, help="how many statements [default: 500]")
    parser.add_argument("--tables", type=int, help="the tables' [default: that of the first statement]")
    parser.add_argument("--area", help="only statements of this area")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after this time")
    parser.add_argument("--differences", type=int, default=20, help="end after so many differences [default: 20]")
    parser.add_argument("--tries", type=int, default=200,
                        help="how often a statement that differs is asked again to make it smaller [default: 200]")
    parser.add_argument("--verbose", action="store_true", help="print refusals, and what DuckDB does not answer")
    options = parser.parse_args()
    table_seed = options.seed if options.tables is None else options.tables
    if options.prepare:
        tables.write(table_seed, options.prepare)
        return
    # What is not there yet when the tables are written: see requirements.txt.
    import duck

    drawn = tables.draw(table_seed)
    athena = Athena(options.aws)
    database = duck.connect(athena, options.data, drawn)
    print(f"the first seed is {options.seed}; the tables have {table_seed}")
    for table in drawn:
        print(f"  {tables.described(table)}", flush=True)
    areas = [options.area] if options.area else statements.AREAS
    counts, refusals = {area: collections.Counter() for area in areas}, collections.Counter()
    used, began, differences = set(), time.monotonic(), 0
    for seed in range(options.seed, options.seed + options.count):
        if time.monotonic() - began > options.seconds or differences >= options.differences:
            break
        if options.area and statements.area_of(seed) != options.area:
            continue
        area, statement = statements.make(drawn, seed)
        word, details = outcome(statement, athena, database)
        counts[area][word] += 1
        if word.startswith("alike"):
            used |= statement.used
        if word == "refused by name":
            refusals[details[:150]] += 1
        if options.verbose and details and word != "different":
            print(f"seed {seed}, {area}: {word}: {details}\n  {statement.sql.trino}\n  {statement.sql.duck}")
        if word == "different":
            differences += 1
            print(f"\nseed {seed}, {area}: {details}\n  {statement.sql.trino}", flush=True)
            least, why = smaller(drawn, area, statement, details, athena, database, options.tries)
            print(f"made smaller: {why}\n  {least.sql.trino}\n  DuckDB: {least.sql.duck}\n"
                  f"again: ./scripts/sql-random --tables {table_seed} --seed {seed} --count 1", flush=True)
    report(counts, used)
    for refusal, count in refusals.most_common(10):
        print(f"{count:6}  {refusal}")
    if differences:
        raise SystemExit(f"{differences} statements differ")
    found = list(poor(counts)) if sum(found.total() for found in counts.values()) >= ENOUGH else []
    if found:
        raise SystemExit("what was checked?\n  " + "\n  ".join(found))


if __name__ == "__main__":
    main()
