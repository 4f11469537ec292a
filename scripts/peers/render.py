"""What the Python service did with a result, as pandas does it: `scripts/bench render` runs it beside ours, on the same
CSV.

    render.py FILE    for each format: its name, bytes of its body, milliseconds of processor time
"""

import json
import sys
import time

import pandas

RUNS = 7  # the time is the best of so many: whatever else the machine does can only add to it


def main():
    frame = pandas.read_csv(sys.argv[1], keep_default_na=False, na_values={"name": [""]})
    forms = {
        "columns": lambda: frame.to_json(orient="columns"),
        "json": lambda: frame.to_json(orient="records"),
        "ndjson": lambda: frame.to_json(orient="records", lines=True),
        "csv": lambda: frame.to_csv(index=False),
        "to_dict": lambda: json.dumps(frame.to_dict()),
    }
    for name, render in forms.items():
        best = float("inf")
        for _ in range(RUNS):
            began = time.process_time()
            body = render()
            best = min(best, time.process_time() - began)
        print(name, len(body.encode()), f"{best * 1000:.3f}", flush=True)


main()
