"""Texts of a request as values to compare with, by docs/api.md, "Values in filters"."""

import datetime
import decimal
import fractions
import re

import typed

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)")


def from_now(text, now):
    """Seconds since 1970 of `now-24h` or `today+1d`, or None."""
    found = re.fullmatch(r"(now|today)(?:([+-])(\d+)([smhdw]))?", text)
    if not found:
        return None
    word, sign, number, unit = found.groups()
    start = now if word == "now" else now - now % 86_400
    return start + (int(f"{sign}{number}") * UNITS[unit] if sign else 0)


def read_time(text, now):
    """Milliseconds, with a fraction if the text has more digits than that."""
    if (seconds := from_now(text, now)) is not None:
        return fractions.Fraction(seconds * 1000)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return fractions.Fraction(typed.midnight(datetime.date.fromisoformat(text)))
    *parts, fraction, offset = TIME.fullmatch(text).groups()
    whole = typed.millis(datetime.datetime(*map(int, parts)))
    minutes = 0 if offset == "Z" else int(f"{offset[0]}1") * (int(offset[1:3]) * 60 + int(offset[4:]))
    return whole + fractions.Fraction(fraction or 0) * 1000 - minutes * 60_000


def read(kind, path, text, now, partition_by):
    """A text of a request as a value to compare with."""
    if path == ("dt",) and (seconds := from_now(text, now)) is not None:
        return typed.moment(seconds * 1000).date().isoformat()[:7 if partition_by == "month" else 10]
    if kind == "string":
        return text
    if kind == "boolean":
        return {"true": True, "false": False}[text]
    if kind in ("int", "bigint"):
        return int(text)
    if typed.is_decimal(kind):
        return decimal.Decimal(text)
    if kind == "date":
        seconds = from_now(text, now)
        return datetime.date.fromisoformat(text) if seconds is None else typed.moment(seconds * 1000).date()
    if kind == "timestamp":
        return read_time(text, now)
    return typed.single(float(text)) if kind == "float" else float(text)


def exact_or_cut(kind, operator, other):
    """What is stored has milliseconds: a time with more digits is equal to the one that it is stored as."""
    if kind == "timestamp" and operator in ("eq", "neq", "isdistinct", "in"):
        return other // 1
    return other
