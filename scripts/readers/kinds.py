"""The lake's types: what a JSON value of one is worth, and the same value as each reader returns it.

A value is a plain Python one: `Decimal`, `date`, a `datetime` without a zone in UTC, `bytes`, a list, a dict. Nothing
here is taken from the lake's own code.
"""

import base64
import struct
from datetime import date, datetime, timezone
from decimal import Decimal

SCALARS = {
    "boolean": bool, "int": int, "bigint": int, "float": float, "double": float, "decimal": Decimal, "string": str,
    "date": date, "timestamp": datetime, "binary": bytes,
}  # fmt: skip


class Kind:
    """A type as a definition writes it: a name, and parts by name (`element`; `key` and `value`; a struct's fields)."""

    def __init__(self, name, digits=None, scale=None, parts=None):
        self.name, self.digits, self.scale, self.parts = name, digits, scale, parts or {}

    def paths(self, path):
        """The full name of the column and of each of its parts, in order of appearance."""
        yield path
        for name, part in self.parts.items():
            yield from part.paths(f"{path}.{name}")


def parse(text):
    """The type of a text that a definition may hold."""
    kind, rest = read(text.replace(" ", ""))
    assert not rest, f"{rest!r} is left of {text!r}"
    return kind


def read(text):
    end = next((at for at, sign in enumerate(text) if sign in "<>(),:"), len(text))
    name, rest = text[:end], text[end:]
    if name == "decimal":
        size, rest = rest[1:].split(")", 1)
        digits, scale = map(int, size.split(","))
        return Kind(name, digits, scale), rest
    if name == "array":
        element, rest = read(rest[1:])
        return Kind(name, parts={"element": element}), rest[1:]
    if name == "map":
        key, rest = read(rest[1:])
        value, rest = read(rest[1:])
        return Kind(name, parts={"key": key, "value": value}), rest[1:]
    if name == "struct":
        parts = {}
        while rest[0] in "<,":
            field, rest = rest[1:].split(":", 1)
            parts[field], rest = read(rest)
        return Kind(name, parts=parts), rest[1:]
    assert name in SCALARS, name
    return Kind(name), rest


def worth(kind, value):
    """What the row must hold of a JSON value, whose fractions were read as `Decimal`."""
    if value is None:
        return None
    match kind.name:
        case "array":
            return [worth(kind.parts["element"], item) for item in value]
        case "map":
            return {key: worth(kind.parts["value"], item) for key, item in value.items()}
        case "struct":
            return {name: worth(part, value.get(name)) for name, part in kind.parts.items()}
        case "float":
            return struct.unpack("f", struct.pack("f", float(value)))[0]
        case "double":
            return float(value)
        case "decimal":
            return Decimal(value)
        case "date":
            return date.fromisoformat(value)
        case "timestamp":
            moment = datetime.fromisoformat(value).astimezone(timezone.utc).replace(tzinfo=None)
            return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        case "binary":
            return base64.b64decode(value)
        case _:
            return value


def plain(kind, value):
    """A reader's value in the same form. What is not of the type that the definition says is an error."""
    if value is None:
        return None
    match kind.name:
        case "array":
            assert isinstance(value, list), (kind.name, value)
            return [plain(kind.parts["element"], item) for item in value]
        case "struct":
            assert isinstance(value, dict) and list(value) == list(kind.parts), (list(kind.parts), value)
            return {name: plain(part, value[name]) for name, part in kind.parts.items()}
        case "map":
            # Polars has no maps: it shows what Parquet makes of one.
            pairs = value.items() if isinstance(value, dict) else [(pair["key"], pair["value"]) for pair in value]
            found = {plain(kind.parts["key"], key): plain(kind.parts["value"], item) for key, item in pairs}
            assert len(found) == len(value), value
            return found
    if kind.name == "binary":
        value = bytes(value)
    assert type(value) is SCALARS[kind.name], f"{value!r} is no {kind.name}"
    if kind.name == "timestamp":
        assert value.tzinfo is None, f"{value!r} has a zone"
    return value
