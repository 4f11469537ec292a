"""NDJSON to sorted, deduplicated Parquet with DuckDB.

    with_duckdb.py INPUTS OUTPUT [--threads N] [--nesting N]
"""

import duckdb

from measure import arguments, inputs, measured

options = arguments(__doc__)


def address(level, fields):
    if level > options.nesting:
        return fields
    return fields + f", inner{level} STRUCT(level INTEGER, label VARCHAR{address(level + 1, '')})"


COLUMNS = {
    "event_id": "VARCHAR",
    "occurred_at": "TIMESTAMP_MS",
    "customer_id": "BIGINT",
    "customer": "VARCHAR",
    "status": "VARCHAR",
    "price": "DECIMAL(12,2)",
    "quantity": "INTEGER",
    "tags": "VARCHAR[]",
    "address": f"STRUCT({address(2, 'street VARCHAR, number INTEGER, city VARCHAR, country VARCHAR')})",
    "note": "VARCHAR",
}
files = inputs(options.inputs, ".ndjson.zst")
database = duckdb.connect(config={"threads": options.threads, "preserve_insertion_order": False})
measured(
    lambda: database.execute(
        f"""
        COPY (
            SELECT DISTINCT ON (event_id) *
            FROM read_json({files}, format = 'newline_delimited', compression = 'zstd', columns = {COLUMNS})
            ORDER BY occurred_at
        ) TO '{options.output}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)
        """
    )
)
