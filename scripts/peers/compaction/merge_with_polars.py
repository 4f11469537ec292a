"""Sorted Parquet files to one with Polars.

    merge_with_polars.py INPUTS OUTPUT [--threads N]
"""

import os

from measure import arguments, inputs, measured

options = arguments(__doc__)
# It is read once, when the library is loaded.
os.environ["POLARS_MAX_THREADS"] = str(options.threads)
import polars  # noqa: E402

files = inputs(options.inputs, ".parquet")


def work():
    rows = polars.scan_parquet(files, hive_partitioning=False).collect(engine="streaming").sort("occurred_at")
    rows.write_parquet(options.output, compression="zstd", compression_level=3)


measured(work)
