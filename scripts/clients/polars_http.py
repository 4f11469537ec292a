"""Polars over HTTP: it reads every address by ranges, which the API does not have, and says so; it reads what an answer holds."""

import io

import polars

from lake import LAKE, answer, check, refused

PATH = "/v1/datasets/passengers/rows"
IDS = [1, 2, 9007199254740993]


def body(form):
    content, headers = answer(PATH, format=form, order="passenger_id")
    check(f"{form} is complete, and has no ranges", (headers["Tributary-Complete"], headers["Accept-Ranges"]), ("true", "none"))
    return io.BytesIO(content)


for form, read in {
    "parquet": polars.read_parquet,
    "arrow": polars.read_ipc_stream,
    "csv": polars.read_csv,
    "ndjson": polars.read_ndjson,
}.items():
    check("and is read as docs/api.md says", read(body(form))["passenger_id"].to_list(), IDS)

# An answer without ranges that Polars took for one with them would be wrong rows.
address = f"{LAKE['http']}{PATH}?format="
for form, read in {"parquet": polars.read_parquet, "csv": polars.read_csv}.items():
    error = refused(f"an address of {form} is refused", OSError, read, source=f"{address}{form}")
    check("since it has no ranges", "Range request not supported" in str(error), True)
refused("and so is a scan of one", OSError, lambda: polars.scan_parquet(f"{address}parquet").collect())
