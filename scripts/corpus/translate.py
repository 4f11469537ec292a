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


class NullsLast(Postgres):
    """PostgreSQL's dialect, with nulls after all values, of a descending order, too."""

    NULL_ORDERING = "nulls_are_last"


DIALECTS = {"sqlite": "sqlite", "datafusion-sqllogictest": "postgres", "kite_sql": NullsLast, "risinglight": NullsFirst}
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
    "First": "first and last", "Last": "first and last",
}
UNSIGNED = {kind for kind in exp.DataType.Type if kind.name in ("UTINYINT", "USMALLINT", "UINT", "UMEDIUMINT", "UBIGINT", "UDECIMAL")}
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


def is_of_with(table):
    """Whether a WITH around it gives the name. A query of a WITH knows those before it, and itself only if it is recursive."""
    node, name = table, table.name.lower()
    while node.parent:
        within, node = node, node.parent
        if isinstance(node, exp.With):
            names = [cte.alias_or_name.lower() for cte in node.expressions]
            place = next(place for place, cte in enumerate(node.expressions) if cte is within)
            if name in (names if node.args.get("recursive") else names[:place]):
                return True
        elif isinstance(node, exp.Query) and node.args.get("with_") and not isinstance(within, exp.With):
            if any(cte.alias_or_name.lower() == name for cte in node.args["with_"].expressions):
                return True
    return False


def tables_of(tree):
    """The tables and views that the statement reads."""
    return {table.name.lower() for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier) and not is_of_with(table)}


def with_aliases_written_out(select):
    """GROUP BY and HAVING with what the names of the result stand for: Trino knows only names of columns there. A name that the
    rest of the SELECT has as a column's is left: it may be one of a table."""
    named = {item.alias.lower(): (item.this, place) for place, item in enumerate(select.expressions, 1) if isinstance(item, exp.Alias)}
    columns = {column.name.lower() for part in (*select.expressions, select.args.get("where")) if part
               for column in part.find_all(exp.Column)}
    for part in (select.args.get("group"), select.args.get("having")):
        for column in list(part.find_all(exp.Column)) if part else ():
            name = column.name.lower()
            if column.table or name not in named or name in columns or column.find_ancestor(exp.Select) is not select:
                continue
            meant, place = named[name]
            if column.parent is part and isinstance(part, exp.Group):
                column.replace(exp.Literal.number(place))
            else:
                column.replace(exp.Paren(this=meant.copy()) if isinstance(meant, exp.Binary) else meant.copy())


def without_is_true(test):
    """IS TRUE and IS FALSE by coalesce: Trino has neither, and sqlglot would leave out what they make of null."""
    truth, wanted = test.this.copy(), test.expression.this
    if not wanted:
        truth = exp.Not(this=truth if isinstance(truth, (exp.Paren, exp.Column)) else exp.Paren(this=truth))
    test.replace(exp.Coalesce(this=truth, expressions=[exp.false()]))


def with_names_of_columns(values):
    """VALUES whose columns are named as DataFusion and PostgreSQL name them."""
    alias, first = values.args.get("alias"), values.expressions[0]
    if isinstance(values.parent, (exp.From, exp.Join)) and not (alias and alias.args.get("columns")):
        count = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        values.set("alias", exp.TableAlias(this=alias.this if alias else exp.to_identifier("the_values"), columns=[
            exp.to_identifier(f"column{place + 1}") for place in range(count)]))


def to_trino(tree, source):
    if not isinstance(tree, exp.Query):
        raise Untranslatable(f"no query: {tree.key}")
    tree = tree.copy()
    for select in list(tree.find_all(exp.Select)):
        with_aliases_written_out(select)
    for test in reversed(list(tree.find_all(exp.Is))):
        if isinstance(test.expression, exp.Boolean):
            without_is_true(test)
    if source == "datafusion-sqllogictest":
        for values in list(tree.find_all(exp.Values)):
            with_names_of_columns(values)
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
        if isinstance(node, exp.Join) and str(node.args.get("kind", "")).upper() in ("ANTI", "SEMI"):
            raise Untranslatable("ANTI JOIN and SEMI JOIN")
        if isinstance(node, exp.Ordered) and isinstance(node.this, exp.Column) and node.this.name.upper() == "ALL":
            raise Untranslatable("ORDER BY ALL")
        if isinstance(node, exp.GroupConcat) and not node.find(exp.Order):
            raise Untranslatable("a text of a group without an order")
        if isinstance(node, exp.Cast) and node.to.this in UNSIGNED:
            raise Untranslatable("an unsigned type")
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


def keys_of_order(tree, names):
    """The places of the ORDER BY's terms among the columns of the result, which have these names; None where a term is no such column.
    Rows with the same keys are in any order."""
    names, items, places = [name.lower() for name in names], tree.args.get("expressions") or [], []
    stars = any(isinstance(item, exp.Star) or item.is_star for item in items)
    for term in tree.args["order"].expressions:
        wanted = term.this
        written = [place for place, item in enumerate(items) if not stars and item.unalias() == wanted]
        if isinstance(wanted, exp.Literal) and wanted.is_int:
            written = [int(wanted.this) - 1]
        elif not written and isinstance(wanted, exp.Column) and names.count(wanted.name.lower()) == 1:
            written = [names.index(wanted.name.lower())]
        if not written:
            return None
        places.append(written[0])
    return places


def moves_columns(tree, source):
    """Whether the columns are in another order there: KiteSQL leaves a column of USING where its table has it, and Trino has it first."""
    return source == "kite_sql" and isinstance(tree, exp.Select) and any(isinstance(item, exp.Star) for item in tree.expressions) \
        and any(join.args.get("using") for join in tree.args.get("joins") or ())
