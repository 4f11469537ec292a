"""ibis with its Athena backend: tables and schemas, expressions, views, tables of its own, frames in memory."""

import decimal
import functools
import os
from urllib.parse import urlsplit

import pyarrow.fs

from lake import BUCKET, DATABASE, REGION, WORKGROUP, check, refused

# As for PyAthena's Arrow cursor, which ibis uses: PyArrow's file system looks at no AWS_ENDPOINT_URL.
ENDPOINT = urlsplit(os.environ["AWS_ENDPOINT_URL"])
pyarrow.fs.S3FileSystem = functools.partial(
    pyarrow.fs.S3FileSystem, scheme=ENDPOINT.scheme, endpoint_override=ENDPOINT.netloc,
)

import ibis  # noqa: E402
import pyathena.error  # noqa: E402
from ibis import _  # noqa: E402

lake = ibis.athena.connect(
    s3_staging_dir=f"s3://{BUCKET}/scratch/ibis/", schema_name=DATABASE, region_name=REGION, work_group=WORKGROUP,
    poll_interval=0.05,
)


def rows(expression):
    return [tuple(row.values()) for row in expression.to_pyarrow().to_pylist()]


before = lake.list_tables()
check("tables are listed", {"passengers", "readings", "parcels"} <= set(before), True)
check("by a pattern", lake.list_tables(like="pass.*"), ["passengers"])
check("and databases", DATABASE in lake.list_databases(), True)
passengers, readings = lake.table("passengers"), lake.table("readings")
check("a schema", [str(readings.schema()[name]) for name in ("reading_id", "total", "level", "due", "checked_at", "dt")],
      ["int32", "int64", "float64", "date", "timestamp", "string"])

named = passengers.filter(_.passenger_id > 1).select("passenger_id", "name").order_by("passenger_id")
check("filter", rows(named), [(2, 'Rosa "Mendoza"'), (9007199254740993, "O'Brien")])
check("to_pandas", list(named.to_pandas()["name"]), ['Rosa "Mendoza"', "O'Brien"])
days = readings.group_by("dt").aggregate(n=_.count(), channels=_.channel.sum(), latest=_.reading_id.max()).order_by("dt")
check("group_by", rows(days), [("2026-01-05", 3, -1, 3), ("2026-01-06", 1, 0, 4)])
joined = readings.left_join(passengers, readings.reading_id == passengers.passenger_id).select("reading_id", "name")
check("join", rows(joined.order_by("reading_id")), [(1, "Javier Peña"), (2, 'Rosa "Mendoza"'), (3, None), (4, None)])
derived = readings.mutate(
    doubled=_.channel.cast("int64") * 2, year=_.taken_at.year(), day=_.taken_at.strftime("%Y-%m-%d"), text=_.note.upper(),
    kind=ibis.cases((_.valid, "good"), else_="other"),
)
check("mutate", rows(derived.filter(_.reading_id == 1).select("doubled", "year", "day", "text", "kind")),
      [(4294967294, 2026, "2026-01-05", 'PEÑA, "PEPE"\nLINE TWO', "good")])
numbered = readings.mutate(n=ibis.row_number().over(group_by="dt", order_by=_.reading_id.desc())).select("reading_id", "n")
check("window", rows(numbered.order_by("reading_id")), [(1, 2), (2, 1), (3, 0), (4, 0)])
check("dates", rows(readings.filter(_.due > ibis.date("2024-01-01")).select("reading_id").order_by("reading_id")), [(1,), (4,)])
check("distinct", readings.dt.nunique().execute(), 2)
check("union", ibis.union(passengers.select("name"), passengers.select("name")).count().execute(), 6)
check("no rows", rows(passengers.filter(_.name == "nobody").select("name")), [])
parcel = lake.table("parcels").filter(_.parcel_id == 1).select("fee", "tags", "address")
fee, tags, address = rows(parcel)[0]
check("decimals and nested values", (fee, tags, address["city"]), (decimal.Decimal("-9999999999.90"), ['Peña, "a"', "", None], "Las Palmas"))
check("SQL", rows(lake.sql("SELECT name FROM passengers WHERE passenger_id = 1")), [("Javier Peña",)])

lake.create_view("ibis_view", passengers.filter(_.passenger_id > 1).select("name"))
check("create_view", rows(lake.table("ibis_view").order_by("name")), [("O'Brien",), ('Rosa "Mendoza"',)])
lake.create_view("ibis_view", passengers.select("name"), overwrite=True)
check("and another in its place", lake.table("ibis_view").count().execute(), 3)
lake.drop_view("ibis_view")
lake.create_table("ibis_made", passengers.select("passenger_id", "name"))
lake.insert("ibis_made", passengers.select("passenger_id", "name"))
check("create_table and insert", lake.table("ibis_made").count().execute(), 6)
lake.drop_table("ibis_made")
empty = lake.create_table(
    "ibis_empty", schema={"a": "int64", "b": "array<string>", "c": "decimal(10, 2)"}, location=f"s3://{BUCKET}/scratch/ibis_empty",
)
check("create_table of a schema", (list(empty.schema().names), empty.count().execute()), (["a", "b", "c"], 0))
lake.drop_table("ibis_empty")
frame = ibis.memtable({"id": [1, 2], "seat": ["12A", None]})
seated = passengers.join(frame, passengers.passenger_id == frame.id).select("name", "seat").order_by("name")
check("a frame in memory is joined", rows(seated), [("Javier Peña", "12A"), ('Rosa "Mendoza"', None)])
check("a sample", passengers.sample(0.5).count().execute() in range(4), True)
refused("rename_table is refused", pyathena.error.OperationalError, lake.rename_table, old_name="a", new_name="b")
refused("ibis has no median for Athena", ibis.common.exceptions.OperationNotDefinedError, readings.level.median().execute)
# ibis does so itself at the end of the process, and takes the file away too.
lake.drop_table(frame.get_name())
check("nothing is left", lake.list_tables(), before)
