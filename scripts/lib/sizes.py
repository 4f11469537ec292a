"""Whether the zipped functions are still as small as the table beside this file says.

    sizes.py BUILD_JSON [--update]    BUILD_JSON as scripts/build leaves it; --update writes what it says into the table

Fails where one has grown by more than two percent. What has shrunk is named: the table is to follow.
"""

import csv
import json
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("sizes.tsv")
ROOM = 1.02
# In MB, on x86_64: what must not be exceeded, which is said and does not fail; and what would be good.
MUSTS = {"ingest": 4.6, "register": 4.1, "query": 6.6, "compact": 6.0}
AIMS = {"ingest": 3.0, "register": 3.0, "query": 4.5, "compact": 5.0}


def listed():
    with TABLE.open() as lines:
        return {(row["architecture"], row["function"]): int(row["zip_bytes"]) for row in csv.DictReader(lines, delimiter="\t")}


def write(sizes):
    rows = [f"{architecture}\t{name}\t{size}\n" for (architecture, name), size in sizes.items()]
    TABLE.write_text("architecture\tfunction\tzip_bytes\n" + "".join(rows))


def compare(made, sizes):
    """A line for each function, and the names of those that have grown by more than there is room for."""
    lines, grown = [], []
    for name, function in made["functions"].items():
        size, was = function["zip_bytes"], sizes.get((made["architecture"], name))
        if made["architecture"] == "x86_64" and size > MUSTS[name] * 1e6:
            lines.append(f"missed: {name} has {size / 1e6:.2f} MB zipped (must: at most {MUSTS[name]:.1f})")
        if was is None:
            lines.append(f"{name} for {made['architecture']} is not in {TABLE.name}: nothing to compare it with")
            continue
        lines.append(f"{name:10} {size / 1e6:6.2f} MB zipped, {size / was - 1:+7.2%} of the table's (aim: {AIMS[name]:.1f} MB)")
        if size > was * ROOM:
            grown.append(name)
        elif size * ROOM < was:
            lines.append(f"{name} has shrunk: bring the table up to date with sizes.py --update")
    return lines, grown


def main():
    made, sizes = json.loads(Path(sys.argv[1]).read_text()), listed()
    if "--update" in sys.argv[2:]:
        write(sizes | {(made["architecture"], name): function["zip_bytes"] for name, function in made["functions"].items()})
        return
    lines, grown = compare(made, sizes)
    print("\n".join(lines))
    if grown:
        sys.exit(
            f"{', '.join(grown)}: more than {ROOM - 1:.0%} larger than {TABLE.name} says. If that is worth it, run "
            f"python3 scripts/lib/sizes.py {sys.argv[1]} --update and say why in the commit."
        )


if __name__ == "__main__":
    main()
