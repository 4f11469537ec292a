"""Exactly once, counted from outside: random datasets, events published again and again through kills and rebuilds, and
DuckDB's count of distinct identities in the files that the catalog names."""

# Nothing but the standard library: --help is answered before anything is installed.
import argparse
import os
import pathlib
import subprocess

SEED = "EXACTLY_ONCE_SEED"
LAKES = 8


def read_options():
    parser = argparse.ArgumentParser(
        prog="scripts/exactly-once-check",
        description=__doc__,
        epilog=f"{SEED}=7 plays the lake of seed 7; with --lakes, that one and those after it.",
    )
    add = parser.add_argument
    add("--lakes", "--seeds", type=int, metavar="N", help=f"how many lakes to play, each of a seed [{LAKES}]")
    add("--keep", type=pathlib.Path, metavar="DIRECTORY", help="leave the lakes' data in this directory")
    add("--repair", action="store_true", help="also plant twins, and have `tributary compact --repair` drop them")
    add("binary", nargs="?", metavar="BINARY", help="the tributary command [built from the sources]")
    options = parser.parse_args()
    options.binary = pathlib.Path(options.binary or build()).resolve()
    return options


def build():
    subprocess.run(["cargo", "build", "--locked", "--quiet", "--package", "cli"], check=True)
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "debug" / "tributary"


if __name__ == "__main__":
    read_options()
