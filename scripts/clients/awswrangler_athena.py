"""awswrangler and Athena: data frames with the right types and the right nulls."""

import datetime
import json

import awswrangler
import pandas

from lake import BUCKET, DATABASE, WORKGROUP, check, refused

ATHENA = {"database": DATABASE, "workgroup": WORKGROUP, "ctas_approach": False, "athena_query_wait_polling_delay": 0.05}


def read(sql, **arguments):
    return awswrangler.athena.read_sql_query(sql, **ATHENA, **arguments)


def values(column):
    return [None if pandas.isna(value) else value for value in column]


frame = read("SELECT * FROM readings ORDER BY reading_id")
types = {name: str(data_type) for name, data_type in frame.dtypes.items()}
whole = {name: types[name] for name in ("reading_id", "valid", "channel", "total", "level", "note", "dt", "hour")}
check("types are right", whole, {
    "reading_id": "Int32", "valid": "boolean", "channel": "Int32", "total": "Int64", "level": "float64",
    "note": "string", "dt": "string", "hour": "string",
})
check("a timestamp is one", [types[name].split("[")[0] for name in ("taken_at", "checked_at")], ["datetime64"] * 2)
check("booleans", values(frame["valid"]), [True, None, False, True])
check("int, from end to end", values(frame["channel"]), [2147483647, None, -2147483648, 0])
check("bigint beyond 2^53, with NULL", values(frame["total"]), [9007199254740993, None, -9223372036854775808, 7])
check("double", values(frame["level"]), [0.1, None, 1e300, 1e10])
# In CSV, awswrangler takes "" for NULL as well: the SQL keeps them apart.
check("string", values(frame["note"]), ['Peña, "Pepe"\nline two', None, None, "null"])
check("the empty string is not NULL", values(read("SELECT note IS NULL AS n FROM readings ORDER BY reading_id")["n"]),
      [False, True, False, False])
check("date", values(frame["due"]),
      [datetime.date(2026, 1, 31), None, datetime.date(1969, 12, 31), datetime.date(2024, 2, 29)])
check("timestamp", [found and found.isoformat(timespec="milliseconds") for found in values(frame["checked_at"])],
      ["2026-01-05T10:00:00.123", None, "1969-12-31T23:59:59.999", "2024-02-29T00:00:00.000"])
check("the frame knows its query", frame.query_metadata["Status"]["State"], "SUCCEEDED")

frame = read("""SELECT fee, amount, weight, to_base64(code) AS code, json_format(CAST(address AS JSON)) AS address,
    json_format(CAST(prices AS JSON)) AS prices FROM parcels ORDER BY parcel_id""")
check("decimals are decimals", [str(values(frame[name])[0]) for name in ("fee", "amount")], ["-9999999999.90", "9" * 38])
check("floats and bytes", (str(frame["weight"].dtype), values(frame["code"])[:1]), ("float32", ["AP8="]))
check("nested values as JSON", [json.loads(value) for value in values(frame["address"])[:2]],
      [{"city": "Las Palmas", "since": "1969-12-31 23:59:59.999"}, {"city": None, "since": None}])
check("with all digits", values(frame["prices"])[0], '{"eur":[1.500000000000000000,null],"usd":[]}')

bound = read("SELECT name FROM passengers WHERE name = ?", params=["'O''Brien'"], paramstyle="qmark")
check("params are bound", values(bound["name"]), ["O'Brien"])
named = read("SELECT name FROM passengers WHERE name = :who", params={"who": "O'Brien"}, paramstyle="named")
check("named params too", values(named["name"]), ["O'Brien"])
chunks = [len(chunk) for chunk in read("SELECT * FROM readings", chunksize=3)]
check("chunksize", chunks, [3, 1])
nothing = read("SELECT reading_id, note FROM readings WHERE dt = '1999-01-01'")
check("no rows still have columns", (len(nothing), list(nothing.columns)), (0, ["reading_id", "note"]))
before = awswrangler.s3.list_objects(f"s3://{BUCKET}/results/")
read("SELECT 1 AS one", keep_files=False)
check("keep_files=False takes the result away", awswrangler.s3.list_objects(f"s3://{BUCKET}/results/"), before)
refused("a failed query is QueryFailed", awswrangler.exceptions.QueryFailed, read, sql="SELECT nme FROM readings")
