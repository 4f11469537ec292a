"""The Python client that openapi-python-client makes of the API's description: every format of every operation for rows."""

import io
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

import pandas
import pyarrow.ipc
import pyarrow.parquet

from lake import LAKE, PATIENCE_SECONDS, check, fail

LARGE = 9007199254740993
IDS = [1, 2, LARGE]

generated = tempfile.TemporaryDirectory()
config = pathlib.Path(generated.name, "config.yaml")
# Without the tools that would make it pretty.
config.write_text("post_hooks: []\n")
command = ["openapi-python-client", "generate", "--url", f"{LAKE['http']}/openapi.json", "--meta", "none"]
command += ["--output-path", f"{generated.name}/tributary_client", "--config", str(config), "--fail-on-warning"]
command[0] = str(pathlib.Path(sys.executable).with_name(command[0]))
made = subprocess.run(command, capture_output=True, text=True)
check("a client is generated without a warning", (made.returncode, "arning" in made.stdout), (0, False))
sys.path.insert(0, generated.name)

from tributary_client import Client  # noqa: E402
from tributary_client.api.datasets import dataset, datasets, rows  # noqa: E402
from tributary_client.api.named_queries import named_passenger_by_id, named_queries  # noqa: E402
from tributary_client.api.queries import free_sql, query, query_rows  # noqa: E402
from tributary_client.models import FreeSql, Problem, RowsFilters  # noqa: E402

READERS = {
    "json": lambda body: [row["passenger_id"] for row in json.loads(body)],
    "columns": lambda body: pandas.read_json(io.BytesIO(body), orient="columns")["passenger_id"].tolist(),
    "ndjson": lambda body: [json.loads(line)["passenger_id"] for line in body.splitlines()],
    "csv": lambda body: pandas.read_csv(io.BytesIO(body))["passenger_id"].tolist(),
    "parquet": lambda body: pyarrow.parquet.read_table(io.BytesIO(body))["passenger_id"].to_pylist(),
    "arrow": lambda body: pyarrow.ipc.open_stream(body).read_all()["passenger_id"].to_pylist(),
}


def succeeded(what, answer):
    if answer.status_code != 200:
        fail(what, f"{answer.status_code}: {answer.content[:500]}", 200)
    return answer


def in_every_format(what, operation, expected, *arguments, **options):
    # Each operation has an enumeration of its own.
    formats = next(value for name, value in vars(operation).items() if name.endswith("Format"))
    check(f"{what} knows the formats", sorted(form.value for form in formats), sorted(READERS))
    for form in formats:
        answer = operation.sync_detailed(*arguments, client=client, format_=form, **options)
        body = succeeded(f"{what} as {form.value}", answer).content
        check(f"{what} as {form.value}", READERS[form.value](body), expected)
        if form.value not in ("parquet", "arrow"):
            check(f"and its text, parsed, is the body of {form.value}", answer.parsed, body.decode())


client = Client(base_url=LAKE["http"])
names = [one.name for one in datasets.sync(client=client).datasets]
check("the datasets are typed", names, ["letters", "parcels", "passengers", "readings"])
check("and one of them", dataset.sync("passengers", client=client).rows, len(IDS))

in_every_format("rows", rows, IDS, "passengers", order="passenger_id")
filters = RowsFilters()
filters["passenger_id"] = "gt.1"
filters["name"] = "like.O*"
in_every_format("filtered rows", rows, [LARGE], "passengers", filters=filters)
filters["name"] = "like"
refused = rows.sync("passengers", client=client, filters=filters)
check("a refusal is a problem", (type(refused), refused.status), (Problem, 400))

sql = FreeSql(sql="SELECT passenger_id FROM passengers WHERE passenger_id < ? ORDER BY 1", parameters=[3])
in_every_format("free SQL", free_sql, [1, 2], body=sql)

check("named queries are listed", [one.name for one in named_queries.sync(client=client).named_queries], ["passenger-by-id"])
in_every_format("a named query", named_passenger_by_id, [2], passenger=2)

going_on = free_sql.sync(client=client, body=sql, prefer="respond-async")
deadline = time.monotonic() + PATIENCE_SECONDS
while query.sync(going_on.id, client=client).state != "succeeded":
    if time.monotonic() > deadline:
        fail("a query ends", query.sync(going_on.id, client=client), "succeeded")
    time.sleep(0.05)
in_every_format("the rows of a query", query_rows, [1, 2], going_on.id)
page = query_rows.sync_detailed(going_on.id, client=client, limit=1)
link = page.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
cursor = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["cursor"][0]
page = query_rows.sync_detailed(going_on.id, client=client, cursor=cursor)
check("a cursor leads to the next page", json.loads(page.content), [{"passenger_id": 2}])
client.get_httpx_client().close()
generated.cleanup()
