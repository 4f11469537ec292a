"""The AWS CLI: Glue's tables and partitions, and a query on Athena."""

import time

from aws_cli import answer, aws, check_refused
from lake import BUCKET, DATABASE, WORKGROUP, check

OF_READINGS = ("--database-name", DATABASE, "--table-name", "readings")
IN_WORKGROUP = ("--work-group", WORKGROUP, "--query-execution-context", f"Database={DATABASE}")

check("glue get-tables", sorted(table["Name"] for table in answer("glue", "get-tables", "--database-name", DATABASE)["TableList"]),
      ["letters", "parcels", "passengers", "readings"])
expression = "dt = '2026-01-05' AND hour > '09'"
partitions = answer("glue", "get-partitions", *OF_READINGS, "--expression", expression)["Partitions"]
check("glue get-partitions --expression", [found["Values"] for found in partitions], [["2026-01-05", "10"]])
pages = answer("glue", "get-partitions", *OF_READINGS, "--page-size", "1")["Partitions"]
check("glue get-partitions pages", sorted(found["Values"][1] for found in pages), ["00", "09", "10"])
check_refused("an unknown table", "EntityNotFoundException",
              "glue", "get-table", "--database-name", DATABASE, "--name", "not")
check_refused("a bad expression", "InvalidInputException", "glue", "get-partitions", *OF_READINGS, "--expression", "dt =")


def start(sql, *arguments):
    return answer("athena", "start-query-execution", "--query-string", sql, *IN_WORKGROUP, *arguments)["QueryExecutionId"]


def execution(id_):
    return answer("athena", "get-query-execution", "--query-execution-id", id_)["QueryExecution"]


query = start("SELECT name, seat_number FROM passengers WHERE passenger_id > ? ORDER BY passenger_id", "--execution-parameters", "1")
while execution(query)["Status"]["State"] in ("QUEUED", "RUNNING"):
    time.sleep(0.1)
about = execution(query)
check("athena start-query-execution", (about["Status"]["State"], about["StatementType"]), ("SUCCEEDED", "DML"))
results = answer("athena", "get-query-results", "--query-execution-id", query)["ResultSet"]
check("athena get-query-results", results["Rows"], [
    {"Data": [{"VarCharValue": "name"}, {"VarCharValue": "seat_number"}]},
    {"Data": [{"VarCharValue": 'Rosa "Mendoza"'}, {}]},
    {"Data": [{"VarCharValue": "O'Brien"}, {}]},
])
text = aws("s3", "cp", f"s3://{BUCKET}/results/{query}.csv", "-")
check("s3 cp of the result", text, '"name","seat_number"\n"Rosa ""Mendoza""",\n"O\'Brien",\n')
# 4 rows to the power of 12: more than is counted before the stop.
slow = "SELECT count(*) FROM readings r0" + "".join(f" CROSS JOIN readings r{n}" for n in range(1, 12))
stopped = start(slow)
aws("athena", "stop-query-execution", "--query-execution-id", stopped)
check("athena stop-query-execution", execution(stopped)["Status"]["State"], "CANCELLED")
check_refused("results of a stopped query", "InvalidRequestException", "athena", "get-query-results", "--query-execution-id", stopped)
check_refused("an unknown workgroup", "InvalidRequestException",
              "athena", "start-query-execution", "--query-string", "SELECT 1", "--work-group", "not")
