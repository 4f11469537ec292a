"""Writes crates/trino/src/reserved/golden.tsv: which words Trino's own grammar refuses in which places of a statement.

The grammar is that of Trino 422, which the package trino-query-parser has as a parser for Python. A word of the table is a keyword of
that grammar, or one that is none.

    python3 -m venv VENV
    VENV/bin/pip install trino-query-parser==0.422.7
    VENV/bin/python scripts/sql/words.py > crates/trino/src/reserved/golden.tsv
"""

import pathlib
import re
import sys

import trino_query_parser

# Of each place, what stands around the word.
PLACES = [
    "SELECT id {} FROM t",
    "SELECT id AS {} FROM t",
    "SELECT {} FROM t",
    "SELECT {}.id FROM t",
    "SELECT t.{} FROM t",
    "SELECT {}.* FROM t",
    "SELECT f({}) FROM t",
    "SELECT f({} -> 1) FROM t",
    "SELECT f(({}, x) -> 1) FROM t",
    "SELECT 1 FROM t WHERE {} = 1",
    "SELECT 1 FROM t GROUP BY {}",
    "SELECT 1 FROM t ORDER BY {}",
    "SELECT 1 FROM {}",
    "SELECT 1 FROM s.{}",
    "SELECT 1 FROM t {}",
    "SELECT 1 FROM t AS {}",
    "SELECT 1 FROM t AS u ({})",
    "SELECT 1 FROM (SELECT 1) AS {}",
    "SELECT 1 FROM t JOIN u USING ({})",
    "SELECT f(id) OVER {} FROM t WINDOW w AS (ORDER BY id)",
    "SELECT 1 FROM t WINDOW {} AS (ORDER BY id)",
    "WITH {} AS (SELECT 1) SELECT 2",
    "WITH u ({}) AS (SELECT 1) SELECT 2",
    "SELECT CAST(x AS row({} bigint)) FROM t",
    "SELECT json_exists(x, 'lax $' PASSING y AS {}) FROM t",
]


def keywords():
    grammar = pathlib.Path(trino_query_parser.__file__).with_name("SqlBase.g4").read_text(encoding="utf-8")
    return sorted({word.lower() for word in re.findall(r"'([A-Z][A-Z0-9_]+)'", grammar)} - {"0b", "0o", "0x"})


def is_refused(statement):
    try:
        trino_query_parser.parse_statement(statement)
    except trino_query_parser.TrinoSyntaxError:
        return True
    return False


def main():
    words = keywords() + ["plain"]
    print("# Written by scripts/sql/words.py: a place, and the words that Trino's grammar refuses there.")
    print("words", " ".join(words), sep="\t")
    for place in PLACES:
        refused = [word for word in words if is_refused(place.format(word))]
        if "plain" in refused:
            sys.exit(f"the grammar takes no name here: {place}")
        print(place, " ".join(refused), sep="\t")


if __name__ == "__main__":
    main()
