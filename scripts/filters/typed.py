"""The types of columns: their names in a definition, values that they may have, and values as events and requests write them.

A type is a text, as `decimal(5,2)`, or `("array", type)`, `("map", type)` or `("struct", {name: type})`. In Python a date is a
`datetime.date`, a timestamp is milliseconds since 1970, bytes are the text of their base64, and a decimal is a `Decimal` with the
type's scale.
"""

import base64
import datetime
import decimal
import json
import struct

# No sum of the largest decimals has as many digits. A thread begins with a copy of the default.
decimal.DefaultContext.prec = 120
decimal.setcontext(decimal.DefaultContext.copy())

DECIMALS = ["decimal(5,0)", "decimal(5,2)", "decimal(12,4)", "decimal(18,6)", "decimal(20,2)", "decimal(38,0)", "decimal(38,10)",
            "decimal(4,4)"]
SCALARS = ["boolean", "int", "bigint", "float", "double", "decimal", "string", "date", "timestamp", "binary"]
EPOCH = datetime.datetime(1970, 1, 1)

# The last one is longer than one literal of SQL may be.
TEXTS = ["", "a", "A", "ab", "aB", "abab", "a_b", "a%b", "a*b", "50%", "a\\b", "\\", "null", "NULL", "true", "1", "-1.5", " x ", "x,y",
         "(a)", "{a}", '"q"', "it's", "a\nb", "tab\t", "é", "É", "Ñandú", "日本", "𝄞", "ΟΔΟΣ", "οδοσ", "İ", "straße", "=1+1",
         "a.b", "not.eq", "eq.a", "%", "_", "2026-09-01", "?", "a;b--", "&=+#", "x" * 300, "y" * 1100]


def name(kind):
    """As a definition has it."""
    if isinstance(kind, str):
        return kind
    outer, inner = kind
    if outer == "array":
        return f"array<{name(inner)}>"
    if outer == "map":
        return f"map<string,{name(inner)}>"
    return f"struct<{','.join(f'{field}:{name(of)}' for field, of in inner.items())}>"


def is_scalar(kind):
    return isinstance(kind, str)


def is_decimal(kind):
    return isinstance(kind, str) and kind.startswith("decimal")


def scale_of(kind):
    return int(kind.removesuffix(")").split(",")[1])


def single(number):
    """The number of 32 bits next to it."""
    return struct.unpack("<f", struct.pack("<f", number))[0]


def millis(time):
    return (time - EPOCH) // datetime.timedelta(milliseconds=1)


def moment(milliseconds):
    return EPOCH + datetime.timedelta(milliseconds=milliseconds)


def midnight(day):
    return millis(datetime.datetime.combine(day, datetime.time()))


def pool(kind, base):
    """The values that columns of a scalar type are drawn from. Some days and times are near the day `base`."""
    if is_decimal(kind):
        digits, scale = (int(number) for number in kind.removeprefix("decimal(").removesuffix(")").split(","))
        most = 10 ** digits - 1
        units = {0, 1, -1, 5, 10 ** scale, -15 * 10 ** scale // 10, 225 * 10 ** scale // 100, 100 * 10 ** scale, most, -most}
        return [decimal.Decimal(number).scaleb(-scale) for number in sorted(units) if abs(number) <= most]
    if kind == "date":
        fixed = ["0001-01-01", "1582-10-10", "1969-12-31", "1970-01-01", "2024-02-29", "2026-08-31", "2026-09-01", "9999-12-31"]
        near = [base + datetime.timedelta(days) for days in (-8, -1, 0, 1, 6)]
        return [datetime.date.fromisoformat(day) for day in fixed] + near
    if kind == "timestamp":
        fixed = ["0001-01-01T00:00:00", "1582-10-10T12:00:00", "1969-12-31T23:59:59.999", "1970-01-01T00:00:00", "2024-02-29T23:59:59.999",
                 "2026-08-31T23:59:59.999", "2026-09-01T00:00:00", "2026-09-01T00:00:00.001", "2026-10-25T01:30:00",
                 "9999-12-31T23:59:59.999"]
        near = [midnight(base) + hours * 3_600_000 for hours in (-193, -49, -24, -1, 0, 5, 11, 17, 30)]
        return [millis(datetime.datetime.fromisoformat(time)) for time in fixed] + near
    return {
        "boolean": [True, False],
        "int": [0, 1, -1, 2, 3, 7, 2_147_483_647, -2_147_483_648],
        "bigint": [0, 1, 2, -5, 9_007_199_254_740_993, 9_007_199_254_740_992, 9_223_372_036_854_775_807, -9_223_372_036_854_775_808],
        "float": [single(number) for number in (0.0, -0.0, 0.1, 1.5, -2.25, 16_777_217.0, 1e30, 1e-30)],
        "double": [0.0, -0.0, 0.1, 1.25, -2.5, 100.0, 1e300, 1.5e-300, 9_007_199_254_740_993.0, 0.30000000000000004],
        "string": TEXTS,
        "binary": [base64.b64encode(data).decode() for data in (b"", b"\0", b"\0\1", b"a", b"ab", b"\x7f", b"\x80", b"\xff\xfe")],
    }[kind]


def iso(milliseconds, fraction=True):
    """As RFC 3339 has it, in UTC without the Z."""
    text = moment(milliseconds).isoformat(timespec="milliseconds")
    return text if fraction or milliseconds % 1000 else text[:19]


def sent(kind, value, pick):
    """The JSON of an event for a value. Some are written otherwise than they are stored: `pick` decides."""
    if value is None:
        return "null"
    if not is_scalar(kind):
        outer, inner = kind
        if outer == "array":
            return "[" + ",".join(sent(inner, item, pick) for item in value) + "]"
        fields = inner if outer == "struct" else dict.fromkeys(value, inner)
        # A field that is not there is null.
        members = [(key, of) for key, of in fields.items() if outer == "map" or value[key] is not None or pick.random() < 0.5]
        pick.shuffle(members)
        return "{" + ",".join(f"{json.dumps(key)}:{sent(of, value[key], pick)}" for key, of in members) + "}"
    if is_decimal(kind):
        text = f"{value:f}"
        return pick.choice([text, f'"{text}"', text + ("0" if "." in text else ".0")])
    if kind == "date":
        return f'"{value}"'
    if kind == "timestamp":
        # Digits behind the milliseconds are cut off.
        later, offset = value + 7_200_000, "Z"
        if later < 253_402_300_800_000 and pick.random() < 0.3:
            return f'"{iso(later)}{pick.choice(["", "9", "999999"])}+02:00"'
        return f'"{iso(value, pick.random() < 0.5)}{offset}"'
    return json.dumps(value, ensure_ascii=pick.random() < 0.3)
