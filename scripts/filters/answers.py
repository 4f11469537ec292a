"""Answers of the API in every text format, read into rows, and held to the expected ones."""

import datetime
import decimal
import json

import typed
from evaluate import Near


class Number(str):
    """A number of JSON, with its text."""


def json_of(text):
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=refuse)


def refuse(word):
    raise ValueError(f"{word} is no JSON")


def csv_of(text):
    """Lines of cells: None, or the text of a cell. Only what is in quotes may be empty."""
    lines, cells, cell, place = [], [], None, 0
    while place < len(text):
        if text[place] == '"':
            cell, place = "", place + 1
            while text[place:place + 2] == '""' or text[place] != '"':
                cell += text[place]
                place += 2 if text[place] == '"' else 1
            place += 1
        elif text[place] == ",":
            cells.append(cell)
            cell, place = None, place + 1
        elif text.startswith("\r\n", place):
            lines.append([*cells, cell])
            cells, cell, place = [], None, place + 2
        else:
            cell, place = (cell or "") + text[place], place + 1
    assert not cells and cell is None, "the last line does not end"
    return lines


def rows_of(form, text):
    """Names, or None where there is no row to have them, and rows."""
    if form == "csv":
        names, *rows = csv_of(text)
        return names, rows
    if form == "columns":
        columns = json_of(text)
        rows = [[columns[name][place] for name in columns] for place in (next(iter(columns.values()), {}))]
        return list(columns), rows
    records = json_of(text) if form == "json" else [json_of(line) for line in text.split("\n") if line]
    names = list(records[0]) if records else None
    assert all(list(record) == names for record in records), "records have different members"
    return names, [list(record.values()) for record in records]


def cell(form, kind, value, as_strings):
    """A cell as a value of the type; anything else is a `ValueError`."""
    if value is None:
        return None
    if form == "csv" and not typed.is_scalar(kind):
        value = json_of(value)
    return nested(kind, value, form == "csv", as_strings)


def nested(kind, value, is_text, as_strings):
    """A value of JSON, or the text of a cell."""
    if value is None:
        return None
    if not typed.is_scalar(kind):
        outer, inner = kind
        if outer == "array":
            return [nested(inner, item, False, as_strings) for item in value]
        if outer == "struct" and list(value) != list(inner):
            raise ValueError(f"the fields are {list(value)}")
        if outer == "map" and list(value) != sorted(value):
            raise ValueError(f"the entries are not in the order of their keys: {list(value)}")
        return {key: nested(inner[key] if outer == "struct" else inner, item, False, as_strings) for key, item in value.items()}
    is_number = kind in ("int", "float", "double") or (not as_strings and (kind == "bigint" or typed.is_decimal(kind)))
    if not is_text and (kind == "boolean") != isinstance(value, bool) or (not is_text and is_number != isinstance(value, Number)):
        raise ValueError(f"{value!r} is no {typed.name(kind)}")
    if kind == "boolean":
        return {"true": True, "false": False, True: True, False: False}[value]
    if typed.is_decimal(kind):
        found = decimal.Decimal(value)
        if -found.as_tuple().exponent != typed.scale_of(kind):
            raise ValueError(f"{value} has other digits than a {kind}")
        return found
    if kind in ("int", "bigint"):
        return int(value)
    if kind in ("float", "double"):
        return typed.single(float(value)) if kind == "float" else float(value)
    if kind == "date":
        return datetime.date.fromisoformat(value)
    if kind == "timestamp":
        if len(value) != 24 or value[-1] != "Z":
            raise ValueError(f"{value} is no time in UTC with milliseconds")
        return typed.millis(datetime.datetime.fromisoformat(value[:-1]))
    return str(value)


def same(found, expected, grouped):
    if isinstance(expected, Near):
        return found is not None and abs(found - expected.number) <= expected.tolerance
    if grouped and isinstance(expected, float):
        return found == expected
    if isinstance(expected, dict) and isinstance(found, dict):
        return found.keys() == expected.keys() and all(same(found[key], value, grouped) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(found, list):
        return len(found) == len(expected) and all(same(one, other, grouped) for one, other in zip(found, expected))
    # Where -0.0 is not 0.0.
    return repr(found) == repr(expected) if isinstance(expected, float) else found == expected


def difference(request, expected, names, rows):
    """What is wrong with an answer, or None. `expected` has the rows that it should have, in their order."""
    if names is not None and names != expected.names:
        return f"names: {names}, expected {expected.names}"
    if len(rows) != len(expected.rows):
        return f"rows: {len(rows)}, expected {len(expected.rows)}"
    for place, (row, wanted) in enumerate(zip(rows, expected.rows)):
        for name, kind, value, other in zip(expected.names, expected.kinds, row, wanted):
            try:
                found = cell(request["format"], kind, value, request["numbers"] and request["format"] != "csv")
            except (ValueError, KeyError, TypeError, ArithmeticError) as error:
                return f"form: {name} of row {place} is {value!r}: {error}"
            if not same(found, other, expected.grouped):
                return f"value: {name} of row {place} is {found!r}, expected {other!r}"
    return None
