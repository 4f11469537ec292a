"""The table of `scripts/bench ingest`, from what its three programs printed.

Fails where the two did not store the same, or where ours is not ten times as fast; with --smoke behind the files, only
where they did not store the same.
"""

import sys

MUST = 10  # times as fast
AIM_SINGLE, AIM_PACKED, AIM_MEMORY = 600_000, 300, 3  # events/s, payload MB/s, times the batch


def rows(path):
    with open(path) as lines:
        return {name: values for name, *values in map(str.split, lines)}


ours, theirs, memory = map(rows, sys.argv[1:4])
is_smoke = "--smoke" in sys.argv[4:]
print(
    f"{'':15} {'events':>6} {'batch':>8} {'events/s':>9} {'payload':>9} {'Python':>9} {'ratio':>5} "
    f"{'allocations':>11} {'peak heap':>16} {'process':>8}"
)
print(
    f"{'':15} {'':6} {'':8} {'':9} {'MB/s':>9} {'events/s':>9} {'':5} {'/event':>11} {'':>8} {'x batch':>7} {'':>8}"
)
failures, missed = [], []
for name, (size, events, payload, stored, rate) in ours.items():
    size, events, payload, rate = int(size), int(events), int(payload), int(rate)
    their_stored, their_rate = theirs[name]
    allocations, heap, process = map(int, memory[name])
    megabytes = rate * payload / events / 1e6
    ratio = rate / int(their_rate)
    if stored != their_stored:
        failures.append(f"{name}: we stored {stored}, Python stored {their_stored}")
    if ratio < MUST and not is_smoke:
        failures.append(f"{name}: {ratio:.1f} times as fast as Python, not {MUST} times")
    if "packed" in name:
        if megabytes < AIM_PACKED:
            missed.append(f"{name}: {megabytes:.0f} MB/s of payload, the aim is {AIM_PACKED}")
    elif rate < AIM_SINGLE:
        missed.append(f"{name}: {rate:,} events/s, the aim is {AIM_SINGLE:,}")
    if heap > AIM_MEMORY * size and "6MB" in name:
        missed.append(f"{name}: {heap / size:.1f} times the batch in memory, the aim is {AIM_MEMORY}")
    print(
        f"{name:15} {events:6} {size / 1024:5,.0f}KiB {rate:9,} {megabytes:9.1f} {int(their_rate):9,} {ratio:5.1f} "
        f"{allocations / events:11.2f} {heap / 1024:5,.0f}KiB {heap / size:7.2f} {process / 1024:5.1f}MiB"
    )
for line in [] if is_smoke else missed:
    print("missed:", line)
for line in failures:
    print("FAILED:", line)
sys.exit(1 if failures else 0)
