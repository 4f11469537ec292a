"""Free SQL that must not pass: everything but one SELECT of the sender's datasets."""

from case import Case, http
from wire import json_body

# Each is refused, from a key that may send SQL over the dataset `flights`.
REFUSED = """
INSERT INTO flights VALUES (1)
INSERT INTO flights SELECT * FROM flights
UPDATE flights SET code = 'x'
DELETE FROM flights
MERGE INTO flights USING flights AS f ON true WHEN MATCHED THEN DELETE
TRUNCATE TABLE flights
CREATE TABLE x AS SELECT * FROM flights
CREATE TABLE x WITH (external_location = 's3://elsewhere/') AS SELECT * FROM flights
CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'
CREATE EXTERNAL TABLE x (a int) STORED AS PARQUET LOCATION 's3://tributary/tables/canary/'
CREATE OR REPLACE VIEW v AS SELECT 1
CREATE FUNCTION f(x bigint) RETURNS bigint RETURN x
CREATE SCHEMA x
CREATE DATABASE x
CREATE CATALOG x
CREATE UNIQUE INDEX i ON flights (code)
DROP TABLE flights
DROP VIEW flights
DROP DATABASE tributary CASCADE
ALTER TABLE flights ADD PARTITION (dt = '2026-01-01') LOCATION 's3://elsewhere/'
ALTER TABLE flights SET LOCATION 's3://elsewhere/'
UNLOAD (SELECT * FROM flights) TO 's3://elsewhere/' WITH (format = 'JSON')
COPY flights TO '/tmp/flights.csv'
COPY flights TO 's3://tributary/access/keys.json'
COPY (SELECT 1) TO '/tmp/x' STORED AS CSV
COPY flights FROM '/etc/passwd'
SET datafusion.execution.batch_size = 1
SET SESSION query_max_run_time = '1d'
SET TIME ZONE 'UTC'
RESET datafusion.execution.batch_size
SHOW ALL
SHOW TABLES
SHOW DATABASES
SHOW CREATE TABLE flights
SHOW PARTITIONS flights
SHOW FUNCTIONS
DESCRIBE flights
DESC flights
EXPLAIN SELECT * FROM flights
EXPLAIN ANALYZE SELECT * FROM flights
EXPLAIN (TYPE IO) SELECT * FROM flights
PREPARE p FROM SELECT 1
EXECUTE p
EXECUTE IMMEDIATE 'DROP TABLE flights'
DEALLOCATE PREPARE p
CALL system.runtime.kill_query('x')
USE other
START TRANSACTION
COMMIT
ROLLBACK
GRANT SELECT ON flights TO x
REVOKE SELECT ON flights FROM x
MSCK REPAIR TABLE flights
OPTIMIZE flights REWRITE DATA USING BIN_PACK
VACUUM flights
ANALYZE flights
ATTACH DATABASE '/etc/passwd' AS y
PRAGMA table_info(flights)
LOAD DATA INPATH 'x' INTO TABLE flights
INSTALL httpfs
TABLE flights
FROM flights
(SELECT 1)
SELECT 1; SELECT 2
SELECT 1; DROP TABLE flights
SELECT 1;; SELECT 2
SELECT 1 /* ; */ ; DROP TABLE flights
SELECT 1 -- ;\\n; DROP TABLE flights
SELECT * INTO copied FROM flights
WITH x AS (DELETE FROM flights RETURNING *) SELECT * FROM x
WITH x AS (INSERT INTO flights VALUES (1)) SELECT * FROM x
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 10) SELECT n FROM r
SELECT * FROM flights FOR UPDATE
SELECT * FROM information_schema.tables
SELECT * FROM "information_schema"."columns"
SELECT * FROM information_schema.df_settings
SELECT * FROM tributary.information_schema.tables
SELECT * FROM awsdatacatalog.other.flights
SELECT * FROM other.flights
SELECT * FROM system.runtime.queries
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM jmx.current.x
SELECT * FROM mysql.user
SELECT * FROM sqlite_master
SELECT * FROM datafusion.public.flights
SELECT * FROM "flights$partitions"
SELECT * FROM "flights$properties"
SELECT * FROM "flights$files"
SELECT "$path" FROM flights
SELECT "$file_size" FROM flights
SELECT "$bucket" FROM flights
SELECT "$row_id" FROM flights
SELECT * FROM '/etc/passwd'
SELECT * FROM "/etc/passwd"
SELECT * FROM 'file:///etc/passwd'
SELECT * FROM "file:///etc/passwd"
SELECT * FROM 's3://tributary/access/keys.json'
SELECT * FROM "s3://tributary/access/keys.json"
SELECT * FROM 's3://tributary/tables/canary/'
SELECT * FROM 'http://127.0.0.1/x.parquet'
SELECT * FROM "../canary"
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_csv_auto('/etc/passwd')
SELECT * FROM read_parquet('s3://tributary/tables/canary/*')
SELECT * FROM read_json('/proc/self/environ')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM glob('/*')
SELECT * FROM parquet_scan('x')
SELECT * FROM parquet_metadata('x')
SELECT * FROM metadata_cache()
SELECT * FROM generate_series(1, 1000000000)
SELECT * FROM range(1000000000)
SELECT * FROM TABLE(system.query('SELECT 1'))
SELECT * FROM TABLE(sequence(1, 1000000000))
SELECT * FROM UNNEST(sequence(1, 1000000000)) AS t (n)
SELECT pg_read_file('/etc/passwd')
SELECT pg_sleep(10)
SELECT load_file('/etc/passwd')
SELECT lo_import('/etc/passwd')
SELECT readfile('/etc/passwd')
SELECT getenv('AWS_SECRET_ACCESS_KEY')
SELECT current_setting('x')
SELECT set_config('x', 'y', false)
SELECT version()
SELECT current_user
SELECT session_user
SELECT user
SELECT current_catalog
SELECT current_schema
SELECT current_database()
SELECT current_path
SELECT arrow_typeof(1)
SELECT arrow_cast(1, 'Int8')
SELECT arrow_metadata(code) FROM flights
SELECT get_field(stops, 'x') FROM flights
SELECT named_struct('a', 1)
SELECT system('id')
SELECT shell('id')
SELECT exec('id')
SELECT xp_cmdshell('id')
SELECT fail('x')
SELECT invoke('x')
SELECT lambda('x')
SELECT uuid_generate_v4()
SELECT count(*) FROM flights TABLESAMPLE BERNOULLI (10)
SELECT * FROM flights FOR SYSTEM_TIME AS OF now()
SELECT * FROM flights FOR VERSION AS OF 1
SELECT * FROM flights MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)
SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a int PATH '$'))
SELECT * FROM XMLTABLE('x')
SELECT * FROM flights AT (TIMESTAMP => 'x')
SELECT * FROM flights PIVOT (count(*) FOR code IN ('x'))
SELECT @@version
SELECT @x
SELECT :name
SELECT ${x}
SELECT {{x}}
SELECT $1
SELECT #x
SELECT `code` FROM flights
SELECT [code] FROM flights
SELECT code FROM flights WHERE code = $$x$$
SELECT code FROM flights WHERE code = E'\\\\x00'
SELECT code FROM flights WHERE code = U&'\\0041'
SELECT code FROM flights WHERE code = X'00'
SELECT code FROM flights WHERE code = b'0'
SELECT code FROM flights WHERE code = N'x'
SELECT code FROM flights WHERE code = 'x
SELECT code FROM flights WHERE code = "x
SELECT code FROM flights /* WHERE
SELECT code FROM flights WHERE code = ‘x’
SELECT code FROM flights WHERE code = “x”
SELECT code FROM ‟flights”
SELECT code FROM ｆｌｉｇｈｔｓ
SELECT code FROM flіghts
SELECT code FROM FLIGHTS\\u0000
SELECT\u00a0code\u00a0FROM\u00a0canary
SELECT\u2028code FROM canary
ＳＥＬＥＣＴ 1
SELECT/**/song/**/FROM/**/canary
SELECT song FROM/*! flights */canary
SELECT /*+ BROADCAST */ song FROM canary
SELECT 1 FROM flights--\\n, canary
SELECT 1 FROM flights, LATERAL (SELECT * FROM canary) AS c
SELECT 1 FROM flights CROSS JOIN canary
SELECT 1 FROM flights WHERE EXISTS (SELECT 1 FROM canary)
SELECT 1 FROM flights WHERE flight_id IN (SELECT canary_id FROM canary)
SELECT (SELECT max(song) FROM canary)
SELECT 1 FROM flights ORDER BY (SELECT song FROM canary LIMIT 1)
SELECT 1 FROM flights GROUP BY (SELECT song FROM canary LIMIT 1)
SELECT CASE WHEN (SELECT count(*) FROM canary) > 5 THEN 1 END
SELECT 1 FROM flights UNION ALL SELECT canary_id FROM canary
SELECT 1 FROM flights EXCEPT SELECT canary_id FROM canary
SELECT 1 FROM flights INTERSECT SELECT canary_id FROM canary
WITH flights AS (SELECT * FROM canary) SELECT * FROM flights
WITH a AS (SELECT * FROM b), b AS (SELECT * FROM canary) SELECT * FROM a
WITH canary AS (SELECT * FROM canary) SELECT * FROM canary
SELECT * FROM "canary"
SELECT * FROM "CANARY"
SELECT * FROM Canary
SELECT * FROM tributary.canary
SELECT * FROM "tributary"."canary"
SELECT * FROM awsdatacatalog.tributary.canary
SELECT * FROM (SELECT * FROM (SELECT * FROM canary))
SELECT * FROM flights NATURAL JOIN canary
SELECT sum(1) OVER (ORDER BY (SELECT song FROM canary LIMIT 1)) FROM flights
SELECT transform(stops, x -> (SELECT song FROM canary LIMIT 1)) FROM flights
SELECT 1 LIMIT (SELECT count(*) FROM canary)
SELECT 1 OFFSET (SELECT count(*) FROM canary)
SELECT 1 WHERE
SELECT
SELECT FROM
;
--
/* */
"""


def cases(world, rng):
    for line in filter(None, REFUSED.split("\n")):
        statement = line.replace("\\n", "\n").replace("\\u0000", "\0")
        yield http(f"refused: {line}", world.sql(statement), 400)
    yield from spellings(world, rng)
    yield from sizes(world)
    yield from parameters(world)
    yield from passes(world)


def spellings(world, rng):
    """The canary under another spelling: whatever stands between the words and however they are written."""
    between = ["/**/", "/* a */", "\t", "\n", "\r\n", " -- x\n", "\f", "\v", "  "]
    words = ["SELECT", "song", "FROM", "canary"]
    forms = (
        "{}", "{} UNION ALL {}", "SELECT * FROM ({}) AS a", "WITH a AS ({}) SELECT * FROM a", "SELECT 1 FROM flights WHERE code IN ({})",
        "SELECT max(code) FROM flights HAVING max(code) > ({})", "SELECT count(*) FILTER (WHERE code = ({})) FROM flights",
    )  # fmt: skip
    for number in range(30):
        spelt = [rng.choice((str.upper, str.lower, str.title, str.swapcase))(word) for word in words]
        if rng.random() < 0.4:
            spelt[3] = f'"{spelt[3].lower()}"'
        if rng.random() < 0.3:
            spelt[3] = rng.choice(("tributary.", "TRIBUTARY.", '"tributary".', "tributary . ")) + spelt[3]
        query = "".join(word + rng.choice(between) for word in spelt).strip()
        form = rng.choice(forms)
        statement = form.format(*[query] * form.count("{}"))
        yield http(f"spelling {number}: {statement!r}", world.sql(statement), 400)


def sizes(world):
    """Longer, deeper, wider than is taken: refused before the engine sees it."""
    deep = lambda n, opened, inner, closed: opened * n + inner + closed * n
    table = {
        "70,000 bytes of text": f"SELECT '{'x' * 70_000}'",
        "70,000 bytes of blanks": "SELECT 1" + " " * 70_000,
        "70,000 bytes of comment": f"SELECT 1 /* {'x' * 70_000} */",
        "20,000 parentheses": "SELECT " + deep(20_000, "(", "1", ")"),
        "500 parentheses": "SELECT " + deep(500, "(", "1", ")"),
        "30 subqueries": deep(30, "SELECT * FROM (", "SELECT 1", ")"),
        "1,000 subqueries": deep(1000, "SELECT * FROM (", "SELECT 1", ")"),
        "5,000 NOT": "SELECT " + "NOT " * 5000 + "true",
        "5,000 minus signs": "SELECT " + "- " * 5000 + "1",
        "5,000 CASE": "SELECT " + deep(5000, "CASE WHEN true THEN ", "1", " END"),
        "2,000 casts": "SELECT " + deep(2000, "CAST(", "1", " AS bigint)"),
        "1,000 array types": "SELECT CAST(NULL AS " + deep(1000, "array<", "bigint", ">") + ")",
        "5,000 terms of a sum": "SELECT " + " + ".join(["1"] * 5000),
        "5,000 terms of an OR": "SELECT 1 WHERE " + " OR ".join(["1 = 1"] * 5000),
        "101 datasets": "SELECT 1 FROM " + ", ".join(f"flights AS a{n}" for n in range(101)),
        "2,000 datasets": "SELECT 1 FROM " + " CROSS JOIN ".join(["flights"] * 2000),
        "500 UNIONs": " UNION ALL ".join(["SELECT 1"] * 1500),
        "2,000 WITHs": "WITH " + ", ".join(f"a{n} AS (SELECT 1)" for n in range(2000)) + " SELECT 1",
        "a name of 60,000 letters": f"SELECT {'a' * 60_000} FROM flights",
        "3,000 concatenations": "SELECT " + " || ".join(["'x'"] * 3000),
        "lambdas in lambdas": "SELECT " + deep(200, "transform(ARRAY[1], x -> ", "1", ")"),
        "brackets that do not close": "SELECT " + "(" * 30_000,
        "quotes that do not close": "SELECT " + "'" * 30_001,
        "comments in comments": "SELECT 1 " + "/*" * 30_000,
        "keywords alone": "SELECT " * 5000,
        "a parser kept busy": "SELECT " + "a(" * 40 + "b<" * 40,
    }
    for what, statement in table.items():
        yield http(f"size: {what}", world.sql(statement), 400)


def parameters(world):
    where = "SELECT code FROM flights WHERE code = ?"
    bad = {
        "too few": [],
        "too many": ["a", "b"],
        "null": [None],
        "an array": [["a"]],
        "an object": [{"a": 1}],
        "a type that is none": [{"type": "regclass", "value": "x"}],
        "a type with SQL": [{"type": "date' OR '1'='1", "value": "2026-01-01"}],
        "a date with SQL": [{"type": "date", "value": "2026-01-01' OR '1'='1"}],
        "a date that is none": [{"type": "date", "value": "2026-02-30"}],
        "a decimal with SQL": [{"type": "decimal(3,1)", "value": "1; DROP TABLE flights"}],
        "a decimal of 100 digits": [{"type": "decimal(100,1)", "value": "1"}],
        "an array's type": [{"type": "array<string>", "value": ["a"]}],
        "another member": [{"type": "string", "value": "a", "more": 1}],
        "a number of 1,000 digits": [int("9" * 1000)],
        "a double beyond all": [{"type": "double", "value": "1e999"}],
        "101 of them": ["a"] * 101,
    }
    for what, values in bad.items():
        yield http(f"parameters: {what}", world.sql(where, parameters=values), 400)
    # As values they are nothing but text: no row has one of them.
    for text in ("' OR '1'='1", "x'; DROP TABLE flights; --", "\\' OR 1=1 --", "'' OR ''=''", "?", "\u2019 OR 1=1", "x' UNION SELECT song FROM canary --", "\0", "a" * 5000, "'" * 2000, "\ud800"):
        statuses = (400,) if text == "\ud800" else (200,)
        empty = lambda _, replies: None if replies[0].status == 400 or replies[0].json() == [] else f"rows: {replies[0].body[:100]!r}"
        request = world.sql(where, parameters=[text])
        yield Case(f"a parameter is text: {text[:40]!r}", lambda _, request=request: request.send(), statuses, then=empty)
    for name in ("SELECT ? FROM flights", "SELECT code FROM ?", "SELECT code FROM flights ORDER BY ?", "SELECT code FROM flights LIMIT ?"):
        yield http(f"a parameter outside of WHERE: {name}", world.sql(name, parameters=["code"]), 400)
    for limit in (-1, "1", 1.5, 10**30, True, [], {}):
        body = json_body({"sql": "SELECT 1", "limit": limit})
        request = world.api("/v1/queries", ("Content-Type", "application/json"), world.keys["analyst"].header(), method="POST", body=body)
        yield http(f"a limit of {limit!r}", request, 400)
    yield http("a limit above the most rows", world.sql("SELECT 1 AS a", limit=10_001), 400)


def passes(world):
    """What is near to being refused and is not: the gate is no wall that stops everything."""
    for statement in (
        "SELECT 1 AS one", "SELECT 'DROP TABLE flights' AS a", "SELECT code AS \"$path\" FROM flights LIMIT 1",
        "SELECT code FROM flights -- canary", "SELECT /* canary */ code FROM flights", "SELECT 'canary' AS canary",
        "WITH canary AS (SELECT code FROM flights) SELECT code FROM canary",
    ):  # fmt: skip
        hidden = "$path" in statement
        yield http(f"passes: {statement}", world.sql(statement), *((200, 400) if hidden else (200,)))
