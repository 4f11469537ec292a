"""PyAthena's cursors: results by the API, as files, and by UNLOAD; statements that show the catalog; parameters."""

import os
from urllib.parse import urlsplit

import pyarrow.fs
from pyathena import connect
from pyathena.arrow.cursor import ArrowCursor
from pyathena.cursor import Cursor, DictCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor

from lake import BUCKET, DATABASE, REGION, WORKGROUP, check, refused

ARGUMENTS = {
    "s3_staging_dir": f"s3://{BUCKET}/results/", "work_group": WORKGROUP, "schema_name": DATABASE, "region_name": REGION,
    "poll_interval": 0.05,
}

# PyAthena's Arrow cursor makes PyArrow's file system without an endpoint, and that one looks at no AWS_ENDPOINT_URL.
S3 = pyarrow.fs.S3FileSystem
ENDPOINT = urlsplit(os.environ["AWS_ENDPOINT_URL"])
pyarrow.fs.S3FileSystem = lambda **options: S3(scheme=ENDPOINT.scheme, endpoint_override=ENDPOINT.netloc, **options)

NAMES = ["Javier Peña", 'Rosa "Mendoza"', "O'Brien"]
SQL = "SELECT passenger_id, name, seat_number FROM passengers ORDER BY passenger_id"


def cursor(of=Cursor, **arguments):
    return connect(**ARGUMENTS).cursor(of, **arguments)


plain = cursor()
check("rows are tuples", plain.execute(SQL).fetchall()[1:], [(2, NAMES[1], None), (9007199254740993, NAMES[2], None)])
check("and dictionaries", cursor(DictCursor).execute(SQL).fetchone(), {"passenger_id": 1, "name": NAMES[0], "seat_number": ""})
check("the description has types", [column[1] for column in plain.execute(SQL).description], ["bigint", "varchar", "varchar"])
bound = plain.execute("SELECT name FROM passengers WHERE name = ?", ["'O''Brien'"], paramstyle="qmark").fetchall()
check("parameters are bound", bound, [(NAMES[2],)])
check("or written into the text", plain.execute("SELECT name FROM passengers WHERE passenger_id = %(n)d", {"n": 1}).fetchall(), [(NAMES[0],)])

for kind, of in (("pandas", PandasCursor), ("Arrow", ArrowCursor)):
    for unload in (False, True):
        found = cursor(of, unload=unload).execute(SQL)
        names = list(found.as_pandas()["name"]) if kind == "pandas" else found.as_arrow()["name"].to_pylist()
        check(f"{kind}, unload={unload}", names, NAMES)
empty = cursor(ArrowCursor, unload=True).execute("SELECT name FROM passengers WHERE name = 'nobody'")
check("unload of no rows", empty.as_arrow().num_rows, 0)

shown = [name for (name,) in plain.execute("SHOW TABLES").fetchall()]
check("SHOW TABLES", {"passengers", "readings", "parcels"} <= set(shown), True)
check("SHOW DATABASES", (DATABASE,) in plain.execute("SHOW DATABASES").fetchall(), True)
check("SHOW PARTITIONS", plain.execute("SHOW PARTITIONS readings").fetchall()[0], ("dt=2026-01-05/hour=09",))
check("DESCRIBE", plain.execute("DESCRIBE readings").fetchall()[0][0].split("\t")[0].strip(), "reading_id")
check("SHOW COLUMNS", plain.execute("SHOW COLUMNS IN readings").fetchall()[0][0].strip(), "reading_id")
check("EXPLAIN", len(plain.execute("EXPLAIN SELECT 1 AS one").fetchall()) > 0, True)
check("information_schema", plain.execute(
    "SELECT ordinal_position, column_name, data_type, comment, extra_info FROM information_schema.columns "
    f"WHERE table_schema = '{DATABASE}' AND table_name = 'readings' ORDER BY ordinal_position"
).fetchone()[:3], (1, "reading_id", "integer"))
check("$partitions", plain.execute("SELECT max(dt) FROM \"readings$partitions\"").fetchone(), ("2026-01-06",))
check("$path", plain.execute("SELECT \"$path\" FROM passengers LIMIT 1").fetchone()[0].startswith(f"s3://{BUCKET}/tables/passengers/"), True)
check("current_schema", plain.execute("SELECT current_schema, current_catalog").fetchone(), (DATABASE, "awsdatacatalog"))

plain.execute(f"CREATE TABLE py_made WITH (external_location = 's3://{BUCKET}/scratch/py_made/') AS SELECT name FROM passengers")
check("CREATE TABLE AS counts its rows", plain.rowcount, 3)
plain.execute("INSERT INTO py_made VALUES ('Ana'), ('Bea')")
check("INSERT too", plain.rowcount, 2)
check("they are read", plain.execute("SELECT count(*) FROM py_made").fetchone(), (5,))
plain.execute("CREATE VIEW py_view AS SELECT name FROM py_made WHERE length(name) = 3")
check("a view is read", sorted(plain.execute("SELECT * FROM py_view").fetchall()), [("Ana",), ("Bea",)])
check("and shown", plain.execute("SHOW CREATE VIEW py_view").fetchall()[0], (f"CREATE VIEW {DATABASE}.py_view AS",))
for sql in ("DROP VIEW py_view", "DROP TABLE py_made"):
    plain.execute(sql)
check("nothing is left", "py_made" in [name for (name,) in plain.execute("SHOW TABLES").fetchall()], False)
error = refused("a dataset's table is refused", OperationalError, plain.execute, operation="INSERT INTO passengers SELECT * FROM passengers")
check("by name", "NOT_SUPPORTED: INSERT INTO of 'passengers', a dataset of the lake" in str(error), True)
