"""DuckDB with the rows of the same files."""

import pathlib

import duckdb

import oracle


def files_of(athena, data, table):
    """The files below the partitions' locations that the catalog names."""
    partitions = athena.call("AWSGlue", "GetPartitions", {"DatabaseName": "tributary", "TableName": table})["Partitions"]
    places = [partition["StorageDescriptor"]["Location"] for partition in partitions]
    return [str(file) for place in places for file in
            sorted((pathlib.Path(data) / "s3" / place.removeprefix("s3://")).glob("*.parquet"))]


def connect(athena, data, drawn):
    """A connection, with functions of Trino's that DuckDB has not."""
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    oracle.register(database)
    for table in drawn:
        columns = ", ".join(f'"{column.text}" {column.kind}' for column in table.columns)
        database.execute(f"CREATE TABLE {table.name} ({columns})")
        files = files_of(athena, data, table.name)
        if files:
            names = ", ".join(f'CAST("{column.text}" AS {column.kind}) AS "{column.text}"' for column in table.columns)
            database.execute(f"INSERT INTO {table.name} SELECT {names} FROM read_parquet({files}, union_by_name = true)")
        count = database.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]
        if count != len(table.rows):
            raise SystemExit(f"{table.name} has {count} rows, of {len(table.rows)} that were published")
    return database
