"""Datasets, drawn by a seed: their columns of every type in an order, identity, partitions, sort order, rows and files.

A row is a dict of the columns of the definition, and of `dt`, `hour`, `_id` and `_extra`.
"""

import collections
import datetime
import decimal
import json
import pathlib
import random

import typed

Dataset = collections.namedtuple("Dataset", "name columns identity event_time partition_by sort_by rows events")

# Words of SQL too, which the lake has to quote; and names that a struct's fields and the columns share.
NAMES = ["a", "b1", "price", "paid", "group", "from", "end", "user", "case", "row", "value", "date", "table", "n", "city", "x_y", "null",
         "all", "desc", "offset", "count", "sum"]
FIELDS = ["city", "x", "y", "end", "value", "at", "zip_code"]
FIRST_DAY = datetime.datetime(2026, 9, 1)
IDENTITIES = ["int", "bigint", "string", "decimal", "date", "timestamp"]


def scalar(pick, kinds=tuple(typed.SCALARS)):
    kind = pick.choice(kinds)
    return pick.choice(typed.DECIMALS) if kind == "decimal" else kind


def nested(pick):
    within = [kind for kind in typed.SCALARS if kind != "binary"]
    outer = pick.choice(["array", "array", "struct", "struct", "map"])
    if outer != "struct":
        return outer, scalar(pick, within)
    fields = {field: scalar(pick, within) for field in pick.sample(FIELDS, pick.choice([1, 2, 3]))}
    if pick.random() < 0.5:
        fields[pick.choice(FIELDS)] = "struct", {field: scalar(pick, within) for field in pick.sample(FIELDS, 2)}
    return "struct", fields


def pools(kind, base, pick):
    """The values of a column, some of them all, by the scalar types in it."""
    if typed.is_scalar(kind):
        found = typed.pool(kind, base)
        return pick.sample(found, min(len(found), pick.choice([2, 5, 12, 100])))
    outer, inner = kind
    if outer == "struct":
        return {field: pools(of, base, pick) for field, of in inner.items()}
    return pools(inner, base, pick)


def one_value(kind, found, nulls, pick):
    if pick.random() < nulls:
        return None
    if typed.is_scalar(kind):
        return pick.choice(found)
    outer, inner = kind
    if outer == "struct":
        return {field: one_value(of, found[field], 0.2, pick) for field, of in inner.items()}
    if outer == "map":
        keys = pick.sample(["", "a", "b", "é", 'a"b', "z.y"], pick.choice([0, 1, 3]))
        return {key: one_value(inner, found, 0.2, pick) for key in keys}
    return [one_value(inner, found, 0.15, pick) for _ in range(pick.choice([0, 1, 2, 4]))]


def identities(kind, count, pick):
    """Different values of a type."""
    if typed.is_decimal(kind):
        scale = typed.scale_of(kind)
        return [decimal.Decimal(number).scaleb(-scale) for number in pick.sample(range(-900, 900), count)]
    numbers = pick.sample(range(1000), count)
    return [{"int": number - 500, "bigint": number + 9_007_199_254_740_900, "string": f"{'éA_b'[number % 4]}{number}",
             "date": datetime.date(2020, 1, 1) + datetime.timedelta(number),
             "timestamp": 1_500_000_000_000 + number}[kind] for number in numbers]


def partition(partition_by, time):
    if partition_by == "none":
        return {"dt": "all"}
    text = typed.iso(time) if isinstance(time, int) else str(time)
    if partition_by == "month":
        return {"dt": text[:7]}
    return {"dt": text[:10]} | ({"hour": text[11:13]} if partition_by == "hour" else {})


def one(number, pick, base):
    partition_by = ["day", "hour", "month", "none"][number % 4]
    kinds = [scalar(pick, (kind,)) for kind in typed.SCALARS] if number < 2 else [scalar(pick) for _ in range(pick.randrange(3, 8))]
    kinds += [nested(pick) for _ in range(pick.choice([1, 2, 4]))]
    if number < 2:
        kinds += [("array", scalar(pick, ("string", "decimal", "double", "bigint", "timestamp"))), ("struct", {"city": "string", "y": (
            "struct", {"value": scalar(pick, ("decimal", "int", "date")), "x": "string"})})]
    columns = dict(zip(pick.sample(NAMES, len(kinds)), kinds))
    identity = {"id": scalar(pick, IDENTITIES)} | ({"id2": "string"} if pick.random() < 0.4 else {})
    columns |= identity
    event_time = None
    if partition_by != "none":
        event_time = "moment"
        columns[event_time] = "timestamp" if partition_by == "hour" else pick.choice(["timestamp", "date"])
    order = list(columns)
    pick.shuffle(order)
    columns = {column: columns[column] for column in order}
    plain = [column for column, kind in columns.items() if typed.is_scalar(kind) and kind != "binary"]
    sort_by = pick.sample(plain, min(len(plain), pick.choice([1, 1, 2, 3])))

    drawn = {column: (pools(kind, base, pick), pick.choice([0, 0, 0.1, 0.1, 0.3, 0.3, 0.7, 1] if column != order[0] else [0.2]))
             for column, kind in columns.items()}
    count = pick.choice([20, 60, 130]) if number < 2 else pick.choice([0, 1, 12, 40])
    ids = {column: identities(kind, max(count, 1), pick) for column, kind in identity.items()}
    moments = [FIRST_DAY + datetime.timedelta(days) for days in pick.choice([(0,), (-1, 0, 1), (-32, 0, 1)])]
    rows, events, seen = [], [], set()
    for place in range(count):
        row = {column: one_value(kind, *drawn[column], pick) for column, kind in columns.items()}
        row |= {column: found[place] for column, found in ids.items()}
        if event_time:
            time = pick.choice(moments) + datetime.timedelta(hours=pick.choice([0, 0, 1, 23]), milliseconds=pick.choice([0, 1, 3_599_999]))
            row[event_time] = time.date() if columns[event_time] == "date" else typed.millis(time)
        row |= partition(partition_by, row[event_time] if event_time else None)
        # The same identity in another partition is another event.
        if place and pick.random() < 0.1:
            again = row | {column: rows[-1][column] for column in identity}
            row = again if key_of(again, identity) not in seen else row
        seen.add(key_of(row, identity))
        members = [f"{json.dumps(column)}:{typed.sent(kind, row[column], pick)}" for column, kind in columns.items()
                   if row[column] is not None or pick.random() < 0.5]
        row |= {"_id": None, "_extra": None}
        if pick.random() < 0.2:
            members.append('"surplus":1')
            row["_extra"] = '{"surplus":1}'
        pick.shuffle(members)
        rows.append(row)
        events.append("{" + ",".join(members) + "}")
    return Dataset(f"r{'abcdef'[number]}", columns, list(identity), event_time, partition_by, sort_by, rows, events)


def key_of(row, identity):
    return tuple(row[column] for column in identity) + (row["dt"], row.get("hour"))


def draw(seed, base):
    """Four datasets, one for each kind of partitions. The first two have many rows, and all types."""
    pick = random.Random(f"filters {seed}")
    return [one(number, pick, base) for number in range(4)]


def every_column(dataset):
    """Those of the definition with their types, then those that a request may name besides."""
    keys = {"none": ["dt"], "month": ["dt"], "day": ["dt"], "hour": ["dt", "hour"]}[dataset.partition_by]
    return dataset.columns | dict.fromkeys([*keys, "_id", "_extra"], "string")


def definition(dataset):
    must = {*dataset.identity, dataset.event_time}
    columns = [{"name": column, "type": typed.name(kind)} | ({"required": True} if column in must else {})
               for column, kind in dataset.columns.items()]
    found = {"name": dataset.name, "description": "Random rows", "columns": columns, "identity": dataset.identity,
             "partition_by": dataset.partition_by, "sort_by": dataset.sort_by}
    return found | ({"event_time": dataset.event_time} if dataset.event_time else {})


def write(drawn, directory):
    """Definitions, and the events as files to publish one after the other: `DATASET.NUMBER.ndjson`."""
    root = pathlib.Path(directory)
    (root / "datasets").mkdir(parents=True, exist_ok=True)
    for dataset in drawn:
        (root / "datasets" / f"{dataset.name}.json").write_text(json.dumps(definition(dataset), indent=2) + "\n")
        files = 2 if len(dataset.events) > 10 else 1
        for number in range(files):
            if events := dataset.events[number::files]:
                (root / f"{dataset.name}.{number}.ndjson").write_text("".join(event + "\n" for event in events))


def described(dataset):
    columns = ", ".join(f"{column} {typed.name(kind)}" for column, kind in dataset.columns.items())
    return (f"{dataset.name}: {len(dataset.rows)} rows by {dataset.partition_by}; identity {', '.join(dataset.identity)}; "
            f"sorted by {', '.join(dataset.sort_by)}; {columns}")
