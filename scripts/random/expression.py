"""Random expressions of a type, over the columns in scope."""

import functions
from tables import Column, decimal_of
from text import Sql, either, listed, sql

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
NUMBERS = ("integer", "bigint", "decimal(10,2)", "double")
TIMES = ("date", "timestamp")
KINDS = ("integer", "varchar", "bigint", "double", "decimal(10,2)", "boolean", "date", "timestamp")
LITERALS = {
    "integer": ("0", "1", "2", "3", "7", "-1"),
    "bigint": ("CAST(1 AS bigint)", "CAST(2 AS bigint)", "3000000000"),
    "double": ("0e0", "1.25e0", "-2.5e0", "3e0"),
    "real": ("CAST(1.5 AS real)", "CAST(0 AS real)"),
    "varchar": ("'a'", "''", "'b'", "'ab'", "'A'", "'7'"),
    "boolean": ("true", "false"),
    "date": ("DATE '2026-01-01'", "DATE '1969-12-31'", "DATE '2024-02-29'"),
    "timestamp": ("TIMESTAMP '2026-01-01 00:00:00'", "TIMESTAMP '2026-01-01 00:00:00.001'"),
}
DECIMALS = ("1.10", "0.00", "-2.50", "3.00", "0.125", "7")
IN_GENERAL = {"math", "text", "times", "bits", "casts", "patterns"}


class Expressions:
    """Needs `self.choices`, and `self.lookup` for queries within."""

    def __init__(self):
        # The functions that are in the statement, and those to choose from with preference.
        self.used, self.area = set(), None

    def literal(self, kind):
        if kind.startswith("decimal"):
            precision, scale = decimal_of(kind)
            fits = [text for text in DECIMALS if len(text.split(".")[0].lstrip("-")) <= precision - scale]
            return sql("CAST({} AS {})", self.choices.some(*fits or ["0"]), kind)
        return sql("{}", self.choices.some(*LITERALS[kind]))

    def column(self, kind, scope, wild=False):
        """A column of the kind, if there is one."""
        found = [column.text for column in scope if column.kind == kind and (wild or not column.wild)]
        if found:
            return sql("{}", self.choices.some(*found))
        if kind.startswith("decimal"):
            others = [column for column in scope if column.kind.startswith("decimal") and fits(column.kind, kind)]
            if others and self.choices.chance(0.8):
                return sql("CAST({} AS {})", self.choices.some(*others).text, kind)
        return self.literal(kind)

    def value(self, kind, scope, depth):
        with self.choices.part(kind):
            return self._value(kind, scope, depth)

    def _value(self, kind, scope, depth):
        choices = self.choices
        if depth <= 0 or not choices.chance(0.6):
            return self.literal(kind) if choices.chance(0.12) else self.column(kind, scope)
        if kind == "boolean" and choices.chance(0.5):
            return sql("({})", self.condition(scope, depth - 1))
        if choices.chance(0.4):
            found = self.function(kind, scope, depth - 1)
            if found:
                return found
        inner = lambda of=kind: self.value(of, scope, depth - 1)
        forms = [
            lambda: sql("coalesce({}, {})", inner(), inner()),
            lambda: sql("nullif({}, {})", inner(), inner()),
            lambda: sql("CASE WHEN {} THEN {} END", self.condition(scope, depth - 1), inner()),
            lambda: sql("CASE WHEN {} THEN {} ELSE {} END", self.condition(scope, depth - 1), inner(), inner()),
            lambda: either("if({}, {}, {})", "CASE WHEN {} THEN {} ELSE {} END", self.condition(scope, depth - 1), inner(), inner()),
            lambda: sql("CASE {} WHEN {} THEN {} ELSE {} END", inner("integer"), inner("integer"), inner(), inner()),
            lambda: sql("CASE {} WHEN {} THEN {} ELSE {} END", inner("double"), self.literal("double"), inner(), inner()),
        ]
        if kind in ("integer", "double", "bigint"):
            forms.append(lambda: sql("({} {} {})", inner(), choices.some("+", "-"), inner()))
        if kind in ("integer", "double") or kind.startswith("decimal"):
            forms.append(lambda: sql("(- {})", inner()))
        if kind.startswith("decimal"):
            forms.append(lambda: sql("CAST({} AS {})", self.decimal(scope, 1)[0], kind))
        if kind == "integer":
            forms.append(lambda: sql("({} % 3)", inner()))
        if kind == "bigint":
            forms.append(lambda: sql("CAST({} AS bigint)", inner("integer")))
        if kind == "varchar":
            forms.append(lambda: sql("({} || {})", inner(), inner()))
        return forms[choices.index(len(forms))]()

    def function(self, kind, scope, depth):
        """A call out of the table, if one gives the kind."""
        found = [one for one in functions.ALL if one.gives == kind and one.area == self.area]
        if not found or self.choices.chance(0.3):
            found = [one for one in functions.ALL if one.gives == kind and one.area in IN_GENERAL] or found
        if not found:
            return None
        return self.call(found[self.choices.index(len(found))], scope, depth)

    def call(self, function, scope, depth):
        given = []
        for takes in function.takes:
            if isinstance(takes, tuple):
                given.append(sql("{}", self.choices.some(*takes)))
            else:
                given.append(self.argument(takes, scope, depth))
        self.used.add(function.trino)
        form = either(function.trino, function.duck, *given)
        return sql("({})", form) if " LIKE " in function.trino else form

    def argument(self, kind, scope, depth):
        """What is calculated with: of columns mostly, so that numbers stay small."""
        if kind == "decimal":
            return self.exact(scope)[0]
        if kind == "double":
            depth = 0
        return self.value(kind, scope, depth)

    def exact(self, scope):
        """A decimal that is a column or a literal, with its type."""
        with self.choices.part("exact"):
            found = [column for column in scope if column.kind.startswith("decimal")]
            if found and not self.choices.chance(0.2):
                column = self.choices.some(*found)
                return sql("{}", column.text), decimal_of(column.kind)
            text = self.choices.some("1.10", "-2.50", "3.0", "0.125", "7.00")
            whole, fraction = text.lstrip("-").split(".")
            # A zero before the point is no digit of the type.
            return sql("{}", text), (len(whole.lstrip("0")) + len(fraction), len(fraction))

    def decimal(self, scope, depth):
        """Arithmetic of decimals, with precision and scale by Trino's rules."""
        with self.choices.part("decimal"):
            one, (p, s) = self.exact(scope) if depth <= 1 or self.choices.chance(0.5) else self.decimal(scope, depth - 1)
            form = self.choices.some("column", "+", "-", "*", "/", "%", "/", "round", "places", "abs", "floor", "ceil", "truncate")
            if form == "column" or p > 19:
                return one, (p, s)
            self.used.add(f"decimal {form}")
            if form in ("round", "floor", "ceil", "truncate"):
                of = (max(p - s, 1) if form == "truncate" else min(38, p - s + min(1, s)), 0)
                duck = {"round": "round({}, 0)", "truncate": "trunc({})"}.get(form, form + "({})")
                return either(form + "({})", f"CAST({duck} AS decimal({max(of[0], 1)},0))", one), (max(of[0], 1), 0)
            if form == "places":
                places = self.choices.some(1, 0, 2)
                of = (min(38, p + 1), s)
                duck = f"CAST(oracle_rounded(CAST({{}} AS VARCHAR), {places}, {s}) AS decimal({of[0]},{s}))"
                return either(f"round({{}}, {places})", duck, one), of
            if form == "abs":
                return sql("abs({})", one), (p, s)
            other, (q, t) = self.exact(scope)
            if form in "+-":
                of = (min(38, max(s, t) + max(p - s, q - t) + 1), max(s, t))
                wide = f"CAST(CAST({{}} AS decimal(38,{of[1]})) {form} CAST({{}} AS decimal(38,{of[1]})) AS decimal({of[0]},{of[1]}))"
                return either(f"({{}} {form} {{}})", wide, one, other), of
            if form == "*":
                return sql("({} * {})", one, other), (min(38, p + q), s + t)
            of = (min(38, p + t + max(t - s, 0)), max(s, t)) if form == "/" else (min(q - t, p - s) + max(s, t), max(s, t))
            name = "divide" if form == "/" else "modulo"
            other = self.not_zero(other)
            duck = f"CAST(oracle_{name}(CAST({{}} AS VARCHAR), CAST({{}} AS VARCHAR), {of[1]}) AS decimal({of[0]},{of[1]}))"
            return either(f"({{}} {form} {{}})", duck, one, other), of

    def not_zero(self, value):
        """Null for zero."""
        return sql(self.choices.some("CASE WHEN {0} <> 0 THEN {0} END", "nullif({0}, 0)", "CASE WHEN {0} <> 0.0 THEN {0} END"), value)

    def pair(self):
        """Two types that may be compared."""
        if not self.choices.chance(0.3):
            kind = self.choices.some(*KINDS)
            return kind, kind
        family = self.choices.some(NUMBERS, TIMES)
        return self.choices.some(*family), self.choices.some(*family)

    def condition(self, scope, depth, queries=False):
        """A condition, with as few parentheses as the grammar allows."""
        with self.choices.part("condition"):
            return self._condition(scope, depth, queries)

    def _condition(self, scope, depth, queries):
        choices = self.choices
        if depth > 0 and choices.chance(0.4):
            forms = ("{} AND {}", "{} OR {}", "({}) AND ({})", "({}) OR ({})", "NOT ({}) OR {}", "NOT {} AND {}")
            form = choices.some(*forms)
            return sql(form, self.condition(scope, depth - 1, queries), self.condition(scope, depth - 1, queries))
        if queries and choices.chance(0.6):
            return self.query_condition(scope, depth)
        one, other = self.pair()
        left = self.comparable(one, scope, depth - 1)
        no = lambda: choices.some("", "NOT ")
        literals = lambda: listed([self.literal(one) for _ in range(1 + choices.index(5))])
        forms = [
            lambda: sql("{} {} {}", left, choices.some(*COMPARISONS), self.comparable(other, scope, depth - 1)),
            lambda: sql("{} IS {}NULL", left, no()),
            lambda: sql("{} IS {}DISTINCT FROM {}", left, no(), self.comparable(other, scope, depth - 1)),
            lambda: sql("{} {}IN ({})", left, no(), literals()),
            lambda: sql("{} {}IN ({}, NULL)", left, no(), self.column(one, scope)),
            lambda: sql("{} {}BETWEEN {} AND {}", left, no(), self.column(one, scope), self.column(other, scope)),
            lambda: self.value("boolean", scope, depth - 1),
            lambda: self.function("boolean", scope, depth - 1),
        ]
        return forms[choices.index(len(forms))]()

    def comparable(self, kind, scope, depth):
        """A value to compare, at times one that nothing is calculated with."""
        wild = [column.text for column in scope if column.wild and column.kind == kind]
        if wild and self.choices.chance(0.5):
            return sql("{}", self.choices.some(*wild))
        return self.value(kind, scope, depth)


def ordering(text, kind, descends=False, nulls=""):
    """A term of ORDER BY. Trino orders as Java compares: -0.0 is before 0.0, which are one number to DuckDB."""
    direction = " DESC" if descends else ""
    trino = duck = f"{text}{direction}{nulls}"
    if kind == "double":
        duck += f", signbit({text}){'' if descends else ' DESC'}"
    return Sql(trino, duck)


def fits(kind, into):
    """Whether every decimal of a type is one of another, but for its last places."""
    (p, s), (q, t) = decimal_of(kind), decimal_of(into)
    return p - s <= q - t


def qualified(name, columns):
    return [Column(f"{name}.{column.text}", column.kind, column.wild) for column in columns]
