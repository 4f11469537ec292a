"""What a request for rows means, calculated row by row: docs/api.md says how, and PostgREST where they are silent.

A request is a dict: `filters`, `select`, `order` and `limit`. A filter is `Filter(path, negated, operator, value)`, where the
value is a text, or a list of texts of `in` and `cs`, or `Group(negated, all, conditions)`. A condition is True, False or None: what
is unknown. Nothing here knows how the lake makes SQL of it.
"""

import base64
import collections
import datetime
import decimal
import fractions
import re

import reading
import typed

Filter = collections.namedtuple("Filter", "path negated operator value")
Group = collections.namedtuple("Group", "negated all conditions")
# `call` is None or the name of a function, as "count distinct"; `unit` is that of date_trunc. Without a path it is count().
Item = collections.namedtuple("Item", "alias path call unit", defaults=(None, None))
Term = collections.namedtuple("Term", "path descending nulls_first")
# A number that may be so far off: the order in which floating-point numbers are added is not promised.
Near = collections.namedtuple("Near", "number tolerance")
# `total` is how many rows there are without a limit, and `matched` how many rows of the table pass the filters. A request may fail
# where a sum is a bigint and a part of it is none.
Answer = collections.namedtuple("Answer", "names kinds rows total grouped matched may_fail")

BIGINT = 2 ** 63
MOST_DECIMAL = 10 ** 38


class Overflow(Exception):
    """A sum that its type does not have: the request fails."""


def like(pattern, folded):
    """SQL's LIKE as a regular expression: `*` is `%`, and a backslash takes the next character as it is."""
    out, characters = [], iter(fold(pattern) if folded else pattern)
    for character in characters:
        if character in "*%":
            out.append(".*")
        elif character == "_":
            out.append(".")
        else:
            out.append(re.escape(next(characters) if character == "\\" else character))
    return re.compile("".join(out), re.DOTALL)


def fold(text):
    """Lower case, each character for itself."""
    return "".join(character.lower()[0] for character in text)


def compare(operator, value, other):
    return {"eq": value == other, "neq": value != other, "isdistinct": value != other, "gt": value > other, "gte": value >= other,
            "lt": value < other, "lte": value <= other}[operator]


class Evaluator:
    """Of one dataset, at one time: `columns` are every column with its type, and `now` is in seconds."""

    def __init__(self, dataset, columns, now):
        self.dataset, self.columns, self.now = dataset, columns, now
        self.may_fail = False

    def kind(self, path):
        kind = self.columns[path[0]]
        for field in path[1:]:
            kind = kind[1][field]
        return kind

    @staticmethod
    def value(row, path):
        value = row[path[0]]
        for field in path[1:]:
            value = None if value is None else value[field]
        return value

    def read(self, kind, path, operator, text):
        return reading.exact_or_cut(kind, operator, reading.read(kind, path, text, self.now, self.dataset.partition_by))

    def holds(self, condition, row):
        """True, False or None."""
        if isinstance(condition, Group):
            found = [self.holds(inner, row) for inner in condition.conditions]
            decisive = not condition.all
            result = decisive if decisive in found else None if None in found else condition.all
        else:
            result = self.filter(condition, row)
        return result if result is None or not condition.negated else not result

    def filter(self, condition, row):
        path, operator, given = condition.path, condition.operator, condition.value
        kind, value = self.kind(path), self.value(row, path)
        if operator == "is":
            if given in ("null", "unknown"):
                return value is None
            return value is not None if given == "not_null" else value is (given == "true")
        if operator == "in" and not given:
            return False
        if value is None:
            return True if operator == "isdistinct" else None
        if operator in ("like", "ilike"):
            text = fold(value) if operator == "ilike" else value
            return bool(like(given, operator == "ilike").fullmatch(text))
        if operator in ("match", "imatch"):
            return bool(re.search(given, value, re.IGNORECASE if operator == "imatch" else 0))
        if operator == "in":
            return any(value == self.read(kind, path, operator, text) for text in given)
        if operator == "cs":
            # What is null within the array is none of the values.
            return all(any(item is not None and item == self.read(kind[1], path, "in", text) for item in value) for text in given)
        return compare(operator, value, self.read(kind, path, operator, given))

    # Order.

    def sorted(self, rows, terms):
        """`terms` give a function of a row with a value, its type, and where the value goes."""
        for of, kind, descending, nulls_first in reversed(terms):
            present = sorted((row for row in rows if of(row) is not None), key=lambda row: rank(kind, of(row)), reverse=descending)
            # Python keeps the order of what ties in either direction.
            nulls = [row for row in rows if of(row) is None]
            rows = nulls + present if nulls_first else present + nulls
        return rows

    def term(self, path, descending=False, nulls_first=None):
        return (lambda row: self.value(row, path)), self.kind(path), descending, descending if nulls_first is None else nulls_first

    # Answers.

    def answer(self, request):
        rows = [row for row in self.dataset.rows if all(self.holds(condition, row) is True for condition in request["filters"])]
        items = request["select"] or [Item(None, (column,)) for column in self.dataset.columns]
        names = [item.alias or (item.path[-1] if item.call in (None, "date_trunc") else item.call.split()[0]) for item in items]
        kinds = [self.result_kind(item) for item in items]
        if any(is_aggregate(item) for item in items):
            found = self.groups(rows, items, names, kinds, request["order"])
            return Answer(names, kinds, found, len(found), True, len(rows), self.may_fail)
        found = self.sorted(rows, self.order(items, names, request["order"]))
        return Answer(names, kinds, [[self.item(item, row) for item in items] for row in found], len(found), False, len(rows), False)

    def order(self, items, names, terms):
        keys = []
        for term in terms or []:
            named = term.path[0] if len(term.path) == 1 else None
            if named in self.columns or named not in names:
                keys.append(self.term(*term))
            else:
                item = items[names.index(named)]
                keys.append(((lambda row, item=item: self.item(item, row)), self.result_kind(item), term.descending,
                             term.descending if term.nulls_first is None else term.nulls_first))
        if not terms:
            keys += [self.term((column,)) for column in self.dataset.sort_by]
        last = [*self.dataset.identity, *(key for key in ("dt", "hour") if key in self.columns)]
        return keys + [self.term((column,)) for column in last]

    def result_kind(self, item):
        if item.path is None or item.call in ("count", "count distinct", "approx_count_distinct"):
            return "bigint"
        kind = self.kind(item.path)
        if item.call == "sum" and kind == "int":
            return "bigint"
        if item.call == "sum" and typed.is_decimal(kind):
            return f"decimal(38,{typed.scale_of(kind)})"
        return "double" if item.call == "avg" and kind in ("int", "bigint") else kind

    def item(self, item, row):
        value = self.value(row, item.path)
        return truncated(value, item.unit) if item.call == "date_trunc" and value is not None else value

    def groups(self, rows, items, names, kinds, terms):
        keys = [place for place, item in enumerate(items) if not is_aggregate(item)]
        groups = {} if keys else {(): []}
        for row in rows:
            # No comparison tells -0.0 from 0.0, and they are one group.
            key = tuple(value + 0.0 if isinstance(value, float) else value for value in (self.item(items[place], row) for place in keys))
            groups.setdefault(key, []).append(row)
        made = []
        for key, members in groups.items():
            values = dict(zip(keys, key))
            made.append([values[place] if place in values else self.aggregate(item, kinds[place], members)
                         for place, item in enumerate(items)])
        places = []
        for term in terms or []:
            named = term.path[0] if len(term.path) == 1 else None
            place = names.index(named) if named in names else items.index(next(
                item for item in items if item.path == term.path and item.call is None))
            places.append((place, term.descending, term.descending if term.nulls_first is None else term.nulls_first))
        places += [(place, False, False) for place in keys]
        # Groups by bytes are ordered by the texts of their base64.
        kinds = ["string" if kind == "binary" else kind for kind in kinds]
        order = [((lambda row, place=place: number_of(row[place])), kinds[place], descending, nulls) for place, descending, nulls in places]
        return self.sorted(made, order)

    def aggregate(self, item, kind, rows):
        if item.path is None:
            return len(rows)
        values = [value for row in rows if (value := self.value(row, item.path)) is not None]
        if item.call == "count":
            return len(values)
        if item.call == "count distinct":
            return len(set(values))
        if item.call == "approx_count_distinct":
            return Near(len(set(values)), max(1, len(set(values)) * 0.1))
        if not values:
            return None
        if item.call in ("min", "max"):
            return (min if item.call == "min" else max)(values, key=lambda value: rank(kind, value))
        total = sum(map(fractions.Fraction, values))
        if item.call == "sum":
            if kind == "bigint" and not -BIGINT <= total < BIGINT:
                raise Overflow
            if kind == "bigint":
                parts = sum(value for value in values if value > 0), sum(value for value in values if value < 0)
                self.may_fail |= parts[0] >= BIGINT or parts[1] < -BIGINT
            found = total
        else:
            found = total / len(values)
        if kind == "bigint":
            return int(found)
        if typed.is_decimal(kind):
            if abs(found) * 10 ** typed.scale_of(kind) >= MOST_DECIMAL:
                raise Overflow
            return rounded(found, typed.scale_of(kind))
        size = sum(abs(fractions.Fraction(value)) for value in values)
        return Near(float(found), float(size) * (1e-12 if kind == "double" else 1e-6))


def is_aggregate(item):
    return item.path is None or item.call not in (None, "date_trunc")


def rank(kind, value):
    """What values of a type are ordered by: text by its code points, bytes by their values, and -0.0 before 0.0."""
    if kind == "binary":
        return base64.b64decode(value)
    if kind in ("float", "double"):
        return value, str(value)[0] != "-"
    return value


def number_of(value):
    return value.number if isinstance(value, Near) else value


def rounded(number, scale):
    """A decimal, a half away from zero."""
    units = abs(number) * 10 ** scale
    whole = int(units + fractions.Fraction(1, 2))
    return decimal.Decimal(whole if number >= 0 else -whole).scaleb(-scale)


def truncated(value, unit):
    """The beginning of the unit of time that a day or a time falls in; weeks begin on Mondays."""
    if isinstance(value, int):
        step = {"second": 1_000, "minute": 60_000, "hour": 3_600_000}.get(unit)
        return value - value % step if step else typed.midnight(truncated(typed.moment(value).date(), unit))
    if unit == "week":
        return value - datetime.timedelta(value.weekday())
    month = {"year": 1, "quarter": (value.month - 1) // 3 * 3 + 1}.get(unit, value.month)
    return value if unit == "day" else value.replace(month=month, day=1)
