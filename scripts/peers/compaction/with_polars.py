"""NDJSON to sorted, deduplicated Parquet with Polars.

    with_polars.py INPUTS OUTPUT [--threads N] [--nesting N]
"""

import os

from measure import arguments, inputs, measured

options = arguments(__doc__)
# It is read once, when the library is loaded.
os.environ["POLARS_MAX_THREADS"] = str(options.threads)
import polars  # noqa: E402


def inner(level):
    if level > options.nesting:
        return {}
    return {f"inner{level}": polars.Struct({"level": polars.Int32, "label": polars.String} | inner(level + 1))}


ADDRESS = {"street": polars.String, "number": polars.Int32, "city": polars.String, "country": polars.String}
SCHEMA = {
    "event_id": polars.String,
    "occurred_at": polars.String,
    "customer_id": polars.Int64,
    "customer": polars.String,
    "status": polars.String,
    # Its reader of JSON has no decimals: two places survive a double.
    "price": polars.Float64,
    "quantity": polars.Int32,
    "tags": polars.List(polars.String),
    "address": polars.Struct(ADDRESS | inner(2)),
    "note": polars.String,
}
files = inputs(options.inputs, ".ndjson.zst")


def work():
    events = polars.scan_ndjson(files, schema=SCHEMA)
    events = events.with_columns(
        polars.col("occurred_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms"),
        polars.col("price").cast(polars.Decimal(12, 2)),
    )
    # Only the reading streams: its streaming `unique` takes three times as long as the one in memory.
    events = events.collect(engine="streaming")
    events = events.unique("event_id", keep="any").sort("occurred_at")
    events.write_parquet(options.output, compression="zstd", compression_level=3)


measured(work)
