"""What scripts/rows-random draws, how it evaluates, and what it takes for a difference: without a lake."""

import collections
import datetime
import decimal
import json
import pathlib
import sys
import threading
import unittest
from urllib.parse import parse_qsl

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "filters"))

import answers
import ask
import choices
import datasets
import typed
import written
from evaluate import Evaluator, Filter, Group, Item, Near, Overflow, Term

BASE = datetime.date(2026, 11, 28)
NOW = typed.midnight(BASE) // 1000 + 45_296


def drawn(seed):
    return [ask.Drawn(dataset, BASE) for dataset in datasets.draw(seed, BASE)]


def at(text):
    return typed.millis(datetime.datetime.fromisoformat(text))


SALES = datasets.Dataset(
    "sales", {"shop": "string", "id": "bigint", "at": "timestamp", "price": "decimal(20,2)", "share": "double", "tags": ("array", "string"),
              "address": ("struct", {"city": "string", "geo": ("struct", {"lat": "double"})}), "paid": "boolean", "on": "date", "code": "binary"},
    ["id"], "at", "hour", ["id"], [
        {"id": number, "at": at(time), "dt": time[:10], "hour": time[11:13], "_id": None, "_extra": None} | values
        for number, time, values in [
            (1, "2026-11-23T09:05:00", {"shop": "Aalto", "price": decimal.Decimal("900719925474099.31"), "tags": ["fragile", "a,b"], "share": -0.0,
                                        "address": {"city": "Lima", "geo": {"lat": -12.05}}, "paid": True, "on": BASE, "code": "//4="}),
            (2, "2026-11-23T09:55:00", {"shop": "aalto", "price": decimal.Decimal("0.01"), "tags": [], "share": 0.0,
                                        "address": {"city": "Las Palmas", "geo": None}, "paid": False, "on": datetime.date(2026, 2, 28), "code": "AAE="}),
            (3, "2026-11-23T10:00:00", {"shop": "50%_\\", "price": decimal.Decimal("12.10"), "tags": ["fragile", None], "share": 0.1,
                                        "address": {"city": None, "geo": None}, "paid": None, "on": None, "code": None}),
            (4, "2026-11-28T00:00:00", dict.fromkeys(["shop", "price", "tags", "share", "address", "paid", "on", "code"])),
            (5, "2026-11-28T12:34:56.789", {"shop": "Ñandú", "price": decimal.Decimal("-5.50"), "tags": ["x"], "share": 1e300,
                                            "address": {"city": "Lima", "geo": {"lat": None}}, "paid": True, "on": BASE, "code": ""}),
        ]], [])


def evaluator(now=NOW):
    return Evaluator(SALES, datasets.every_column(SALES), now)


def request(filters=(), select=None, order=None, limit=None, **more):
    return {"filters": list(filters), "select": select, "order": order, "limit": limit, "format": "json", "numbers": False, "quoted": False,
            "count": False, "follow": False} | more


def ids(*filters, order=None):
    rows = evaluator().answer(request(filters, [Item(None, ("id",))], order)).rows
    return " ".join(str(row[0]) for row in rows)


def one(path, operator, value, negated=False):
    return Filter(tuple(path.split("->")), negated, operator, value)


class Evaluates(unittest.TestCase):
    """By docs/api.md, and by crates/local/tests/lake/filters.rs, whose answers were written by hand."""

    def test_filters(self):
        for path, operator, value, expected in [
            ("shop", "like", "Aal*", "1"),
            ("shop", "ilike", "aAL%", "1 2"),
            ("shop", "ilike", "ñ*", "5"),
            ("shop", "like", "50\\%\\_\\\\", "3"),
            ("shop", "like", "50\\*", ""),
            ("shop", "like", "_____", "1 2 3 5"),
            ("shop", "match", "^[AÑ]", "1 5"),
            ("shop", "imatch", "^(ñ|a).*ú$", "5"),
            ("shop", "in", ["aalto", "Ñandú"], "2 5"),
            ("shop", "in", [], ""),
            ("shop", "is", "null", "4"),
            ("shop", "is", "not_null", "1 2 3 5"),
            ("shop", "isdistinct", "aalto", "1 3 4 5"),
            ("shop", "lt", "a", "1 3"),
            ("paid", "is", "true", "1 5"),
            ("paid", "is", "false", "2"),
            ("paid", "is", "unknown", "3 4"),
            ("tags", "cs", ["fragile"], "1 3"),
            ("tags", "cs", ["fragile", "a,b"], "1"),
            ("tags", "cs", [], "1 2 3 5"),
            ("price", "in", ["0.01", "12.1"], "2 3"),
            ("price", "lt", "0.005", "5"),
            ("price", "gte", "0.0101", "1 3"),
            ("price", "eq", "0.011", ""),
            ("price", "neq", "0.011", "1 2 3 5"),
            ("price", "isdistinct", "0.011", "1 2 3 4 5"),
            ("price", "gt", "900719925474099.30", "1"),
            ("price", "lt", "1e30", "1 2 3 5"),
            ("share", "eq", "0", "1 2"),
            ("share", "eq", "1e-1", "3"),
            ("address->city", "eq", "Lima", "1 5"),
            ("address->geo->lat", "is", "null", "2 3 4 5"),
            ("address->geo", "is", "not_null", "1 5"),
            ("at", "gte", "2026-11-28", "4 5"),
            ("at", "lt", "2026-11-23T12:00:00+02:00", "1 2"),
            ("at", "eq", "2026-11-28T12:34:56.7899Z", "5"),
            ("at", "lt", "2026-11-28T12:34:56.7899Z", "1 2 3 4 5"),
            ("at", "gte", "2026-11-28T12:34:56.7899Z", ""),
            ("at", "gt", "now-1s", "5"),
            ("at", "gt", "now+1s", ""),
            ("at", "gte", "today", "4 5"),
            ("at", "lt", "today-4d", "1 2 3"),
            ("dt", "eq", "today-5d", "1 2 3"),
            ("on", "gte", "today", "1 5"),
            ("hour", "gte", "10", "3 5"),
        ]:
            self.assertEqual(ids(one(path, operator, value)), expected, f"{path}={operator}.{value}")

    def test_a_null_passes_neither_a_filter_nor_its_opposite(self):
        self.assertEqual(ids(one("shop", "eq", "aalto", True)), "1 3 5")
        self.assertEqual(ids(one("tags", "cs", ["fragile"], True)), "2 5")
        self.assertEqual(ids(one("tags", "cs", [], True)), "")
        self.assertEqual(ids(one("price", "lt", "0.005", True)), "1 2 3")
        self.assertEqual(ids(one("shop", "isdistinct", "aalto", True)), "2")
        self.assertEqual(ids(one("shop", "is", "null", True)), "1 2 3 5")
        self.assertEqual(ids(one("shop", "in", [], True)), "1 2 3 4 5")

    def test_trees(self):
        lima, cheap = one("address->city", "eq", "Lima"), one("price", "lt", "1")
        self.assertEqual(ids(Group(False, False, [lima, cheap])), "1 2 5")
        self.assertEqual(ids(Group(False, True, [lima, cheap])), "5")
        # What is false in one part is false whatever the other one is; what is null in one part may be.
        self.assertEqual(ids(Group(True, True, [lima, cheap])), "1 2 3")
        self.assertEqual(ids(Group(True, False, [lima, cheap])), "")
        self.assertEqual(ids(lima, cheap), "5")

    def test_order(self):
        by = lambda path, *more: Term(tuple(path.split("->")), *more)
        self.assertEqual(ids(order=[by("shop", True, False)]), "5 2 1 3 4")
        self.assertEqual(ids(order=[by("shop", True, None)]), "4 5 2 1 3")
        self.assertEqual(ids(order=[by("address->city", False, True), by("id", True, None)]), "4 3 2 5 1")
        self.assertEqual(ids(order=[by("share", False, None)]), "1 2 3 5 4")
        self.assertEqual(ids(order=[by("share", True, None)]), "4 5 3 2 1")
        self.assertEqual(ids(order=[by("code", False, None)]), "5 2 1 3 4")
        self.assertEqual(ids(order=[by("paid", False, None), by("price", True, None)]), "2 1 5 4 3")

    def groups(self, *items, order=None, filters=()):
        return evaluator().answer(request(filters, list(items), order)).rows

    def test_groups(self):
        city, count = Item(None, ("address", "city")), Item(None, None, "count")
        total, mean = Item(None, ("price",), "sum"), Item("mean", ("price",), "avg")
        self.assertEqual(self.groups(city, count, total), [
            ["Las Palmas", 1, decimal.Decimal("0.01")], ["Lima", 2, decimal.Decimal("900719925474093.81")], [None, 2, decimal.Decimal("12.10")]])
        self.assertEqual(self.groups(mean, Item(None, ("shop",), "count distinct"), filters=[one("id", "lte", "3")]),
                         [[decimal.Decimal("300239975158037.14"), 3]])
        self.assertEqual(self.groups(count, total, filters=[one("id", "eq", "9")]), [[0, None]])
        self.assertEqual(self.groups(city, count, filters=[one("id", "eq", "9")]), [])
        self.assertEqual(self.groups(Item(None, ("share",)), count)[0], [0.0, 2])
        self.assertEqual(self.groups(Item("day", ("at",), "date_trunc", "day"), count, order=[Term(("day",), True, None)]),
                         [[at("2026-11-28"), 2], [at("2026-11-23"), 3]])
        self.assertEqual(self.groups(city, count, order=[Term(("count",), False, None), Term(("address", "city"), True, False)]),
                         [["Las Palmas", 1], ["Lima", 2], [None, 2]])
        self.assertEqual([row[0] for row in self.groups(Item(None, ("code",)), count)], ["", "//4=", "AAE=", None])
        self.assertEqual(self.groups(Item(None, ("shop",), "min"), Item(None, ("on",), "max")), [["50%_\\", BASE]])

    def test_a_sum_that_is_no_bigint_fails(self):
        rows = [row | {"id": 2 ** 62} for row in SALES.rows[:2]]
        summing = request([], [Item(None, ("id",), "sum")])
        with self.assertRaises(Overflow):
            Evaluator(SALES._replace(rows=rows), datasets.every_column(SALES), NOW).answer(summing)
        found = Evaluator(SALES._replace(rows=rows[:1]), datasets.every_column(SALES), NOW).answer(summing)
        self.assertEqual((found.rows, found.may_fail), ([[2 ** 62]], False))
        # A part of it is none, which depends on the order in which they are added.
        found = Evaluator(SALES._replace(rows=[*rows, rows[0] | {"id": -1}]), datasets.every_column(SALES), NOW).answer(summing)
        self.assertEqual((found.rows, found.may_fail), ([[2 ** 63 - 1]], True))

    def test_units_of_time(self):
        day, unit = datetime.date(2026, 11, 28), lambda name: Item(None, ("on",), "date_trunc", name)
        for name, expected in [("day", day), ("week", datetime.date(2026, 11, 23)), ("month", datetime.date(2026, 11, 1)),
                               ("quarter", datetime.date(2026, 10, 1)), ("year", datetime.date(2026, 1, 1))]:
            self.assertEqual(evaluator().item(unit(name), {"on": day}), expected)
        second = Item(None, ("at",), "date_trunc", "second")
        self.assertEqual(evaluator().item(second, {"at": at("1969-12-31T23:59:59.999")}), at("1969-12-31T23:59:59"))


class Writes(unittest.TestCase):
    def query(self, *filters, **more):
        return parse_qsl(written.query(request(filters, **more)), keep_blank_values=True)

    def test_values_stand_for_themselves_or_in_quotes(self):
        text = 'a,"b)\\ &=+#%é'
        escaped = '"a,\\"b)\\\\ &=+#%é"'
        self.assertEqual(self.query(one("s", "eq", text))[0], ("s", f"eq.{text}"))
        self.assertEqual(self.query(one("s->t", "in", [text, "x", ""], True))[0], ("s->t", f'not.in.({escaped},x,"")'))
        tree = Group(True, False, [one("s", "eq", text), one("t", "cs", ["a", "null"], True), Group(False, True, [one("n", "is", "null")])])
        self.assertEqual(self.query(tree)[0], ("not.or", f'(s.eq.{escaped},t.not.cs."{{a,\\"null\\"}}",and(n.is.null))'))

    def test_select_and_order(self):
        items = [Item("x", ("a", "b")), Item(None, None, "count"), Item(None, ("c",), "count distinct"), Item(None, ("d",), "date_trunc", "week")]
        terms = [Term(("a", "b"), True, False), Term(("x",), False, None), Term(("c",), False, True)]
        found = dict(self.query(select=items, order=terms, limit=0, numbers=True, format="csv"))
        self.assertEqual(found, {"select": "x:a->b,count(),c.count(distinct),d.date_trunc(week)", "order": "a->b.desc.nullslast,x,c.nullsfirst",
                                 "limit": "0", "_numbers": "string", "format": "csv"})


class Draws(unittest.TestCase):
    def test_a_seed_always_gives_the_same_and_choices_make_it_again(self):
        for seed in range(3):
            first, second = drawn(seed), drawn(seed)
            self.assertEqual([each.dataset for each in first], [each.dataset for each in second])
            for number in range(100):
                found, asked, tree = ask.make(first, number)
                self.assertEqual(found.target(asked), ask.make(second, number)[0].target(ask.make(second, number)[1]))
                self.assertEqual(found.request(choices.Choices(tree=tree)), asked)

    def test_datasets_vary(self):
        found = [each.dataset for seed in range(15) for each in drawn(seed)]
        kinds = {typed.name(kind).split("<")[0].split("(")[0] for dataset in found for kind in dataset.columns.values()}
        self.assertLessEqual({"array", "struct", "map", *typed.SCALARS}, kinds)
        self.assertEqual({dataset.partition_by for dataset in found}, {"day", "hour", "month", "none"})
        self.assertTrue(any(not dataset.rows for dataset in found), "none is empty")
        self.assertTrue(any(len({row["dt"] for row in dataset.rows}) > 2 for dataset in found), "all are in two partitions")
        self.assertLess(sum(next(iter(dataset.columns)) in dataset.identity for dataset in found), len(found) / 3)
        self.assertTrue(any(all(row[column] is None for row in dataset.rows) for dataset in found if dataset.rows for column in dataset.columns))
        twice = [dataset for dataset in found if len({tuple(row[column] for column in dataset.identity) for row in dataset.rows}) < len(dataset.rows)]
        self.assertTrue(twice, "no identity is in two partitions")
        for dataset in found:
            self.assertEqual(len({datasets.key_of(row, dataset.identity) for row in dataset.rows}), len(dataset.rows))
            for event, row in zip(dataset.events, dataset.rows):
                self.assertLessEqual(json.loads(event).keys() - {"surplus"}, row.keys())

    def test_everything_is_asked_for_and_finds_rows(self):
        counts, asked, partly = collections.Counter(), 0, 0
        for seed in (1, 2):
            datasets_of = drawn(seed)
            for number in range(seed * 1000, seed * 1000 + 500):
                found, made, _ = ask.make(datasets_of, number)
                if len(found.target(made)) > ask.LONGEST_URL:
                    continue
                try:
                    expected = found.expected(made, NOW)
                except Overflow:
                    continue
                asked += 1
                if 0 < expected.matched < len(found.dataset.rows):
                    partly += 1
                    counts.update(set(ask.features(found, made)))
        self.assertGreater(partly * 4, asked)
        operators = ["eq", "neq", "gt", "gte", "lt", "lte", "isdistinct", "in", "is", "like", "ilike", "match", "imatch", "cs"]
        functions = ["sum", "avg", "min", "max", "count", "count()", "count distinct", "approx_count_distinct", "date_trunc", "a column"]
        wanted = {*operators, *(f"not.{word}" for word in operators), "and", "or", "not.and", "not.or", "pages",
                  *(f"select {word}" for word in functions), *(f"format {word}" for word in ("json", "csv", "ndjson", "columns")),
                  *(f"order {nulls}{desc}" for nulls in ("", "nullsfirst", "nullslast") for desc in ("", " desc"))}
        self.assertEqual(wanted - counts.keys(), set())


class Compares(unittest.TestCase):
    def test_threads_calculate_with_all_digits(self):
        found = []
        most = typed.pool("decimal(38,10)", BASE)[-1]
        thread = threading.Thread(target=lambda: found.append(most * 3))
        thread.start()
        thread.join()
        self.assertEqual(str(found[0]), "29999999999999999999999999999.9999999997")

    def test_csv_tells_null_from_the_empty_string(self):
        self.assertEqual(answers.csv_of('a,b\r\n,""\r\n"x ""y"", z\n",é\r\n'), [["a", "b"], [None, ""], ['x "y", z\n', "é"]])

    def judged(self, form, text, rows, names=("p",), kinds=("decimal(5,2)",), numbers=False, grouped=False):
        names, kinds = list(names), list(kinds)
        wanted = collections.namedtuple("Wanted", "names kinds rows grouped")(names, kinds, rows, grouped)
        return answers.difference({"format": form, "numbers": numbers}, wanted, *answers.rows_of(form, text))

    def test_forms(self):
        rows = [[decimal.Decimal("1.50")], [None]]
        for form, text in [("json", '[{"p":1.50},\n{"p":null}]'), ("ndjson", '{"p":1.50}\n{"p":null}\n'), ("csv", "p\r\n1.50\r\n\r\n"),
                           ("columns", '{"p":{"0":1.50,"1":null}}')]:
            self.assertIsNone(self.judged(form, text, rows), form)
            self.assertIn("rows: 2", self.judged(form, text, rows[:1]))
            self.assertIn("value: p of row 0", self.judged(form, text, rows[::-1]))
            self.assertIn("form: p of row 0", self.judged(form, text.replace("1.50", "1.5"), rows))
            self.assertIn("names: ", self.judged(form, text.replace("p", "q"), rows))
        self.assertIsNone(self.judged("json", '[{"p":"1.50"}]', rows[:1], numbers=True))
        self.assertIn("form", self.judged("json", '[{"p":"1.50"}]', rows[:1]))
        self.assertIn("form", self.judged("json", '[{"p":1.50}]', rows[:1], numbers=True))

    def test_values(self):
        kind, value = ("struct", {"d": "double", "m": ("map", "int")}), {"d": -0.0, "m": {"a": 1, "b": None}}
        good = '[{"p":{"d":-0.0,"m":{"a":1,"b":null}}}]'
        self.assertIsNone(self.judged("json", good, [[value]], kinds=[kind]))
        self.assertIn("value", self.judged("json", good.replace("-0.0", "0.0"), [[value]], kinds=[kind]))
        self.assertIn("form", self.judged("json", '[{"p":{"d":-0.0,"m":{"b":null,"a":1}}}]', [[value]], kinds=[kind]))
        self.assertIn("form", self.judged("json", '[{"p":{"m":{},"d":-0.0}}]', [[value]], kinds=[kind]))
        self.assertIsNone(self.judged("json", '[{"p":0.0}]', [[-0.0]], kinds=["double"], grouped=True))
        self.assertIsNone(self.judged("json", '[{"p":1.0000001}]', [[Near(1.0, 1e-6)]], kinds=["double"], grouped=True))
        self.assertIn("value", self.judged("json", '[{"p":1.00001}]', [[Near(1.0, 1e-6)]], kinds=["double"], grouped=True))
        self.assertIsNone(self.judged("json", '[{"p":"1969-12-31T23:59:59.999Z"}]', [[-1]], kinds=["timestamp"]))
        self.assertIn("form", self.judged("json", '[{"p":"1969-12-31T23:59:59.999"}]', [[-1]], kinds=["timestamp"]))

    def test_headers(self):
        expected = evaluator().answer(request())
        good = {"Tributary-Rows": "2", "Tributary-Complete": "false", "Tributary-Range": "0-1/*"}
        self.assertIsNone(ask.headers_of(request(), expected, 2, good))
        for name, value in [("Tributary-Rows", "5"), ("Tributary-Complete", "true"), ("Tributary-Range", "0-1/5")]:
            self.assertIn(name, ask.headers_of(request(), expected, 2, good | {name: value}))
        self.assertIn("0-1/5", ask.headers_of(request(count=True), expected, 2, good))
        whole = {"Tributary-Rows": "5", "Tributary-Complete": "true", "Tributary-Range": "0-4/5"}
        self.assertIsNone(ask.headers_of(request(), expected, 5, whole))


class Shrinks(unittest.TestCase):
    def test_what_still_fails_gets_small(self):
        datasets_of = drawn(1)
        found = None
        for number in range(2000):
            found, made, tree = ask.make(datasets_of, number)
            if "isdistinct" in found.target(made) and len(found.target(made)) > 300:
                break
        real, ask.outcome = ask.outcome, lambda api, of, asked: ("rows: wrong" if "isdistinct" in of.target(asked) else None, None)
        try:
            least, problem = ask.smaller(None, found, tree, "rows: wrong", 400)
        finally:
            ask.outcome = real
        self.assertEqual(problem, "rows: wrong")
        self.assertIn("isdistinct", found.target(least))
        self.assertLess(len(found.target(least)), 100)


if __name__ == "__main__":
    unittest.main()
