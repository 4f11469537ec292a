"""NDJSON to sorted, deduplicated Parquet with chDB.

    with_chdb.py INPUTS OUTPUT [--threads N] [--nesting N]
"""

from chdb import session

from measure import arguments, measured

options = arguments(__doc__)


def address(level, fields):
    if level > options.nesting:
        return fields
    return fields + f", inner{level} Tuple(level Int32, label String{address(level + 1, '')})"


COLUMNS = f"""
    event_id String, occurred_at DateTime64(3, 'UTC'), customer_id Int64, customer String, status String,
    price Decimal(12, 2), quantity Int32, tags Array(String),
    address Tuple({address(2, 'street String, number Int32, city String, country String')}), note String
"""
database = session.Session()
measured(
    lambda: database.query(
        f"""
        INSERT INTO FUNCTION file('{options.output}', 'Parquet')
        SELECT * FROM (
            SELECT * FROM file('{options.inputs}/*.ndjson.zst', 'JSONEachRow', $$ {COLUMNS} $$) LIMIT 1 BY event_id
        )
        ORDER BY occurred_at
        -- Each thread has files of its own to parse, and nobody asked for Bloom filters on all columns.
        SETTINGS max_threads = {options.threads}, date_time_input_format = 'best_effort', input_format_parallel_parsing = 0,
            output_format_parquet_compression_method = 'zstd', output_format_compression_level = 3,
            output_format_parquet_write_bloom_filter = 0,
            output_format_parquet_parallel_encoding = {int(options.threads > 1)}
        """
    )
)
