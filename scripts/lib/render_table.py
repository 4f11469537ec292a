"""The table of `scripts/bench render`, from what its two programs printed: render_table.py OURS THEIRS."""

import sys

AIM_SPEED, AIM_RATIO = 1_000, 7  # MB/s, times as fast as pandas' to_json


def rows(path):
    with open(path) as lines:
        return {name: (int(size), float(ms)) for name, size, ms in map(str.split, lines)}


ours, theirs = map(rows, sys.argv[1:3])
aims = []
print(f"{'100,000 rows':12} {'bytes':>12} {'ms':>10} {'MB/s':>10} {'pandas ms':>12} {'ratio':>8}")
for name, (_, their_ms) in theirs.items():
    # The Python service had `columns` from another call.
    size, ms = ours["columns" if name == "to_dict" else name]
    speed, ratio = size / ms / 1000, their_ms / ms
    print(f"{name:12} {size:12} {ms:10.1f} {speed:10.0f} {their_ms:12.1f} {ratio:8.1f}")
    if name in ("json", "columns"):
        aims.append((f"{name}: at least {AIM_SPEED:,} MB/s", speed >= AIM_SPEED))
        aims.append((f"{name}: at least {AIM_RATIO} times as fast as to_json", ratio >= AIM_RATIO))
for aim, met in aims:
    print("met:   " if met else "missed:", aim)
