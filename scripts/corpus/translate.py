"""A statement of a corpus in Trino's SQL, or why it has none.

sqlglot parses and writes it. It turns what the dialects have otherwise (where nulls are ordered, division by zero as null in
SQLite, the names of types) and leaves the order of the tokens as it is: no parentheses are added, so that precedence is ours.
"""

import csv
import logging
import pathlib

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres



class NullsFirst(Postgres):
    """PostgreSQL's dialect, with nulls before all values."""

    NULL_ORDERING = "nulls_are_small"


DIALECTS = {"sqlite": "sqlite", "datafusion-sqllogictest": "postgres", "kite_sql": NullsFirst, "risinglight": NullsFirst}
ROOT = pathlib.Path(__file__).resolve().parents[2]
# What Trino has not: an expression of sqlglot, and its name in the summary.
FOREIGN = {
    "Qualify": "QUALIFY", "Pivot": "PIVOT", "Lateral": "LATERAL", "DistinctOn": "DISTINCT ON", "Struct": "a struct literal",
    "JSONExtract": "->", "JSONExtractScalar": "->>", "Glob": "GLOB", "Collate": "COLLATE", "Interval": "INTERVAL of another form",
    "Parameter": "a parameter", "Placeholder": "a parameter", "Dot": "a field of a struct", "Bracket": "a subscript", "Array":
    "an array literal", "RegexpLike": "~", "RegexpILike": "~*", "ILike": "ILIKE", "SimilarTo": "SIMILAR TO", "Hint": "a hint",
    "Command": "a command", "Except2": "EXCEPT", "Transaction": "a transaction", "NaturalJoin": "NATURAL JOIN",
    "TableSample": "TABLESAMPLE", "Unnest": "unnest", "Explode": "unnest", "GenerateSeries": "generate_series", "Rand": "random",
    "HexString": "a literal of bytes", "Describe": "DESCRIBE", "AtTimeZone": "AT TIME ZONE", "Overlaps": "OVERLAPS",
    "StarExcept": "* EXCEPT", "Kwarg": "a named argument", "PropertyEQ": "a named argument", "Lambda": "a lambda",
}
# Functions that sqlglot does not know and Trino has not, under any name.
EXTRA = {"cast", "try_cast", "count", "extract", "coalesce", "nullif", "if", "case", "and", "or", "not", "exists", "grouping"}


# What sqlglot does not parse in whole is a command, and is said so in the summary.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


class Untranslatable(Exception):
    """Why a statement is not asked, in words that are counted."""


def functions_of_trino():
    with open(ROOT / "docs/sql/functions.tsv", encoding="utf-8") as rows:
        return {row["function"].lower() for row in csv.DictReader(rows, delimiter="\t")} | EXTRA


KNOWN = functions_of_trino()


def parse(sql, source):
    try:
        tree = sqlglot.parse_one(sql, read=DIALECTS[source])
    except Exception as error:
        raise Untranslatable("sqlglot does not parse it") from error
    return tree


def tables_of(tree):
    """The tables and views that the statement reads."""
    with_names = {cte.alias_or_name.lower() for cte in tree.find_all(exp.CTE)}
    return {table.name.lower() for table in tree.find_all(exp.Table)
            if isinstance(table.this, exp.Identifier) and table.name.lower() not in with_names}


def to_trino(tree, source):
    if not isinstance(tree, exp.Query):
        raise Untranslatable(f"no query: {tree.key}")
    tree = tree.copy()
    for node in tree.walk():
        if type(node).__name__ in FOREIGN:
            raise Untranslatable(FOREIGN[type(node).__name__])
        if isinstance(node, exp.In) and node.args.get("field") is not None:
            raise Untranslatable("IN with a table's name")
        if isinstance(node, exp.In) and not node.expressions and not node.args.get("query"):
            raise Untranslatable("IN with an empty list")
        if isinstance(node, exp.Select):
            if not node.expressions:
                raise Untranslatable("SELECT without columns")
            for star in node.expressions:
                if isinstance(star, exp.Star) and (star.args.get("except_") or star.args.get("replace")):
                    raise Untranslatable("* EXCEPT")
        if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
            raise Untranslatable("a table function")
        if isinstance(node, exp.Table) and (node.args.get("db") or node.name.lower().endswith((".csv", ".parquet"))):
            raise Untranslatable("a schema")
        if isinstance(node, exp.Join) and str(node.args.get("method", "")).upper() == "NATURAL":
            raise Untranslatable("NATURAL JOIN")
        if isinstance(node, exp.Cast) and source == "sqlite":
            if node.to.this in (exp.DataType.Type.FLOAT, exp.DataType.Type.DOUBLE, exp.DataType.Type.DECIMAL):
                node.set("to", exp.DataType.build("double"))
            elif node.to.this == exp.DataType.Type.INT:
                node.set("to", exp.DataType.build("bigint"))
    written = tree.sql(dialect="trino", unsupported_level=sqlglot.ErrorLevel.RAISE)
    for function in sqlglot.parse_one(written, read="trino").find_all(exp.Anonymous):
        if function.name.lower() not in KNOWN:
            raise Untranslatable("a function of another dialect")
    return written


def translated(sql, source):
    """The tree, and the statement in Trino's SQL."""
    tree = parse(sql, source)
    try:
        return tree, to_trino(tree, source)
    except Untranslatable:
        raise
    except Exception as error:
        raise Untranslatable(f"sqlglot does not write it: {str(error)[:60]}") from error


def has_order(tree):
    return tree.args.get("order") is not None
