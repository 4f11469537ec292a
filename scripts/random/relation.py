"""Random relations: tables, joins of all kinds, USING, queries in FROM, and queries in conditions."""

import collections

from expression import Expressions, qualified
from tables import Column
from text import Sql, listed, sql

JOINS = ("JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")
# `keys` are columns that together are different in every row, if such are known.
Source = collections.namedtuple("Source", "sql scope keys")


class Relations(Expressions):
    """Needs `self.tables` and `self.select`."""

    def __init__(self):
        super().__init__()
        self.names = 0

    def name(self):
        self.names += 1
        return f"t{self.names}"

    def table(self, filled=False):
        """A table under a name: its columns, with that name before them."""
        tables = [table for table in self.tables if len(table.rows) > 5] if filled else self.tables
        table, name = self.choices.some(*tables), self.name()
        return Source(sql("{} {}", table.name, name), qualified(name, table.columns), [f"{name}.id"])

    def relation(self, depth):
        with self.choices.part("relation"):
            if depth > 0 and self.choices.chance(0.25):
                return self.query(depth - 1)
            return self.table()

    def query(self, depth):
        """A query in FROM."""
        name = self.name()
        inner, columns = self.select(depth)
        columns = self.renamed(columns)
        text = sql("({}) {} ({})", inner, name, listed([column.text for column in columns]))
        return Source(text, qualified(name, columns), None)

    def renamed(self, columns):
        """Under names that tables have, too."""
        names = self.choices.sample(["k", "i", "x", "y", "s", "id", "m", "r", "b", "d", "n", "f"], len(columns))
        return [Column(name, column.kind) for name, column in zip(names, columns)]

    def source(self, depth, most=2):
        """What is between FROM and WHERE."""
        with self.choices.part("source"):
            left = self.relation(depth)
            for _ in range(self.choices.some(0, 1, 1, 2, 0)):
                if most > 0:
                    most -= 1
                    left = self.joined(left, self.relation(depth))
            return left

    def joined(self, left, right):
        with self.choices.part("join"):
            keys = left.keys + right.keys if left.keys and right.keys else None
            scope = left.scope + right.scope
            if self.choices.chance(0.1):
                return Source(sql("{} CROSS JOIN {}", left.sql, right.sql), scope, keys)
            kind = self.choices.some(*JOINS)
            return Source(sql("{} {} {} ON {}", left.sql, kind, right.sql, self.on(left.scope, right.scope)), scope, keys)

    def on(self, left, right):
        both = sorted({column.kind for column in left} & {column.kind for column in right} - {"boolean", "real"}) or ["integer"]
        kind = self.choices.some(*both)
        on = sql("{} = {}", self.column(kind, left, True), self.column(kind, right, True))
        if self.choices.chance(0.3):
            on = sql("{} AND ({})", on, self.condition(left + right, 1))
        return on

    def chain(self):
        """Tables joined by USING, one after the other. A key is known without a table's name only, and is of one type."""
        with self.choices.part("chain"):
            first = self.table(filled=True)
            text, scope, keys, using = first.sql, first.scope, first.keys, []
            for _ in range(1 + self.choices.index(3)):
                right = self.table()
                by = self.choices.some("k", "k", "id", "i", "moment", "x")
                mine = [column for column in scope if last(column) == by]
                theirs = [column for column in right.scope if last(column) == by]
                if len(mine) != 1 or mine[0].kind != theirs[0].kind if theirs else True:
                    continue
                kind = self.choices.some(*JOINS)
                text = sql("{} {} {} USING ({})", text, kind, right.sql, by)
                key = Column(by, mine[0].kind, mine[0].wild or theirs[0].wild)
                # A key's name alone would mean two columns, if the next table has one of that name as well.
                theirs = {last(column) for column in right.scope}
                left = [column for column in scope if "." in column.text or column.text not in theirs]
                scope = [key] + [column for column in left + right.scope if last(column) != by]
                keys, using = None, using + [by]
            # A name that is a key's may be used alone; the others have their table's.
            return Source(text, scope, keys)

    def where(self, scope, depth=2, queries=False, share=0.5):
        if not self.choices.chance(share):
            return Sql("")
        return sql(" WHERE {}", self.condition(scope, depth, queries))

    def query_condition(self, scope, depth):
        """IN, NOT IN and EXISTS of a query, and a comparison with a query's value."""
        kind = self.choices.some("integer", "varchar", "double", "bigint", "date", "boolean", "decimal(10,2)")
        no = self.choices.some("", "NOT ")
        forms = [
            lambda: sql("{} {}IN ({})", self.value(kind, scope, depth - 1), no, self.looked_up(kind, scope)),
            lambda: sql("{}EXISTS ({})", no, self.looked_up(kind, scope)),
            lambda: sql("{} {}IN ({})", self.literal(kind), no, self.looked_up(kind, scope)),
            lambda: sql("{} {} ({})", self.column("integer", scope), self.choices.some("=", "<", ">"), self.one("integer", scope)),
        ]
        return forms[self.choices.index(len(forms))]()

    def looked_up(self, kind, outer):
        """A query of one column, which may refer to the one around it."""
        with self.choices.part("query"):
            inner, outer = self.table(), named(outer)
            text = sql("SELECT {} FROM {}", self.column(kind, inner.scope), inner.sql)
            terms = []
            if self.choices.chance(0.4):
                key = self.choices.some("integer", "varchar", "double", "bigint")
                terms.append(sql("{} = {}", self.column(key, inner.scope), self.column(key, outer)))
            if self.choices.chance(0.5):
                terms.append(sql("({})", self.condition(inner.scope, 1)))
            for place, term in enumerate(terms):
                text = sql("{} {} {}", text, "AND" if place else "WHERE", term)
            return text

    def one(self, kind, outer, correlated=0.5):
        """A query of one row and one column."""
        with self.choices.part("one"):
            inner, outer = self.table(), named(outer)
            argument = self.column(kind, inner.scope)
            call = self.choices.some("max", "min")
            count = kind == "bigint" and self.choices.chance(0.5)
            text = sql("SELECT {}({}) FROM {}", "count" if count else call, argument, inner.sql)
            if self.choices.chance(correlated):
                key = self.choices.some("integer", "varchar", "bigint")
                text = sql("{} WHERE {} = {}", text, self.column(key, inner.scope), self.column(key, outer))
            return text


def named(scope):
    """The columns with a table's name: another one would be a column of the query within."""
    return [column for column in scope if "." in column.text]


def last(column):
    return column.text.split(".")[-1]
