"""What scripts/sql-corpus reads, and how it compares: without DuckDB, sqlglot, a lake or the corpus."""

import hashlib
import pathlib
import sys
import types
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "corpus"))

import corpus
import records
import rows
import sources

FILE = """hash-threshold 8

statement ok
CREATE TABLE t(a INTEGER,
  b TEXT)

skipif mysql # not compatible
query IT rowsort label-1
SELECT a, b
  FROM t
----
1
x
2
NULL

onlyif mssql
query I nosort
SELECT TOP 1 a FROM t
----
1

query R valuesort
SELECT a FROM t
----
9 values hashing to {digest}

statement error
INSERT INTO nothing VALUES (1)

query error no such table
SELECT * FROM nothing

onlyif mysql
halt

query I
SELECT 3
----
3

halt

query I
SELECT 4
----
4
"""


def record(kind, expected, sort="nosort", form="query", sql=""):
    return records.Record(form, sql, 1, kind, sort, expected)


class Records(unittest.TestCase):
    def setUp(self):
        self.digest = hashlib.md5(b"1\n", usedforsecurity=False).hexdigest()
        self.found = list(records.parse(FILE.format(digest=self.digest)))

    def test_kinds_and_statements(self):
        self.assertEqual([record.kind for record in self.found],
                         ["statement", "query", "query", "query", "error", "error", "query"])
        self.assertEqual(self.found[0].sql, "CREATE TABLE t(a INTEGER,\n  b TEXT)")
        self.assertEqual(self.found[1].sql, "SELECT a, b\n  FROM t")

    def test_types_order_and_rows(self):
        first = self.found[1]
        self.assertEqual((first.types, first.sort, first.expected), ("IT", "rowsort", ["1", "x", "2", "NULL"]))
        self.assertIsNone(first.hashed())
        self.assertEqual(self.found[3].hashed(), (9, self.digest))

    def test_a_condition_is_of_the_record_below_it_alone(self):
        self.assertEqual([corpus.for_one_engine(record) for record in self.found[:4]], [False, False, True, False])

    def test_the_file_ends_at_halt_for_all(self):
        self.assertEqual(self.found[-1].sql, "SELECT 3")


class SqliteRows(unittest.TestCase):
    def test_values_are_printed_as_by_sqlites_runner(self):
        for value, letter, wanted in [("3.7", "I", "3"), ("-3.7", "I", "-3"), ("true", "I", "1"), ("false", "R", "0.000"),
                                      ("2", "R", "2.000"), ("1.0E10", "R", "10000000000.000"), (None, "R", "NULL"), ("", "T", "(empty)"),
                                      ("a\tb", "T", "a@b"), ("9223372036854775807", "I", "9223372036854775807")]:
            self.assertEqual(rows.sqlite_value(value, letter), wanted, value)

    def test_a_wrong_value_a_missing_row_and_another_order_are_seen(self):
        wanted = record("II", ["1", "2", "3", "4"])
        self.assertIsNone(rows.sqlite_difference(wanted, [["1", "2"], ["3", "4"]]))
        for wrong in ([["1", "2"], ["3", "5"]], [["1", "2"]], [["3", "4"], ["1", "2"]], [], [["1"], ["2"], ["3"], ["4"]]):
            self.assertIsNotNone(rows.sqlite_difference(wanted, wrong), wrong)

    def test_rowsort_keeps_rows_together_and_valuesort_does_not(self):
        by_row, by_value = (record("II", ["1", "4", "2", "3"], sort) for sort in ("rowsort", "valuesort"))
        self.assertIsNone(rows.sqlite_difference(by_row, [["2", "3"], ["1", "4"]]))
        self.assertIsNotNone(rows.sqlite_difference(by_row, [["1", "3"], ["2", "4"]]))
        by_value.expected.sort()
        self.assertIsNone(rows.sqlite_difference(by_value, [["1", "3"], ["2", "4"]]))

    def test_rows_are_sorted_as_text(self):
        self.assertIsNone(rows.sqlite_difference(record("I", ["10", "9"], "rowsort"), [["9"], ["10"]]))

    def test_hashes(self):
        digest = hashlib.md5(b"1\n2\nNULL\n", usedforsecurity=False).hexdigest()
        hashed = record("I", [f"3 values hashing to {digest}"], "rowsort")
        self.assertIsNone(rows.sqlite_difference(hashed, [["2"], [None], ["1"]]))
        self.assertIsNotNone(rows.sqlite_difference(hashed, [["2"], ["3"], ["1"]]))
        self.assertIsNotNone(rows.sqlite_difference(hashed, [["2"], ["1"]]))


class RustRows(unittest.TestCase):
    def test_lines_are_compared_with_numbers_and_instants_in_any_spelling(self):
        wanted = record("IRTP", ["1 2.50 a b 2026-11-23T10:00:00"])
        self.assertIsNone(rows.rust_difference(wanted, [["1", "2.5", "a b", "2026-11-23 10:00:00.000"]], True))
        for wrong in (["1", "2.51", "a b", "2026-11-23 10:00:00.000"], ["1", "2.5", "a c", "2026-11-23 10:00:00.000"],
                      ["1", "2.5", "a b", "2026-11-23 10:00:01.000"], [None, "2.5", "a b", "2026-11-23 10:00:00.000"]):
            self.assertIsNotNone(rows.rust_difference(wanted, [wrong], True), wrong)

    def test_whole_numbers_are_exact(self):
        wanted = record("I", ["9223372036854775807"])
        self.assertIsNone(rows.rust_difference(wanted, [["9223372036854775807"]], True))
        self.assertIsNotNone(rows.rust_difference(wanted, [["9223372036854775806"]], True))

    def test_order_counts_where_the_statement_has_one(self):
        wanted = record("I", ["2", "1"])
        self.assertIsNone(rows.rust_difference(wanted, [["1"], ["2"]], False))
        self.assertTrue(rows.rust_difference(wanted, [["1"], ["2"]], True).startswith("order: "))

    def test_rows_with_the_same_keys_are_in_any_order(self):
        wanted = record("II", ["1 5", "1 6", "2 4"])
        moved = [["1", "6"], ["1", "5"], ["2", "4"]]
        self.assertIsNone(rows.rust_difference(wanted, moved, True, [0]))
        for keys in (None, [1], [0, 1], [7]):
            self.assertTrue(rows.rust_difference(wanted, moved, True, keys).startswith("order: "), keys)
        self.assertIsNotNone(rows.rust_difference(wanted, [["2", "4"], ["1", "5"], ["1", "6"]], True, [0]))
        self.assertIsNotNone(rows.rust_difference(wanted, [["1", "6"], ["1", "7"], ["2", "4"]], True, [0]))

    def test_moved_columns_keep_their_rows(self):
        wanted = record("II", ["1 5", "2 6"])
        self.assertIsNone(rows.rust_difference(wanted, [["5", "1"], ["6", "2"]], False, None, True))
        self.assertIsNotNone(rows.rust_difference(wanted, [["5", "2"], ["6", "1"]], False, None, True))
        self.assertIsNotNone(rows.rust_difference(wanted, [["5", "1"], ["6", "2"]], False))


class Choice(unittest.TestCase):
    def chosen(self, **options):
        text = "\n".join(f"query I\nSELECT {number}\n----\n{number}\n" for number in range(20))
        files = [("sqlite", f"{name}.test", lambda: text) for name in "abcde"]
        options = types.SimpleNamespace(**{"seed": 1, "count": 0, "each": 0} | options)
        return [(path, sorted(lines)) for _, path, _, lines in corpus.choose(files, options)]

    def test_all_are_asked_by_default(self):
        self.assertEqual(sum(len(lines) for _, lines in self.chosen()), 100)

    def test_a_count_is_spread_over_the_files_and_is_no_more(self):
        chosen = self.chosen(count=13)
        self.assertEqual(sum(len(lines) for _, lines in chosen), 13)
        self.assertEqual(len(chosen), 5)

    def test_a_seed_chooses_the_same_again_and_another_seed_others(self):
        self.assertEqual(self.chosen(count=13, seed=4), self.chosen(count=13, seed=4))
        self.assertGreater(len({str(self.chosen(count=13, seed=seed)) for seed in range(5)}), 1)


class Settings(unittest.TestCase):
    def test_what_changes_the_dialect_is_known_until_it_is_set_back(self):
        settings = set()
        for sql, wanted in [("set datafusion.sql_parser.default_null_ordering = 'nulls_min'", {"default_null_ordering"}),
                            ("SET datafusion.sql_parser.dialect = 'MySQL'", {"default_null_ordering", "dialect"}),
                            ("set datafusion.execution.batch_size = 2", {"default_null_ordering", "dialect"}),
                            ("set datafusion.sql_parser.default_null_ordering = 'nulls_max'", {"dialect"}),
                            ("reset datafusion.sql_parser.dialect", set())]:
            corpus.own_dialect(record("", [], form="statement", sql=sql), settings)
            self.assertEqual(settings, wanted, sql)


class Known(unittest.TestCase):
    def test_a_mistake_that_a_fault_would_show_too_is_excused_by_statement(self):
        for source, error, statement, _ in corpus.known_differences():
            for code in ("TYPE_MISMATCH", "EXPRESSION_NOT_AGGREGATE", "NUMERIC_VALUE_OUT_OF_RANGE", "COLUMN_NOT_FOUND", "DIVISION_BY_ZERO"):
                if error.search(f"an error: {code}: words"):
                    self.assertTrue(statement.pattern or source == "sqlite", f"{code} of any statement is excused")

    def test_each_known_difference_is_an_error_and_has_a_reason(self):
        known = corpus.known_differences()
        self.assertTrue(known)
        names = {"*", "sqlite"} | {crate[0] for crate in sources.CRATES}
        for source, error, statement, reason in known:
            self.assertIn(source, names)
            self.assertGreater(len(reason), 15)
            self.assertIsNone(error.search("[['1']], and in the corpus [['2']]"), f"{error.pattern} excuses any rows")
            self.assertTrue(error.pattern.startswith("^an error: ") or statement.pattern, f"{error.pattern} excuses rows of any statement")


if __name__ == "__main__":
    unittest.main()
