"""DuckDB over the S3 protocol: the same Parquet that Athena reads."""

from pathlib import Path
from urllib.parse import urlsplit

import boto3
import duckdb
import duckdb_extension_httpfs

from lake import DATABASE, LAKE, REGION, check

(httpfs,) = Path(duckdb_extension_httpfs.__file__).parent.glob("extensions/*/httpfs.duckdb_extension")
db = duckdb.connect()
db.execute(f"LOAD '{httpfs}'")
db.execute(f"""CREATE SECRET (TYPE s3, KEY_ID 'local', SECRET 'local', REGION '{REGION}',
    ENDPOINT '{urlsplit(LAKE["aws"]).netloc}', URL_STYLE 'path', USE_SSL false)""")

# A reader goes where the catalog points: to each partition's head, and not to older generations.
pages = boto3.client("glue").get_paginator("get_partitions").paginate(DatabaseName=DATABASE, TableName="readings")
heads = [partition["StorageDescriptor"]["Location"] for page in pages for partition in page["Partitions"]]
READINGS = f"read_parquet({[f'{head}*.parquet' for head in heads]!r}, hive_partitioning = true, hive_types_autocast = false)"


def rows(sql):
    return db.execute(sql).fetchall()


check("DuckDB counts the rows", rows(f"SELECT count(*) FROM {READINGS}"), [(4,)])
types = {name: data_type for name, data_type, *_ in rows(f"DESCRIBE SELECT * FROM {READINGS}")}
check("with Athena's types", types, {
    "reading_id": "INTEGER", "taken_at": "TIMESTAMP", "valid": "BOOLEAN", "channel": "INTEGER", "total": "BIGINT",
    "level": "DOUBLE", "note": "VARCHAR", "due": "DATE", "checked_at": "TIMESTAMP",
    "_id": "VARCHAR", "_ingested_at": "TIMESTAMP", "_extra": "VARCHAR", "dt": "VARCHAR", "hour": "VARCHAR",
})
check("and Athena's values", rows(f"""
    SELECT reading_id, valid, channel, total, level, note, CAST(due AS VARCHAR),
           strftime(checked_at, '%Y-%m-%d %H:%M:%S.%g'), dt, hour FROM {READINGS} ORDER BY reading_id"""), [
    (1, True, 2147483647, 9007199254740993, 0.1, 'Peña, "Pepe"\nline two', "2026-01-31", "2026-01-05 10:00:00.123", "2026-01-05", "09"),
    (2, None, None, None, None, None, None, None, "2026-01-05", "10"),
    (3, False, -2147483648, -9223372036854775808, 1e300, "", "1969-12-31", "1969-12-31 23:59:59.999", "2026-01-05", "10"),
    (4, True, 0, 7, 1e10, "null", "2024-02-29", "2024-02-29 00:00:00.000", "2026-01-06", "00"),
])
PARCELS = f"read_parquet('s3://{LAKE['bucket']}/tables/parcels/dt=2026-01-05/*/*.parquet', hive_partitioning = false)"
types = {name: data_type for name, data_type, *_ in rows(f"DESCRIBE SELECT * FROM {PARCELS}") if name[0] != "_"}
check("nested types and decimals are the table's", types, {
    "parcel_id": "BIGINT", "sent_at": "TIMESTAMP", "fee": "DECIMAL(12,2)", "amount": "DECIMAL(38,0)", "weight": "FLOAT",
    "code": "BLOB", "tags": "VARCHAR[]", "address": "STRUCT(city VARCHAR, since TIMESTAMP)",
    "prices": "MAP(VARCHAR, DECIMAL(38,18)[])",
})
check("and so are their values", rows(f"""SELECT DISTINCT parcel_id, fee::VARCHAR, amount::VARCHAR, weight, code, tags,
    address.city, strftime(address.since, '%Y-%m-%d %H:%M:%S.%g'), prices::VARCHAR FROM {PARCELS} ORDER BY 1"""), [
    (1, "-9999999999.90", "9" * 38, 0.10000000149011612, b"\x00\xff", ['Peña, "a"', "", None], "Las Palmas",
     "1969-12-31 23:59:59.999", "{eur=[1.500000000000000000, NULL], usd=[]}"),
    (2, None, None, None, b"", [], None, None, "{}"),
    (3, None, None, None, None, None, None, None, None),
])
partition = f"read_parquet('s3://{LAKE['bucket']}/tables/readings/dt=2026-01-06/*/*/*.parquet', hive_partitioning = true)"
check("globs reach over directories", rows(f"SELECT DISTINCT reading_id FROM {partition}"), [(4,)])
check("partitions prune", rows(f"SELECT reading_id FROM {READINGS} WHERE dt = '2026-01-05' AND hour = '09'"), [(1,)])
db.execute(f"COPY (SELECT range AS n FROM range(1000)) TO 's3://{LAKE['bucket']}/scratch/duckdb.parquet'")
check("what it writes it reads", rows(f"SELECT sum(n) FROM 's3://{LAKE['bucket']}/scratch/duckdb.parquet'"), [(499500,)])
