"""The lake's scalar types: their values, and the many ways in which JSON may write one of them.

A value is kept in the form in which two spellings of it are equal: a timestamp in milliseconds since 1970, a date in
days, a decimal as `Decimal`, a float rounded to 32 bits. `sql` gives the same form in DuckDB.
"""

import base64
import json
import struct
from datetime import date, datetime, timedelta
from decimal import Decimal

EPOCH = datetime(1970, 1, 1)
EPOCH_ORDINAL = EPOCH.toordinal()


class Scalar:
    """A type whose values are numbered from `low` to `high`, and have some that are unlike the others."""

    name = ""
    low, high = 0, 0
    edges = ()

    def at(self, number):
        return number

    def spell(self, rng, value):
        """The value as JSON, in one of its spellings."""
        return json.dumps(value)

    def sql(self, column):
        return column


class Boolean(Scalar):
    name, high, edges = "boolean", 1, (False, True)

    def at(self, number):
        return bool(number)


class Integer(Scalar):
    def __init__(self, name, bits):
        self.name = name
        self.low, self.high = -(1 << bits - 1), (1 << bits - 1) - 1
        self.edges = (0, 1, -1, self.low, self.high)

    def spell(self, rng, value):
        if value == 0:
            return rng.choice(["0", "-0", "0.0", "0e7"])
        return rng.choice([f"{value}", f"{value}", f"{value}.0", f"{value}e0", f"{value}0E-1"])


class Floating(Scalar):
    """`float` and `double`. Zero has a sign in some spellings, and is one value all the same."""

    def __init__(self, name, least, greatest):
        self.name = name
        # So few that 24 bits tell them apart.
        self.high = 1 << (23 if name == "float" else 40)
        self.low = -self.high
        self.edges = tuple(map(self.rounded, (0.0, 0.1, -1.5, least, -least, greatest, -greatest)))

    def at(self, number):
        return self.rounded(number / 64)

    def rounded(self, value):
        return struct.unpack("f", struct.pack("f", value))[0] if self.name == "float" else value

    def spell(self, rng, value):
        if value == 0:
            return rng.choice(["0", "0.0", "-0.0", "-0", "0e7", "-0.0e0"])
        return rng.choice([repr(value), f"{value:.17e}"])


class Exact(Scalar):
    """`decimal(p,s)`: the size of p decides how Parquet stores it."""

    def __init__(self, precision, scale):
        self.name, self.scale = f"decimal({precision},{scale})", scale
        self.high = 10**precision - 1
        self.low = -self.high
        self.edges = tuple(map(self.at, (0, 1, -1, self.low, self.high)))

    def at(self, number):
        return Decimal(f"{number}E-{self.scale}")

    def spell(self, rng, value):
        text = f"{value:f}"
        if "." in text:
            text = rng.choice([text, text.rstrip("0").rstrip("."), text + "00"])
        else:
            text = rng.choice([text, text + ".0"])
        if rng.random() < 0.2:
            text += "e0"
        return rng.choice([text, f'"{text}"'])

    def sql(self, column):
        return f"CAST({column} AS VARCHAR)"


class Text(Scalar):
    """`string`. Parquet cuts the bounds of long texts, so some have long beginnings in common."""

    name, high = "string", 10**12
    edges = (
        "", " ", "0", "null", "a", "A", "a ", "é", "e\u0301", "\0", "a\0b", "\n", "🦆", "x" * 64, "x" * 65,
        "x" * 100 + "1", "x" * 100 + "2", "\U0010ffff" * 20 + "a", "\U0010ffff" * 20 + "b",
    )  # fmt: skip
    beginnings = ("", "U-", "ñandú/", "https://example.com/" + "a-long-way/" * 9, "\U0010ffff" * 17)

    def __init__(self, rng):
        self.beginning = rng.choice(self.beginnings)
        self.width = rng.choice([0, 12])

    def at(self, number):
        return f"{self.beginning}{number:0{self.width}}"

    def spell(self, rng, value):
        return json.dumps(value, ensure_ascii=rng.random() < 0.3)


class Binary(Scalar):
    name, high = "binary", 1 << 40
    edges = (b"", b"\0", b"\0\0", b"\xff", b"\xff" * 70 + b"a", b"\xff" * 70 + b"b", b"a" * 80)
    beginnings = (b"", b"\0", b"id:", b"\xff" * 66)

    def __init__(self, rng):
        self.beginning = rng.choice(self.beginnings)

    def at(self, number):
        return self.beginning + number.to_bytes(6, "big")

    def spell(self, rng, value):
        return json.dumps(base64.b64encode(value).decode())


class Date(Scalar):
    name = "date"
    low, high = date(1, 1, 1).toordinal() - EPOCH_ORDINAL, date(9999, 12, 31).toordinal() - EPOCH_ORDINAL
    edges = (0, -1, low, high, date(2024, 2, 29).toordinal() - EPOCH_ORDINAL)

    def spell(self, rng, value):
        return f'"{date.fromordinal(EPOCH_ORDINAL + value).isoformat()}"'

    def sql(self, column):
        return f"date_diff('day', DATE '1970-01-01', {column})"


class Timestamp(Scalar):
    """RFC 3339 in any zone; with a unit, a number. What is written behind the milliseconds is cut off."""

    name = "timestamp"
    # A day from either end, so that every zone has a way to write it.
    low = (datetime(1, 1, 2) - EPOCH) // timedelta(milliseconds=1)
    high = (datetime(9999, 12, 30) - EPOCH) // timedelta(milliseconds=1)
    edges = (0, -1, 1, 999, low, high)
    zones = (0, 0, 120, -300, 345, 840, -720, 1439, -1439)

    def __init__(self, unit=None):
        self.unit = unit

    def spell(self, rng, value):
        return self.number(rng, value) if self.unit else f'"{self.text(rng, value)}"'

    def text(self, rng, value):
        zone = rng.choice(self.zones)
        local = EPOCH + timedelta(milliseconds=value, minutes=zone)
        text = local.isoformat(sep=rng.choice("TTt "), timespec="milliseconds")
        if rng.random() < 0.3:
            text += rng.choice(["0", "9", "999999", "000001"])
        elif text.endswith("000") and rng.random() < 0.5:
            text = text[:-4]
        sign, (hours, minutes) = "-" if zone < 0 else "+", divmod(abs(zone), 60)
        numeric = f"{sign}{hours:02}:{minutes:02}"
        return text + (numeric if zone else rng.choice(["Z", "z", numeric, "-00:00"]))

    def number(self, rng, value):
        text = f"{Decimal(f'{value}E-3'):f}" if self.unit == "s" else f"{value}.0"
        if value >= 0 and rng.random() < 0.3:
            return text + "9" if self.unit == "s" else f"{value}.75"
        return text.rstrip("0").rstrip(".") if rng.random() < 0.5 else text

    def sql(self, column):
        return f"epoch_ms({column})"


def draw(rng):
    """One of the types, with its parameters."""
    kind = rng.choice(["boolean", "int", "bigint", "float", "double", "decimal", "string", "date", "timestamp", "binary"])
    return of(rng, kind)


def of(rng, kind):
    match kind:
        case "boolean":
            return Boolean()
        case "int":
            return Integer("int", 32)
        case "bigint":
            return Integer("bigint", 64)
        case "float":
            return Floating("float", 1.401298464324817e-45, 3.4028234663852886e38)
        case "double":
            return Floating("double", 5e-324, 1.7976931348623157e308)
        case "decimal":
            precision = rng.choice([rng.randint(1, 9), rng.randint(10, 18), rng.randint(19, 38)])
            return Exact(precision, rng.randint(0, precision))
        case "string":
            return Text(rng)
        case "date":
            return Date()
        case "timestamp":
            return Timestamp(rng.choice([None, None, "s", "ms"]))
        case "binary":
            return Binary(rng)
    raise ValueError(kind)
