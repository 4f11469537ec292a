"""The pinned copy of RustSec's advisory database.

Usage: copy.py refresh CLONE    makes the copy anew, of a clone's HEAD
       copy.py check            whether the copy covers the crates of Cargo.lock

The copy holds the advisories of the crates in Cargo.lock, and the names of all crates that had one: a new dependency
without any needs no new copy, and one with some is noticed.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ADVISORIES, ADVISED, UPSTREAM = HERE / "advisories", HERE / "advised-crates.txt", HERE / "upstream.txt"


def locked():
    """The crates of Cargo.lock."""
    return set(re.findall(r'^name = "(.*)"$', (HERE.parents[1] / "Cargo.lock").read_text(), re.MULTILINE))


def refresh(clone):
    """A commit's own files, whatever the work tree is like; a bare clone has none."""

    def git(*arguments):
        return subprocess.run(["git", "-C", clone, *arguments], check=True, capture_output=True, text=True).stdout

    files = [line.split("/") for line in git("ls-tree", "-r", "--name-only", "HEAD", "crates/").splitlines()]
    names, wanted = sorted({parts[1] for parts in files if len(parts) == 3}), locked()
    shutil.rmtree(ADVISORIES, ignore_errors=True)
    for _, name, file in (parts for parts in files if len(parts) == 3 and parts[1] in wanted):
        (ADVISORIES / name).mkdir(parents=True, exist_ok=True)
        (ADVISORIES / name / file).write_text(git("show", f"HEAD:crates/{name}/{file}"))
    ADVISED.write_text("\n".join(names) + "\n")
    commit, date = git("log", "-1", "--format=%H %cs").split()
    UPSTREAM.write_text(f"https://github.com/RustSec/advisory-db\ncommit {commit}\ndate {date}\n")
    print(f"{sum(1 for _ in ADVISORIES.rglob('*.md'))} advisories of {len(list(ADVISORIES.iterdir()))} crates, as of {date}")


def check():
    copied = {directory.name for directory in ADVISORIES.iterdir()}
    missing = sorted((locked() & set(ADVISED.read_text().split())) - copied)
    if missing:
        sys.exit(
            f"Cargo.lock has crates whose advisories are not in the pinned copy: {', '.join(missing)}. "
            "Make it anew with scripts/deny/refresh."
        )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["refresh", clone]:
            refresh(clone)
        case ["check"]:
            check()
        case _:
            sys.exit(__doc__)
