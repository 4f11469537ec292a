"""Athena's queries, run by the local lake (`tributary dev`) over MiniStack's catalog and bucket.

MiniStack's own engine reads whatever lies below a table's location, stores a result as `<id>.csv/<id>.csv` and knows no
parameters. Before a query starts, its database and the objects of its tables are brought to the local lake; when it has
succeeded, its result is brought back. What Athena does with the rights of its caller is judged by the caller's policy,
with aws:CalledVia. The workgroups themselves stay MiniStack's.
"""

import asyncio
import json
import os
import threading
import urllib.error
import urllib.request

import boto3
from botocore.config import Config

import judge

# The local lake has queries on one database, over one bucket: these stand in for the deployed lake's.
LOCAL_DATABASE = "tributary"
LOCAL_BUCKET = "tributary"

RUN = ("StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution")



class Lake:
    """One local lake, and what has been brought to it."""

    def __init__(self, address):
        self.address = address
        self.lock = threading.Lock()
        self.buckets, self.objects, self.returned = set(), set(), set()
        self.workgroups, self.tables, self.partitions = {}, {}, {}
        self.aws = clients(endpoint_url=address, aws_access_key_id="local", aws_secret_access_key="local")


class Lakes:
    """A local lake for each database that is queried, and where each query runs."""

    def __init__(self, addresses):
        self.free = list(addresses)
        self.lock = threading.Lock()
        self.of_database, self.of_query = {}, {}
        self.far = clients(
            endpoint_url=os.environ["AWS_ENDPOINT_URL"], aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"], verify=os.environ["SSL_CERT_FILE"])

    def for_database(self, database):
        with self.lock:
            if database not in self.of_database:
                self.of_database[database] = Lake(self.free.pop())
            return self.of_database[database]

    def workgroup(self, name):
        """The configuration as it is now: an upgrade changes it."""
        return self.far["athena"].get_work_group(WorkGroup=name)["WorkGroup"]["Configuration"]


def install():
    from ministack import app
    from ministack.services import athena

    own = athena.handle_request
    lakes = Lakes(json.loads(os.environ["CHECK_LAKES"]))

    async def handle_request(method, path, headers, body, query_params):
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if operation not in RUN:
            return await own(method, path, headers, body, query_params)
        from ministack.core.responses import get_region

        caller = app.extract_access_key_id(headers, query_params)
        return await asyncio.to_thread(run, lakes, operation, json.loads(body), caller, get_region())

    athena.handle_request = handle_request


def run(lakes, operation, sent, caller, region):
    if operation == "StartQueryExecution":
        return start(lakes, sent, caller, region)
    query = sent["QueryExecutionId"]
    lake = lakes.of_query.get(query)
    if lake is None:
        return answer(400, {"__type": "InvalidRequestException", "Message": f"QueryExecution {query} was not found"})
    status, found = forward(lake, operation, sent)
    if status == 200 and operation == "GetQueryExecution" and found["QueryExecution"]["Status"]["State"] == "SUCCEEDED":
        with lake.lock:
            bring_back(lakes, lake, found["QueryExecution"])
    return answer(status, found)


def start(lakes, sent, caller, region):
    denied = refused(lakes, caller, region, sent)
    if denied:
        return answer(400, {"__type": "AccessDeniedException", "Message": f"Athena may not {denied}"})
    lake = lakes.for_database(sent["QueryExecutionContext"]["Database"])
    with lake.lock:
        bring(lakes, lake, sent)
    status, found = forward(lake, "StartQueryExecution", translated(sent))
    if status == 200:
        lakes.of_query[found["QueryExecutionId"]] = lake
        judge.workgroups[found["QueryExecutionId"]] = sent.get("WorkGroup", "primary")
    return answer(status, found)


def refused(lakes, caller, region, sent):
    """The first thing that the caller's role does not let Athena do; None if it may do all of it."""
    from ministack.core.responses import get_account_id

    database = (sent.get("QueryExecutionContext") or {}).get("Database", "default")
    stem = f"arn:aws:glue:{region}:{get_account_id()}"
    catalog, named = f"{stem}:catalog", f"{stem}:database/{database}"
    tables = [catalog, named, f"{stem}:table/{database}/*"]
    output = lakes.workgroup(sent.get("WorkGroup", "primary"))["ResultConfiguration"]["OutputLocation"]
    bucket, _, prefix = output.removeprefix("s3://").partition("/")
    lake = f"arn:aws:s3:::{bucket}"
    calls = [
        ("glue:GetDatabase", "glue", [catalog, named], {}),
        ("glue:GetDatabase", "glue", [catalog, f"{stem}:database/default"], {}),
        *((f"glue:{call}", "glue", tables, {})
          for call in ("GetTable", "GetTables", "GetPartition", "GetPartitions", "BatchGetPartition")),
        ("s3:GetBucketLocation", "s3", [lake], {}),
        ("s3:ListBucketMultipartUploads", "s3", [lake], {}),
        ("s3:ListBucket", "s3", [lake], {"s3:prefix": "tables/passengers/"}),
        ("s3:ListBucket", "s3", [lake], {"s3:prefix": prefix}),
        ("s3:GetObject", "s3", [f"{lake}/tables/passengers/part-00000.parquet"], {}),
        *((f"s3:{call}", "s3", [f"{lake}/{prefix}id.csv"], {})
          for call in ("PutObject", "AbortMultipartUpload", "ListMultipartUploadParts")),
    ]
    for action, service, arns, context in calls:
        if judge.through_athena(caller, action, service, region, arns, context):
            return action
    return None


def translated(sent):
    """The same query, on the local lake's database. The API always writes the name of a database in quotes."""
    database = sent["QueryExecutionContext"]["Database"]
    text = sent["QueryString"].replace(f'"{database}".', f'"{LOCAL_DATABASE}".')
    return {**sent, "QueryString": text, "QueryExecutionContext": {"Database": LOCAL_DATABASE}}


def forward(lake, operation, sent):
    request = urllib.request.Request(
        lake.address, data=json.dumps(sent).encode(), method="POST",
        headers={"content-type": "application/x-amz-json-1.1", "x-amz-target": f"AmazonAthena.{operation}"})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def answer(status, value):
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(value).encode()


def clients(**options):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1})
    return {name: boto3.client(name, region_name=os.environ["MINISTACK_REGION"], config=config, **options)
            for name in ("s3", "glue", "athena")}


def bring(lakes, lake, sent):
    """Makes the local lake's workgroup, catalog and objects what MiniStack's are."""
    name = sent.get("WorkGroup", "primary")
    wanted = lakes.workgroup(name)
    if lake.workgroups.get(name) != wanted:
        output = wanted["ResultConfiguration"]["OutputLocation"]
        bucket = output.removeprefix("s3://").partition("/")[0]
        if bucket not in lake.buckets:
            lake.aws["s3"].create_bucket(Bucket=bucket, CreateBucketConfiguration={
                "LocationConstraint": os.environ["MINISTACK_REGION"]})
            lake.buckets.add(bucket)
        kept = {key: wanted[key] for key in ("EnforceWorkGroupConfiguration", "BytesScannedCutoffPerQuery") if key in wanted}
        if name in lake.workgroups:
            # An upgrade moves the results.
            lake.aws["athena"].delete_work_group(WorkGroup=name, RecursiveDeleteOption=True)
        lake.aws["athena"].create_work_group(
            Name=name, Configuration={"ResultConfiguration": {"OutputLocation": output}, **kept})
        lake.workgroups[name] = wanted
    database = sent["QueryExecutionContext"]["Database"]
    for page in lakes.far["glue"].get_paginator("get_tables").paginate(DatabaseName=database):
        for table in page["TableList"]:
            bring_table(lakes.far, lake, database, table)


def localized(entry, keys):
    """A table or a partition as the local lake takes it. MiniStack answers an empty owner for none."""
    made = {key: entry[key] for key in keys if entry.get(key) not in (None, "")}
    location = made["StorageDescriptor"]["Location"].removeprefix("s3://").partition("/")[2]
    made["StorageDescriptor"] = {**made["StorageDescriptor"], "Location": f"s3://{LOCAL_BUCKET}/{location}"}
    return made


TABLE = ("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters")
PARTITION = ("Values", "StorageDescriptor", "Parameters")


def bring_table(far, lake, database, table):
    name, wanted, glue = table["Name"], localized(table, TABLE), lake.aws["glue"]
    if name not in lake.tables:
        glue.create_table(DatabaseName=LOCAL_DATABASE, TableInput=wanted)
    elif lake.tables[name] != wanted:
        glue.update_table(DatabaseName=LOCAL_DATABASE, TableInput=wanted)
    lake.tables[name] = wanted
    before, now = lake.partitions.get(name, {}), {}
    for page in far["glue"].get_paginator("get_partitions").paginate(DatabaseName=database, TableName=name):
        for partition in page["Partitions"]:
            bring_objects(far, lake, partition["StorageDescriptor"]["Location"])
            now[tuple(partition["Values"])] = localized(partition, PARTITION)
    of = {"DatabaseName": LOCAL_DATABASE, "TableName": name}
    for values, wanted in now.items():
        if values not in before:
            glue.create_partition(**of, PartitionInput=wanted)
        elif before[values] != wanted:
            glue.update_partition(**of, PartitionValueList=list(values), PartitionInput=wanted)
    for values in before.keys() - now.keys():
        glue.delete_partition(**of, PartitionValues=list(values))
    lake.partitions[name] = now


def bring_objects(far, lake, location):
    """Data files never change, and nor does what a location names: each is brought once."""
    if location in lake.objects:
        return
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    for page in far["s3"].get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix.rstrip("/") + "/"):
        for entry in page.get("Contents", []):
            body = far["s3"].get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
            lake.aws["s3"].put_object(Bucket=LOCAL_BUCKET, Key=entry["Key"], Body=body)
    lake.objects.add(location)


def bring_back(lakes, lake, execution):
    """The result, and what lies beside it, under the same keys."""
    query = execution["QueryExecutionId"]
    if query in lake.returned:
        return
    bucket, _, key = execution["ResultConfiguration"]["OutputLocation"].removeprefix("s3://").partition("/")
    for found in lake.aws["s3"].list_objects_v2(Bucket=bucket, Prefix=key)["Contents"]:
        body = lake.aws["s3"].get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
        lakes.far["s3"].put_object(Bucket=bucket, Key=found["Key"], Body=body)
    lake.returned.add(query)
