"""Random typed SQL, asked of the local Athena and of DuckDB over the same Parquet files.

Every statement has a seed, which is printed where the two differ: --seed SEED --count 1 asks it again. A statement that the
local engine refuses by name is no difference; an error that DuckDB does not have is one.
"""

import argparse
import collections
import datetime
import decimal
import http.client
import json
import os
import pathlib
import random
import re
import time
import urllib.parse

TABLES = ("ra", "rb", "rc")
# Joins without a condition may give millions, for which a debug build takes minutes.
MOST_ROWS = 50_000
COLUMNS = [("k", "int"), ("i", "int"), ("b", "bigint"), ("d", "double"), ("m", "decimal"), ("s", "text"), ("f", "bool"),
           ("da", "date"), ("ts", "timestamp")]
TYPES = {"int": "int", "bigint": "bigint", "double": "double", "decimal": "decimal(10,2)", "text": "string",
         "bool": "boolean", "date": "date", "timestamp": "timestamp"}
NUMBERS = ("int", "bigint", "decimal", "double")
TIMES = ("date", "timestamp")


def definition(name):
    """The dataset: an identity, the time of the partition, and a column of each type."""
    columns = [{"name": "id", "type": "int", "required": True}, {"name": "at", "type": "timestamp", "required": True}]
    columns += [{"name": column, "type": TYPES[kind]} for column, kind in COLUMNS]
    return {"name": name, "description": "Random rows", "columns": columns, "identity": ["id"], "event_time": "at",
            "partition_by": "day", "sort_by": ["id"]}


def rows(name, count=30):
    """The same for every run: few values of each type, so that they meet, and nulls."""
    pick = random.Random(name).choice
    for number in range(count):
        yield {
            "id": number, "at": "2026-09-01T00:00:00.000Z",
            "k": pick([None, 0, 1, 2, 3, 4, 5, 6]), "i": pick([None, 0, 1, -1, 2, 3, 7, 7]),
            "b": pick([None, 0, 1, 2, -5, 3_000_000_000]), "d": pick([None, 0.0, -0.0, 1.25, -2.5, 3.0]),
            "m": pick([None, "0.00", "1.10", "-2.50", "3.00"]), "s": pick([None, "", "a", "b", "A", "ab", "zz"]),
            "f": pick([None, True, False]), "da": pick([None, "2026-01-01", "1969-12-31", "9999-12-31", "0001-01-01"]),
            "ts": pick([None, "2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", "1969-12-31T00:00:00.000Z"]),
        }


class Athena:
    """The local Athena, by its protocol."""

    def __init__(self, url):
        place = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)

    def call(self, service, action, body):
        authorization = f"AWS4-HMAC-SHA256 Credential=local/20260101/us-west-2/{service.lower()}/aws4_request, " \
                        "SignedHeaders=host, Signature=0"
        headers = {"X-Amz-Target": f"{service}.{action}", "Content-Type": "application/x-amz-json-1.1",
                   "Authorization": authorization}
        try:
            self.connection.request("POST", "/", json.dumps(body), headers)
            response = self.connection.getresponse()
        except (ConnectionError, http.client.HTTPException):
            # The lake closed it, since nothing was asked for a while. A request has a token: it starts nothing twice.
            self.connection.close()
            self.connection.request("POST", "/", json.dumps(body), headers)
            response = self.connection.getresponse()
        answer = json.loads(response.read() or b"{}")
        if response.status != 200:
            raise RuntimeError(answer.get("Message") or answer.get("message") or str(answer))
        return answer

    def query(self, sql):
        """Types and rows; raises with Athena's words."""
        started = self.call("AmazonAthena", "StartQueryExecution", {
            "QueryString": sql, "QueryExecutionContext": {"Database": "tributary"}, "WorkGroup": "tributary",
            "ClientRequestToken": os.urandom(20).hex()})
        which = {"QueryExecutionId": started["QueryExecutionId"]}
        pause = 0.005
        while True:
            status = self.call("AmazonAthena", "GetQueryExecution", which)["QueryExecution"]["Status"]
            if status["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                break
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        if status["State"] != "SUCCEEDED":
            raise RuntimeError(status.get("StateChangeReason", "no reason"))
        types, found, page = None, [], {}
        while True:
            answer = self.call("AmazonAthena", "GetQueryResults", {**which, **page})
            if types is None:
                types = [column["Type"] for column in answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
            found += [[value.get("VarCharValue") for value in row["Data"]] for row in answer["ResultSet"]["Rows"]]
            if not answer.get("NextToken"):
                return types, found[1:]
            page = {"NextToken": answer["NextToken"]}


class Maker:
    """One statement. What the two write differently is between ⟦ and ⟧, Athena's first."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = 0

    def some(self, *choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def name(self):
        self.names += 1
        return f"t{self.names}"

    def literal(self, kind):
        return {
            "int": lambda: self.some("0", "1", "2", "3", "7", "-1"),
            "bigint": lambda: self.some("CAST(2 AS bigint)", "CAST(1 AS bigint)", "3000000000"),
            "double": lambda: self.some("0e0", "1.25e0", "-2.5e0", "3e0"),
            "decimal": lambda: self.some("1.10", "0.00", "-2.50", "3.00"),
            "text": lambda: self.some("''", "'a'", "'b'", "'ab'", "'A'"),
            "bool": lambda: self.some("true", "false"),
            "date": lambda: self.some("DATE '2026-01-01'", "DATE '1969-12-31'", "DATE '9999-12-31'"),
            "timestamp": lambda: self.some("TIMESTAMP '2026-01-01 00:00:00'", "TIMESTAMP '2026-01-01 00:00:00.001'"),
        }[kind]()

    def column(self, kind, scope):
        found = [text for text, of in scope if of == kind]
        return self.random.choice(found) if found else self.literal(kind)

    def value(self, kind, scope, depth):
        """An expression of the type."""
        if kind == "bool":
            return f"({self.condition(scope, depth - 1)})" if depth > 0 and self.chance(0.5) else self.column(kind, scope)
        if depth <= 0 or self.chance(0.45):
            return self.column(kind, scope) if self.chance(0.85) else self.literal(kind)
        inner = lambda of=kind: self.value(of, scope, depth - 1)
        forms = [
            lambda: f"coalesce({inner()}, {inner()})",
            lambda: f"nullif({inner()}, {inner()})",
            lambda: f"CASE WHEN {self.condition(scope, depth - 1)} THEN {inner()} ELSE {inner()} END",
            lambda: f"CASE WHEN {self.condition(scope, depth - 1)} THEN {inner()} END",
            lambda: f"CASE {inner('int')} WHEN {inner('int')} THEN {inner()} ELSE {inner()} END",
            lambda: f"CASE {inner('double')} WHEN {self.literal('double')} THEN {inner()} ELSE {inner()} END",
        ]
        if kind in ("int", "double", "decimal"):
            forms.append(lambda: f"({inner()} {self.some('+', '-')} {inner()})")
            forms.append(lambda: f"(- {inner()})")
        if kind == "int":
            forms += [lambda: f"({inner()} % 3)", lambda: f"abs({inner()})"]
        if kind == "bigint":
            forms.append(lambda: f"CAST({inner('int')} AS bigint)")
        if kind == "double":
            forms += [lambda: f"CAST({inner('int')} AS double)", lambda: f"CAST({inner('decimal')} AS double)"]
        if kind == "text":
            forms += [lambda: f"({inner()} || {inner()})", lambda: f"lower({inner()})",
                      lambda: f"CAST({inner('int')} AS varchar)"]
        if kind == "timestamp":
            forms.append(lambda: f"CAST({inner('date')} AS timestamp)")
        return self.random.choice(forms)()

    def pair(self):
        """Two types that may be compared."""
        if self.chance(0.7):
            kind = self.some("int", "bigint", "double", "decimal", "text", "bool", "date", "timestamp")
            return kind, kind
        family = self.some(NUMBERS, TIMES)
        return self.random.choice(family), self.random.choice(family)

    def condition(self, scope, depth, queries=False):
        """A condition, written with as few parentheses as the grammar allows."""
        if depth > 0 and self.chance(0.4):
            left, right = self.condition(scope, depth - 1, queries), self.condition(scope, depth - 1, queries)
            form = self.some("{} AND {}", "{} OR {}", "({}) AND ({})", "({}) OR ({})", "NOT ({}) OR {}", "NOT {} AND {}")
            return form.format(left, right)
        one, other = self.pair()
        left = self.value(one, scope, depth - 1)
        forms = [
            lambda: f"{left} {self.some('=', '<>', '<', '<=', '>', '>=')} {self.value(other, scope, depth - 1)}",
            lambda: f"{left} IS {self.some('', 'NOT ')}NULL",
            lambda: f"{left} IS {self.some('', 'NOT ')}DISTINCT FROM {self.value(other, scope, depth - 1)}",
            lambda: f"{left} {self.some('', 'NOT ')}IN ({', '.join(self.literal(one) for _ in range(self.random.randrange(1, 6)))})",
            lambda: f"{left} {self.some('', 'NOT ')}IN ({self.value(one, scope, 0)}, NULL)",
            lambda: f"{left} {self.some('', 'NOT ')}BETWEEN {self.value(one, scope, 0)} AND {self.value(other, scope, 0)}",
            lambda: f"{self.value('text', scope, depth - 1)} {self.some('', 'NOT ')}LIKE {self.some(repr('a%'), repr('%b'), repr('_'))}",
        ]
        if queries and self.chance(0.5):
            forms = [
                lambda: f"{left} {self.some('', 'NOT ')}IN ({self.looked_up(one, scope)})",
                lambda: f"{self.literal(one)} {self.some('', 'NOT ')}IN ({self.looked_up(one, scope)})",
                lambda: f"{self.some('', 'NOT ')}EXISTS ({self.looked_up(one, scope)})",
                lambda: f"{self.value('int', scope, 0)} {self.some('=', '<', '>')} ({self.one(scope)})",
            ]
        return self.random.choice(forms)()

    def looked_up(self, kind, outer):
        """A query of one column, which may refer to the one around it."""
        name = self.name()
        inner = [(f"{name}.{column}", of) for column, of in COLUMNS]
        text = f"SELECT {self.column(kind, inner)} FROM {self.some(*TABLES)} {name}"
        terms = []
        if self.chance(0.4):
            key = self.some("int", "text", "double", "bigint")
            terms.append(f"{self.column(key, inner)} = {self.column(key, outer)}")
        if self.chance(0.6):
            terms.append(f"({self.condition(inner, 1)})")
        return text + (f" WHERE {' AND '.join(terms)}" if terms else "")

    def one(self, outer):
        name = self.name()
        inner = [(f"{name}.{column}", of) for column, of in COLUMNS]
        where = f" WHERE {name}.k = {self.column('int', outer)}" if self.chance(0.5) else ""
        return f"SELECT {self.some('max', 'min', 'count')}({self.column('int', inner)}) FROM {self.some(*TABLES)} {name}{where}"

    def relation(self, depth):
        """A relation with its columns, `name.column`."""
        name = self.name()
        if depth > 0 and self.chance(0.25):
            inner, columns = self.select(depth - 1, named=True)
            return f"({inner}) {name}", [(f"{name}.{column}", kind) for column, kind in columns]
        return f"{self.some(*TABLES)} {name}", [(f"{name}.{column}", kind) for column, kind in COLUMNS]

    def source(self, depth):
        """FROM, its columns, and where there is a key of USING, that alone."""
        text, scope = self.relation(depth)
        using = False
        for _ in range(self.some(0, 0, 1, 1, 2)):
            right, columns = self.relation(depth)
            kind = self.some("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN")
            # Athena compares no key with one of another kind.
            has_key = all(any(text.endswith(".k") and of == "int" for text, of in side) for side in (scope, columns))
            alone = sum(text.endswith(".k") for text, _ in scope) == 1
            if kind == "CROSS JOIN":
                text += f" CROSS JOIN {right}"
            elif has_key and alone and not using and self.chance(0.35):
                text += f" {kind} {right} USING (k)"
                scope = [("k", "int")] + [pair for pair in scope if not pair[0].endswith(".k")]
                columns = [pair for pair in columns if not pair[0].endswith(".k")]
                using = True
            else:
                key = self.some("int", "int", "text", "double", "bigint", "decimal", "date")
                on = f"{self.column(key, scope)} = {self.column(key, columns)}"
                if self.chance(0.3):
                    on += f" AND ({self.condition(scope + columns, 1)})"
                text += f" {kind} {right} ON {on}"
            scope = scope + columns
            if using:
                break
        return text, scope

    def select(self, depth, named=False, kinds=None):
        """A query and the names and types of its columns."""
        source, scope = self.source(depth)
        where = f" WHERE {self.condition(scope, 2, queries=True)}" if self.chance(0.75) else ""
        kinds = kinds or [self.some(*TYPES) for _ in range(self.random.randrange(1, 4))]
        names = self.random.sample(["k", "i", "x", "y", "s"], len(kinds)) if named else [f"c{n}" for n in range(len(kinds))]
        form = self.some("rows", "rows", "distinct", "groups", "all", "windows")
        if form in ("groups", "all"):
            keys = [self.value(kind, scope, 1) for kind in kinds] if form == "groups" else []
            keys = [key for key in keys if re.search(r"\b(t\d+\.|k\b)", key)]
            items, types = [], []
            for kind in kinds:
                usable = [key for key in keys if key]
                if usable and self.chance(0.5) and form == "groups":
                    key = usable[0]
                    items.append((key, None))
                    types.append(None)
                else:
                    items.append(self.aggregate(kind, scope))
                    types.append(items[-1][1])
            texts = [text for text, _ in items]
            group = f" GROUP BY {', '.join(dict.fromkeys(keys))}" if keys else ""
            having = f" HAVING count(*) {self.some('>', '<')} {self.some('1', '2', '9')}" if keys and self.chance(0.3) else ""
            text = ", ".join(f"{item} AS {name}" for item, name in zip(texts, names))
            known = [(name, kind) for name, kind in zip(names, types) if kind]
            return f"SELECT {text} FROM {source}{where}{group}{having}", known
        values = [self.value(kind, scope, 2) for kind in kinds]
        if form == "windows" and "USING" not in source:
            values[0], kinds = self.window(kinds[0], scope, source), list(kinds)
        text = ", ".join(f"{value} AS {name}" for value, name in zip(values, names))
        distinct = "DISTINCT " if form == "distinct" else ""
        return f"SELECT {distinct}{text} FROM {source}{where}", list(zip(names, kinds))

    def aggregate(self, kind, scope):
        argument = self.value(kind, scope, 1)
        only = f" FILTER (WHERE {self.condition(scope, 1)})" if self.chance(0.2) else ""
        if kind in ("int", "bigint", "decimal", "double") and self.chance(0.4):
            of = {"int": "bigint", "bigint": "bigint", "decimal": None, "double": "double"}[kind]
            return f"sum({argument}){only}", of
        if self.chance(0.4):
            return f"count({self.some('', 'DISTINCT ')}{argument}){only}", "bigint"
        if kind == "bool":
            return f"{self.some('bool_and', 'bool_or')}({argument}){only}", "bool"
        return f"{self.some('min', 'max')}({argument}){only}", kind

    def window(self, kind, scope, source):
        """Of all rows that are alike, each gets the same: nothing depends on an order that is not there."""
        by = self.column(self.some("int", "text", "double", "bool"), scope)
        argument = self.column(kind, scope)
        if kind in ("int", "bigint", "double", "decimal"):
            call = self.some("max", "min", "sum") if kind != "bigint" else self.some("max", "min")
            cast = {"int": "int", "bigint": "bigint", "double": "double", "decimal": "decimal(10,2)"}[kind]
            return f"CAST({call}({argument}) OVER (PARTITION BY {by}) AS {cast})"
        if kind == "bool":
            return f"(count({argument}) OVER (PARTITION BY {by}) > 2)"
        return f"max({argument}) OVER (PARTITION BY {by})"

    def statement(self):
        if self.chance(0.2):
            kinds = [self.some(*TYPES) for _ in range(self.random.randrange(1, 3))]
            parts = []
            for _ in range(self.some(2, 2, 3)):
                source, scope = self.source(1)
                where = f" WHERE {self.condition(scope, 1, queries=True)}" if self.chance(0.7) else ""
                parts.append(f"SELECT {', '.join(self.value(kind, scope, 1) for kind in kinds)} FROM {source}{where}")
            text = parts[0]
            for part in parts[1:]:
                text += f" {self.some('UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT')} {part}"
            return text
        if self.chance(0.1):
            offset = self.some(1, 2, 3)
            call = self.some("lead", "lag")
            of = self.some("i", "s", "d", "b")
            ending = f"{offset}⟦) IGNORE NULLS¦ IGNORE NULLS)⟧"
            return f"SELECT id, {call}({of}, {ending} OVER (ORDER BY id) FROM {self.some(*TABLES)}"
        return self.select(1)[0]


def dialect(sql, which):
    return re.sub("⟦(.*?)¦(.*?)⟧", lambda found: found.group(which + 1), sql)


def canonical(value, kind):
    if value is None:
        return None
    if kind in ("integer", "bigint", "int"):
        return int(value)
    if kind in ("double", "float", "real"):
        return float(f"{float(value):.12g}") + 0.0
    if kind.startswith("decimal"):
        return decimal.Decimal(str(value)).normalize() + 0
    if kind == "boolean":
        return value if isinstance(value, bool) else value == "true"
    if kind == "date":
        return str(value)[:10]
    if kind == "timestamp":
        if isinstance(value, datetime.datetime):
            value = value.isoformat(" ", "milliseconds")
        text = str(value)
        return (text if " " in text else text + " 00:00:00.000")[:23]
    return str(value)


def same(types, ours, theirs):
    """Whether they are the same rows, in whatever order."""
    try:
        rows = [
            collections.Counter(tuple(canonical(value, kind) for value, kind in zip(row, types)) for row in side)
            for side in (ours, theirs)
        ]
    except (ValueError, decimal.InvalidOperation) as error:
        return f"other types: {error}"
    if rows[0] == rows[1]:
        return None
    missing, added = rows[1] - rows[0], rows[0] - rows[1]
    return f"{len(ours)} rows, {len(theirs)} in DuckDB; missing {list(missing)[:3]}, too many {list(added)[:3]}"


def duck(athena, data):
    """DuckDB with the files of the partitions that the catalog names."""
    import duckdb

    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for table in TABLES:
        where = {"DatabaseName": "tributary", "TableName": table}
        partitions = athena.call("AWSGlue", "GetPartitions", where)["Partitions"]
        places = [partition["StorageDescriptor"]["Location"] for partition in partitions]
        files = [str(file) for place in places for file in
                 sorted((pathlib.Path(data) / "s3" / place.removeprefix("s3://")).glob("*.parquet"))]
        assert files, f"no file of {table}"
        database.execute(f"CREATE TABLE {table} AS SELECT * FROM read_parquet({files}, union_by_name = true)")
        for column, kind in COLUMNS + [("at", "timestamp")]:
            if kind == "timestamp":
                database.execute(f'ALTER TABLE {table} ALTER "{column}" TYPE timestamp')
    return database


def prepare(directory):
    root = pathlib.Path(directory)
    (root / "datasets").mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        (root / "datasets" / f"{table}.json").write_text(json.dumps(definition(table), indent=2) + "\n")
        (root / f"{table}.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows(table)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepare", metavar="DIRECTORY", help="write definitions and rows of the tables, and end")
    parser.add_argument("--aws", help="the local lake's address of the AWS protocols")
    parser.add_argument("--data", help="the local lake's directory")
    parser.add_argument("--seed", type=int, default=None, help="the first statement's [default: of the time]")
    parser.add_argument("--count", type=int, default=500, help="how many statements [default: 500]")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end after this time")
    parser.add_argument("--differences", type=int, default=20, help="end after so many differences [default: 20]")
    options = parser.parse_args()
    if options.prepare:
        return prepare(options.prepare)
    seed = options.seed if options.seed is not None else int(time.time())
    athena = Athena(options.aws)
    database = duck(athena, options.data)
    counts, began = collections.Counter(), time.monotonic()
    print(f"the first seed is {seed}", flush=True)
    for number in range(seed, seed + options.count):
        if time.monotonic() - began > options.seconds or counts["different"] >= options.differences:
            break
        sql = Maker(number).statement()
        try:
            theirs = database.execute(dialect(sql, 1)).fetchall()
        except Exception as error:
            counts["not in DuckDB"] += 1
            if os.environ.get("SQL_RANDOM_VERBOSE"):
                print(f"seed {number}: DuckDB: {error}\n  {sql}")
            continue
        if len(theirs) > MOST_ROWS:
            counts["more rows than are compared"] += 1
            continue
        try:
            types, ours = athena.query(dialect(sql, 0))
        except RuntimeError as error:
            if str(error).startswith("NOT_SUPPORTED"):
                counts["refused by name"] += 1
                counts[str(error)[:100]] += 1
                continue
            difference = f"an error: {error}"
        else:
            difference = same(types, ours, theirs)
        if difference is None:
            counts["alike"] += 1
            counts["alike, with rows"] += bool(ours)
        else:
            counts["different"] += 1
            print(f"seed {number}: {difference}\n  {dialect(sql, 0)}", flush=True)
    for what, count in counts.most_common():
        print(f"{count:6}  {what}")
    asked = sum(counts[outcome] for outcome in ("alike", "different", "refused by name", "not in DuckDB",
                                                "more rows than are compared"))
    if counts["different"]:
        raise SystemExit(1)
    if asked >= 40 and counts["alike, with rows"] * 4 < asked:
        raise SystemExit(f"only {counts['alike, with rows']} of {asked} statements gave rows: what was checked?")


main()
