"""How a corpus's statements are put in Trino's SQL, and what DuckDB makes of its tables. scripts/sql-corpus runs it first."""

import unittest

import state
import translate


def translated(sql, source="datafusion-sqllogictest"):
    return translate.translated(sql, source)[1]


class Translated(unittest.TestCase):
    def test_a_name_of_the_result_is_written_out_in_group_by_and_having(self):
        for sql, wanted in [
            ("SELECT a + 1 AS b FROM t GROUP BY b", "SELECT a + 1 AS b FROM t GROUP BY 1"),
            ("SELECT c, (SELECT 1) AS k FROM t GROUP BY c, k", "SELECT c, (SELECT 1) AS k FROM t GROUP BY c, 2"),
            ("SELECT count(*) AS n FROM t HAVING n > 0", "SELECT COUNT(*) AS n FROM t HAVING COUNT(*) > 0"),
            ("SELECT sum(a) - 1 AS n FROM t HAVING n * 2 > 0", "SELECT SUM(a) - 1 AS n FROM t HAVING (SUM(a) - 1) * 2 > 0"),
            # It may be the table's.
            ("SELECT b + 1 AS b FROM t GROUP BY b", "SELECT b + 1 AS b FROM t GROUP BY b"),
            ("SELECT a + 1 AS b FROM t GROUP BY t.b", "SELECT a + 1 AS b FROM t GROUP BY t.b"),
        ]:
            self.assertEqual(translated(sql), wanted)

    def test_is_true_and_is_false_keep_what_they_make_of_null(self):
        for sql, wanted in [("a IS TRUE", "COALESCE(a, FALSE)"), ("a IS NOT TRUE", "NOT COALESCE(a, FALSE)"),
                            ("a > 1 IS FALSE", "COALESCE(NOT (a > 1), FALSE)"), ("a IS NOT NULL", "a IS NOT NULL")]:
            self.assertEqual(translated(f"SELECT {sql} FROM t"), f"SELECT {wanted} FROM t")

    def test_the_columns_of_values_have_datafusions_names(self):
        for sql, wanted in [
            ("SELECT column2 FROM (VALUES (1, 2))", "SELECT column2 FROM (VALUES (1, 2)) AS the_values(column1, column2)"),
            ("SELECT column1 FROM (VALUES (1)) AS v", "SELECT column1 FROM (VALUES (1)) AS v(column1)"),
            ("SELECT a FROM (VALUES (1)) AS v (a)", "SELECT a FROM (VALUES (1)) AS v(a)"),
        ]:
            self.assertEqual(translated(sql), wanted)
        tables = state.State(None, "", ".", "datafusion-sqllogictest")
        tables.apply("CREATE TABLE v AS VALUES (1, 'x', true)")
        self.assertEqual([column[0] for column in tables.database.execute("DESCRIBE v").fetchall()], ["column1", "column2", "column3"])

    def test_each_engines_order_of_nulls_is_written(self):
        def orders(source):
            return [translated(f"SELECT a FROM t ORDER BY a{way}", source).removeprefix("SELECT a FROM t ORDER BY a")
                    for way in ("", " DESC", " DESC NULLS LAST")]
        self.assertEqual(orders("sqlite"), [" NULLS FIRST", " DESC", " DESC"])
        self.assertEqual(orders("datafusion-sqllogictest"), ["", " DESC NULLS FIRST", " DESC"])
        self.assertEqual(orders("kite_sql"), ["", " DESC", " DESC"])

    def test_what_sqlglot_would_write_otherwise_than_it_is_meant_is_not_asked(self):
        for sql in ("SELECT b FROM t RIGHT ANTI JOIN u ON a = b", "SELECT last(a) FROM t", "SELECT string_agg(a, ',') FROM t",
                    "SELECT a FROM t ORDER BY ALL", "SELECT 1::INT UNSIGNED"):
            with self.assertRaises(translate.Untranslatable, msg=sql):
                translated(sql)

    def test_a_name_of_with_is_no_table_where_it_is_known(self):
        for sql, wanted in [
            ("WITH t AS (SELECT * FROM t) SELECT * FROM t", {"t"}),
            ("WITH t AS (SELECT * FROM u) SELECT * FROM t", {"u"}),
            ("WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b", set()),
            ("WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT * FROM t) SELECT * FROM t", set()),
            ("(WITH t AS (SELECT 4) SELECT * FROM t) UNION (SELECT * FROM t)", {"t"}),
            ("WITH t AS (SELECT 4) SELECT * FROM (SELECT * FROM t JOIN u ON true) AS q", {"u"}),
        ]:
            self.assertEqual(translate.tables_of(translate.parse(sql, "datafusion-sqllogictest")), wanted, sql)

    def test_the_keys_of_an_order_are_found_by_name_place_and_expression(self):
        for sql, wanted in [("SELECT a, b FROM t ORDER BY b", [1]), ("SELECT a, b FROM t ORDER BY 2, a", [1, 0]),
                            ("SELECT a + 1, b AS c FROM t ORDER BY c, a + 1", [1, 0]), ("SELECT a, b FROM t ORDER BY d", None)]:
            tree = translate.parse(sql, "kite_sql")
            self.assertEqual(translate.keys_of_order(tree, ["a", "c" if "AS c" in sql else "b"]), wanted, sql)
        star = translate.parse("SELECT * FROM t ORDER BY b", "kite_sql")
        self.assertEqual(translate.keys_of_order(star, ["a", "B"]), [1])
        self.assertIsNone(translate.keys_of_order(star, ["b", "b"]))


if __name__ == "__main__":
    unittest.main()
