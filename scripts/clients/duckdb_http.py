"""DuckDB over HTTP: the API's addresses as files. It asks for the length first, and then for ranges, which the API does not have."""

from pathlib import Path

import duckdb
import duckdb_extension_httpfs

from lake import LAKE, check

(httpfs,) = Path(duckdb_extension_httpfs.__file__).parent.glob("extensions/*/httpfs.duckdb_extension")
db = duckdb.connect()
db.execute(f"LOAD '{httpfs}'")

IDS = [(1,), (2,), (9007199254740993,)]
ADDRESS = f"{LAKE['http']}/v1/datasets/passengers/rows"
for form, read in {"parquet": "read_parquet", "csv": "read_csv", "ndjson": "read_json"}.items():
    # All rows, and some of them: the answer says how many there are in one case, and only that there are more in the other.
    for limit in (3, 2):
        table = f"{read}('{ADDRESS}?format={form}&order=passenger_id&limit={limit}')"
        found = db.execute(f"SELECT passenger_id FROM {table} ORDER BY 1").fetchall()
        check(f"{limit} rows of {form}", found, IDS[:limit])
table = f"read_parquet('{ADDRESS}?format=parquet')"
check("columns and filters", db.execute(f"SELECT name FROM {table} WHERE passenger_id = 1").fetchall(), [("Javier Peña",)])
