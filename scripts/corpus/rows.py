"""Whether the rows of the local Athena are those of a record."""

import decimal
import hashlib
import re

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?Z?")


def sqlite_value(value, letter):
    """A value as SQLite's runner prints it: I as %d, R as %.3f, T with what cannot be printed as @."""
    if value is None:
        return "NULL"
    if value in ("true", "false") and letter in "IR":
        value = "1" if value == "true" else "0"
    if letter == "I":
        return str(int(float(value))) if NUMBER.fullmatch(value) and not value.lstrip("-").isdigit() else value
    if letter == "R":
        # As C does it: the nearest of the double, and -0.000 for what rounds to it.
        return f"{float(value):.3f}" if NUMBER.fullmatch(value) else value
    return "".join(c if " " <= c <= "~" else "@" for c in value) or "(empty)"


def arranged(rows, sort):
    """The values one after the other, in the order that the record's sort gives."""
    if sort == "rowsort":
        rows = sorted(rows)
    values = [value for row in rows for value in row]
    return sorted(values) if sort == "valuesort" else values


def sqlite_difference(record, rows):
    letters = record.types
    if any(len(row) != len(letters) for row in rows):
        return f"{len(rows[0])} columns, {len(letters)} in the corpus"
    values = arranged([[sqlite_value(value, letter) for value, letter in zip(row, letters)] for row in rows], record.sort)
    hashed = record.hashed()
    if hashed:
        if len(values) != hashed[0]:
            return f"{len(values)} values, {hashed[0]} in the corpus"
        digest = hashlib.md5("".join(value + "\n" for value in values).encode(), usedforsecurity=False).hexdigest()
        return None if digest == hashed[1] else f"other values than the corpus's {hashed[0]}, by their hash"
    # "(empty)" is not in every file; a minus before zero is C's.
    wanted = [value or "(empty)" for value in record.expected]
    if [unsigned(value) for value in values] == [unsigned(value) for value in wanted]:
        return None
    return f"{shown(values)}, and in the corpus {shown(wanted)}"


def unsigned(value):
    return "0.000" if value == "-0.000" else value


def canonical_word(word):
    """A number without what a runner may print otherwise: zeros at its end, an exponent, digits beyond the tenth of a fraction."""
    if not NUMBER.fullmatch(word):
        return word
    number = decimal.Decimal(word)
    if number == number.to_integral_value() and abs(number) < 10**40:
        return str(int(number))
    return f"{float(number):.10g}"


def canonical_line(line):
    line = INSTANT.sub(lambda found: f"{found[1]} {found[2]}{(found[3] or '').rstrip('0').rstrip('.')}", line)
    return " ".join(canonical_word(word) for word in line.split())


def cell(value):
    if value is None:
        return "NULL"
    return value if value else "(empty)"


def same_keys(ours, theirs, keys):
    """Whether the lines have the same values at the keys' places, one line after the other. A value has no blank then."""
    ours, theirs = [[line.split() for line in side] for side in (ours, theirs)]
    widths = {len(words) for words in ours + theirs}
    if keys is None or len(widths) != 1 or max(keys) >= widths.pop():
        return False
    return [[words[key] for key in keys] for words in ours] == [[words[key] for key in keys] for words in theirs]


def rust_difference(record, rows, ordered, keys=None, moved=False):
    """The Rust runner's form has a row a line, with a blank between its values, so the lines are compared. `keys` are the columns by
    which the rows are ordered, as far as they are known; `moved` says that the columns are in another order."""
    ours = [canonical_line(" ".join(map(cell, row))) for row in rows]
    theirs = [canonical_line(line) for line in record.expected]
    if moved:
        ours, theirs = [[" ".join(sorted(line.split())) for line in side] for side in (ours, theirs)]
    if record.sort == "valuesort":
        ours, theirs = [sorted(word for line in side for word in line.split()) for side in (ours, theirs)]
    elif record.sort == "rowsort" or not ordered:
        ours, theirs = sorted(ours), sorted(theirs)
    if ours == theirs or (sorted(ours) == sorted(theirs) and not moved and same_keys(ours, theirs, keys)):
        return None
    what = "order: " if sorted(ours) == sorted(theirs) else ""
    return f"{what}{shown(ours)}, and in the corpus {shown(theirs)}"


def shown(values):
    return f"{values[:12]}{f' and {len(values) - 12} more' if len(values) > 12 else ''}"
