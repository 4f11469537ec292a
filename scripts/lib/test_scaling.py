"""The arithmetic of scripts/scaling: its settings and constants are those of the code, its numbers those that a reader gets by
hand, and docs/scaling.md has its tables.
"""

import dataclasses
import pathlib
import re
import subprocess
import sys
import unittest
from dataclasses import replace

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cost  # noqa: E402
import scaling  # noqa: E402
import scaling_table  # noqa: E402
from scaling import Load, Scale, Settings  # noqa: E402
from scaling_limits import LIMITS  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def default(function, name):
    """Of a member of the variable of a function, in infra/."""
    text = (ROOT / "infra" / "modules" / "lake" / "variables-functions.tf").read_text()
    block = re.search(rf'^variable "{function}" \{{.*?^\}}', text, re.MULTILINE | re.DOTALL).group(0)
    return int(re.search(rf"^\s+{name}\s+= optional\(number, (\d+)\)", block, re.MULTILINE).group(1))


def constant(path, pattern):
    return int(re.search(pattern, (ROOT / "crates" / path).read_text()).group(1).replace("_", ""))


class Constants(unittest.TestCase):
    def test_settings_are_the_defaults_of_infra(self):
        settings = Settings()
        for field, function, name in (
            ("ingest_memory", "ingest", "memory_mib"), ("ingest_batch", "ingest", "batch_size"), ("ingest_window", "ingest", "batching_window_seconds"),
            ("ingest_concurrency", "ingest", "queue_concurrency"), ("compact_memory", "compact", "memory_mib"),
            ("compact_window", "compact", "batching_window_seconds"), ("compact_concurrency", "compact", "queue_concurrency"),
            ("compact_timeout", "compact", "timeout_seconds"), ("target_file_mib", "compact", "target_file_size_mib"),
            ("grace_minutes", "compact", "grace_minutes"), ("retention_hours", "compact", "retention_hours"),
        ):  # fmt: skip
            self.assertEqual(getattr(settings, field), default(function, name), field)
        # In concurrency.tf and in a list, not as one number.
        concurrency = (ROOT / "infra" / "modules" / "lake" / "concurrency.tf").read_text()
        self.assertIn(f">= 500 ? {settings.query_reserved} : -1", concurrency)
        tiers = re.search(r"scan_tiers = optional\(list\(number\), \[(.*?)\]", (ROOT / "infra" / "modules" / "lake" / "variables-functions.tf").read_text(), re.DOTALL)
        self.assertEqual(settings.workgroups, 2 + len([tier for tier in tiers.group(1).split(",") if tier.strip()]))

    def test_constants_are_those_of_the_code(self):
        self.assertEqual(scaling.MOST_CONSUMED, constant("domain/src/commit.rs", r"MAX_CONSUMED: usize = ([0-9_]+)"))
        self.assertEqual(scaling.WAIT_SHARE, constant("compact/src/plan.rs", r"WAIT_SHARE: u64 = (\d+)"))
        self.assertEqual(scaling.MOST_WAIT, 60 * constant("compact/src/plan.rs", r"MAX_WAIT: TimeDelta = TimeDelta::minutes\((\d+)\)"))
        self.assertEqual(scaling.FANOUT, constant("compact/src/plan.rs", r"FANOUT: usize = (\d+)"))
        self.assertEqual(scaling.COPIES, constant("compact/src/carry.rs", r"COPIES: usize = (\d+)"))

    def test_every_limit_has_a_source_or_says_that_there_is_none(self):
        for name, limit in LIMITS.items():
            self.assertRegex(limit.source, r"^(https://docs\.aws\.amazon\.com/|none: )", name)
            self.assertFalse(limit.checked and limit.source.startswith("none"), name)
            self.assertEqual(limit.source.startswith("none"), limit.note.startswith("assumed"), name)


class Arithmetic(unittest.TestCase):
    def scale(self, settings=None, **load):
        return Scale(Load(**load), settings or Settings())

    def test_landing_objects_are_those_of_the_benchmark(self):
        for rate, packed in ((1, 1), (100, 1), (100_000, 1), (100_000, 100), (1_000_000, 100)):
            self.assertAlmostEqual(self.scale(events=rate, packed=packed).invocations, cost.landings(rate, packed), delta=rate / packed / 1e3)

    def test_few_messages_make_an_object_for_each_dataset(self):
        # Five pollers, each with a batch of 20 messages of ten datasets in a second.
        it = self.scale(events=1_000, packed=10, datasets=10)
        self.assertEqual((it.invocations, it.landed, it.landed_of_partition, it.in_grace), (5, 50, 5, 3_000))
        # One message cannot be of ten datasets.
        self.assertEqual(self.scale(events=2, datasets=10).landed, 2)
        longer = self.scale(Settings(ingest_window=10), events=1_000, packed=10, datasets=10)
        self.assertEqual(longer.landed, it.landed / 10)

    def test_a_batch_holds_what_lambda_carries(self):
        self.assertEqual(self.scale(packed=1).batch, 1_000)
        self.assertEqual(self.scale(packed=100).batch, 6 * 2**20 // (100 * 315 + 1_500))
        self.assertEqual(self.scale(packed=100_000).batch, 1)

    def test_a_partition_without_a_full_file_commits_with_every_window(self):
        it = self.scale(events=10)
        self.assertLess(it.partition_bytes, it.target_bytes)
        self.assertEqual((it.commits_of_life, it.copies_of_life, it.copy_seconds, it.last_interval), (8_640, 0, 0, 10))
        self.assertEqual(self.scale(events=0.01).commits_of_life, 864)

    def test_a_large_partition_waits_and_copies(self):
        it = self.scale(events=1_000_000)
        # 3.2 TB at the end: five minutes are less than a twentieth of a day.
        self.assertAlmostEqual(it.last_interval, 300)
        self.assertAlmostEqual(it.copy_seconds, it.partition_bytes / (16 * 100e6), delta=1)
        # Of each commit, all files that are full by then: nearly what is in the partition in the mean, times the commits.
        self.assertAlmostEqual(it.copies_of_life / (it.commits_of_life * it.partition_bytes / 2 / it.target_bytes), 1.0, delta=0.2)
        hourly = self.scale(events=1_000_000, hourly=True)
        self.assertAlmostEqual(hourly.last_interval, 3_600 / 20, delta=10)
        self.assertLess(hourly.copy_seconds, it.copy_seconds / 20)

    def test_garbage_is_what_the_retention_keeps(self):
        it = self.scale(events=1_000_000)
        # 72 generations in six hours, which grow from three quarters of the partition to all of it.
        self.assertAlmostEqual(it.garbage_bytes / (72 * it.partition_bytes * 7 / 8), 1.0, delta=0.05)
        shorter = self.scale(Settings(retention_hours=3), events=1_000_000)
        self.assertAlmostEqual(shorter.garbage_bytes / it.garbage_bytes, 0.5, delta=0.06)

    def test_rows_are_written_again_until_their_file_is_full(self):
        # 370 bytes a commit in 128 MiB: log4(362,750) is 9.2, but the partition ends with 3.2 MB: log4(8,640) is 6.5.
        self.assertEqual(self.scale(events=1).rewrites, 7)
        self.assertEqual(self.scale(events=1_000_000).rewrites, 0)

    def test_more_of_everything_asks_for_no_less(self):
        base = self.scale(lakes=2, events=10_000, packed=10, datasets=3)
        for change in ({"lakes": 4}, {"events": 20_000}, {"queries": 5.0}, {"query_seconds": 9.0}, {"deployments": 300}):
            more = Scale(replace(base.load, **change), base.settings)
            for ask in scaling_table.ASKS:
                self.assertGreaterEqual(ask.asked(more) * 1.0001, ask.asked(base), (ask.what, change))
            for what, dollars in scaling_table.dollars(base).items():
                if what == "Glue" and "events" in change:
                    # A file is full sooner, and then commits wait.
                    continue
                self.assertGreaterEqual(scaling_table.dollars(more)[what] * 1.0001, dollars, (what, change))

    def test_messages_of_64_kb_are_charged_as_such(self):
        day = scaling_table.dollars(self.scale(events=1_000))
        # 1,000 messages a second, ten in a request, at half a dollar a million.
        self.assertAlmostEqual(day["SNS, ten messages or 64 KB in a request"], 100 * 86_400 / 1e6 * 0.5)
        # Each is sent in a request of its own, and received and deleted by the ten.
        self.assertAlmostEqual(day["SQS"], 1_200 * 86_400 / 1e6 * 0.4)
        self.assertAlmostEqual(day["Athena"], 0.5 * 86_400 * 100e6 / 1e12 * 5)


class Table(unittest.TestCase):
    def test_the_first_is_what_exceeds_its_limit_most(self):
        order = scaling_table.bends(scaling_table.DOCUMENTED[0])
        self.assertEqual(order[0][1].what, "Lambda: reserved by all lakes")
        self.assertEqual([used for used, _ in order], sorted((used for used, _ in order), reverse=True))
        self.assertFalse(any(ask.chosen for _, ask in order))

    def test_every_setting_moves_something(self):
        # What no row depends on could be anything.
        base = Scale(Load(lakes=2, events=100_000, packed=10, datasets=3), Settings())
        for kind, field in [("load", field) for field in dataclasses.fields(Load)] + [("settings", field) for field in dataclasses.fields(Settings)]:
            if field.name == "name":
                continue
            value = getattr(getattr(base, kind), field.name)
            changed = replace(base, **{kind: replace(getattr(base, kind), **{field.name: not value if field.type is bool else value * 2})})
            with self.subTest(field.name):
                self.assertNotEqual(scaling_table.tables([base]), scaling_table.tables([changed]))

    def test_what_is_no_load_is_refused(self):
        for given in (["--events", "0"], ["--lakes", "-1"], ["--events", "inf"], ["--packed", "1.5"], ["--write", "--lakes", "2"], ["--no-such"]):
            ran = subprocess.run([sys.executable, "-B", str(ROOT / "scripts" / "lib" / "scaling.py"), *given], capture_output=True, text=True, check=False)
            self.assertNotEqual(ran.returncode, 0, given)
            self.assertEqual(ran.stdout, "", given)

    def test_numbers_read(self):
        for value, text in ((0, "0"), (0.0123, "0.0123"), (12.34, "12.3"), (12_345, "12,345"), (1_234_567, "1.23 M"), (3.2e12, "3.2 T")):
            self.assertEqual(scaling_table.number(value), text)
        self.assertEqual([scaling_table.share(value) for value in (0.001, 0.5, 1.0, 1.01)], ["< 1%", "50%", "100%", "**101%**"])

    def test_alarms_and_rules_are_those_of_infra(self):
        told = (ROOT / "infra" / "tests" / "prod" / "prod.tftest.hcl").read_text()
        self.assertIn(f"length(output.alarms) == {scaling_table.ALARMS} ", told)
        zips = [line.split("\t") for line in (ROOT / "scripts" / "lib" / "sizes.tsv").read_text().splitlines()[1:]]
        self.assertAlmostEqual(sum(int(size) for architecture, _, size in zips if architecture == "x86_64") / scaling_table.RELEASE_BYTES, 1, delta=0.05)

    def test_the_document_has_these_tables(self):
        text = (ROOT / "docs" / "scaling.md").read_text()
        self.assertEqual(text, scaling_table.written(text), "run ./scripts/scaling --write, and read what has changed")


if __name__ == "__main__":
    unittest.main()
