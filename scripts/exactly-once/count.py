"""Counts with DuckDB what is in the files that the catalog names, and holds it against what was sent."""

from dataclasses import dataclass, field
from decimal import Decimal

import duckdb

from lake import Broken

SHOWN = 5


@dataclass
class Counted:
    rows: dict = field(default_factory=dict)
    """By partition."""
    distinct: dict = field(default_factory=dict)
    """Identities as DuckDB tells them apart, by partition."""
    identities: set = field(default_factory=set)
    """With their partitions, in the form that `scalars` gives its values."""
    twins: list = field(default_factory=list)
    """Some of the identities that several rows have."""
    files: int = 0
    row_groups: int = 0

    @property
    def total(self):
        return sum(self.rows.values())


def locations(lake, dataset):
    """The directory of each partition, as Glue has it."""
    pages = lake.glue.get_paginator("get_partitions").paginate(DatabaseName=lake.database, TableName=dataset.name)
    keys = ("dt", "hour") if dataset.partition_by == "hour" else ("dt",)
    root = f"s3://{lake.bucket}/"
    found = {}
    for partition in (one for page in pages for one in page["Partitions"]):
        name = "/".join(f"{key}={value}" for key, value in zip(keys, partition["Values"], strict=True))
        location = partition["StorageDescriptor"]["Location"]
        found[name] = (location.removeprefix(root), int(partition["Parameters"]["tributary.generation"]))
    return found


def count(lake, dataset):
    """Reads every file of every partition, from the directory in which the local S3 keeps its objects."""
    counted = Counted()
    db = duckdb.connect()
    for partition, (location, _) in locations(lake, dataset).items():
        files = sorted(map(str, (lake.directory / "data" / "s3" / lake.bucket / location).glob("*.parquet")))
        if not files:
            raise Broken(f"the catalog names {location}, and there is no file in it")
        add(counted, db, dataset, partition, files)
    db.close()
    return counted


def add(counted, db, dataset, partition, files):
    columns = [f'"{column.name}"' for column in dataset.identity]
    listed = ", ".join(columns + (["_id"] if dataset.cloudevents else []))
    # File by file: older ones lack columns that were added since.
    parts = [f"SELECT {listed} FROM read_parquet('{file}', hive_partitioning = false)" for file in files]
    db.execute(f"CREATE OR REPLACE TABLE found AS {' UNION ALL '.join(parts)}")
    rows = single(db, "SELECT count(*) FROM found")
    distinct = single(db, f"SELECT count(*) FROM (SELECT DISTINCT {', '.join(columns)} FROM found)")
    if dataset.cloudevents and distinct != single(db, "SELECT count(DISTINCT _id) FROM found"):
        raise Broken(f"{partition}: _id does not tell the same events apart as the CloudEvents' source and id")
    counted.rows[partition], counted.distinct[partition] = rows, distinct
    forms = ", ".join(column.type.sql(name) for column, name in zip(dataset.identity, columns))
    identities = db.execute(f"SELECT {forms} FROM found").fetchall()
    counted.identities.update((partition, normal(dataset, identity)) for identity in identities)
    if rows != distinct and len(counted.twins) < SHOWN:
        twins = f"SELECT {listed}, count(*) FROM found GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT {SHOWN}"
        counted.twins += [(partition, *twin) for twin in db.execute(twins).fetchall()]
    groups = "SELECT count(*) FROM (SELECT DISTINCT file_name, row_group_id FROM parquet_metadata(?))"
    counted.files += len(files)
    counted.row_groups += single(db, groups, [files])


def single(db, sql, parameters=()):
    return db.execute(sql, parameters).fetchone()[0]


def normal(dataset, row):
    """DuckDB's values in the form of `scalars`. Zeros of either sign are equal to Python, as they are in SQL."""
    kinds = [column.type.name for column in dataset.identity]
    return tuple(Decimal(value) if kind.startswith("decimal") else value for kind, value in zip(kinds, row))


def differences(counted, ledger):
    """What is not as it must be; one line each."""
    found = counted.identities
    lines = [
        f"{partition} has {rows:,} rows and {counted.distinct[partition]:,} identities"
        for partition, rows in sorted(counted.rows.items())
        if rows != counted.distinct[partition]
    ]
    lines += [f"twins, with their number: {twin}" for twin in counted.twins]
    lines += some("was acknowledged and is not in the table", ledger.must - found)
    lines += some("is in the table and was never sent there", found - ledger.may)
    lines += some("was acknowledged and is in no partition", ledger.somewhere - {identity for _, identity in found})
    return lines


def some(what, identities):
    lines = [f"{what}: {identity}" for identity in sorted(map(repr, identities))]
    return lines[:SHOWN] + ([f"{what}: {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else [])
