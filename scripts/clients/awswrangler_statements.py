"""awswrangler with its defaults: read_sql_query makes a table of the query, reads its files, and takes the table away."""

import datetime
import decimal

import awswrangler
import boto3
import pandas

from lake import BUCKET, DATABASE, WORKGROUP, check, refused

ATHENA = {"database": DATABASE, "workgroup": WORKGROUP, "athena_query_wait_polling_delay": 0.05}
STATEMENTS = {**ATHENA, "workgroup": WORKGROUP}
athena = awswrangler.athena


def values(column):
    return [None if pandas.isna(value) else value for value in column]


def tables():
    return sorted(table["Name"] for table in awswrangler.catalog.get_tables(database=DATABASE))


before = tables()
frame = athena.read_sql_query(
    "SELECT reading_id, total, level, note, due, checked_at, CAST(1.5 AS decimal(5,2)) AS fee FROM readings ORDER BY reading_id",
    **ATHENA,
)
check("the defaults work", values(frame["reading_id"]), [1, 2, 3, 4])
check("bigint beyond 2^53, with NULL", values(frame["total"]), [9007199254740993, None, -9223372036854775808, 7])
check("the empty string is not NULL", values(frame["note"]), ['Peña, "Pepe"\nline two', None, "", "null"])
check("date", values(frame["due"]),
      [datetime.date(2026, 1, 31), None, datetime.date(1969, 12, 31), datetime.date(2024, 2, 29)])
check("timestamp", [found and found.isoformat(timespec="milliseconds") for found in values(frame["checked_at"])],
      ["2026-01-05T10:00:00.123", None, "1969-12-31T23:59:59.999", "2024-02-29T00:00:00.000"])
check("decimal", values(frame["fee"]), [decimal.Decimal("1.50")] * 4)
check("the table is gone", tables(), before)
check("the frame knows its query", frame.query_metadata["SubstatementType"], "CREATE_TABLE_AS_SELECT")

nothing = athena.read_sql_query("SELECT reading_id, note FROM readings WHERE dt = '1999-01-01'", **ATHENA)
check("no rows still have columns", (len(nothing), list(nothing.columns)), (0, ["reading_id", "note"]))
chunks = [len(chunk) for chunk in athena.read_sql_query("SELECT * FROM readings", chunksize=3, **ATHENA)]
check("chunksize", sum(chunks), 4)
bound = athena.read_sql_query("SELECT name FROM passengers WHERE name = ?", params=["'O''Brien'"], paramstyle="qmark", **ATHENA)
check("params are bound", values(bound["name"]), ["O'Brien"])
nested = athena.read_sql_query("SELECT tags FROM parcels WHERE parcel_id = 1", **ATHENA)
check("arrays are arrays", list(nested["tags"][0]), ["Peña, \"a\"", "", None])
files = awswrangler.s3.list_objects(f"s3://{BUCKET}/results/")
athena.read_sql_query("SELECT 1 AS one", keep_files=False, **ATHENA)
check("keep_files=False takes the files away", awswrangler.s3.list_objects(f"s3://{BUCKET}/results/"), files)
refused("columns without names are told", awswrangler.exceptions.InvalidArgumentValue, athena.read_sql_query, sql="SELECT 1", **ATHENA)
refused("and columns without types", awswrangler.exceptions.InvalidArgumentValue,
        athena.read_sql_query, sql="SELECT NULL AS nothing", **ATHENA)
refused("a failed query is QueryFailed", awswrangler.exceptions.QueryFailed, athena.read_sql_query, sql="SELECT nme FROM readings", **ATHENA)
check("and leaves no table", tables(), before)

unloaded = athena.read_sql_query(
    "SELECT name, passenger_id FROM passengers ORDER BY passenger_id", ctas_approach=False, unload_approach=True,
    s3_output=f"s3://{BUCKET}/scratch/wrangler-unload/", **ATHENA,
)
check("unload_approach", values(unloaded["name"]), ["Javier Peña", 'Rosa "Mendoza"', "O'Brien"])
place = f"s3://{BUCKET}/scratch/wrangler-to/"
athena.unload("SELECT * FROM readings", place, file_format="PARQUET", compression="SNAPPY", **STATEMENTS)
# The place is also the output location of the query, so its manifest is beside the files.
check("unload", len(awswrangler.s3.read_parquet(place, path_ignore_suffix=[".csv", ".metadata"])), 4)

described = athena.describe_table(table="readings", **ATHENA)
check("describe_table", [described[name][0] for name in ("Column Name", "Type", "Partition")], ["reading_id", "int", False])
check("which knows the keys", dict(zip(described["Column Name"], described["Partition"]))["dt"], True)
shown = athena.show_create_table(table="readings", **ATHENA)
check("show_create_table", shown.startswith(f"CREATE EXTERNAL TABLE `{DATABASE}.readings`("), True)

made = athena.create_ctas_table(
    "SELECT name FROM passengers", ctas_table="named", s3_output=f"s3://{BUCKET}/scratch/named", wait=True, **ATHENA,
)
check("create_ctas_table", made["ctas_table"], "named")
check("whose table is read", len(athena.read_sql_table("named", ctas_approach=False, database=DATABASE, workgroup=WORKGROUP)), 3)
wait = {"database": DATABASE, "workgroup": WORKGROUP, "wait": True, "athena_query_wait_polling_delay": 0.05}
athena.start_query_execution("CREATE OR REPLACE VIEW short AS SELECT name FROM named WHERE length(name) < 8", **wait)
check("a view is read", values(athena.read_sql_query("SELECT * FROM short", **ATHENA)["name"]), ["O'Brien"])
athena.start_query_execution("INSERT INTO named VALUES ('Ana')", **wait)
check("and what was inserted", sorted(values(athena.read_sql_query("SELECT * FROM short", **ATHENA)["name"])), ["Ana", "O'Brien"])
for sql in ("DROP VIEW short", "DROP TABLE named"):
    athena.start_query_execution(sql, **wait)
check("all of it is dropped", tables(), before)
refused("a dataset's table is not", awswrangler.exceptions.QueryFailed, athena.start_query_execution,
        sql="DROP TABLE passengers", **wait)

athena.create_prepared_statement(sql="SELECT name FROM passengers WHERE passenger_id = ?", statement_name="who", workgroup=WORKGROUP)
check("prepared statements are listed", [one["StatementName"] for one in athena.list_prepared_statements(workgroup=WORKGROUP)], ["who"])
executed = athena.read_sql_query("EXECUTE who USING 1", ctas_approach=False, **ATHENA)
check("and executed", values(executed["name"]), ["Javier Peña"])
athena.create_prepared_statement(sql="SELECT 2 AS two", statement_name="who", workgroup=WORKGROUP, mode="update")
check("and changed", values(athena.read_sql_query("EXECUTE who", ctas_approach=False, **ATHENA)["two"]), [2])
athena.delete_prepared_statement(statement_name="who", workgroup=WORKGROUP)
gone = boto3.client("athena")
refused("and forgotten", gone.exceptions.ResourceNotFoundException, gone.get_prepared_statement, StatementName="who", WorkGroup=WORKGROUP)
