"""Random requests for the rows of a dataset, made of choices, so that one can be made again and made smaller."""

import datetime

import typed
from evaluate import Filter, Group, Item, Term, is_aggregate

FORMATS = ["json", "csv", "ndjson", "columns"]
COMPARISONS = ["eq", "gt", "gte", "lt", "lte", "neq", "isdistinct", "in"]
RELATIVE = ["today", "now", "today-1d", "now-24h", "now-49h", "today-8d", "now+90m", "today+6d", "now-2w", "now-193h", "now+0s", "today-0001h"]
PATTERNS = ["*", "", "a*", "*b", "*A*", "a%b", "a\\*b", "a\\%b", "a\\_b", "a_b", "_", "%_%", "*\\\\*", "é*", "*日*", "*\n*", "οδοσ", "*ß*", "İ*",
            "i", "***", "_x*", "\\a*", "*.*", "*'*", '*"*', "20__-%"]
EXPRESSIONS = ["a", "^a", "b$", "^$", "[0-9]+", "a.b", "^(a|é)", "^[^a]*$", r"\.", r"\(a\)", "^.{2}$", "x{300}", "É", "[A-Z]", "^a?b", "日|ñ",
               r"a\\b", "^ ", ","]
UNITS = ["day", "month", "year", "quarter", "week", "hour", "minute", "second"]
NUMBERS = ("int", "bigint", "float", "double")


def leaves(columns):
    """The paths of all columns and fields, with their types."""
    for column, kind in columns.items():
        yield (column,), kind
        inside = [((column,), kind)]
        while inside:
            path, kind = inside.pop()
            if not typed.is_scalar(kind) and kind[0] == "struct":
                for field, of in kind[1].items():
                    yield path + (field,), of
                    inside.append((path + (field,), of))


class Asked:
    """Makes requests for the rows of one dataset."""

    def __init__(self, dataset, columns, base, choices):
        self.dataset, self.base, self.choices = dataset, base, choices
        self.paths = list(leaves(columns))
        self.columns = columns
        # How many regular expressions there are: ten at most.
        self.regular = 0

    def request(self):
        choices = self.choices
        with choices.part("how"):
            request = {"format": choices.some(*FORMATS), "numbers": choices.chance(0.1), "quoted": choices.chance(0.2),
                       "count": choices.chance(0.1), "follow": choices.chance(0.3),
                       "limit": choices.some(None, 1, 2, 5, 20, 99, 1000, 10_000, 0) if choices.chance(0.5) else None}
        with choices.part("select"):
            request["select"] = self.select() if choices.chance(0.6) else None
        with choices.part("order"):
            request["order"] = self.order(request["select"]) if choices.chance(0.5) else None
        request["filters"] = []
        for _ in range(choices.some(0, 1, 1, 1, 2, 3)):
            with choices.part("condition"):
                request["filters"].append(self.condition(3))
        if not self.follows(request):
            request["follow"] = False
        return request

    # Filters.

    def condition(self, depth):
        if depth and self.choices.chance(0.3):
            negated, all_of = self.choices.chance(0.3), bool(self.choices.index(2))
            inner = []
            for _ in range(1 + self.choices.index(3)):
                with self.choices.part("condition"):
                    inner.append(self.condition(depth - 1))
            return Group(negated, all_of, inner)
        path, kind = self.path(lambda kind: True)
        negated = self.choices.chance(0.3)
        operator = self.operator(kind)
        return Filter(path, negated, operator, self.given(path, kind, operator))

    def path(self, fits):
        fitting = [(path, kind) for path, kind in self.paths if fits(kind)]
        columns = list(dict.fromkeys(path[0] for path, _ in fitting))
        column = self.choices.some(*columns)
        return self.choices.some(*[(path, kind) for path, kind in fitting if path[0] == column])

    def operator(self, kind):
        if not typed.is_scalar(kind):
            contains = kind[0] == "array"
            return self.choices.some("is", *["cs"] * 3) if contains else "is"
        if kind == "binary":
            return "is"
        if self.choices.chance(0.1):
            return "is"
        if kind == "string" and self.choices.chance(0.5):
            operator = self.choices.some("like", "ilike", "match", "imatch")
            self.regular += operator.endswith("match")
            return operator if self.regular <= 10 or not operator.endswith("match") else "like"
        return self.choices.some(*COMPARISONS)

    def given(self, path, kind, operator):
        if operator == "is":
            return self.choices.some("null", "not_null", *(["true", "false", "unknown"] if kind == "boolean" else []))
        if operator in ("like", "ilike"):
            found = self.stored(path) if self.choices.chance(0.6) else []
            return self.pattern(self.choices.some(*found)) if found else self.choices.some(*PATTERNS)
        if operator in ("match", "imatch"):
            return self.choices.some(*EXPRESSIONS)
        if operator in ("in", "cs"):
            count = self.choices.index(4)
            return [self.text(path, kind if operator == "in" else kind[1], operator) for _ in range(count)]
        return self.text(path, kind, operator)

    def pattern(self, text):
        """One that finds a text that is in some row."""
        plain = "".join(f"\\{character}" if character in "*%_\\" else character for character in text[:20])
        return self.choices.some(plain, f"{plain}*", f"*{plain}", f"*{plain.upper()}%", "_" * len(text), f"{plain[:1]}*" if plain[:1] != "\\" else "*")

    def text(self, path, kind, operator):
        """A value as a request has it: mostly one that is in some row."""
        found = self.stored(path) if self.choices.chance(0.85) else []
        if path == ("dt",):
            if self.dataset.partition_by != "none" and self.choices.chance(0.15):
                return self.choices.some(*RELATIVE)
            days = {"none": ["all"], "month": ["2026-09", "2026-07", "0001-01"]}.get(self.dataset.partition_by, ["2026-09-01", "2026-08-31"])
            return self.choices.some(*found or days)
        if path == ("hour",):
            return self.choices.some(*found or ["00", "01", "23"])
        if kind in ("date", "timestamp") and self.choices.chance(0.2):
            return self.choices.some(*RELATIVE)
        return self.written(kind, self.choices.some(*found or typed.pool(kind, self.base)), operator)

    def stored(self, path):
        """The values of a column or of the elements of an array in it, each once."""
        values = []
        for row in self.dataset.rows:
            value = row[path[0]]
            for field in path[1:]:
                value = value and value[field]
            values += value if isinstance(value, list) else [value]
        return list(dict.fromkeys(value for value in values if value is not None and not isinstance(value, dict)))

    def written(self, kind, value, operator):
        if typed.is_decimal(kind):
            text = f"{value:f}"
            forms = [text, f"{value.normalize():f}", f"{value:E}" if value else "0"]
            # A number that the column cannot have.
            between = [f"{text}{'' if '.' in text else '.'}{'0' * 2}5", f"-{text}1".replace("--", "").replace("-01", "-1"), "1e30", "-1e39", "0.5"]
            return self.choices.some(*forms, *([] if operator == "cs" else between))
        if kind == "boolean":
            return str(value).lower()
        if kind == "timestamp":
            text = typed.iso(value)
            forms = [f"{text}Z", f"{typed.iso(value, False)}Z", f"{text[:10]}"]
            if typed.millis(datetime.datetime(2, 1, 1)) < value < typed.millis(datetime.datetime(9999, 12, 30)):
                forms += [f"{typed.iso(value + 5_400_000)}+01:30", f"{text}4Z", f"{text}999999-00:00"]
            return self.choices.some(*forms)
        if kind in ("float", "double"):
            return self.choices.some(repr(value), f"{value:.17e}")
        return str(value)

    # What is selected.

    def select(self):
        items, names = [], set()
        grouped = self.choices.chance(0.4)
        for _ in range(self.choices.index(3) if grouped else 1 + self.choices.index(4)):
            with self.choices.part("item"):
                self.add(items, names, self.plain(grouped))
        for _ in range(1 + self.choices.index(3) if grouped else 0):
            with self.choices.part("item"):
                self.add(items, names, self.aggregate())
        return items

    def add(self, items, names, item):
        name = item.path[-1] if item.call in (None, "date_trunc") else item.call.split()[0]
        if self.choices.chance(0.2):
            item = item._replace(alias=self.choices.some("c", "total", "price", "_x1"))
        if (item.alias or name) in names:
            item = item._replace(alias=f"c{len(items)}")
        names.add(item.alias or name)
        items.append(item)

    def plain(self, grouped):
        times = [kind for _, kind in self.paths if kind in ("date", "timestamp")]
        if times and self.choices.chance(0.2):
            path, kind = self.path(lambda kind: kind in ("date", "timestamp"))
            return Item(None, path, "date_trunc", self.choices.some(*(UNITS if kind == "timestamp" else UNITS[:5])))
        return Item(None, self.path(typed.is_scalar if grouped else lambda kind: True)[0])

    def aggregate(self):
        call = self.choices.some("count", "sum", "avg", "min", "max", "count distinct", "approx_count_distinct")
        numbers = [kind for _, kind in self.paths if kind in NUMBERS or typed.is_decimal(kind)]
        if call in ("sum", "avg") and not numbers:
            call = "count"
        if call == "count":
            return Item(None, self.path(lambda kind: True)[0] if self.choices.chance(0.5) else None, "count")
        fits = {"sum": lambda kind: kind in NUMBERS or typed.is_decimal(kind), "avg": lambda kind: kind in NUMBERS or typed.is_decimal(kind),
                "min": lambda kind: typed.is_scalar(kind) and kind != "binary"}
        fits["max"] = fits["min"]
        return Item(None, self.path(fits.get(call, typed.is_scalar))[0], call)

    # Order.

    def order(self, select):
        grouped = any(map(is_aggregate, select or []))
        paths = [path for path, kind in self.paths if typed.is_scalar(kind)]
        if select:
            # By its own name, if no column has it.
            paths = [path for item in select if (path := self.group_name(item))] if grouped else [
                (item.alias,) for item in select
                if item.alias and item.alias not in self.columns and typed.is_scalar(self.kind(item.path))] + paths
        terms = []
        for path in self.choices.sample(list(dict.fromkeys(paths)), min(len(set(paths)), 1 + self.choices.index(3))):
            terms.append(Term(path, self.choices.chance(0.5), self.choices.some(None, True, False)))
        return terms or None

    def kind(self, path):
        return next(kind for found, kind in self.paths if found == path)

    def group_name(self, item):
        """What groups are ordered by; sums of floating-point numbers may differ in their last digits, and so in their order."""
        if item.call == "approx_count_distinct" or (item.call in ("sum", "avg") and not typed.is_decimal(self.kind(item.path))
                                                   and not (item.call == "sum" and self.kind(item.path) in ("int", "bigint"))):
            return None
        if item.alias:
            return (item.alias,)
        return (item.call.split()[0],) if is_aggregate(item) else (item.path[-1],)

    def follows(self, request):
        """Whether all pages of it can be had: docs/api.md says where not, and what is not promised of zeros."""
        if any(map(is_aggregate, request["select"] or [])) or not request["limit"]:
            return False
        paths = [term.path for term in request["order"] or []] or [(column,) for column in self.dataset.sort_by]
        known = dict(self.paths)
        return all(path in known and known[path] not in ("binary", "float", "double") for path in paths)
