"""Exactly once, counted from outside: random datasets, events published again and again through kills and rebuilds, and
DuckDB's count of distinct identities in the files that the catalog names."""

import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

# Before the SDK reads it.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]

import lake
from options import LAKES, SEED, read_options
from round import Round

os.environ |= lake.CLIENT


def main():
    options = read_options()
    given = os.environ.get(SEED)
    first = int(given or 1)
    number = options.lakes or (1 if given else LAKES)
    tallies, failed, began = [], [], time.monotonic()
    for seed in range(first, first + number):
        tally = play(seed, options)
        if tally:
            tallies.append(tally)
        else:
            failed.append(seed)
    total = lambda name: sum(getattr(tally, name) for tally in tallies)
    took = time.monotonic() - began
    if failed:
        sys.exit(f"FAILED: {len(failed)} of {number} lakes in {took:.0f} s, of the seeds {', '.join(map(str, failed))}")
    print(
        f"{number} lakes, {total('events'):,} events published {total('sent'):,} times, {total('rows'):,} rows, "
        f"{total('lake_kills')} kills of a lake and {total('publish_kills')} of a publish in {took:.0f} s: ok"
    )


def play(seed, options):
    """Plays one lake. Answers what it did, or None, and then says what is wrong."""
    began = time.monotonic()
    base = options.keep or pathlib.Path(tempfile.mkdtemp())
    directory = (base / f"lake-{seed}").resolve()
    shutil.rmtree(directory, ignore_errors=True)
    game = None
    try:
        game = Round(seed, options.binary, directory)
        tally = game.play(options.repair)
    except Exception as error:
        print(f"seed {seed}: FAILED", flush=True)
        if game:
            print(f"{game.definition()}\n{game.dataset}, {game.lake.settings}")
            print(game.lake.log_end())
        print(f"{error}\n\nTo play it again: {SEED}={seed} ./scripts/exactly-once-check --keep DIRECTORY")
        print("The events are the same then, but where a kill strikes depends on time too: play it a few times.", flush=True)
        if not isinstance(error, lake.Broken):
            raise
        return None
    finally:
        if not options.keep:
            shutil.rmtree(base)
    print(f"seed {seed}: {tally}; {time.monotonic() - began:.1f} s: ok", flush=True)
    return tally


def stop(*_):
    # An exit, so that every lake is ended on the way out.
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    main()
