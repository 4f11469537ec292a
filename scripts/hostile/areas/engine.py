"""SQL that passes the gate, or goes to the local Athena without one: what fails is the caller's, and takes little."""

import time

from case import Case, http
from wire import Reply, json_body

GLUE, ATHENA = "AWSGlue.", "AmazonAthena."

# What the local Athena must not run, of those that DataFusion could.
STATEMENTS = """
COPY flights TO '{outside}'
COPY (SELECT 1) TO '{outside}.csv' STORED AS CSV
CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '{outside}'
CREATE EXTERNAL TABLE x (a varchar) STORED AS CSV LOCATION 's3://tributary/tables/canary/'
CREATE TABLE canary AS SELECT * FROM canary
CREATE TABLE x WITH (external_location = 's3://tributary/tables/canary/') AS SELECT * FROM canary
CREATE TABLE x WITH (external_location = 's3://tributary/tables/canary/x/../') AS SELECT * FROM canary
CREATE TABLE x WITH (external_location = 's3://tributary/access') AS SELECT * FROM canary
CREATE TABLE x WITH (external_location = 's3://tributary//access/') AS SELECT * FROM canary
CREATE TABLE x WITH (external_location = 's3://tributary') AS SELECT * FROM canary
CREATE TABLE x WITH (external_location = 'file://{outside}') AS SELECT * FROM canary
CREATE OR REPLACE TABLE flights AS SELECT 1 AS a
CREATE VIEW canary AS SELECT 1 AS a
CREATE OR REPLACE VIEW canary AS SELECT 1 AS a
CREATE VIEW v AS INSERT INTO canary VALUES (1, 'x')
CREATE SCHEMA x LOCATION 's3://tributary/tables/'
CREATE FUNCTION f(bigint) RETURNS bigint RETURN 1
DROP TABLE canary
DROP SCHEMA tributary CASCADE
DROP VIEW canary
INSERT INTO canary VALUES (1, 'x')
INSERT INTO canary SELECT * FROM flights
UPDATE canary SET song = 'x'
DELETE FROM canary
TRUNCATE TABLE canary
ALTER TABLE canary RENAME TO x
SET datafusion.runtime.memory_limit = '100G'
SET datafusion.catalog.information_schema = true
SHOW ALL
EXPLAIN ANALYZE SELECT * FROM canary
EXPLAIN DROP TABLE canary
PREPARE p AS SELECT 1
EXECUTE p
UNLOAD (SELECT * FROM canary) TO 's3://tributary/tables/canary/' WITH (format = 'PARQUET')
UNLOAD (SELECT * FROM canary) TO 's3://tributary/commits/canary/' WITH (format = 'PARQUET')
UNLOAD (SELECT * FROM canary) TO 's3://tributary/results/../access/' WITH (format = 'PARQUET')
UNLOAD (DROP TABLE canary) TO 's3://tributary/results/x/' WITH (format = 'PARQUET')
MSCK REPAIR TABLE canary
MERGE INTO canary USING flights ON true WHEN MATCHED THEN DELETE
OPTIMIZE canary REWRITE DATA USING BIN_PACK
VACUUM canary
SELECT * FROM '{outside}'
SELECT * FROM "{outside}"
SELECT * FROM 'file://{outside}'
SELECT * FROM 's3://tributary/access/keys.json'
SELECT * FROM information_schema.df_settings
SELECT * FROM information_schema.routines
SELECT * FROM other.canary
SELECT * FROM generate_series(1, 1000000000)
SELECT * FROM range(1, 1000000000)
SELECT * FROM UNNEST(sequence(1, 1000000000)) AS t (n)
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r
SELECT 1; DROP TABLE canary
"""

# Each fails when it runs, by its sender's fault: a 400, and no fault of the lake's.
FAIL = """
SELECT absent FROM flights
SELECT flights.absent FROM flights
SELECT code + 1 FROM flights
SELECT flight_id || code FROM flights
SELECT length(flight_id) FROM flights
SELECT lower(code, code) FROM flights
SELECT 1 / 0
SELECT flight_id / 0 FROM flights
SELECT flight_id % 0 FROM flights
SELECT 9223372036854775807 + flight_id FROM flights WHERE flight_id > 0
SELECT flight_id * 9223372036854775807 FROM flights
SELECT CAST(code AS bigint) FROM flights
SELECT CAST('x' AS date)
SELECT CAST('2026-02-30' AS date)
SELECT date_trunc('fortnight', TIMESTAMP '2026-01-01 00:00:00')
SELECT sum(code) FROM flights
SELECT avg(code) FROM flights
SELECT flight_id, count(*) FROM flights
SELECT code FROM flights GROUP BY flight_id
SELECT count(*) FROM flights WHERE count(*) > 1
SELECT a.code FROM flights AS b
SELECT code FROM flights, flights AS f
SELECT code FROM flights ORDER BY 5
SELECT code FROM flights UNION SELECT flight_id FROM flights
SELECT code FROM flights UNION SELECT code, flight_id FROM flights
SELECT (SELECT code FROM flights)
SELECT * FROM flights JOIN flights AS f USING (absent)
SELECT json_extract_scalar(code, '$..x[') FROM flights
SELECT regexp_like(code, '(') FROM flights
SELECT regexp_like(code, '[z-a]') FROM flights
SELECT code FROM flights WHERE code LIKE 'a' ESCAPE 'ab'
SELECT element_at(stops, 0) FROM flights
SELECT stops.code FROM flights
SELECT code.stops FROM flights
SELECT if(code, 1, 2) FROM flights
SELECT coalesce(code, 1) FROM flights
SELECT code FROM flights WHERE flight_id
SELECT code FROM flights WHERE code = 1
SELECT code FROM flights WHERE NOT code
SELECT CASE WHEN code THEN 1 END FROM flights
"""


def cases(world, rng):
    yield from direct(world)
    for statement in filter(None, FAIL.split("\n")):
        yield http(f"fails: {statement}", world.sql(statement), 400)
    yield from calls(world)


def direct(world):
    """As somebody at the local Athena sends it. Refused at once, or accepted as Athena accepts it, and ends FAILED."""
    for line in filter(None, STATEMENTS.split("\n")):
        statement = line.format(outside=world.outside)
        yield Case(f"Athena: {line}", lambda world, statement=statement: run(world, statement), (200, 400), then=not_succeeded)
    for name, change in {
        "results over the canary": {"ResultConfiguration": {"OutputLocation": "s3://tributary/tables/canary/"}},
        "results up the tree": {"ResultConfiguration": {"OutputLocation": "s3://tributary/../../outside/"}},
        "results in a file": {"ResultConfiguration": {"OutputLocation": f"file://{world.outside}"}},
        "results in nobody's bucket": {"ResultConfiguration": {"OutputLocation": "s3://nobody/"}},
        "another database": {"QueryExecutionContext": {"Database": "other"}},
        "another workgroup": {"WorkGroup": "../primary"},
        "a parameter with SQL": {"ExecutionParameters": ["1) OR (1=1"]},
        "a short token": {"ClientRequestToken": "x"},
    }.items():
        value = start(world, "SELECT code FROM flights WHERE flight_id = ?" if "parameter" in name else "SELECT 1") | change
        yield Case(f"Athena: {name}", lambda world, value=value: finish(world, value), (200, 400), then=is_over)


def start(world, statement):
    world.token = getattr(world, "token", 0) + 1
    return {
        "QueryString": statement,
        "ClientRequestToken": f"hostile-{world.token:032}",
        "QueryExecutionContext": {"Database": world.names["database"]},
        "WorkGroup": world.names["workgroup"],
    }


def run(world, statement):
    return finish(world, start(world, statement))


def finish(world, value):
    """The answer to the start, and the execution when it is over."""
    first = world.json_call(ATHENA + "StartQueryExecution", value).send()
    if first.status != 200:
        return [first]
    return [first, execution(world, first.json()["QueryExecutionId"])]


def execution(world, id, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        reply = world.json_call(ATHENA + "GetQueryExecution", {"QueryExecutionId": id}).send()
        state = reply.json()["QueryExecution"]["Status"]["State"] if reply.status == 200 else "UNKNOWN"
        if state not in ("QUEUED", "RUNNING") or time.monotonic() > deadline:
            return reply
        time.sleep(0.02)


def not_succeeded(_, replies):
    if replies[0].status == 400:
        return None
    state = replies[1].json()["QueryExecution"]["Status"]["State"]
    return None if state == "FAILED" else f"the query is {state}"


def is_over(_, replies):
    """Whatever became of it: that nothing was written is looked at after each case. Results may go where the caller
    says, under a name that no object of the lake has."""
    if len(replies) == 1:
        return None
    state = replies[1].json()["QueryExecution"]["Status"]["State"]
    return None if state in ("FAILED", "SUCCEEDED") else f"the query is {state}"


def calls(world):
    """AWS's JSON calls, as no SDK makes them: refused by the name of an error, and nothing changed."""
    table = {
        "no operation": ("AWSGlue", {}),
        "an operation that is none": (GLUE + "DropEverything", {}),
        "another service": ("DynamoDB_20120810.Scan", {}),
        "no service": ("", {}),
        "a long target": ("A" * 5000, {}),
        "a table of another type": (GLUE + "DeleteTable", {"DatabaseName": 1, "Name": ["canary"]}),
        "a table up the tree": (GLUE + "DeleteTable", {"DatabaseName": "../..", "Name": "outside.txt"}),
        "a table up the tree of the database": (GLUE + "DeleteTable", {"DatabaseName": "tributary", "Name": "../tributary/canary"}),
        "a database with a NUL": (GLUE + "CreateDatabase", {"DatabaseInput": {"Name": "a\0b"}}),
        "a database of 300 letters": (GLUE + "CreateDatabase", {"DatabaseInput": {"Name": "a" * 300}}),
        "a partition of nothing": (GLUE + "CreatePartition", {"DatabaseName": "tributary", "TableName": "canary", "PartitionInput": {}}),
        "a partition of too many values": (GLUE + "DeletePartition", {"DatabaseName": "tributary", "TableName": "canary", "PartitionValues": ["a", "b"]}),
        "101 partitions": (GLUE + "BatchCreatePartition", {"DatabaseName": "tributary", "TableName": "canary", "PartitionInputList": [{"Values": ["x"]}] * 101}),
        "an expression with a call": (GLUE + "GetPartitions", {"DatabaseName": "tributary", "TableName": "canary", "Expression": "system('id') = 1"}),
        "an expression 10,000 deep": (GLUE + "GetPartitions", {"DatabaseName": "tributary", "TableName": "canary", "Expression": "(" * 10_000 + "dt = 'x'" + ")" * 10_000}),
        "a pattern that is slow": (GLUE + "GetTables", {"DatabaseName": "tributary", "Expression": "(a+)+$" * 2000}),
        "an execution up the tree": (ATHENA + "GetQueryResults", {"QueryExecutionId": "../../access/keys.json"}),
        "an execution of nobody": (ATHENA + "GetQueryExecution", {"QueryExecutionId": "01234567-89ab-cdef-0123-456789abcdef"}),
        "a workgroup up the tree": (ATHENA + "CreateWorkGroup", {"Name": "../../outside"}),
        "a workgroup of dots": (ATHENA + "DeleteWorkGroup", {"WorkGroup": ".."}),
        "a result of minus one row": (ATHENA + "GetQueryResults", {"QueryExecutionId": "01234567-89ab-cdef-0123-456789abcdef", "MaxResults": -1}),
        "a token that is none": (ATHENA + "ListQueryExecutions", {"NextToken": "../../x"}),
    }  # fmt: skip
    for what, (target, value) in table.items():
        statuses = (400, 404, 501) if "service" in what or "operation" in what or "long" in what else (400,)
        yield http(f"call: {what}", world.json_call(target, value), *statuses)
    # Glue takes any text for a name. On the disk it is another one, in the catalog's own directory.
    for what, target, value in (
        ("a database up the tree", "CreateDatabase", {"DatabaseInput": {"Name": "../../outside"}}),
        ("a database of dots", "CreateDatabase", {"DatabaseInput": {"Name": ".."}}),
        ("a table with a slash", "CreateTable", {"DatabaseName": "tributary", "TableInput": {"Name": "a/../canary"}}),
    ):
        places = ("/glue/~", "/glue/tributary/~")
        yield http(f"call: {what}, made under another name", world.json_call(GLUE + target, value), 200, writes=places)
    for what, body in {
        "no JSON": b"{", "an array": b"[]", "a number": b"1", "null": b"null", "deep": b"[" * 100_000, "NUL": b"\0",
        "invalid UTF-8": b'{"DatabaseName": "\xff"}', "a BOM": b"\xef\xbb\xbf{}",
        "a name twice": b'{"DatabaseName": "tributary", "DatabaseName": "tributary"}',
    }.items():  # fmt: skip
        request = world.cloud("/", ("X-Amz-Target", GLUE + "GetTables"), ("Content-Type", "application/x-amz-json-1.1"), method="POST", body=body)
        yield http(f"call with {what}", request, *((200, 400) if what == "a name twice" else (400,)))
