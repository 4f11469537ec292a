"""The first table of `scripts/bench query`, from the files that it left in a directory: query_table.py DIRECTORY.

Fails where the two did not answer the same rows.
"""

import json
import pathlib
import sys

AIM_RATE, AIM_MS = 10_000, 1  # 304 answers a second; milliseconds, of their median and of the API's own share
AIM_PLAN_MS = 2  # milliseconds, of the median from a statement to its plan

directory = pathlib.Path(sys.argv[1])
served = {}
for line in (directory / "served").read_text().splitlines():
    whose, connections, status, figures = line.split(" ", 3)
    served[whose, int(connections), int(status)] = json.loads(figures)
alone = {line["status"]: line for line in map(json.loads, (directory / "alone").read_text().splitlines())}

plans = [json.loads(line) for line in (directory / "plans").read_text().splitlines()]


def show(what, connections, figures, peer=None):
    ratio = f"{figures['per_second'] / peer['per_second']:.1f}" if peer else ""
    client = f"{figures['client_cores']:.2f}" if "client_cores" in figures else ""
    print(
        f"{what:44} {connections:>11} {figures['per_second']:10,.0f} {figures['p50_ms']:8.3f} {figures['p99_ms']:8.3f} "
        f"{client:>12} {ratio:>7}"
    )


print(f"{'rows?limit=20':44} {'connections':>11} {'answers/s':>10} {'p50 ms':>8} {'p99 ms':>8} {'client cores':>12} {'x Flask':>7}")
not_modified = served["ours", 8, 304]
show("tributary dev, 304", 8, not_modified, served["theirs", 8, 200])
for connections in (8, 1):
    ours, theirs = served["ours", connections, 200], served["theirs", connections, 200]
    show(f"tributary dev, 200, {ours['shared']:.0%} by another's query", connections, ours, theirs)
for connections in (8, 1):
    show("Flask, 200, no query", connections, served["theirs", connections, 200])
for status, figures in alone.items():
    show(f"the API's own share of a {status}, in process", "", figures)
print("A 200 of tributary dev waits for its query, which Flask has behind it: its rows are in a file.")

print(f"\n{'from a statement to its plan, in process':44} {'':>11} {'':>10} {'p50 ms':>8} {'p99 ms':>8}")
for plan in plans:
    print(f"{plan['statement']:44} {'':>11} {'':>10} {plan['p50_ms']:8.3f} {plan['p99_ms']:8.3f}")

aims = [
    (f"304: at least {AIM_RATE:,} a second", not_modified["per_second"] >= AIM_RATE),
    (f"304: median under {AIM_MS} ms", not_modified["p50_ms"] < AIM_MS),
    (f"the API's own share of a 200: p99 under {AIM_MS} ms", alone[200]["p99_ms"] < AIM_MS),
    *(
        (f"from a statement to its plan, {plan['statement']}: median under {AIM_PLAN_MS} ms", plan["p50_ms"] < AIM_PLAN_MS)
        for plan in plans
    ),
]
for aim, met in aims:
    print("met:   " if met else "missed:", aim)
if json.loads((directory / "ours.json").read_text()) != json.loads((directory / "theirs.json").read_text()):
    sys.exit("FAILED: the two answer different rows")
