"""Random window functions. Rows are ordered by what is different in each, or rows at one place get one value."""

from expression import ordering
from relation import Source
from text import either, listed, sql

RANKS = {"row_number": "bigint", "rank": "bigint", "dense_rank": "bigint", "percent_rank": "double", "cume_dist": "double"}


class Windows:
    def window_source(self):
        """One with keys."""
        with self.choices.part("source"):
            left = self.table(filled=True)
            if not self.choices.chance(0.3):
                return left
            right, kind = self.table(), self.choices.some("JOIN", "LEFT JOIN")
            text = sql("{} {} {} ON {}.k = {}", left.sql, kind, right.sql, left.keys[0].split(".")[0], right.keys[0])
            same = [column.kind for column in left.scope if column.text.endswith(".k")] == ["integer"]
            return Source(text, left.scope + right.scope, left.keys + right.keys) if same else left

    def partition(self, scope):
        if not self.choices.chance(0.6):
            return sql("")
        kinds = self.choices.some("integer", "varchar", "boolean", "double", "bigint")
        return sql("PARTITION BY {}", self.column(kinds, scope))

    def total_order(self, source):
        """Some column, and then the keys."""
        by = []
        if self.choices.chance(0.6):
            kind = self.choices.some("integer", "varchar", "date", "double")
            by.append((self.column(kind, source.scope).trino, kind))
        by += [(key, "integer") for key in source.keys]
        return listed([ordering(text, kind, self.choices.chance(0.4), self.choices.some("", " NULLS FIRST", " NULLS LAST"))
                       for text, kind in by])

    def windows(self):
        """Of a whole partition, or ranks."""
        source = self.window_source()
        scope, items = source.scope, self.values(source.scope, 1, 1)
        for _ in range(1 + self.choices.index(2)):
            with self.choices.part("window"):
                by = self.partition(scope)
                if self.choices.chance(0.5):
                    kind = self.choices.some("integer", "varchar", "double", "bigint", "date", "boolean")
                    argument = self.value(kind, scope, 1)
                    forms = [("count", "bigint")]
                    forms += [("bool_or", kind)] if kind == "boolean" else [("max", kind), ("min", kind)]
                    if kind in ("integer", "bigint", "double"):
                        argument = self.column(kind, scope)
                        forms += [("sum", "double" if kind == "double" else "bigint"), ("avg", "double")]
                    name, gives = forms[self.choices.index(len(forms))]
                    items.append((sql("{}({}) OVER ({})", name, argument, by), gives))
                else:
                    name = self.choices.some(*RANKS, "ntile")
                    order = self.total_order(source)
                    if name in ("rank", "dense_rank", "percent_rank", "cume_dist") and self.choices.chance(0.7):
                        # Rows at one place are peers.
                        kind = self.choices.some("integer", "varchar", "date", "decimal(10,2)")
                        order = sql("{}{}", self.column(kind, scope), self.choices.some("", " DESC", " NULLS FIRST"))
                    argument = self.choices.some("1", "3", "7") if name == "ntile" else ""
                    text, gives = sql("{}({}) OVER ({} ORDER BY {})", name, argument, by, order), RANKS.get(name, "bigint")
                    if gives == "bigint" and self.choices.chance(0.4):
                        text = self.choices.some(sql("({} - 2)", text), sql("({} % 3)", text), sql("coalesce({}, 1)", text),
                                                 either("({} / 2)", "oracle_divide_whole({}, 2)", text))
                    items.append((text, gives))
        return self.project(items, source, self.where(scope, 1, share=0.4))

    def frame(self):
        unit = self.choices.some("ROWS", "ROWS", "RANGE", "GROUPS")
        starts = ["UNBOUNDED PRECEDING", "CURRENT ROW"]
        ends = ["CURRENT ROW", "UNBOUNDED FOLLOWING"]
        if unit != "RANGE":
            starts += ["1 PRECEDING", "2 PRECEDING", "1 FOLLOWING"]
            ends += ["1 FOLLOWING", "3 FOLLOWING", "1 PRECEDING"]
        start, end = self.choices.some(*starts), self.choices.some(*ends)
        if start == "1 FOLLOWING" and end in ("CURRENT ROW", "1 PRECEDING") or start == "CURRENT ROW" and end == "1 PRECEDING":
            end = "UNBOUNDED FOLLOWING"
        return f"{unit} BETWEEN {start} AND {end}"

    def frames(self):
        source = self.window_source()
        scope = source.scope
        items = [(sql("{}", key), "integer") for key in source.keys[:1]]
        for _ in range(1 + self.choices.index(2)):
            with self.choices.part("window"):
                kind = self.choices.some("integer", "varchar", "double", "bigint", "date", "decimal(10,2)")
                argument = self.column(kind, scope)
                by, order = self.partition(scope), self.total_order(source)
                frame = self.frame() if self.choices.chance(0.8) else ""
                name = self.choices.some("count", "max", "min", "first_value", "last_value", "nth_value", "lag", "lead", "sum", "avg")
                gives = kind
                if name in ("sum", "avg"):
                    argument = self.column(kind if kind in ("integer", "bigint", "double") else "integer", scope)
                    gives = "double" if name == "avg" or kind == "double" else "bigint"
                gives = "bigint" if name == "count" else gives
                more, nulls = "", ""
                if name in ("nth_value", "lag", "lead"):
                    more = ", " + self.choices.some("1", "2", "3")
                if name in ("lag", "lead"):
                    frame = ""
                    if self.choices.chance(0.3):
                        more = sql("{}, {}", more, self.literal(kind))
                if name in ("first_value", "last_value", "nth_value", "lag", "lead") and self.choices.chance(0.4):
                    nulls = " IGNORE NULLS"
                form = either("{0}({1}{2}){3} OVER ({4} ORDER BY {5} {6})", "{0}({1}{2}{3}) OVER ({4} ORDER BY {5} {6})",
                              name, argument, more, nulls, by, order, frame)
                items.append((form, gives))
        return self.project(items, source, self.where(scope, 1, share=0.3))
