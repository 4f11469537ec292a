"""Clients that know nothing of this project, against a running `tributary dev`.

Takes the JSON line that `tributary dev --json` printed, and fails with the first thing that is not right.
"""

import io
import json
import sys
import time
import urllib.request

import boto3
import botocore.exceptions
import pandas

ADDRESSES = json.loads(sys.argv[1])
PATIENCE_SECONDS = 20


def client(service):
    return boto3.client(
        service,
        endpoint_url=ADDRESSES["aws"],
        region_name=ADDRESSES["region"],
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def get(path):
    with urllib.request.urlopen(ADDRESSES["http"] + path) as answer:
        return answer.read().decode()


def check(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: found {found!r}, expected {expected!r}")
    print(f"ok  {what}")


def publish(sns, passengers):
    attributes = {"dataset": {"DataType": "String", "StringValue": "passengers"}}
    entries = [
        {"Id": str(n), "Message": json.dumps(passenger), "MessageAttributes": attributes}
        for n, passenger in enumerate(passengers)
    ]
    answer = sns.publish_batch(TopicArn=ADDRESSES["topic"], PublishBatchRequestEntries=entries)
    check("boto3 publishes a batch", len(answer["Successful"]), len(passengers))


def wait_for_rows(count):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(json.loads(get("/v1/datasets/passengers/rows"))) < count:
        if time.monotonic() > deadline:
            sys.exit(f"{count} rows did not become visible in {PATIENCE_SECONDS} s")
        time.sleep(0.05)


def athena_rows(athena, sql, parameters):
    started = athena.start_query_execution(
        QueryString=sql, ExecutionParameters=parameters, WorkGroup=ADDRESSES["workgroup"]
    )
    query = started["QueryExecutionId"]
    while True:
        status = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if status["State"] not in ("QUEUED", "RUNNING"):
            break
        time.sleep(0.02)
    if status["State"] != "SUCCEEDED":
        sys.exit(f"{sql}: {status}")
    pages = athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=query, PaginationConfig={"PageSize": 2}
    )
    rows = [row["Data"] for page in pages for row in page["ResultSet"]["Rows"]]
    return [[cell.get("VarCharValue") for cell in row] for row in rows]


def main():
    s3, sns, glue, athena = client("s3"), client("sns"), client("glue"), client("athena")
    publish(
        sns,
        [
            {"passenger_id": 1, "name": "Javier Peña", "seat_number": ""},
            {"passenger_id": 2, "name": "Rosa \"Mendoza\""},
            {"passenger_id": 9007199254740993, "name": "O'Brien"},
        ],
    )
    wait_for_rows(3)

    keys = [
        entry["Key"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=ADDRESSES["bucket"], Prefix="commits/")
        for entry in page["Contents"]
    ]
    commit = json.load(s3.get_object(Bucket=ADDRESSES["bucket"], Key=keys[-1])["Body"])
    check("boto3 reads the commit log", commit["rows"], 3)
    try:
        s3.put_object(Bucket=ADDRESSES["bucket"], Key=keys[-1], Body=b"{}", IfNoneMatch="*")
        sys.exit("a commit was overwritten")
    except botocore.exceptions.ClientError as refused:
        check("a commit cannot be overwritten", refused.response["Error"]["Code"], "PreconditionFailed")

    partitions = glue.get_partitions(DatabaseName=ADDRESSES["database"], TableName="passengers")["Partitions"]
    check("Glue names the head's directory", partitions[0]["StorageDescriptor"]["Location"],
          f"s3://{ADDRESSES['bucket']}/{commit['location']}")

    sql = "SELECT passenger_id, name, seat_number FROM passengers WHERE name <> ? ORDER BY passenger_id"
    check("Athena binds parameters and pages", athena_rows(athena, sql, ["'O''Brien'"]), [
        ["passenger_id", "name", "seat_number"],
        ["1", "Javier Peña", ""],
        ["2", "Rosa \"Mendoza\"", None],
    ])

    frame = pandas.read_json(
        io.StringIO(get("/v1/datasets/passengers/rows?format=columns&select=passenger_id,name")), orient="columns"
    )
    check("pandas reads the columns format", frame["passenger_id"].tolist(), [1, 2, 9007199254740993])
    frame = pandas.read_csv(
        io.StringIO(get("/v1/datasets/passengers/rows?format=csv&select=passenger_id,name")), keep_default_na=False
    )
    check("pandas reads the CSV format", frame["name"].tolist(), ["Javier Peña", "Rosa \"Mendoza\"", "O'Brien"])
    frame = pandas.read_csv(
        io.StringIO(get("/v1/datasets/passengers/rows?format=csv&select=seat_number")), skip_blank_lines=False
    )
    check("pandas reads a single CSV column", len(frame), 3)


main()
