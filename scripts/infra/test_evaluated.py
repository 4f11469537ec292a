"""evaluated.py on alarms whose times can be counted by hand."""

import pathlib
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import evaluated  # noqa: E402
from evaluated import Series  # noqa: E402

X, Y = evaluated.metric("N", "X", None), evaluated.metric("N", "Y", {"of": "y"})


def single(name, severity="page", **changed):
    after = {
        "alarm_name": name, "alarm_description": f"{severity}: says.", "comparison_operator": "GreaterThanThreshold", "treat_missing_data": "notBreaching",
        "namespace": "N", "metric_name": "X", "dimensions": None, "statistic": "Sum", "period": 300, "evaluation_periods": 1, "threshold": 2,
    }  # fmt: skip
    return {"type": "aws_cloudwatch_metric_alarm", "change": {"after": after | changed}}


def computed(name, expression, **changed):
    def query(name, key):
        return {"id": name, "metric": [{"namespace": key[0], "metric_name": key[1], "dimensions": dict(key[2]), "period": 60, "stat": "Sum"}]}

    return single(name, metric_query=[{"id": "computed", "expression": expression}, query("x", X), query("y", Y)], threshold=0, **changed)


def composite(name, rule, suppressor=None, wait=0, extension=0):
    held = [{"alarm": suppressor, "wait_period": 60 * wait, "extension_period": 60 * extension}] if suppressor else []
    after = {"alarm_name": name, "alarm_description": "page: says.", "alarm_rule": rule, "actions_suppressor": held}
    return {"type": "aws_cloudwatch_composite_alarm", "change": {"after": after}}


def run(changes, minutes, x=(), y=()):
    """`x` and `y`: the minutes in which the metrics have a value, 3, or the value by minute."""
    world = {}
    for key, given in ((X, x), (Y, y)):
        values = given if isinstance(given, dict) else dict.fromkeys(given, 3)
        world[key] = Series([values.get(minute) for minute in range(minutes)])
    return evaluated.Account({"resource_changes": changes}).run(world, minutes)


class Single(unittest.TestCase):
    def test_a_window_slides(self):
        # It has the value in five windows of five minutes.
        self.assertEqual(run([single("a")], 30, x=[10]), [(10, "a", True), (15, "a", False)])

    def test_sums_and_maxima(self):
        self.assertEqual(run([single("a", threshold=5)], 30, x=[10, 12]), [(12, "a", True), (15, "a", False)])
        self.assertEqual(run([single("a", threshold=5, statistic="Maximum")], 30, x=[10, 12]), [])

    def test_at_the_threshold_it_does_not_begin(self):
        self.assertEqual(run([single("a", threshold=3)], 30, x=[10]), [])

    def test_all_periods_must_be_above(self):
        self.assertEqual(run([single("a", evaluation_periods=2)], 30, x=[10]), [])
        self.assertEqual(run([single("a", evaluation_periods=2)], 30, x=[10, 15]), [(15, "a", True), (20, "a", False)])
        self.assertEqual(run([single("a", evaluation_periods=2)], 30, x=[10, 21]), [])

    def test_a_part_tells_nobody(self):
        self.assertEqual(run([single("a", severity="part")], 30, x=[10]), [])

    def test_what_it_does_not_know_is_an_error(self):
        for change in (
            single("a", statistic="p99"), single("a", treat_missing_data="breaching"), single("a", comparison_operator="LessThanThreshold"),
            single("a", datapoints_to_alarm=1), computed("a", "MAX(x)"), computed("a", "x OR y"), computed("a", "x < y"),
        ):  # fmt: skip
            with self.assertRaises(evaluated.Unknown):
                run([change], 30, x=[10], y=[10])


class Computed(unittest.TestCase):
    def value(self, expression, x, y):
        return evaluated.compute(evaluated.parsed(expression), {"x": x, "y": y})

    def test_expressions(self):
        for expression, x, y, wanted in (
            ("x / y", 6, 3, 2), ("x / y", 6, 0, None), ("x / y", None, 3, None), ("x + y * 2 - 1", 1, 2, 4),
            ("FILL(x, 0)", None, 1, 0), ("FILL(x, 0)", 5, 1, 5), ("IF(x >= 5, y / x, 0)", 4, None, 0), ("IF(x >= 5, y / x, 0)", 5, None, None),
            ("IF(FILL(x, 0) > 0 AND FILL(y, 0) == 0, 1, 0)", 1, None, 1), ("IF(FILL(x, 0) > 0 AND FILL(y, 0) == 0, 1, 0)", 1, 1, 0),
            ("IF(x > 0, 1, 0)", None, None, None),
        ):  # fmt: skip
            self.assertEqual(self.value(expression, x, y), wanted, (expression, x, y))

    def test_missing_data_is_good(self):
        self.assertEqual(run([computed("a", "x - y")], 9, x={3: 2, 4: 2}, y={4: 1}), [(4, "a", True), (5, "a", False)])


class Composite(unittest.TestCase):
    def alarms(self, **suppressed):
        first, second = single("a", severity="part", period=60), single("b", severity="part", period=60, metric_name="Y", dimensions={"of": "y"})
        return [first, second, composite("first", 'ALARM("a")'), composite("second", 'ALARM("b")', **suppressed)]

    def test_rules(self):
        both = [*self.alarms()[:2], composite("c", '(ALARM("a") AND ALARM("b")) OR ALARM("b")'), composite("d", 'ALARM("a") AND ALARM("b")')]
        self.assertEqual(run(both, 9, x=[2, 3], y=[3, 4]), [(3, "c", True), (3, "d", True), (4, "d", False), (5, "c", False)])

    def told(self, x, y, wait=3, extension=5):
        return [item for item in run(self.alarms(suppressor="first", wait=wait, extension=extension), 60, x=x, y=y) if item[1] == "second"]

    def test_it_waits_for_what_holds_it_back(self):
        self.assertEqual(self.told(x=[], y=range(10, 20)), [(13, "second", True), (20, "second", False)])
        self.assertEqual(self.told(x=[], y=range(10, 12)), [])
        self.assertEqual(self.told(x=range(12, 30), y=range(10, 30)), [])
        # It came too late.
        self.assertEqual(self.told(x=range(14, 30), y=range(10, 30)), [(13, "second", True), (30, "second", False)])

    def test_what_fails_on_tells_after_a_while(self):
        self.assertEqual(self.told(x=range(10, 20), y=range(10, 40)), [(25, "second", True), (40, "second", False)])
        self.assertEqual(self.told(x=range(10, 20), y=range(10, 24)), [])

    def test_one_that_begins_long_afterwards_tells_as_ever(self):
        self.assertEqual(self.told(x=range(5, 10), y=range(40, 50)), [(43, "second", True), (50, "second", False)])


if __name__ == "__main__":
    unittest.main()
