"""The tables, drawn by a seed: how many, their columns with types in an order, rows, nulls, days and files.

Names are few, so that tables share them, also with other types. Values are few, so that they meet.
"""

import collections
import datetime
import json
import pathlib
import random

# `wild` values are compared only: nothing is calculated with the end of time.
Column = collections.namedtuple("Column", "text kind wild", defaults=(False,))
Table = collections.namedtuple("Table", "name columns rows files")

LAKE_TYPES = {"integer": "int", "real": "float", "varchar": "string"}
DECIMALS = ["decimal(10,2)", "decimal(5,0)", "decimal(12,4)", "decimal(18,6)", "decimal(4,3)", "decimal(16,1)"]
NAMES = ["i", "b", "d", "m", "s", "f", "da", "ts", "r", "x", "y", "n"]
KINDS = ["integer", "integer", "bigint", "double", "double", "decimal", "decimal", "varchar", "varchar", "boolean", "date",
         "timestamp", "real"]
MUST = [("varchar", "double", "decimal", "boolean", "date"), ("integer", "bigint", "decimal", "timestamp", "varchar", "double")]
FIRST_DAY = datetime.date(2026, 9, 1)


def lake_type(kind):
    return LAKE_TYPES.get(kind, kind)


def decimal_of(kind):
    """Precision and scale."""
    precision, scale = kind.removeprefix("decimal(").removesuffix(")").split(",")
    return int(precision), int(scale)


def values(kind, wild, pick):
    """The values that a column of the kind may have: some of them, so that columns differ."""
    if kind.startswith("decimal"):
        precision, scale = decimal_of(kind)
        found = [f"{number:.{scale}f}" for number in (0, 1, 1.1, -2.5, 3, 0.125, 7, -0.999, 2.5)
                 if abs(number) < 10 ** (precision - scale)]
    else:
        found = {
            "integer": [0, 1, -1, 2, 3, 4, 5, 6, 7],
            "bigint": [0, 1, 2, -5, 3_000_000_000, 7, -3_000_000_001],
            "double": [0.0, -0.0, 1.25, -2.5, 3.0, 0.5, 100.0],
            "real": [0.0, 1.5, -2.25, 3.0, 8.0],
            "varchar": ["", "a", "b", "A", "ab", "zz", "a_b", "50%", "a,b,,c", "7", "-1", "1.5", "true", "F", " x ", "Éa",
                        "日本", "abab", "2024-02-29", "a b"],
            "boolean": [True, False],
            "date": ["2026-01-01", "1969-12-31", "2024-02-29", "2024-12-30", "2023-01-31", "2026-11-01"],
            "timestamp": ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.001Z", "1969-12-31T00:00:00.000Z",
                          "2024-02-29T23:59:59.999Z", "2023-01-31T12:30:15.250Z"],
        }[kind]
        if wild:
            found += {"date": ["9999-12-31", "0001-01-01"], "timestamp": ["9999-12-31T00:00:00.000Z"]}[kind]
    return pick.sample(found, min(len(found), pick.choice([2, 4, 6, 20])))


def one_table(name, pick, is_empty, must=()):
    columns, must = [Column("k", pick.choice(["integer"] * 5 + ["bigint", "varchar"]))], list(must)
    for column in pick.sample(NAMES, pick.randrange(max(4, len(must)), len(NAMES))):
        kind = must.pop() if must else pick.choice(KINDS)
        kind = pick.choice(DECIMALS) if kind == "decimal" else kind
        columns.append(Column(column, kind, kind in ("date", "timestamp") and pick.random() < 0.3))
    columns += [Column("id", "integer"), Column("moment", "timestamp")]
    pick.shuffle(columns)
    drawn = {column.text: (values(column.kind, column.wild, pick), pick.choice([0, 0.2, 0.2, 0.5, 1]))
             for column in columns if column.text not in ("id", "moment")}
    days = pick.choice([1, 1, 2, 3])
    rows = []
    for number in range(0 if is_empty else pick.choice([1, 8, 20, 30])):
        row = {"id": number, "moment": f"{FIRST_DAY + datetime.timedelta(pick.randrange(days))}T00:00:00.000Z"}
        for column, (found, nulls) in drawn.items():
            row[column] = None if pick.random() < nulls else pick.choice(found)
        rows.append(row)
    return Table(name, columns, rows, pick.choice([1, 1, 2]))


def draw(seed):
    """Three to five tables. The first two have many rows, and all types together."""
    pick = random.Random(f"tables {seed}")
    drawn = []
    for number in range(pick.choice([3, 4, 5])):
        name, must = f"r{'abcde'[number]}", MUST[number] if number < len(MUST) else ()
        table = one_table(name, pick, number > 1 and pick.random() < 0.2, must)
        while must and len(table.rows) < 8:
            table = one_table(name, pick, False, must)
        drawn.append(table)
    return drawn


def definition(table):
    columns = [{"name": column.text, "type": lake_type(column.kind)} for column in table.columns]
    for column in columns:
        if column["name"] in ("id", "moment"):
            column["required"] = True
    return {"name": table.name, "description": "Random rows", "columns": columns, "identity": ["id"], "event_time": "moment",
            "partition_by": "day", "sort_by": ["id"]}


def write(seed, directory):
    """Definitions, and the rows as the files to publish one after the other: `TABLE.NUMBER.ndjson`."""
    root = pathlib.Path(directory)
    (root / "datasets").mkdir(parents=True, exist_ok=True)
    for table in draw(seed):
        (root / "datasets" / f"{table.name}.json").write_text(json.dumps(definition(table), indent=2) + "\n")
        for number in range(table.files):
            rows = table.rows[number::table.files]
            if rows:
                file = root / f"{table.name}.{number}.ndjson"
                file.write_text("".join(json.dumps(row) + "\n" for row in rows))


def described(table):
    columns = ", ".join(f"{column.text} {column.kind}" for column in table.columns)
    return f"{table.name}: {len(table.rows)} rows in {table.files} files; {columns}"
