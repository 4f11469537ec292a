"""watched.py with a plan of two alarms and a cause: that what holds passes, and that each wrong cell is found."""

import copy
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import watched  # noqa: E402

RUNBOOKS = "# Runbooks\n\n## Messages wait\n\n## `Rows` are late\n"


def change(kind, **after):
    return {"type": kind, "change": {"after": {"alarm_name": f"tributary-prod-{after.pop('name')}", **after}}}


PLAN = {
    "resource_changes": [
        change(
            "aws_cloudwatch_metric_alarm", name="ingest-age", alarm_description="part: Waits. See docs/runbooks.md#messages-wait.",
            statistic="Maximum", threshold=900, period=300, evaluation_periods=1, metric_query=[],
        ),
        change(
            "aws_cloudwatch_metric_alarm", name="cost-per-day", alarm_description="ticket: Costs. See docs/runbooks.md#rows-are-late.",
            statistic=None, threshold=0.0144, period=None, evaluation_periods=2,
            metric_query=[
                {"expression": "FILL(query, 0) * 0.000000006666680000 + FILL(published, 0) * 0.0000005 + FILL(scanned, 0) * 0.000000000005 + FILL(direct, 0) * 0.000000000005", "metric": []},
                {"expression": None, "metric": [{"period": 3600}]},
            ],
        ),
        change("aws_cloudwatch_metric_alarm", name="live", alarm_description="tributary: fails", statistic="Sum", threshold=0, period=60, evaluation_periods=1),
        change(
            "aws_cloudwatch_composite_alarm", name="cause", alarm_description="page: Fails. See docs/runbooks.md#messages-wait.",
            alarm_rule='ALARM("tributary-prod-ingest-age") OR (ALARM("tributary-prod-live"))',
        ),
        {"type": "aws_lambda_function", "change": {"after": {"function_name": "tributary-prod-query", "memory_size": 512, "architectures": ["arm64"]}}},
        {"type": "aws_sqs_queue", "change": {"after": None}},
    ]
}  # fmt: skip
ROWS = {
    "cause": "| `cause` | page | a | b | `ingest-age` or `live` | as its parts | [wait](runbooks.md#messages-wait) |",
    "ingest-age": "| `ingest-age` | part | a | b | `Maximum > 900` | `1 × 5 min` | [wait](runbooks.md#messages-wait) |",
    "cost-per-day": "| `cost-per-day` | ticket | a | b | `> 0.0144` | `2 × 60 min` | [late](runbooks.md#rows-are-late) |",
    "live": "| `live` | none | a | b | `Sum > 0` | `1 × 1 min` | nothing |",
}


class Watched(unittest.TestCase):
    def faults(self, rows, plan=PLAN):
        table = "# Alarms\n\n## The alarms\n\n| alarm |\n|---|\n" + "\n".join(rows) + "\n\n## Other\n\n| `other` | x |\n"
        return {what: said for what, holds, said in watched.checks(plan, table, RUNBOOKS) if not holds}

    def told(self, rows, plan=PLAN):
        # A lake has more than four alarms and eight runbooks, which is looked at too.
        faults = self.faults(rows, plan)
        return faults.get("docs/alarms.md says of each what is planned", "")

    def test_what_is_planned_is_right(self):
        self.assertEqual(self.told(ROWS.values()), "")
        self.assertNotIn("the cost of a day goes by scripts/lib/prices.py", self.faults(ROWS.values()))

    def test_each_wrong_cell_is_found(self):
        for name, right, wrong, said in (
            ("ingest-age", "| part |", "| page |", "severity"),
            ("ingest-age", "> 900", "> 901", "threshold"),
            ("ingest-age", "Maximum", "Sum", "threshold"),
            ("ingest-age", "1 × 5", "2 × 5", "how long"),
            ("ingest-age", "#messages-wait", "#rows-are-late", "what to do"),
            ("ingest-age", "| a |", "|  |", "is empty"),
            ("ingest-age", "| b ", "", "cells"),
            ("cost-per-day", "0.0144", "0.144", "threshold"),
            ("cost-per-day", "2 × 60", "2 × 5", "how long"),
            ("cause", " or `live`", "", "threshold"),
            ("live", "| none |", "| part |", "severity"),
        ):
            with self.subTest(name=name, wrong=wrong):
                self.assertIn(right, ROWS[name])
                rows = ROWS | {name: ROWS[name].replace(right, wrong)}
                self.assertIn(said, self.told(rows.values()))

    def test_an_alarm_without_a_row_and_a_row_without_an_alarm_are_found(self):
        for rows, said in (
            ([row for name, row in ROWS.items() if name != "cause"], "lacks ['cause']"),
            ([*ROWS.values(), ROWS["live"].replace("`live`", "`dead`")], "has ['dead']"),
            ([*ROWS.values(), ROWS["live"]], "has twice ['live']"),
        ):
            self.assertIn(said, self.faults(rows)["docs/alarms.md has every alarm once"])

    def test_a_runbook_that_is_not_there_is_found(self):
        rows = ROWS | {"live": ROWS["live"].replace("nothing", "[x](runbooks.md#gone)")}
        self.assertIn("there is no ['gone']", self.faults(rows.values())["what to do is in docs/runbooks.md"])

    def test_a_filter_on_a_line_that_nobody_writes_is_found(self):
        def unsaid(pattern, value, written):
            with tempfile.TemporaryDirectory() as directory:
                source = pathlib.Path(directory) / "crates" / "ingest" / "src" / "deep"
                source.mkdir(parents=True)
                (source / "lines.rs").write_text(written)
                made = change(
                    "aws_cloudwatch_log_metric_filter", name="x", pattern=pattern, metric_transformation=[{"value": value}],
                    log_group_name="/aws/lambda/tributary-prod-ingest",
                )  # fmt: skip
                made["change"]["after"]["name"] = "accepted"
                return watched.unsaid({"resource_changes": [made]}, pathlib.Path(directory))[1]

        line = 'fn f() {\n    tracing::info!(\n        accepted = report.accepted,\n        %dataset, stored,\n        "messages stored"\n    );\n}\n'
        for pattern, value in (("{ $.accepted > 0 }", "$.accepted"), ('{ ($.message = "messages stored") && ($.stored IS TRUE) }', "1"), ("{ $.dataset = 1 }", "1")):
            self.assertEqual(unsaid(pattern, value, line), [], pattern)
        for pattern, value in (
            ("{ $.accept > 0 }", "1"), ("{ $.accepted > 0 }", "$.events"), ('{ $.message = "messages stored well" }', "1"), ("{ $.report > 0 }", "1"),
        ):  # fmt: skip
            self.assertEqual(len(unsaid(pattern, value, line)), 1, pattern)
        # Two lines, of which neither has both.
        two = 'tracing::info!(accepted, "stored");\ntracing::warn!(failed, "messages lost");\n'
        self.assertEqual(len(unsaid('{ ($.message = "messages lost") && ($.accepted > 0) }', "1", two)), 1)

    def test_another_price_is_found(self):
        plan = copy.deepcopy(PLAN)
        query = plan["resource_changes"][1]["change"]["after"]["metric_query"][0]
        query["expression"] = query["expression"].replace("0.0000005 ", "0.0000006 ")
        self.assertIn("the cost of a day goes by scripts/lib/prices.py", self.faults(ROWS.values(), plan))


if __name__ == "__main__":
    unittest.main()
