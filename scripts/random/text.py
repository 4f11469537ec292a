"""SQL in two dialects at once: Trino's, which Athena speaks, and DuckDB's."""


class Sql:
    """The same expression or query in both."""

    __slots__ = ("trino", "duck")

    def __init__(self, trino, duck=None):
        self.trino, self.duck = trino, trino if duck is None else duck

    def __repr__(self):
        return self.trino


def either(trino, duck, *parts):
    """A form that the two write differently. `{0}` is the first part."""
    return Sql(trino.format(*[part.trino if isinstance(part, Sql) else part for part in parts]),
               duck.format(*[part.duck if isinstance(part, Sql) else part for part in parts]))


def sql(form, *parts):
    """A form that both write alike."""
    return either(form, form, *parts)


def listed(parts, between=", "):
    parts = [part if isinstance(part, Sql) else Sql(part) for part in parts]
    return Sql(between.join(part.trino for part in parts), between.join(part.duck for part in parts))
