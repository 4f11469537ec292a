"""A dataset with every type and nesting, in two versions, and events of it as JSON."""

import base64
import json
import random
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import kinds

NAME = "every_type"
SCALARS = [
    "boolean", "int", "bigint", "float", "double", "string", "date", "timestamp",
    # Of each physical type that Parquet has for them.
    "decimal(1,0)", "decimal(7,2)", "decimal(9,9)", "decimal(16,4)", "decimal(18,18)", "decimal(20,2)", "decimal(38,10)",
]  # fmt: skip
DEEP = {
    "lists": "array<array<int>>",
    "orders": "array<struct<price:decimal(38,10),tags:map<string,array<date>>>>",
    "places": "map<string,struct<at:timestamp,inner:array<struct<x:double>>>>",
    "boxes": "struct<a:struct<b:struct<c:string,d:array<boolean>>>>",
    "maps": "map<string,map<string,bigint>>",
}
# The second version adds fields at the end of structs, at any depth, and a column.
GROWN = {
    "orders": "array<struct<price:decimal(38,10),tags:map<string,array<date>>,note:string>>",
    "boxes": "struct<a:struct<b:struct<c:string,d:array<boolean>,e:map<string,float>>>>",
}
ADDED = {"later": "array<struct<n:int>>"}

TEXTS = ["", " ", "a", "é", "e\u0301", "\0", "a\0b", "\n\t\"\\", "🦆", "\U0010ffff" * 20, "x" * 5_000, "null", "NaN"]

# Between the first and the last are those on which every zone has all its hours.
DAYS = [
    date(1, 1, 1), date(1, 1, 3), date(1582, 10, 10), date(1969, 12, 31), date(1970, 1, 1), date(2024, 2, 29),
    date(2026, 3, 29), date(9999, 12, 29), date(9999, 12, 31),
]  # fmt: skip


def types(version):
    """The definition's columns and their types, in order."""
    columns = {"n": "bigint", "at": "timestamp", "bytes": "binary"}
    # As letters and digits only: `decimal(7,2)` is `decimal_7_2`.
    plain = {text.translate(str.maketrans("(,", "__", ")")): text for text in SCALARS}
    columns |= {f"{name}_1": text for name, text in plain.items()}
    columns |= {f"list_{name}": f"array<{text}>" for name, text in plain.items()}
    columns |= {f"map_{name}": f"map<string,{text}>" for name, text in plain.items()}
    columns["everything"] = "struct<" + ",".join(f"{name}_0:{text}" for name, text in plain.items()) + ">"
    columns |= DEEP | (GROWN | ADDED if version > 1 else {})
    return columns


def definition(version):
    required = {"n", "at"}
    columns = [
        {"name": name, "type": text} | ({"required": True} if name in required else {})
        for name, text in types(version).items()
    ]
    return {
        "name": NAME, "columns": columns, "identity": ["n"], "event_time": "at", "partition_by": "day", "sort_by": ["n"],
    }  # fmt: skip


class Feed:
    """Events of one day, each of a number of its own."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        # Within the bounds on event times, and one partition.
        self.day = datetime.now(timezone.utc).replace(tzinfo=None).date() - timedelta(days=1)
        self.number = 0

    def events(self, version, count):
        """Lines of JSON."""
        return [self.event(version) for _ in range(count)]

    def event(self, version):
        self.number += 1
        fields = {"n": str(self.number), "at": json.dumps(f"{self.day}T{self.rng.randrange(24):02}:00:00.25Z")}
        for name, text in types(version).items():
            # Null, and not there at all, are the same.
            if name not in fields and self.rng.random() < 0.9:
                fields[name] = self.json(kinds.parse(text))
        if self.rng.random() < 0.3:
            fields["not_in_the_definition"] = '{"a": [1.50, null]}'
        return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in fields.items()) + "}"

    def json(self, kind):
        rng = self.rng
        if rng.random() < 0.15:
            return "null"
        match kind.name:
            case "array":
                return "[" + ",".join(self.json(kind.parts["element"]) for _ in range(rng.choice([0, 1, 2, 5]))) + "]"
            case "map":
                keys = rng.sample(TEXTS, rng.choice([0, 1, 2, 5]))
                return "{" + ",".join(f"{json.dumps(key)}:{self.json(kind.parts['value'])}" for key in keys) + "}"
            case "struct":
                parts = [(name, part) for name, part in kind.parts.items() if rng.random() < 0.85]
                return "{" + ",".join(f'"{name}":{self.json(part)}' for name, part in parts) + "}"
            case "boolean":
                return rng.choice(["true", "false"])
            case "int" | "bigint":
                most = (1 << (31 if kind.name == "int" else 63)) - 1
                return str(rng.choice([0, -1, 1, -most - 1, most, rng.randint(-most - 1, most)]))
            case "float":
                return repr(rng.choice([0.0, 0.1, -1.5, 3.4028234663852886e38, 1.401298464324817e-45, rng.gauss(0, 1e6)]))
            case "double":
                return repr(rng.choice([0.0, 0.1, -1.5, 1.7976931348623157e308, 5e-324, rng.gauss(0, 1e12)]))
            case "decimal":
                digits = kind.digits
                number = rng.choice([0, 1, -1, 10**digits - 1, 1 - 10**digits, rng.randrange(10**digits)])
                # Arithmetic would round to 28 digits.
                value = f"{Decimal(f'{number}E-{kind.scale}'):f}"
                return rng.choice([value, f'"{value}"'])
            case "string":
                return json.dumps(rng.choice([*TEXTS, f"text {rng.random()}"]), ensure_ascii=rng.random() < 0.5)
            case "date":
                return f'"{rng.choice(DAYS)}"'
            case "timestamp":
                return json.dumps(self.moment())
            case "binary":
                return json.dumps(base64.b64encode(rng.choice([b"", b"\0", b"\xff" * 70, rng.randbytes(9)])).decode())
        raise ValueError(kind.name)

    def moment(self):
        """RFC 3339 in any zone, with more digits than the lake keeps."""
        rng = self.rng
        time = f"{rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
        fraction = rng.choice(["", ".5", ".001", ".999", ".123456", ".000999"])
        return f"{rng.choice(DAYS[1:-1])}T{time}{fraction}{rng.choice(['Z', '+00:00', '+14:00', '-12:00', '+05:45'])}"
