"""What docs/local.md says that clients take where they do not know AWS_ENDPOINT_URL; PyArrow and DuckDB have files of their own."""

import os

import boto3
from aws_cli import aws
from pyathena import connect
from pyathena.cursor import Cursor
from pyathena.pandas.cursor import PandasCursor

from lake import BUCKET, DATABASE, REGION, WORKGROUP, check

SQL = "SELECT name FROM passengers ORDER BY passenger_id"
NAMES = ["Javier Peña", 'Rosa "Mendoza"', "O'Brien"]

# The cursors that docs/local.md names in place of ArrowCursor do know it.
READERS = {Cursor: lambda cursor: [row[0] for row in cursor], PandasCursor: lambda cursor: cursor.as_pandas()["name"].tolist()}
for kind, read in READERS.items():
    lake = connect(work_group=WORKGROUP, schema_name=DATABASE, region_name=REGION, poll_interval=0.05, cursor_class=kind)
    check(f"PyAthena's {kind.__name__} reads a query", read(lake.cursor().execute(SQL)), NAMES)

# Older ones are told by an argument, and have nothing else to go by.
address = os.environ.pop("AWS_ENDPOINT_URL")
check("the AWS CLI takes --endpoint-url", BUCKET in aws("--endpoint-url", address, "s3", "ls"), True)
buckets = boto3.client("s3", endpoint_url=address).list_buckets()["Buckets"]
check("boto3 takes endpoint_url", BUCKET in [bucket["Name"] for bucket in buckets], True)
