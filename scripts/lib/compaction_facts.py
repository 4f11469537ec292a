"""What is in the outputs of `scripts/bench compact` and `merge`, as DuckDB reads them: compared, not timed."""

import statistics
import time

# Engines differ in types that say the same: each value is read as one type.
QUERY = """
WITH events AS (
    SELECT
        event_id::VARCHAR AS event_id, epoch_ms(occurred_at) AS occurred_at, customer_id::BIGINT AS customer_id,
        customer::VARCHAR AS customer, status::VARCHAR AS status, price::DECIMAL(12, 2) AS price,
        quantity::INTEGER AS quantity, tags::VARCHAR[] AS tags, to_json(address)::VARCHAR AS address,
        note::VARCHAR AS note, filename, file_row_number
    FROM read_parquet(?, filename = true, file_row_number = true)
), ordered AS (
    SELECT *, lag(occurred_at) OVER (PARTITION BY filename ORDER BY file_row_number) AS before FROM events
)
SELECT
    count(*) AS rows,
    count(DISTINCT event_id) AS ids,
    sum(price)::VARCHAR AS price,
    sum(customer_id)::VARCHAR AS customers,
    sum(quantity)::VARCHAR AS quantity,
    sum(len(tags))::VARCHAR AS tags,
    min(occurred_at) AS first,
    max(occurred_at) AS last,
    sum(strlen(customer) + strlen(status) + strlen(note) + strlen(address))::VARCHAR AS text_bytes,
    bit_xor(hash(event_id, occurred_at, customer_id, customer, status, price, quantity, tags, address, note))::VARCHAR
        AS hash,
    count(*) FILTER (occurred_at < before) AS out_of_order
FROM ordered
"""


def facts(files):
    """Counts and sums, a hash of all rows in any order, and how many rows are not in order of time."""
    import duckdb  # here, so that --help needs no environment

    database = duckdb.connect(config={"threads": 2})
    found = database.execute(QUERY, [[str(file) for file in files]])
    names = [column[0] for column in found.description]
    return dict(zip(names, found.fetchone()))


# One event by its id, and five minutes of the day: what a reader skips by statistics and filters decides.
SELECTIVE = [
    "SELECT * FROM read_parquet(?) WHERE event_id = (SELECT min(event_id) FROM ids)",
    "SELECT count(*), sum(price), max(customer) FROM read_parquet(?) WHERE occurred_at >= TIMESTAMP '2026-11-23 12:00:00' "
    "AND occurred_at < TIMESTAMP '2026-11-23 12:05:00'",
]


def selective_ms(files, times=15):
    """Milliseconds that DuckDB takes for the selective queries on one thread, together, with the files in the page cache:
    medians of so many times."""
    import duckdb

    files = [str(file) for file in files]
    database = duckdb.connect(config={"threads": 1})
    database.execute("CREATE TABLE ids AS SELECT min(event_id) AS event_id FROM read_parquet(?)", [files])
    together = 0.0
    for query in SELECTIVE:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            database.execute(query, [files]).fetchall()
            took.append(time.perf_counter() - began)
        together += statistics.median(took) * 1000
    return together


def differences(expected, outputs):
    """Sentences about outputs that do not hold the same rows as the first one, or not as many as expected."""
    found = []
    reference = None
    for name, output in outputs.items():
        reference = reference or (name, output)
        for fact, value in output.items():
            if fact in ("out_of_order", "selective_ms"):
                continue
            if value != reference[1][fact]:
                found.append(f"{name}: {fact} is {value}, and {reference[1][fact]} with {reference[0]}")
        for fact in ("rows", "ids"):
            if output[fact] != expected:
                found.append(f"{name}: {fact} is {output[fact]}, and was to be {expected}")
        if output["out_of_order"]:
            found.append(f"{name}: {output['out_of_order']} rows are not in order of time")
    return found
