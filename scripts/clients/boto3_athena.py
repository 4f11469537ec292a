"""boto3 and Athena: parameters, pages, types, results in S3, and what is refused."""

import time

import boto3

from lake import ACCOUNT, BUCKET, DATABASE, REGION, WORKGROUP, check, fail, refused

athena, s3 = boto3.client("athena"), boto3.client("s3")
FINAL = ("SUCCEEDED", "FAILED", "CANCELLED")
CONTEXT = {"QueryExecutionContext": {"Database": DATABASE}, "WorkGroup": WORKGROUP}


def run(sql, *parameters, **arguments):
    """Runs a statement, and answers its execution when it is over."""
    given = {"ExecutionParameters": list(parameters)} if parameters else {}
    started = athena.start_query_execution(QueryString=sql, **given, **{**CONTEXT, **arguments})
    while True:
        execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
        if execution["Status"]["State"] in FINAL:
            return execution
        time.sleep(0.02)


def results(execution, size=1000):
    if execution["Status"]["State"] != "SUCCEEDED":
        fail(execution["Query"], execution["Status"], "SUCCEEDED")
    pages = athena.get_paginator("get_query_results").paginate(
        QueryExecutionId=execution["QueryExecutionId"], PaginationConfig={"PageSize": size}
    )
    return [[[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]] for page in pages]


sql = "SELECT passenger_id, name, seat_number FROM passengers WHERE name <> ? ORDER BY passenger_id"
passengers = run(sql, "'O''Brien'")
check("parameters are bound, NULL is none and the empty string is one", results(passengers), [[
    ["passenger_id", "name", "seat_number"], ["1", "Javier Peña", ""], ["2", 'Rosa "Mendoza"', None],
]])
check("pages have the header once", results(passengers, 2), [
    [["passenger_id", "name", "seat_number"], ["1", "Javier Peña", ""]], [["2", 'Rosa "Mendoza"', None]],
])

location = passengers["ResultConfiguration"]["OutputLocation"]
key = location.removeprefix(f"s3://{BUCKET}/")
text = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
check("the result object is Athena's CSV", text,
      '"passenger_id","name","seat_number"\n"1","Javier Peña",""\n"2","Rosa ""Mendoza""",\n')
check("with metadata beside it", s3.head_object(Bucket=BUCKET, Key=f"{key}.metadata")["ContentLength"] > 0, True)
check("named by its id", key.rpartition("/")[2], f"{passengers['QueryExecutionId']}.csv")
elsewhere = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/scratch/athena/"}}
moved = run("SELECT 1 AS one", **elsewhere)
check("a result goes where it is asked to", moved["ResultConfiguration"]["OutputLocation"],
      f"s3://{BUCKET}/scratch/athena/{moved['QueryExecutionId']}.csv")

# In the order of the columns: int, timestamp, boolean, int, bigint, double, string, date, timestamp.
readings = run("SELECT reading_id, taken_at, valid, channel, total, level, note, due, checked_at, dt FROM readings ORDER BY 1")
answer = athena.get_query_results(QueryExecutionId=readings["QueryExecutionId"], MaxResults=1)
columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
check("types are Athena's", [column["Type"] for column in columns],
      ["integer", "timestamp", "boolean", "integer", "bigint", "double", "varchar", "date", "timestamp", "varchar"])
check("values are written as Athena writes them", results(readings)[0][1:], [
    ["1", "2026-01-05 09:15:00.000", "true", "2147483647", "9007199254740993", "0.1", 'Peña, "Pepe"\nline two',
     "2026-01-31", "2026-01-05 10:00:00.123", "2026-01-05"],
    ["2", "2026-01-05 10:00:00.000", None, None, None, None, None, None, None, "2026-01-05"],
    ["3", "2026-01-05 10:59:59.999", "false", "-2147483648", "-9223372036854775808", "1.0E300", "",
     "1969-12-31", "1969-12-31 23:59:59.999", "2026-01-05"],
    ["4", "2026-01-06 00:00:00.000", "true", "0", "7", "1.0E10", "null", "2024-02-29", "2024-02-29 00:00:00.000", "2026-01-06"],
])
parcels = run("SELECT fee, amount, weight, code, tags, address, prices FROM parcels ORDER BY parcel_id")
answer = athena.get_query_results(QueryExecutionId=parcels["QueryExecutionId"], MaxResults=1)
columns = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
check("decimals, floats, bytes and nested types too", [(column["Type"], column["Precision"], column["Scale"]) for column in columns],
      [("decimal", 12, 2), ("decimal", 38, 0), ("float", 17, 0), ("varbinary", 1073741824, 0), ("array", 0, 0), ("row", 0, 0), ("map", 0, 0)])
check("and their values", results(parcels)[0][1:], [
    ["-9999999999.90", "9" * 38, "0.1", "00 ff", '[Peña, "a", , null]', "{city=Las Palmas, since=1969-12-31 23:59:59.999}",
     "{eur=[1.500000000000000000, null], usd=[]}"],
    [None, None, None, "", "[]", "{city=null, since=null}", "{}"],
    [None] * 7,
])
check("scanned bytes are counted", readings["Statistics"]["DataScannedInBytes"] > 0, True)
check("and only of what is read", run("SELECT count(*) FROM readings WHERE dt = '1999-01-01'")["Statistics"]["DataScannedInBytes"], 0)

token = "clients-check-token-of-32-characters"
twice = [athena.start_query_execution(QueryString="SELECT 1", ClientRequestToken=token, **CONTEXT)["QueryExecutionId"] for _ in "ab"]
check("a client request token runs once", twice[0], twice[1])
pages = athena.get_paginator("list_query_executions").paginate(WorkGroup=WORKGROUP, PaginationConfig={"PageSize": 2})
listed = [id_ for page in pages for id_ in page["QueryExecutionIds"]]
check("list_query_executions pages", {twice[0], readings["QueryExecutionId"], passengers["QueryExecutionId"]} <= set(listed), True)
batch = athena.batch_get_query_execution(QueryExecutionIds=[twice[0], "00000000-0000-4000-8000-000000000000"])
check("a batch says what it does not know",
      ([found["QueryExecutionId"] for found in batch["QueryExecutions"]], len(batch["UnprocessedQueryExecutionIds"])), ([twice[0]], 1))

for sql, reason in {
    "SELECT nme FROM passengers": "COLUMN_NOT_FOUND: line 1:8: Column 'nme' cannot be resolved",
    "SELECT * FROM nowhere": f"TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.{DATABASE}.nowhere' does not exist",
    "SELECT 1/0 FROM passengers": "DIVISION_BY_ZERO: Division by zero",
}.items():
    status = run(sql)["Status"]
    check(f"{sql} is FAILED", status["State"], "FAILED")
    check("for Athena's reason", status["StateChangeReason"][:len(reason)], reason)
    check("which is the caller's, and final", (status["AthenaError"]["ErrorCategory"], status["AthenaError"]["Retryable"]), (2, False))

invalid = athena.exceptions.InvalidRequestException
known = {"QueryExecutionId": twice[0]}
refused("no SQL is InvalidRequestException", invalid, athena.start_query_execution, QueryString=" ", **CONTEXT)
refused("text that is no SQL too", invalid, athena.start_query_execution, QueryString="SELEC 1", **CONTEXT)
refused("and an unknown execution", invalid, athena.get_query_execution, QueryExecutionId="00000000-0000-4000-8000-000000000000")
refused("and 1,001 rows a page", invalid, athena.get_query_results, **known, MaxResults=1001)
arn = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup"
check("a workgroup has no tags, as Terraform asks", athena.list_tags_for_resource(ResourceARN=f"{arn}/{WORKGROUP}")["Tags"], [])
refused("an unknown one is not found", athena.exceptions.ResourceNotFoundException,
        athena.list_tags_for_resource, ResourceARN=f"{arn}/not")
missing = refused("a missing table is MetadataException", athena.exceptions.MetadataException, athena.get_table_metadata,
                  CatalogName="AwsDataCatalog", DatabaseName=DATABASE, TableName="not")
check("in Athena's words", missing.response["Error"]["Message"].startswith("Entity Not Found (Service: AmazonDataCatalog; "), True)
refused("and an unknown workgroup", invalid, athena.start_query_execution, QueryString="SELECT 1", WorkGroup="not")
refused("and the rows of a failed query", invalid, athena.get_query_results,
        QueryExecutionId=run("SELECT nme FROM passengers")["QueryExecutionId"])
pages = athena.get_paginator("list_query_executions").paginate(WorkGroup=WORKGROUP)
started = [id_ for page in pages for id_ in page["QueryExecutionIds"]]
check("what was refused was not run: only the four that failed are new", len(started), len(listed) + 4)

# 4 rows to the power of 12: more than is counted before the stop.
long_sql = "SELECT count(*) FROM readings r0" + "".join(f" CROSS JOIN readings r{n}" for n in range(1, 12))
started = athena.start_query_execution(QueryString=long_sql, **CONTEXT)["QueryExecutionId"]
athena.stop_query_execution(QueryExecutionId=started)
status = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"]
check("a query is stopped", status["State"], "CANCELLED")
