"""What scripts/sql-random draws, and how it makes it smaller: without DuckDB and without a lake."""

import collections
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "random"))

import check
import choices
import compare
import functions
import oracle
import statement as statements
import tables

SEEDS = range(400)


class Draws(unittest.TestCase):
    def test_a_seed_always_gives_the_same_tables_and_statements(self):
        for table_seed in range(3):
            drawn, again = tables.draw(table_seed), tables.draw(table_seed)
            self.assertEqual(drawn, again)
            for seed in SEEDS:
                first, second = (statements.make(of, seed)[1] for of in (drawn, again))
                self.assertEqual((first.sql.trino, first.sql.duck), (second.sql.trino, second.sql.duck))

    def test_tables_vary(self):
        drawn = [table for seed in range(60) for table in tables.draw(seed)]
        self.assertGreater(len({len(tables.draw(seed)) for seed in range(60)}), 2)
        self.assertTrue(any(not table.rows for table in drawn), "none is empty")
        self.assertEqual({table.files for table in drawn}, {1, 2})
        kinds = {}
        for table in drawn:
            for column in table.columns:
                kinds.setdefault(column.text, set()).add(column.kind)
        self.assertGreater(len(kinds["x"]), 5)
        self.assertGreater(len({tuple(column.text for column in table.columns) for table in drawn}), 100)
        nulls = [row["k"] is None for table in drawn for row in table.rows]
        self.assertTrue(any(nulls) and not all(nulls))
        days = {row["moment"][:10] for table in drawn for row in table.rows}
        self.assertEqual(len(days), 3)

    def test_every_area_and_every_function_is_drawn(self):
        drawn, areas, used = tables.draw(1), set(), set()
        for seed in range(8000):
            area, statement = statements.make(drawn, seed)
            areas.add(area)
            used |= statement.used
            if areas == set(statements.AREAS) and used >= {one.trino for one in functions.ALL}:
                return
        self.fail(f"never drawn: {sorted({one.trino for one in functions.ALL} - used)}")

    def test_a_few_statements_have_all_areas(self):
        self.assertEqual({statements.area_of(seed) for seed in range(1, 81)}, set(statements.AREAS))

    def test_a_statement_is_made_again_of_its_choices(self):
        drawn = tables.draw(2)
        for seed in SEEDS:
            area, statement = statements.make(drawn, seed)
            again = statements.remake(drawn, area, statement.tree)
            self.assertEqual((again.sql.trino, again.kinds), (statement.sql.trino, statement.kinds))


class Shrinks(unittest.TestCase):
    def test_what_still_fails_gets_small(self):
        drawn = tables.draw(1)
        found = 0
        for seed in range(2000):
            area, statement = statements.make(drawn, seed)
            if "count(DISTINCT" not in statement.sql.trino or len(statement.sql.trino) < 300:
                continue
            found += 1
            least = statement

            def fails(tree, size):
                nonlocal least
                candidate = statements.remake(drawn, area, tree)
                now = (len(candidate.sql.trino), candidate.tree.total())
                if now >= size or "count(DISTINCT" not in candidate.sql.trino:
                    return None
                least = candidate
                return candidate.tree, now

            choices.shrink(statement.tree, (len(statement.sql.trino), statement.tree.total()), fails, 3000)
            self.assertIn("count(DISTINCT", least.sql.trino)
            self.assertLess(len(least.sql.trino), 120, f"seed {seed}: {least.sql.trino}")
            if found == 5:
                return
        self.fail("no statement to make smaller")


class Compares(unittest.TestCase):
    def test_what_is_another_answer_is_a_difference(self):
        def differs(kinds, types, ours, theirs, ordered=False):
            return compare.difference(kinds, types, ours, theirs, ordered) or ""

        self.assertEqual(differs(["integer"], ["integer"], [["1"], ["2"]], [(2,), (1,)]), "")
        self.assertIn("order: row 1", differs(["integer"], ["integer"], [["1"], ["2"]], [(2,), (1,)], True))
        self.assertIn("rows: 1, 2", differs(["integer"], ["integer"], [["1"]], [(1,), (1,)]))
        self.assertIn("which is bigint", differs(["bigint"], ["integer"], [["1"]], [(1,)]))
        self.assertIn("which is decimal(4,2)", differs(["decimal(4,2)"], ["decimal(3,2)"], [], []))
        self.assertIn("rows", differs(["varchar"], ["varchar"], [[None]], [("",)]))
        self.assertIn("rows", differs(["double"], ["double"], [["1.0"]], [(1.00001,)]))
        self.assertEqual(differs(["double"], ["double"], [["0.30000000000000004"]], [(0.3,)]), "")
        self.assertEqual(differs(["double"], ["double"], [["-0.0"]], [(0.0,)]), "")
        self.assertIn("order", differs(["varchar"], ["varchar"], [[None], ["a"]], [("a",), (None,)], True))


class Reports(unittest.TestCase):
    def test_an_area_of_which_nothing_was_checked_fails(self):
        count = collections.Counter
        self.assertEqual(list(check.poor({"math": count({"alike": 3, "refused by name": 3})})), [])
        for found, word in [
            ({"alike, without rows": 9}, "no statement with rows"), ({"alike": 1, "refused by name": 2}, "were refused"),
            ({"alike": 1, "not in DuckDB": 2}, "DuckDB did not answer"), ({}, "no statement with rows"),
        ]:
            self.assertIn(word, " ".join(check.poor({"math": count(found)})))

    def test_an_error_stays_the_same_error(self):
        kinds = [check.kind_of(text) for text in ("an error: AMBIGUOUS_NAME: Column 'a'", "an error: AMBIGUOUS_NAME: Column 'b'",
                                                  "an error: COLUMN_NOT_FOUND: Column 'b'", "rows: 1, 2", "types: x", "rows: 3, 4")]
        self.assertEqual(kinds[0], kinds[1])
        self.assertEqual(kinds[3], kinds[5])
        self.assertEqual(len(set(kinds)), 4)


class Oracles(unittest.TestCase):
    def test_answers_are_those_of_trinos_documentation(self):
        # https://trino.io/docs/current/functions/{decimal,string,regexp,bitwise,conversion}.html
        for got, right in [
            (oracle.divide("1.10", "3", 3), "0.367"), (oracle.divide("-1", "8", 2), "-0.13"),
            (oracle.modulo("-7", "3", 0), "-1"), (oracle.divide_whole(-7, 2), -3), (oracle.divide_whole(7, -2), -3),
            (oracle.substr("abc", 0), ""), (oracle.substr("abc", -2), "bc"), (oracle.substr("abc", -4), ""),
            (oracle.substr_of("abc", 2, 1), "b"), (oracle.split_part("a,b", ",", 3), None),
            (oracle.translated("abcd", "abc", "x"), "xd"), (oracle.padded("abc", 2, "x", True), "ab"),
            (oracle.padded("a", 4, "xy", True), "xyxa"), (oracle.levenshtein("kitten", "sitting"), 3),
            (oracle.regexp_extract("1a 2b 14m", r"(\d+)([a-z]+)", 2), "a"),
            (oracle.regexp_replace("1a 2b 14m", r"(\d+)([ab]) ", "3c$2 "), "3ca 3cb 14m"),
            (oracle.regexp_position("I have 23 apples", r"\b\d+\b"), 8), (oracle.regexp_count("1a 2b 14m", r"\s*[a-z]+\s*"), 3),
            (oracle.bit_count(-7, 64), 62), (oracle.bit_count(-7, 8), 6), (oracle.right_shift(-8, 1), (1 << 63) - 4),
            (oracle.right_shift_arithmetic(-8, 1), -4), (oracle.left_shift(1, 63), -(1 << 63)),
            (oracle.width_bucket(-4.0, -3.0, 4.0, 7), 0), (oracle.width_bucket(4.0, -3.0, 4.0, 7), 8),
            (oracle.in_base(-255, 16), "-ff"), (oracle.read_whole("128", 8), None), (oracle.read_whole("+7", 8), 7),
            (oracle.read_whole("1.5", 32), None), (oracle.read_boolean("T"), True), (oracle.url_encoded("a b*é"), "a+b*%C3%A9"),
        ]:
            self.assertEqual(got, right)

    def test_every_oracle_that_is_called_is_there(self):
        names = {"oracle_" + one.__name__ for one in oracle.TYPES}
        for function in functions.ALL:
            for word in function.duck.replace("(", " ").split():
                if word.startswith("oracle_"):
                    self.assertIn(word, names)


if __name__ == "__main__":
    unittest.main()
