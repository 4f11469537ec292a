"""awswrangler, the catalog, and the lake's files."""

import awswrangler

from lake import BUCKET, DATABASE, check

catalog = awswrangler.catalog
check("databases", DATABASE in catalog.databases()["Database"].tolist(), True)
check("tables", sorted(catalog.tables(database=DATABASE)["Table"]), ["letters", "parcels", "passengers", "readings"])
check("tables by what their names contain", catalog.tables(database=DATABASE, name_contains="eadi")["Table"].tolist(), ["readings"])
check("and by prefix", catalog.tables(database=DATABASE, name_prefix="pass")["Table"].tolist(), ["passengers"])
table = catalog.table(database=DATABASE, table="readings")
check("a table's columns", table["Column Name"].tolist(),
      ["reading_id", "taken_at", "valid", "channel", "total", "level", "note", "due", "checked_at",
       "_id", "_ingested_at", "_extra", "dt", "hour"])
check("which of them are keys", table["Partition"].tolist(), [False] * 12 + [True] * 2)
check("their types", catalog.get_table_types(database=DATABASE, table="readings")["total"], "bigint")
check("a table is there", [catalog.does_table_exist(database=DATABASE, table=name) for name in ("readings", "not")], [True, False])
check("its location", catalog.get_table_location(database=DATABASE, table="readings"), f"s3://{BUCKET}/tables/readings/")

partitions = catalog.get_partitions(database=DATABASE, table="readings")
check("partitions", sorted(partitions.values()), [["2026-01-05", "09"], ["2026-01-05", "10"], ["2026-01-06", "00"]])
picked = catalog.get_partitions(database=DATABASE, table="readings", expression="dt = '2026-01-05' AND hour = '10'")
check("partitions by expression", list(picked.values()), [["2026-01-05", "10"]])
check("as Parquet", sorted(catalog.get_parquet_partitions(database=DATABASE, table="readings").values()), sorted(partitions.values()))

(head,) = picked
check("a generation's files are listed", [key.endswith(".parquet") for key in awswrangler.s3.list_objects(head)], [True])
frame = awswrangler.s3.read_parquet(head)
check("and read as Parquet", frame["reading_id"].tolist(), [2, 3])
(parcels,) = catalog.get_partitions(database=DATABASE, table="parcels")
parcels = awswrangler.s3.read_parquet(parcels).set_index("parcel_id").sort_index()
first = parcels.loc[1]
check("decimals and bytes as well", (str(first["fee"]), str(first["amount"]), first["code"]), ("-9999999999.90", "9" * 38, b"\x00\xff"))
check("arrays, structs and maps", (list(first["tags"]), first["address"]["city"], [key for key, _ in first["prices"]]),
      (['Peña, "a"', "", None], "Las Palmas", ["eur", "usd"]))
check("empty is not NULL", (len(parcels.loc[2, "tags"]), parcels.loc[3, "tags"]), (0, None))
check("with bigints as they are", frame["total"].dropna().tolist(), [-9223372036854775808])
