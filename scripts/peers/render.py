"""A result in each format, as pandas writes it: `scripts/bench render` runs it beside ours, on the same CSV. `to_dict` is
what the Python service did for `columns`.

    render.py FILE    for each format: its name, bytes of its body, milliseconds of processor time
"""

import io
import json
import sys
import time

import pandas
import pyarrow

RUNS = 7  # the time is the best of so many: whatever else the machine does can only add to it

pyarrow.set_cpu_count(1)


def parquet(frame):
    out = io.BytesIO()
    frame.to_parquet(out, compression="zstd", index=False)
    return out.getvalue()


def arrow(frame):
    table, out = pyarrow.Table.from_pandas(frame, preserve_index=False), io.BytesIO()
    with pyarrow.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()


FORMATS = {
    "columns": lambda frame: frame.to_json(orient="columns"),
    "to_dict": lambda frame: json.dumps(frame.to_dict()),
    "json": lambda frame: frame.to_json(orient="records"),
    "ndjson": lambda frame: frame.to_json(orient="records", lines=True),
    "csv": lambda frame: frame.to_csv(index=False),
    "parquet": parquet,
    "arrow": arrow,
}


def main():
    frame = pandas.read_csv(sys.argv[1], keep_default_na=False, na_values={"name": [""]})
    for name, write in FORMATS.items():
        best = float("inf")
        for _ in range(RUNS):
            began = time.process_time()
            body = write(frame)
            best = min(best, time.process_time() - began)
        print(name, len(body), f"{best * 1000:.3f}", flush=True)


main()
