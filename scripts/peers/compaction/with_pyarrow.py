"""NDJSON to sorted, deduplicated Parquet with PyArrow.

    with_pyarrow.py INPUTS OUTPUT [--threads N] [--nesting N]
"""

import pyarrow
from pyarrow import compute, json, parquet

from measure import arguments, inputs, measured

options = arguments(__doc__)
pyarrow.set_cpu_count(options.threads)
pyarrow.set_io_thread_count(options.threads)


def inner(level):
    if level > options.nesting:
        return []
    fields = [("level", pyarrow.int32()), ("label", pyarrow.string())]
    return [(f"inner{level}", pyarrow.struct(fields + inner(level + 1)))]


ADDRESS = [("street", pyarrow.string()), ("number", pyarrow.int32()), ("city", pyarrow.string()), ("country", pyarrow.string())]
SCHEMA = pyarrow.schema(
    [
        ("event_id", pyarrow.string()),
        ("occurred_at", pyarrow.timestamp("ms", "UTC")),
        ("customer_id", pyarrow.int64()),
        ("customer", pyarrow.string()),
        ("status", pyarrow.string()),
        ("price", pyarrow.decimal128(12, 2)),
        ("quantity", pyarrow.int32()),
        ("tags", pyarrow.list_(pyarrow.string())),
        ("address", pyarrow.struct(ADDRESS + inner(2))),
        ("note", pyarrow.string()),
    ]
)
# Columns that are worth a dictionary.
FEW_VALUES = ["customer", "status", "quantity", "tags.list.element", "address.street", "address.number", "address.city", "address.country"]
PARSE = json.ParseOptions(explicit_schema=SCHEMA)
files = inputs(options.inputs, ".ndjson.zst")


def read(path):
    with pyarrow.input_stream(path, compression="zstd") as stream:
        return json.read_json(stream, parse_options=PARSE)


def work():
    events = pyarrow.concat_tables([read(path) for path in files])
    # The first row of each id; then the rows that are left, in order of time.
    numbered = pyarrow.table({"id": events["event_id"], "row": pyarrow.arange(0, events.num_rows)})
    first = numbered.group_by("id").aggregate([("row", "min")])["row_min"]
    kept = events.select(["occurred_at"]).take(first)
    order = first.take(compute.sort_indices(kept["occurred_at"]))
    parquet.write_table(
        events.take(order),
        options.output,
        compression="zstd",
        compression_level=3,
        use_dictionary=FEW_VALUES,
        store_decimal_as_integer=True,
    )


measured(work)
