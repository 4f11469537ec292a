"""Tests of what the benchmarks compute: python3 -m unittest discover -s scripts/lib -p 'test_*.py'."""

import unittest
from pathlib import Path

import allocator
import prices
import sizes
from contest import ours
from cost import Stream, landings, queue
from invocation import whole

NOTHING = {"seconds": 1, "runs": 0, "commits": 0, "cpu": 0, "gets": 0, "puts": 0, "copies": 0, "lists": 0, "deletes": 0}


class Allocator(unittest.TestCase):
    def test_benchmarks_run_compact_with_the_deployed_functions_allocator(self):
        names = {"MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_", "MALLOC_TRIM_THRESHOLD_"}
        self.assertEqual(allocator.ENVIRONMENT.keys(), names)
        contender = ours("binary", "ours", "run", Path("bucket"), "8GiB")
        self.assertEqual(contender.environment, allocator.ENVIRONMENT)


class Costs(unittest.TestCase):
    def test_firehose_rounds_each_record_up_to_5_kb(self):
        # One event in a record is charged as 5 KB, a hundred of 315 bytes as 35 KB.
        for packed, record in ((1, 5 * 1024), (100, 35 * 1024)):
            gigabytes = 10 / packed * record / 1e9
            price = 0.029 + prices.FIREHOSE_PARQUET_GB
            expected = gigabytes * price + 10 / packed * prices.SNS_TO_FIREHOSE
            self.assertAlmostEqual(Stream(10, packed, NOTHING, 0).firehose(), expected)

    def test_firehose_is_cheaper_by_volume(self):
        # 1,327 TB a month: 500 at the first price, the rest at the second one.
        terabytes = 100_000 * 5 * 1024 * 30 * 86_400 / 1e12
        month = 500_000 * 0.029 + (terabytes * 1_000 - 500_000) * 0.025 + terabytes * 1_000 * 0.018
        month += 100_000 * 30 * 86_400 * prices.SNS_TO_FIREHOSE
        self.assertAlmostEqual(Stream(100_000, 1, NOTHING, 0).firehose() * 30 * 86_400, month, places=2)

    def test_few_messages_are_invocations_of_their_own_and_many_fill_batches(self):
        self.assertEqual(landings(1, 1), 1)
        self.assertEqual(landings(100, 1), 5)
        self.assertEqual(landings(100_000, 1), 100)

    def test_an_empty_queue_is_polled_all_the_same(self):
        self.assertEqual(queue(0, 1), 5 / 20)

    def test_processor_time_is_charged_at_the_memory_of_a_whole_vcpu(self):
        one, two = (Stream(1, 1, NOTHING | {"cpu": cpu}, 0).costs()["lambda, processor"] for cpu in (1, 2))
        self.assertAlmostEqual(two - one, 1_769 / 1_024 * 0.0000166667)


class Sizes(unittest.TestCase):
    def compare(self, size):
        made = {"architecture": "x86_64", "functions": {"ingest": {"zip_bytes": size}}}
        return sizes.compare(made, {("x86_64", "ingest"): 1_000_000})

    def test_two_percent_is_room_and_more_is_growth(self):
        self.assertEqual(self.compare(1_020_000)[1], [])
        self.assertEqual(self.compare(1_020_001)[1], ["ingest"])
        self.assertIn("has shrunk", self.compare(900_000)[0][1])

    def test_what_must_not_be_exceeded_is_said(self):
        for size, missed in ((4_600_000, False), (4_600_001, True)):
            made = {"architecture": "x86_64", "functions": {"ingest": {"zip_bytes": size}}}
            lines, grown = sizes.compare(made, {("x86_64", "ingest"): size})
            self.assertEqual((any("missed" in line for line in lines), grown), (missed, []))

    def test_another_architecture_is_not_compared(self):
        made = {"architecture": "arm64", "functions": {"ingest": {"zip_bytes": 9_000_000}}}
        lines, grown = sizes.compare(made, {("x86_64", "ingest"): 1_000_000})
        self.assertEqual(grown, [])
        self.assertIn("nothing to compare", lines[0])

    def test_the_table_names_every_function(self):
        self.assertLessEqual({("x86_64", name) for name in sizes.AIMS}, set(sizes.listed()))


class Requests(unittest.TestCase):
    def test_a_request_is_whole_when_its_body_is(self):
        head = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\n"
        self.assertIsNone(whole(head[:-1]))
        self.assertIsNone(whole(head + b"ab"))
        self.assertEqual(whole(head + b"abc"), ("POST", "/a", b"abc"))

    def test_chunks_end_with_an_empty_one(self):
        head = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.assertIsNone(whole(head + b"1\r\na\r\n"))
        self.assertIsNotNone(whole(head + b"1\r\na\r\n0\r\n\r\n"))


if __name__ == "__main__":
    unittest.main()
