"""dbt-athena: `dbt build` of the project in dbt/, twice, and what Athena and dbt's catalog say of it afterwards."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import boto3

from lake import BUCKET, DATABASE, REGION, WORKGROUP, check, fail

PROJECT = Path(__file__).with_name("dbt")
DBT = Path(sys.executable).with_name("dbt")

athena, glue = boto3.client("athena"), boto3.client("glue")


def dbt(*arguments):
    """Runs dbt and answers the state of each node that it ran."""
    told = {
        **os.environ, "LAKE_DATABASE": DATABASE, "LAKE_WORKGROUP": WORKGROUP, "LAKE_BUCKET": BUCKET,
        "DBT_TARGET_PATH": str(TARGET), "DBT_LOG_PATH": str(TARGET / "logs"), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    told.pop("LAKE", None)
    command = [DBT, "--no-use-colors", *arguments, "--project-dir", PROJECT, "--profiles-dir", PROJECT]
    done = subprocess.run(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode not in (0, 1):
        fail(f"dbt {' '.join(arguments)}", done.stdout, "it runs")
    results = json.loads((TARGET / "run_results.json").read_text())["results"]
    return {name(result["unique_id"]): (result["status"], result["message"]) for result in results}, done.stdout


def name(unique_id):
    """Of model.PROJECT.NAME, test.PROJECT.NAME.HASH and unit_test.PROJECT.MODEL.NAME."""
    kind, _, first, *rest = unique_id.split(".")
    return rest[0] if kind == "unit_test" else first


def built(*arguments):
    nodes, output = dbt("build", "--exclude", "tag:refused", *arguments)
    wrong = {node: said for node, said in nodes.items() if said[0] not in ("success", "pass")}
    if wrong or not nodes:
        fail("dbt build", output, "every node succeeds")
    return sorted(nodes)


def rows(sql):
    """The rows of a query, by the API itself. NULL is None."""
    started = athena.start_query_execution(QueryString=sql, WorkGroup=WORKGROUP, QueryExecutionContext={"Database": DATABASE})
    execution = started["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
    if status["State"] != "SUCCEEDED":
        fail(sql, status["StateChangeReason"], "SUCCEEDED")
    found = athena.get_query_results(QueryExecutionId=execution)["ResultSet"]["Rows"]
    return [tuple(value.get("VarCharValue") for value in row["Data"]) for row in found[1:]]


def columns(table):
    found = glue.get_table(DatabaseName=DATABASE, Name=table)["Table"]
    return {column["Name"]: column["Type"] for column in found["StorageDescriptor"]["Columns"] + found["PartitionKeys"]}


def tables():
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=DATABASE)
    return sorted(table["Name"] for page in pages for table in page["TableList"])


with tempfile.TemporaryDirectory() as directory:
    TARGET = Path(directory)
    before = tables()
    nodes = built("--vars", "{run: 1}")
    models = {
        "dbt_names", "dbt_letters", "dbt_days", "dbt_dates", "dbt_many", "dbt_appended", "dbt_replaced", "dbt_widened", "dbt_seats",
        "dbt_history",
    }
    check("dbt build: every model, seed and snapshot", models <= set(nodes), True)
    check("and every test of them", len(set(nodes) - models), 10)
    check("a view", rows("SELECT passenger_id, letters FROM dbt_names ORDER BY passenger_id"),
          [("1", "11"), ("2", "14"), ("9007199254740993", "7")])
    check("a table", rows("SELECT * FROM dbt_letters ORDER BY letters"),
          [("7", "1", "9007199254740993.00"), ("11", "1", "1.00"), ("14", "1", "2.00")])
    check("a seed", rows("SELECT * FROM dbt_seats ORDER BY seat"), [
        ("12B", "economy", "31", "2026-01-06 11:30:00.000", None), ("12C", None, "31", None, "80.25"),
        ("1A", 'first, "front"', "60", "2026-01-05 10:00:00.000", "1200.5"),
    ])
    check("of dbt's types", columns("dbt_seats"),
          {"seat": "string", "cabin": "string", "pitch": "int", "checked": "timestamp", "price": "double"})
    check("a table in partitions", rows("SELECT day, count(*) FROM dbt_days GROUP BY day ORDER BY day"),
          [("2026-01-05", "3"), ("2026-01-06", "1")])
    check("which the catalog has", rows('SELECT day FROM "dbt_days$partitions" ORDER BY day'), [("2026-01-05",), ("2026-01-06",)])
    check("partitions of dates", rows("SELECT day, count(*) FROM dbt_dates WHERE day > DATE '2026-01-05' GROUP BY day"),
          [("2026-01-06", "1")])
    check("whose type the catalog has", columns("dbt_dates")["day"], "date")
    check("more partitions than one statement writes", rows('SELECT count(*), sum(number), count(DISTINCT part) FROM dbt_many'),
          [("120", "7260", "120")])
    check("a snapshot", rows("SELECT count(*), count(dbt_valid_to) FROM dbt_history"), [("3", "0")])

    check("dbt build again", built("--vars", "{run: 2}"), nodes)
    check("append", rows("SELECT run, count(*) FROM dbt_appended GROUP BY run ORDER BY run"), [("1", "3"), ("2", "2")])
    check("insert_overwrite", rows("SELECT day, run, count(*) FROM dbt_replaced GROUP BY day, run ORDER BY day"),
          [("2026-01-05", "2", "3"), ("2026-01-06", "1", "1")])
    check("on_schema_change", rows("SELECT passenger_id, name FROM dbt_widened WHERE passenger_id = 1 ORDER BY name NULLS FIRST"),
          [("1", None), ("1", "Javier Peña")])
    check("a snapshot of what has changed", rows("SELECT count(*), count(dbt_valid_to) FROM dbt_history"), [("6", "3")])
    check("no table between two is left", [table for table in tables() if "__dbt_tmp" in table], [])

    refused, _ = dbt("run", "--select", "tag:refused")
    check("Iceberg is refused by name", "NOT_SUPPORTED: the property table_type = 'iceberg'" in refused["dbt_iceberg"][1], True)
    check("buckets too", "NOT_SUPPORTED: the property bucket_count" in refused["dbt_buckets"][1], True)

    dbt("docs", "generate")
    catalog = json.loads((TARGET / "catalog.json").read_text())
    check("dbt docs generate", catalog["errors"], None)
    found = {entry["metadata"]["name"]: entry for entry in (catalog["nodes"] | catalog["sources"]).values()}
    check("has views and tables", (found["dbt_names"]["metadata"]["type"], found["dbt_days"]["metadata"]["type"]), ("view", "table"))
    check("and their columns", [column["type"] for column in found["dbt_days"]["columns"].values()], ["int", "double", "string"])
    check("sources too", "passenger_id" in found["passengers"]["columns"], True)

    for table in tables():
        if table not in before:
            glue.delete_table(DatabaseName=DATABASE, Name=table)
