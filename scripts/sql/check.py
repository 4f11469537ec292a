"""Reads statements, a JSON line each, as Trino's SQL, and holds each to the shape that the line says."""

import json
import sys

import sqlglot
from sqlglot import exp

FIXED = {"\\", "second", "minute", "hour", "day", "week", "month", "quarter", "year"}


def conjuncts(condition):
    """How many conditions AND holds together at the top."""
    if isinstance(condition, exp.And):
        return conjuncts(condition.left) + conjuncts(condition.right)
    return 1


def computed(expression):
    """Whether a column of the answer is made of a group of rows."""
    return isinstance(expression.unalias(), exp.AggFunc)


def ties(select, line):
    """What the order lacks to tell every two rows apart: columns of the table, or keys of the groups."""
    terms = [term.this for term in (select.args.get("order") or exp.Order(expressions=[])).expressions]
    items = select.expressions
    if any(map(computed, items)):
        placed = {items[int(term.this) - 1].unalias().sql() for term in terms}
        return {item.unalias().sql() for item in items if not computed(item)} - placed
    aliases = {item.alias for item in items if isinstance(item, exp.Alias)}
    columns = [term for term in terms if isinstance(term, exp.Column)]
    # A name alone is a column of the answer first.
    found = {column.name for column in columns if column.table == line["table"]}
    return set(line["unique"]) - found - {c.name for c in columns if not c.table and c.name not in aliases}


def check(line):
    sql = line["sql"]
    statements = sqlglot.parse(sql, read="trino")
    assert len(statements) == 1, "not one statement"
    (select,) = statements
    assert type(select) is exp.Select, f"a {type(select).__name__}"
    tables = list(select.find_all(exp.Table))
    assert [(table.db, table.name) for table in tables] == [("tributary", line["table"])], tables
    assert not select.args.get("joins") and not select.args.get("with_") and not select.args.get("with")
    assert len(list(select.find_all(exp.Select, exp.Subquery, exp.SetOperation))) == 1, "a query within"
    assert [column.alias_or_name for column in select.expressions] == line["columns"], "other columns"
    where = select.args.get("where")
    assert (conjuncts(where.this) if where else 0) == line["filters"], "other filters"
    group = select.args.get("group")
    assert len(group.expressions if group else []) == line["keys"], "other keys"
    order = select.args.get("order")
    assert len(order.expressions if order else []) == line["order"], "another order"
    assert not ties(select, line), f"rows tie without {ties(select, line)}"
    assert select.args["limit"].expression.this == str(line["limit"]), "another limit"
    assert len(list(select.find_all(exp.Placeholder))) == len(line["parameters"]), "other parameters"
    for literal in select.find_all(exp.Literal):
        assert not literal.is_string or literal.this.lower() in FIXED, f"a value in the text: {literal}"
    for text in line["parameters"]:
        value = sqlglot.parse_one(text, read="trino")
        constant = value.this if isinstance(value, (exp.Neg, exp.Cast)) else value
        assert isinstance(constant, (exp.Literal, exp.Boolean)), f"no literal: {text}"


def main(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(lines) > 1_000, f"only {len(lines)} statements"
    for line in lines:
        try:
            check(line)
        except Exception as error:
            sys.exit(f"{line['sql']}\n{line['parameters']}\n{type(error).__name__}: {error}")
    print(f"{len(lines)} statements are what they should be, for Trino's parser of sqlglot {sqlglot.__version__}")


main(sys.argv[1])
