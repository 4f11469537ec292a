"""Selective queries on DuckDB: over the lake's data files, and over files that DuckDB wrote of the same rows, in turns.

Prints a table. The exit status is 1 if there are enough rows and a query is slower over the lake's files by more than chance
explains.
"""

import datetime
import json
import pathlib
import random
import signal
import statistics
import sys
import time
import uuid

import duckdb
from lake import Lake

RUNS = 31
# Of the fastest runs, which other processes disturb least; and with fewer rows, times are of opening files and say little.
MOST, ENOUGH = 1.2, 500_000
DEFINITION = {
    "name": "orders",
    "columns": [
        {"name": "order_id", "type": "string", "required": True},
        {"name": "sold_at", "type": "timestamp", "required": True},
        {"name": "customer", "type": "bigint"},
        {"name": "status", "type": "string"},
        {"name": "price", "type": "decimal(12,2)"},
        {"name": "tags", "type": "array<string>"},
        {"name": "address", "type": "struct<city:string,zip:string>"},
    ],
    "identity": ["order_id"], "event_time": "sold_at", "partition_by": "day", "sort_by": ["sold_at"],
}  # fmt: skip


def event(rng, day):
    at = day + datetime.timedelta(milliseconds=rng.randrange(86_400_000))
    return json.dumps({
        "order_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "sold_at": at.isoformat(timespec="milliseconds") + "Z",
        "customer": rng.randrange(50_000),
        "status": rng.choice(["paid", "open", "sent", "back"]),
        "price": f"{rng.randrange(10_000_000) / 100:.2f}",
        "tags": rng.sample(["a", "bb", "ccc", "dddd"], rng.randrange(4)),
        "address": {"city": rng.choice(["Zürich", "Łódź", "Paris", "Oslo"]), "zip": str(rng.randrange(10_000))},
    })  # fmt: skip


def queries(day, some):
    at = lambda hour, minutes=0: f"'{day + datetime.timedelta(hours=hour, minutes=minutes)}'"
    minute = lambda hour: f"sold_at >= {at(hour)} AND sold_at < {at(hour, 1)}"
    return {
        "one row by its identity": f"SELECT * FROM {{}} WHERE order_id = '{some}'",
        "no row: an identity that is not there": "SELECT * FROM {} WHERE order_id = '80000000-0000-4000-8000-000000000000'",
        "one minute, all columns": f"SELECT * FROM {{}} WHERE {minute(7)} ORDER BY order_id",
        "one minute, one sum": f"SELECT count(*), sum(price) FROM {{}} WHERE {minute(17)}",
        "one hour, a status, by city": "SELECT address.city, count(*) FROM {} "
        f"WHERE sold_at BETWEEN {at(3)} AND {at(4)} AND status = 'open' "
        "GROUP BY ALL ORDER BY ALL",
    }


def timed(connection, sql):
    began = time.perf_counter()
    rows = connection.execute(sql).fetchall()
    return time.perf_counter() - began, rows


def main():
    # So that the lake ends too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    binary, work, count = pathlib.Path(sys.argv[1]).absolute(), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    rng = random.Random(16)
    today = datetime.datetime.combine(datetime.datetime.now(datetime.timezone.utc).date(), datetime.time())
    day = today - datetime.timedelta(days=1)
    lines = [event(rng, day) for _ in range(count)]
    with Lake(binary, work / "lake", "orders") as lake:
        lake.apply(DEFINITION)
        lake.publish(lines, "--pack")
        lake.files(count)
        lake.run("compact", "orders", "--rebuild")
        files = [str(file) for file in lake.files(count, "rebuild")]
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    # The lake's files are in directories with the partition's name, which would become a column.
    ours = f"read_parquet({files}, hive_partitioning = false)"
    theirs = f"read_parquet('{work}/duckdb.parquet', hive_partitioning = false)"
    written = f"'{work}/duckdb.parquet' (FORMAT parquet, COMPRESSION zstd)"
    connection.execute(f"COPY (SELECT * FROM {ours} ORDER BY sold_at) TO {written}")
    sizes = sum(pathlib.Path(file).stat().st_size for file in files), (work / "duckdb.parquet").stat().st_size
    print(f"{count:,} rows; the lake's files have {sizes[0]:,} bytes, DuckDB's {sizes[1]:,}")
    print(f"DuckDB {duckdb.__version__}, one thread, {RUNS} runs in turns")
    print(f"{'median ms (fastest)':<44} {'the lake':>18} {'DuckDB':>18} {'ratio':>7} {'fastest':>8}")
    slower = False
    for what, sql in queries(day, json.loads(lines[count // 2])["order_id"]).items():
        times = [], []
        for _ in range(RUNS):
            (one, our_rows), (other, their_rows) = timed(connection, sql.format(ours)), timed(connection, sql.format(theirs))
            assert our_rows == their_rows, what
            times[0].append(one * 1_000)
            times[1].append(other * 1_000)
        medians, fastest = [statistics.median(side) for side in times], [min(side) for side in times]
        ratio = fastest[0] / fastest[1]
        slower |= ratio > MOST
        shown = [f"{median:.2f} ({best:.2f})" for median, best in zip(medians, fastest)]
        print(f"{what:<44} {shown[0]:>18} {shown[1]:>18} {medians[0] / medians[1]:>7.2f} {ratio:>8.2f}")
    if slower and count >= ENOUGH:
        sys.exit(f"a query takes more than {MOST} times as long over the lake's files as over DuckDB's own")


main()
