"""Whether two answers are the same."""

import collections
import datetime
import decimal
import math

NAMES = {"int": "integer", "float": "real", "string": "varchar"}


def canonical(value, kind):
    if value is None:
        return None
    if kind in ("integer", "bigint", "smallint", "tinyint"):
        return int(value)
    if kind in ("double", "real"):
        return float(f"{float(value):.{12 if kind == 'double' else 6}g}") + 0.0
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


def difference(kinds, types, ours, theirs, ordered):
    """What differs: the types from `kinds`, or the rows; in whatever order, unless they are ordered. None if nothing does."""
    types = [NAMES.get(kind, kind) for kind in types]
    wrong = [f"column {place + 1} is {kind}, which is {wanted} in Trino"
             for place, (kind, wanted) in enumerate(zip(types, kinds, strict=True)) if wanted and kind != wanted]
    if wrong:
        return "types: " + "; ".join(wrong)
    try:
        rows = [[tuple(canonical(value, kind) for value, kind in zip(row, types)) for row in side] for side in (ours, theirs)]
    except (ValueError, decimal.InvalidOperation) as error:
        return f"types: {error}"
    if ordered and rows[0] != rows[1] and not all(map(close, *rows)):
        if sorted(map(key, rows[0])) == sorted(map(key, rows[1])):
            place = next(place for place, (one, other) in enumerate(zip(*rows)) if one != other)
            return f"order: row {place + 1} is {rows[0][place]}, {rows[1][place]} in DuckDB"
    counted = [collections.Counter(side) for side in rows]
    if counted[0] == counted[1]:
        return None
    # Numbers that were rounded to other twelfth digits.
    if len(ours) == len(theirs) and all(map(close, *[sorted(side, key=key) for side in rows])):
        return None
    missing, added = counted[1] - counted[0], counted[0] - counted[1]
    return f"rows: {len(ours)}, {len(theirs)} in DuckDB; missing {list(missing)[:3]}, too many {list(added)[:3]}"


def key(row):
    return [(value is not None, str(type(value)), value if value is not None else 0) for value in row]


def close(one, other):
    return all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, other))
