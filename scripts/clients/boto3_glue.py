"""boto3 and Glue: what the lake has in the catalog, pages, versions, and its own exceptions."""

import boto3
from botocore.exceptions import ClientError

from lake import ACCOUNT, BUCKET, DATABASE, REGION, check, refused

glue = boto3.client("glue")
READINGS = {"DatabaseName": DATABASE, "TableName": "readings"}
MINE = {"DatabaseName": "boto3"}


def listed(operation, field, size=1, **arguments):
    pages = glue.get_paginator(operation).paginate(**arguments, PaginationConfig={"PageSize": size})
    return [found for page in pages for found in page[field]]


def where(expression):
    return [found["Values"] for found in listed("get_partitions", "Partitions", **READINGS, Expression=expression)]


tables = [table["Name"] for table in listed("get_tables", "TableList", DatabaseName=DATABASE)]
check("get_tables pages", sorted(tables), ["letters", "parcels", "passengers", "readings"])
tables = listed("get_tables", "TableList", DatabaseName=DATABASE, Expression="read.*")
check("an expression picks tables", [table["Name"] for table in tables], ["readings"])
table = glue.get_table(DatabaseName=DATABASE, Name="readings")["Table"]
columns = {column["Name"]: column["Type"] for column in table["StorageDescriptor"]["Columns"]}
check("a table has the definition's types", columns, {
    "reading_id": "int", "taken_at": "timestamp", "valid": "boolean", "channel": "int", "total": "bigint",
    "level": "double", "note": "string", "due": "date", "checked_at": "timestamp",
    "_id": "string", "_ingested_at": "timestamp", "_extra": "string",
})
check("its partition keys are strings", [(key["Name"], key["Type"]) for key in table["PartitionKeys"]],
      [("dt", "string"), ("hour", "string")])

partitions = listed("get_partitions", "Partitions", **READINGS)
values = [["2026-01-05", "09"], ["2026-01-05", "10"], ["2026-01-06", "00"]]
check("get_partitions pages", sorted(found["Values"] for found in partitions), values)
check("each names a generation's directory",
      [found["StorageDescriptor"]["Location"].startswith(f"s3://{BUCKET}/tables/readings/dt=2026-01-") for found in partitions],
      [True] * 3)
check("an expression picks partitions", sorted(where("dt = '2026-01-05' AND hour >= '10'")), values[1:2])
check("with LIKE", sorted(where("dt LIKE '2026-01-0%' AND NOT hour = '00'")), values[:2])
check("with IN, OR and brackets", sorted(where("(dt IN ('2026-01-06') OR hour = '09')")), [values[0], values[2]])
check("with BETWEEN", sorted(where("hour BETWEEN '01' AND '09'")), values[:1])
segments = [listed("get_partitions", "Partitions", **READINGS, Segment={"SegmentNumber": n, "TotalSegments": 2}) for n in (0, 1)]
check("segments share the partitions out", sorted(found["Values"] for segment in segments for found in segment), values)
bare = glue.get_partitions(**READINGS, ExcludeColumnSchema=True)["Partitions"]
check("columns can be left out", [found["StorageDescriptor"].get("Columns", []) for found in bare], [[]] * 3)

errors = glue.exceptions
refused("a bad expression is InvalidInputException", errors.InvalidInputException,
        glue.get_partitions, **READINGS, Expression="dt = ")
refused("an unknown column in it too", errors.InvalidInputException,
        glue.get_partitions, **READINGS, Expression="month = '1'")
refused("an unknown table is EntityNotFoundException", errors.EntityNotFoundException,
        glue.get_table, DatabaseName=DATABASE, Name="not")
refused("an unknown database is EntityNotFoundException", errors.EntityNotFoundException,
        glue.get_tables, DatabaseName="not")
refused("an unknown partition is EntityNotFoundException", errors.EntityNotFoundException,
        glue.get_partition, **READINGS, PartitionValues=["2026-01-05", "11"])

glue.create_database(DatabaseInput={"Name": MINE["DatabaseName"], "Description": "Of a check"})
check("get_databases pages", sorted(found["Name"] for found in listed("get_databases", "DatabaseList")), ["boto3", DATABASE])
refused("a database twice is AlreadyExistsException", errors.AlreadyExistsException,
        glue.create_database, DatabaseInput={"Name": MINE["DatabaseName"]})
storage = {"Columns": [{"Name": "n", "Type": "int"}], "Location": f"s3://{BUCKET}/scratch/glue/"}
mine = {"Name": "mine", "StorageDescriptor": storage, "PartitionKeys": [{"Name": "dt", "Type": "string"}]}
glue.create_table(**MINE, TableInput=mine)
refused("a table twice is AlreadyExistsException", errors.AlreadyExistsException, glue.create_table, **MINE, TableInput=mine)
for text in ("second", "third"):
    glue.update_table(**MINE, TableInput={**mine, "Description": text})
versions = listed("get_table_versions", "TableVersions", **MINE, TableName="mine")
check("get_table_versions pages, the newest first", [version["Table"].get("Description") for version in versions],
      ["third", "second", None])
stale = {**mine, "Description": "stale"}
refused("an update of an older version is refused", errors.ConcurrentModificationException,
        glue.update_table, **MINE, TableInput=stale, VersionId=versions[-1]["VersionId"])
check("and changes nothing", glue.get_table(**MINE, Name="mine")["Table"]["Description"], "third")

dates = [f"2026-01-{day:02}" for day in range(1, 6)]
entries = [{"Values": [date], "StorageDescriptor": {**storage, "Location": f"{storage['Location']}dt={date}/"}} for date in dates]
table_of_mine = {**MINE, "TableName": "mine"}
check("partitions are created in a batch", glue.batch_create_partition(**table_of_mine, PartitionInputList=entries)["Errors"], [])
again = glue.batch_create_partition(**table_of_mine, PartitionInputList=[entries[0]])["Errors"]
check("one twice is an error of its own", [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in again],
      [([dates[0]], "AlreadyExistsException")])
refused("or an exception, alone", errors.AlreadyExistsException, glue.create_partition, **table_of_mine, PartitionInput=entries[0])
many = [{"Values": [f"{n}"], "StorageDescriptor": storage} for n in range(101)]
refused("101 in a batch are refused", ClientError,
        glue.batch_create_partition, **table_of_mine, PartitionInputList=many)
refused("as are values that are too few", errors.InvalidInputException,
        glue.create_partition, **table_of_mine, PartitionInput={"Values": [], "StorageDescriptor": storage})
found = listed("get_partitions", "Partitions", size=2, **table_of_mine)
check("only the good ones are there", sorted(partition["Values"] for partition in found), [[date] for date in dates])
gone = glue.batch_delete_partition(**table_of_mine, PartitionsToDelete=[{"Values": [date]} for date in [*dates, "2027-01-01"]])
check("they are deleted in a batch", [(e["PartitionValues"], e["ErrorDetail"]["ErrorCode"]) for e in gone["Errors"]],
      [(["2027-01-01"], "EntityNotFoundException")])
arn = f"arn:aws:glue:{REGION}:{ACCOUNT}"
check("a table has no indexes, as Terraform asks", glue.get_partition_indexes(**table_of_mine)["PartitionIndexDescriptorList"], [])
check("nor a database tags", glue.get_tags(ResourceArn=f"{arn}:database/{MINE['DatabaseName']}")["Tags"], {})
refused("what is not there has no tags either", errors.EntityNotFoundException, glue.get_tags, ResourceArn=f"{arn}:database/not")
glue.delete_table(**MINE, Name="mine")
refused("a table deleted is not there", errors.EntityNotFoundException, glue.get_table, **MINE, Name="mine")
glue.delete_database(Name=MINE["DatabaseName"])
refused("nor a database", errors.EntityNotFoundException, glue.get_database, Name=MINE["DatabaseName"])
