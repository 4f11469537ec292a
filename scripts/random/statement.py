"""Random statements, one kind for each area: what is drawn besides is drawn from all of them."""

import collections

import functions
from choices import Choices
from expression import KINDS, ordering, qualified
from relation import Relations, Source
from tables import Column, decimal_of
from text import Sql, either, listed, sql
from window import Windows

# `kinds` are the types that Trino gives the columns; None where that is left open.
Statement = collections.namedtuple("Statement", "sql kinds ordered used tree")


class Maker(Relations, Windows):
    """Makes one statement of an area out of choices."""

    def __init__(self, tables, choices):
        super().__init__()
        self.tables, self.choices = tables, choices

    def statement(self, area):
        self.area = area
        # A query gives its text and its columns.
        text, columns = AREAS[area](self)[:2]
        return Statement(text, [column.kind for column in columns], area == "order", self.used, self.choices.made)

    def kinds(self, most=3):
        return [self.choices.some(*KINDS) for _ in range(1 + self.choices.index(most))]

    def project(self, items, source, rest, distinct=False):
        """SELECT of expressions with types, under the names c0, c1 and so on."""
        texts = [sql("{} AS c{}", text, place) for place, (text, _) in enumerate(items)]
        text = sql("SELECT {}{} FROM {}{}", "DISTINCT " if distinct else "", listed(texts), source.sql, rest)
        return text, [Column(f"c{place}", kind) for place, (_, kind) in enumerate(items)]

    def values(self, scope, depth=2, most=3):
        items = []
        for kind in self.kinds(most):
            decimals = [column for column in scope if column.kind.startswith("decimal")]
            if kind.startswith("decimal") and decimals and self.choices.chance(0.7):
                kind = self.choices.some(*decimals).kind
            items.append((self.value(kind, scope, depth), kind))
        return items

    # The areas. Each gives a query and its columns.

    def rows(self):
        source = self.table(filled=True)
        with self.choices.part("select"):
            return self.project(self.values(source.scope), source, sql(" WHERE {}", self.condition(source.scope, 3)))

    def joins(self):
        source = self.joined(self.table(filled=True), self.relation(1))
        if self.choices.chance(0.3):
            source = self.joined(source, self.table())
        return self.project(self.values(source.scope, 1), source, self.where(source.scope, 1, share=0.4))

    def using(self):
        source = self.chain()
        keys = [(sql("{}", column.text), column.kind) for column in source.scope if "." not in column.text]
        return self.project(keys + self.values(source.scope, 1, 2), source, self.where(source.scope, 1, share=0.4))

    def subqueries(self):
        source = self.table(filled=True) if self.choices.chance(0.6) else self.source(0)
        condition = self.query_condition(source.scope, 1)
        if self.choices.chance(0.5):
            form = self.choices.some("{} OR {}", "{} AND {}", "NOT ({}) OR {}", "{} OR NOT ({})")
            condition = sql(form, condition, self.condition(source.scope, 1, queries=True))
        return self.project(self.values(source.scope, 1), source, sql(" WHERE {}", condition))

    def correlated(self):
        source = self.table(filled=True)
        kind = self.choices.some("integer", "bigint", "varchar", "date")
        items = self.values(source.scope, 1, 1) + [(sql("({})", self.one(kind, source.scope, 0.9)), kind)]
        if self.choices.chance(0.1):
            kind = self.choices.some("integer", "varchar", "double")
            found = sql("({} {}IN ({}))", self.value(kind, source.scope, 1), self.choices.some("", "NOT "),
                        self.looked_up(kind, source.scope))
            items.append((found, "boolean"))
        return self.project(items, source, self.where(source.scope, 1, share=0.3))

    def groups(self, sets=False):
        source = self.table(filled=True) if sets or self.choices.chance(0.5) else self.source(1)
        keys = []
        for kind in self.kinds(2 if not sets else 3):
            # A constant is no key, and one key twice is one. Of several sets, only columns are keys.
            if sets:
                column = self.choices.some(*source.scope)
                text, kind = sql("{}", column.text), column.kind
            else:
                text = self.value(kind, source.scope, 1)
            if any(column.text in text.trino for column in source.scope) and text.trino not in [key.trino for key, _ in keys]:
                keys.append((text, kind))
        items = keys + [self.aggregate(source.scope) for _ in range(1 + self.choices.index(2))]
        rest = self.where(source.scope, 1, share=0.3)
        if keys:
            by = listed([text for text, _ in keys])
            rest = sql("{} GROUP BY {}", rest, self.sets(keys) if sets else by)
        if sets and keys and self.choices.chance(0.15):
            items.append((either("grouping({})", "CAST(grouping({}) AS INTEGER)", listed([text for text, _ in keys])), "integer"))
        if keys and self.choices.chance(0.3):
            rest = sql("{} HAVING count(*) {} {}", rest, self.choices.some(">", "<", "="), self.choices.some("1", "2", "9"))
        return self.project(items, source, rest)

    def sets(self, keys):
        keys = [text for text, _ in keys]
        form = self.choices.some("ROLLUP ({})", "CUBE ({})", "sets")
        if form != "sets":
            return sql(form, listed(keys))
        found = [listed(keys[:count]) for count in range(len(keys), -1, -1) if self.choices.chance(0.7)] or [listed(keys)]
        return sql("GROUPING SETS ({})", listed([sql("({})", one) for one in found]))

    def grouping_sets(self):
        return self.groups(sets=True)

    def distinct(self):
        source = self.source(1)
        if self.choices.chance(0.5):
            return self.project(self.values(source.scope, 1), source, self.where(source.scope), distinct=True)
        items = []
        for _ in range(1 + self.choices.index(3)):
            kind = self.choices.some(*KINDS)
            items.append((sql("count(DISTINCT {})", self.value(kind, source.scope, 1)), "bigint"))
        if self.choices.chance(0.5):
            items.append((sql("sum(DISTINCT {})", self.column("integer", source.scope)), "bigint"))
        return self.project(items, source, self.where(source.scope, 1))

    def aggregate(self, scope):
        """An aggregate and its type."""
        with self.choices.part("aggregate"):
            text, kind = self._aggregate(scope)
            if self.choices.chance(0.2):
                text = sql("{} FILTER (WHERE {})", text, self.condition(scope, 1))
            # DuckDB writes FILTER behind each call, so what is more than a call has none.
            return text, kind

    def _aggregate(self, scope):
        choices = self.choices
        kind = choices.some(*KINDS)
        argument = self.value(kind, scope, 1)
        forms = [(sql("count({})", argument), "bigint"), (sql("count(*)"), "bigint")]
        if kind == "boolean":
            forms += [(sql("{}({})", choices.some("bool_and", "bool_or"), argument), kind),
                      (either("every({})", "bool_and({})", argument), kind), (either("count_if({})", "count(nullif({}, false))", argument), "bigint")]
        else:
            forms += [(sql("{}({})", choices.some("max", "min"), argument), kind)] * 2
        column = self.column(kind, scope)
        if kind in ("integer", "bigint"):
            forms += [(sql("sum({})", column), "bigint"), (sql("avg({})", column), "double")]
        if kind == "double":
            forms += [(sql("sum({})", column), "double"), (sql("avg({})", column), "double"),
                      (sql("{}({})", choices.some("stddev", "stddev_pop", "var_pop", "var_samp", "variance"), column), "double")]
        if kind.startswith("decimal"):
            _, scale = decimal_of(kind)
            forms += [(sql("sum({})", column), f"decimal(38,{scale})")]
        return forms[choices.index(len(forms))]

    def set_operations(self):
        kinds = self.kinds(2)

        def part():
            with self.choices.part("select"):
                source = self.source(1, most=1) if self.choices.chance(0.4) else self.table()
                items = [(self.value(kind, source.scope, 1), kind) for kind in kinds]
                form = sql("SELECT {} FROM {}{}", listed([text for text, _ in items]), source.sql, self.where(source.scope, 1))
                return form if not self.choices.chance(0.2) else sql("(SELECT DISTINCT * FROM ({}) {})", form, self.name())

        text = part()
        for _ in range(1 + self.choices.index(2)):
            with self.choices.part("operation"):
                operation = self.choices.some("UNION ALL", "UNION", "INTERSECT", "EXCEPT", "INTERSECT", "EXCEPT")
                text = sql(self.choices.some("{} {} {}", "({}) {} ({})", "{} {} ({})"), text, operation, part())
        return text, [Column("", kind) for kind in kinds]

    def order(self):
        """Ordered by all columns, so that rows that are at one place are alike."""
        source = self.query(1)
        columns = source.scope
        terms = []
        for place in self.choices.sample(range(len(columns)), len(columns)):
            column = columns[place]
            by = column.text if column.kind == "double" else self.choices.some(
                column.text, str(place + 1), f"coalesce({column.text}, NULL)")
            terms.append(ordering(by, column.kind, self.choices.chance(0.4), self.choices.some("", " NULLS FIRST", " NULLS LAST")))
        text = sql("SELECT {} FROM {} ORDER BY {}", listed([column.text for column in columns]), source.sql, listed(terms))
        if self.choices.chance(0.4):
            start = self.choices.some("0", "1", "3")
            text = sql("{} OFFSET {}", text, start)
            if self.choices.chance(0.7):
                text = sql("{} LIMIT {}", text, self.choices.some("1", "4", "9"))
        elif self.choices.chance(0.5):
            text = sql("{} LIMIT {}", text, self.choices.some("1", "0", "5", "100"))
        return text, columns

    def derived(self):
        """Queries within FROM and WITH."""
        if not self.choices.chance(0.5):
            source = self.query(2)
            return self.project(self.values(source.scope, 1), source, self.where(source.scope, 1, queries=True))
        inner, columns = self.select(1)
        columns = self.renamed(columns)
        name, one, other = self.name(), self.name(), self.name()
        left, right = qualified(one, columns), qualified(other, columns)
        join = sql("{} {} {} {} {} ON {}", name, one, self.choices.some("JOIN", "LEFT JOIN", "FULL JOIN"), name, other,
                   self.on(left, right))
        text, found = self.project(self.values(left + right, 1), Source(join, left + right, None), self.where(left + right, 1))
        return sql("WITH {} ({}) AS ({}) {}", name, listed([column.text for column in columns]), inner, text), found

    def select(self, depth):
        """Any query, to be one within another."""
        with self.choices.part("select"):
            form = self.choices.some("rows", "rows", "distinct", "groups", "windows")
            if form == "groups":
                text, columns = self.groups()
            elif form == "windows":
                text, columns = self.windows()
            else:
                source = self.source(depth)
                text, columns = self.project(self.values(source.scope, 1), source, self.where(source.scope, 2, queries=True),
                                             distinct=form == "distinct")
            return text, columns

    def calls(self):
        """Functions of the area in each column, and at times in the condition."""
        source = self.table(filled=True)
        mine = [one for one in functions.ALL if one.area == self.area]
        items = []
        for _ in range(self.choices.some(1, 2, 3, 3)):
            with self.choices.part("call"):
                function = mine[self.choices.index(len(mine))]
                kind = function.gives
                items.append((self.call(function, source.scope, 1), kind))
        return self.project(items, source, self.where(source.scope, 1, share=0.3))

    def decimals(self):
        source = self.table(filled=True)
        items = []
        for _ in range(self.choices.some(1, 2, 3)):
            text, (precision, scale) = self.decimal(source.scope, 2)
            items.append((text, f"decimal({precision},{scale})"))
        column, (precision, scale) = self.exact(source.scope)
        if "." in column.trino and not column.trino[-1].isdigit() and self.choices.chance(0.4):
            form = ("CAST(oracle_divide(CAST(sum({0}) OVER () AS VARCHAR), CAST(nullif(count({0}) OVER (), 0) AS VARCHAR), "
                    f"{scale}) AS decimal({precision},{scale}))")
            items.append((either("avg({0}) OVER ()", form, column), f"decimal({precision},{scale})"))
        return self.project(items, source, self.where(source.scope, 1, share=0.3))


AREAS = {
    "conditions": Maker.rows, "joins": Maker.joins, "using": Maker.using, "subqueries": Maker.subqueries,
    "correlated": Maker.correlated, "groups": Maker.groups, "grouping sets": Maker.grouping_sets, "distinct": Maker.distinct,
    "windows": Maker.windows, "frames": Maker.frames, "set operations": Maker.set_operations, "order": Maker.order,
    "derived": Maker.derived, "math": Maker.calls, "bits": Maker.calls, "text": Maker.calls, "patterns": Maker.calls,
    "times": Maker.calls, "casts": Maker.calls, "decimals": Maker.decimals,
}


def area_of(seed):
    return list(AREAS)[seed % len(AREAS)]


def make(tables, seed):
    """The statement of a seed. Its area goes round, so that a few statements have all of them."""
    area = area_of(seed)
    return area, Maker(tables, Choices(seed=seed)).statement(area)


def remake(tables, area, tree):
    return Maker(tables, Choices(tree=tree)).statement(area)
