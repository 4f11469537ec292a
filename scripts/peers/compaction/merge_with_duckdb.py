"""Sorted Parquet files to one with DuckDB.

    merge_with_duckdb.py INPUTS OUTPUT [--threads N]
"""

import duckdb

from measure import arguments, inputs, measured

options = arguments(__doc__)
files = inputs(options.inputs, ".parquet")
database = duckdb.connect(config={"threads": options.threads, "preserve_insertion_order": False})
measured(
    lambda: database.execute(
        f"""
        COPY (SELECT * FROM read_parquet({files}) ORDER BY occurred_at)
        TO '{options.output}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)
        """
    )
)
