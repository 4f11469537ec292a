"""pandas and pyarrow, and the HTTP API's formats."""

import datetime
import decimal
import io
import json
import time

import pandas
import pyarrow.ipc
import pyarrow.parquet

from lake import PATIENCE_SECONDS, answer, check, fail, get

PASSENGERS, READINGS, PARCELS = (f"/v1/datasets/{name}/rows" for name in ("passengers", "readings", "parcels"))
LARGE = 9007199254740993


def utc(text):
    return pandas.Timestamp(text, tz="UTC")


def columns_frame(text, **options):
    return pandas.read_json(io.StringIO(text), orient="columns", **options)


def same(what, found, expected):
    """Compares frames with their types, their order and their index."""
    try:
        pandas.testing.assert_frame_equal(found, expected, check_exact=True)
    except AssertionError as difference:
        fail(what, f"{difference}\n{found}\n{found.dtypes}", f"\n{expected}\n{expected.dtypes}")
    print(f"ok  {what}", flush=True)


def pages(path, **parameters):
    """The bodies of all pages of one query, each with at most two rows."""
    body, headers = answer(path, {"Prefer": "respond-async"}, **parameters)
    location, deadline = headers["Location"], time.monotonic() + PATIENCE_SECONDS
    while json.loads(get(location))["state"] != "succeeded":
        if time.monotonic() > deadline:
            fail("a query ends", body, "succeeded")
        time.sleep(0.05)
    page = f"{location}/rows?limit=2&format={parameters['format']}"
    while page:
        body, headers = answer(page)
        yield body.decode()
        link = headers["Link"]
        page = link.removeprefix("<").removesuffix('>; rel="next"') if link else None


def json_formats():
    select = "passenger_id,name,seat_number"
    passengers = pandas.DataFrame(
        {
            "passenger_id": [1, 2, LARGE],
            "name": ["Javier Peña", 'Rosa "Mendoza"', "O'Brien"],
            "seat_number": ["", None, None],
        }
    )
    text = get(PASSENGERS, format="columns", select=select)
    same("read_json of columns is the frame", columns_frame(text), passengers)
    found = list(pages(PASSENGERS, format="columns", select=select))
    check("three rows are two pages of two", len(found), 2)
    # Of a page whose values are all null, pandas cannot know that they would be text.
    together = pandas.concat(map(columns_frame, found)).astype(passengers.dtypes)
    same("read_json of two pages, put together, is the frame", together, passengers)
    text = get(PASSENGERS, format="json", select=select)
    same("read_json of json is the frame", pandas.read_json(io.StringIO(text)), passengers)
    text = get(PASSENGERS, format="ndjson", select=select)
    same("read_json(lines=True) of ndjson is the frame", pandas.read_json(io.StringIO(text), lines=True), passengers)
    found = pages(PASSENGERS, format="ndjson", select=select)
    lines = pandas.concat(pandas.read_json(io.StringIO(page), lines=True) for page in found)
    lines = lines.reset_index(drop=True).astype(passengers.dtypes)
    same("and so are its pages", lines, passengers)

    # pandas makes a float of a number where another one is null; strings keep what a float does not have.
    text = get(READINGS, format="columns", select="total,level", _numbers="string")
    totals = columns_frame(text, dtype=False)
    check("_numbers=string keeps bigints", totals["total"].dropna().tolist(), [str(LARGE), str(-(2**63)), "7"])
    check("as pandas' own nullable type reads them", totals["total"].astype("Int64").tolist()[::2], [LARGE, -(2**63)])
    check("and leaves doubles numbers", totals["level"].tolist()[::3], [0.1, 1e10])
    amounts = columns_frame(get(PARCELS, format="columns", select="amount,fee", _numbers="string"), dtype=False)
    check("_numbers=string keeps decimals", amounts.iloc[0].tolist(), ["9" * 38, "-9999999999.90"])

    # More rows than one digit counts.
    sql = "SELECT 10 * a.reading_id + b.reading_id AS n FROM readings a CROSS JOIN readings b ORDER BY n DESC"
    body, _ = answer("/v1/queries", {"Content-Type": "application/json"}, json.dumps({"sql": sql}), format="columns")
    numbers = [10 * a + b for a in (4, 3, 2, 1) for b in (4, 3, 2, 1)]
    same("the order of rows is kept", columns_frame(body.decode()), pandas.DataFrame({"n": numbers}))

    frame = columns_frame(get(READINGS, format="columns"))
    times = [utc("2026-01-05T10:00:00.123"), utc("1969-12-31T23:59:59.999")]
    check("times are times", frame["checked_at"].tolist()[::2], times)
    check("booleans are booleans", frame["valid"].tolist()[::2], [True, False])
    check("doubles are the same doubles", frame["level"].dropna().tolist(), [0.1, 1e300, 1e10])
    check("NULL and the empty string stay apart", frame["note"].isna().tolist(), [False, True, False, False])
    frame = columns_frame(get(PARCELS, format="columns", select="tags,address"))
    check("nested values are Python's", frame["address"].tolist()[0]["city"], "Las Palmas")
    check("null within an array is None", frame["tags"].tolist()[0], ['Peña, "a"', "", None])


def csv():
    text = get(PASSENGERS, format="csv", select="passenger_id,name")
    frame = pandas.read_csv(io.StringIO(text), keep_default_na=False)
    check("pandas reads the CSV format", frame["name"].tolist(), ["Javier Peña", 'Rosa "Mendoza"', "O'Brien"])
    check("with its large numbers", frame["passenger_id"].tolist(), [1, 2, LARGE])
    frame = pandas.read_csv(io.StringIO(get(PASSENGERS, format="csv", select="seat_number")), skip_blank_lines=False)
    check("pandas reads a single CSV column", len(frame), 3)


def arrow(what, read):
    """Both binary formats say types, so that every value is exact without an option."""
    readings = read(READINGS)
    types = {field.name: str(field.type) for field in readings.schema}
    expected = {
        "reading_id": "int32",
        "taken_at": "timestamp[ms]",
        "valid": "bool",
        "channel": "int32",
        "total": "int64",
        "level": "double",
        "note": "string",
        "due": "date32[day]",
        "checked_at": "timestamp[ms]",
    }
    check(f"{what} says the types", types, expected)
    rows = readings.to_pylist()
    check(f"{what} keeps bigints beside nulls", [row["total"] for row in rows], [LARGE, None, -(2**63), 7])
    check(f"{what} keeps NULL apart from the empty string", [row["note"] for row in rows][1:3], [None, ""])
    due = [datetime.date(2026, 1, 31), None, datetime.date(1969, 12, 31), datetime.date(2024, 2, 29)]
    check(f"{what} has dates", [row["due"] for row in rows], due)
    checked = datetime.datetime(2026, 1, 5, 10, 0, 0, 123_000)
    check(f"{what} has times to the millisecond, in UTC without a zone", rows[0]["checked_at"], checked)
    parcels = read(PARCELS, select="amount,fee,code,tags,address,prices")
    row = parcels.to_pylist()[0]
    decimals = [decimal.Decimal("9" * 38), decimal.Decimal("-9999999999.90")]
    check(f"{what} has decimals", [row["amount"], row["fee"]], decimals)
    check(f"{what} has bytes", row["code"], b"\x00\xff")
    check(f"{what} has lists", row["tags"], ['Peña, "a"', "", None])
    since = datetime.datetime(1969, 12, 31, 23, 59, 59, 999_000)
    check(f"{what} has structs", row["address"], {"city": "Las Palmas", "since": since})
    prices = {"usd": [], "eur": [decimal.Decimal("1.5"), None]}
    check(f"{what} has maps", dict(row["prices"]), prices)
    frame = read(PASSENGERS, select="passenger_id,seat_number").to_pandas()
    check(f"pandas takes {what}", frame["passenger_id"].tolist(), [1, 2, LARGE])


def parquet(path, **parameters):
    body, headers = answer(path, format="parquet", **parameters)
    check("Parquet says what it is", headers["Content-Type"], "application/vnd.apache.parquet")
    return pyarrow.parquet.read_table(io.BytesIO(body))


def arrow_stream(path, **parameters):
    body, headers = answer(path, {"Accept": "application/vnd.apache.arrow.stream"}, **parameters)
    check("Arrow says what it is", headers["Content-Type"], "application/vnd.apache.arrow.stream")
    return pyarrow.ipc.open_stream(body).read_all()


def complete():
    """Every answer says whether it is complete, and its Link leads to the rows that it has not, as docs/api.md shows."""
    readers = {
        "json": lambda body: pandas.read_json(io.BytesIO(body)),
        "columns": lambda body: pandas.read_json(io.BytesIO(body), orient="columns"),
        "ndjson": lambda body: pandas.read_json(io.BytesIO(body), lines=True),
        "csv": lambda body: pandas.read_csv(io.BytesIO(body)),
        "parquet": lambda body: pandas.read_parquet(io.BytesIO(body)),
        "arrow": lambda body: pyarrow.ipc.open_stream(body).read_all().to_pandas(),
    }
    for form, read in readers.items():
        page, frames, said = f"{PASSENGERS}?format={form}&select=passenger_id&limit=2", [], []
        while page:
            body, headers = answer(page)
            frames.append(read(body))
            said.append((headers["Tributary-Complete"], headers["Tributary-Range"]))
            link = headers["Link"]
            page = link.removeprefix("<").removesuffix('>; rel="next"') if link else None
        check(f"an answer in {form} says whether it is complete", said, [("false", "0-1/*"), ("true", "2-2/*")])
        found = pandas.concat(frames, ignore_index=True)["passenger_id"].tolist()
        check(f"and leads to every row in {form}", found, [1, 2, LARGE])
    _, headers = answer(PASSENGERS, {"Prefer": "count=exact"}, limit=1)
    check("a count is exact", (headers["Content-Range"], headers["Preference-Applied"]), ("0-0/3", "count=exact"))


def not_finite():
    """Numbers that JSON does not have, as docs/api.md says that pandas reads them."""
    sql = "SELECT level / 0 AS a, -level / 0 AS b, (level - level) / 0 AS c FROM readings WHERE reading_id = 1"

    def read(form, reader):
        body, _ = answer("/v1/queries", {"Content-Type": "application/json"}, json.dumps({"sql": sql}), format=form)
        return [str(float(value)) for value in reader(body).iloc[0]]

    infinite = ["inf", "-inf", "nan"]
    check("pandas reads NaN and the infinities of CSV", read("csv", lambda body: pandas.read_csv(io.BytesIO(body))), infinite)
    check("and of Parquet", read("parquet", lambda body: pandas.read_parquet(io.BytesIO(body))), infinite)
    check("and of Arrow", read("arrow", lambda body: pyarrow.ipc.open_stream(body).read_all().to_pandas()), infinite)
    for form, options in {"json": {}, "ndjson": {"lines": True}, "columns": {"orient": "columns"}}.items():
        found = read(form, lambda body, options=options: pandas.read_json(io.BytesIO(body), dtype=float, **options))
        check(f"in {form} they are null", found, ["nan"] * 3)


json_formats()
csv()
complete()
not_finite()
arrow("Parquet", parquet)
arrow("an Arrow stream", arrow_stream)
body, _ = answer(PASSENGERS, format="parquet", select="passenger_id,name")
check("pandas.read_parquet reads it", pandas.read_parquet(io.BytesIO(body))["passenger_id"].tolist(), [1, 2, LARGE])
