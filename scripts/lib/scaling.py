#!/usr/bin/env python3
"""What a load asks of each service, with the arithmetic to change.

    ./scripts/scaling                          the loads of docs/scaling.md
    ./scripts/scaling --events 50000 --packed 100 --datasets 4 --hourly --compact-memory 4096
    ./scripts/scaling --write                  makes the tables of docs/scaling.md anew

The limits are in scaling_limits.py and the prices in prices.py. The settings are those of infra/variables-functions.tf, which
test_scaling.py compares.
"""

import argparse
import dataclasses
import functools
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from cost import ENVELOPE, INVOCATION, POLLERS, REGISTER_GLUE
from prices import LAMBDA_MB_A_VCPU
from scaling_limits import LIMITS

DAY, HOUR = 86_400, 3_600
YEARS = 10

# Measured on one core of an AMD EPYC: ingest stored 341,000 events a second of one a message, and 634,000 of a hundred each
# (`scripts/bench ingest`, 2026-11-23); compact took 3.5 s for 2,000,000 events on one thread (docs/benchmarks.md). A vCPU of Lambda
# is half a core with its twin thread busy: so half of that.
HALF_A_CORE = 2
INGEST_EVENT = HALF_A_CORE * 1.577e-6
INGEST_MESSAGE = HALF_A_CORE * (2.933e-6 - 1.577e-6)
COMPACT_EVENT = HALF_A_CORE * 1.75e-6
# Of the same events, zstd: as they land, and in the table.
LANDED_BYTES, ROW_BYTES = 64, 37
MOST_VCPUS = 6
# Seconds of a run, beside its processor time: the answers of S3 and Glue, one after the other. Assumed: 20 ms each.
INGEST_WAIT, COMPACT_WAIT, REGISTER_WAIT = 0.05, 0.3, 0.25

# Of the code. crates/domain/src/commit.rs, crates/compact/src/plan.rs and carry.rs.
MOST_CONSUMED = 10_000
WAIT_SHARE, MOST_WAIT = 20, 300
FANOUT = 4
COPIES = 16
# With less left, compact begins no generation.
COMPACT_RESERVE = 20

# Assumed until the metrics exist (docs/scaling.md says more): series of one lake, and of each dataset beside.
SERIES_OF_LAKE, SERIES_OF_DATASET, SCRAPE_SECONDS = 150, 40, 60


@dataclass(frozen=True)
class Load:
    name: str = "yours"
    lakes: int = 1
    events: float = 1_000  # a second, of each lake
    event_bytes: int = 314
    packed: int = 1  # events in a message
    datasets: int = 1  # of each lake, with the same share of the events each
    hourly: bool = False
    queries: float = 0.5  # a second, of each lake
    query_seconds: float = 2
    scanned_bytes: float = 100e6  # by a query
    deployments: int = 100  # whose versions Lambda still keeps


@dataclass(frozen=True)
class Settings:
    """infra/modules/lake/variables-functions.tf."""

    ingest_memory: int = 512
    ingest_batch: int = 1_000
    ingest_window: int = 1
    ingest_concurrency: int = 10
    compact_memory: int = 2_048
    compact_window: int = 10
    compact_concurrency: int = 4
    compact_timeout: int = 300
    target_file_mib: int = 128
    grace_minutes: int = 10
    retention_hours: int = 6
    query_reserved: int = 100
    workgroups: int = 11  # the API's, that of people, nine scan tiers


def vcpus(memory):
    return min(MOST_VCPUS, memory / LAMBDA_MB_A_VCPU)


@dataclass(frozen=True)
class Scale:
    """A load with settings. Every number is of a second unless its name says otherwise."""

    load: Load
    settings: Settings

    @property
    def message_bytes(self):
        return self.load.packed * (self.load.event_bytes + 1)

    @property
    def messages(self):
        return self.load.events / self.load.packed

    @property
    def batch(self):
        """Messages that one invocation of ingest gets at the most."""
        return max(1, min(self.settings.ingest_batch, INVOCATION // (self.message_bytes + ENVELOPE)))

    @property
    def invocations(self):
        # Few messages: each poller has its own batch when the window is over. Many: batches are full before.
        return max(min(self.messages, POLLERS / self.settings.ingest_window), self.messages / self.batch)

    @property
    def ingest_seconds(self):
        """Of one invocation."""
        messages = self.messages / self.invocations
        cpu = messages * (INGEST_MESSAGE + self.load.packed * INGEST_EVENT)
        return cpu / min(1, vcpus(self.settings.ingest_memory)) + INGEST_WAIT

    @property
    def ingest_at_a_time(self):
        return self.invocations * self.ingest_seconds

    @property
    def landed(self):
        """Objects of one lake: one for each dataset of an invocation."""
        return self.invocations * min(self.load.datasets, self.messages / self.invocations)

    @property
    def landed_of_partition(self):
        return self.landed / self.load.datasets

    @property
    def in_grace(self):
        """Landing objects of a partition that its head lists until they may be deleted."""
        return self.landed_of_partition * self.settings.grace_minutes * 60

    @property
    def events_of_partition(self):
        return self.load.events / self.load.datasets

    @property
    def life(self):
        """Seconds for which a partition gets events."""
        return HOUR if self.load.hourly else DAY

    @property
    def partition_bytes(self):
        """Of a partition at the end of its life."""
        return self.events_of_partition * ROW_BYTES * self.life

    @property
    def target_bytes(self):
        return self.settings.target_file_mib * 2**20

    @property
    def window(self):
        """Seconds between commits of a partition as long as no file of it is full."""
        return max(self.settings.compact_window, 1 / self.events_of_partition)

    @functools.cached_property
    def history(self):
        """(seconds since the partition began, its bytes) of each commit of a partition's life. Where files are full, a commit waits
        until new data is a twentieth of them, or five minutes."""
        rate, at, commits = self.events_of_partition * ROW_BYTES, 0.0, []
        while at < self.life:
            full = rate * at // self.target_bytes * self.target_bytes
            at += self.window if full == 0 else max(self.window, min(MOST_WAIT, full / WAIT_SHARE / rate))
            commits.append((at, rate * at))
        return commits

    @property
    def commits_of_life(self):
        return len(self.history)

    @property
    def copies_of_life(self):
        """Files that S3 copies, of a partition."""
        return sum(size // self.target_bytes for _, size in self.history)

    @property
    def rewrites(self):
        """How often a row is written again before its file is full: files are merged by fours."""
        first = max(1, self.events_of_partition * self.window * ROW_BYTES)
        full = min(self.target_bytes, max(first, self.partition_bytes))
        return math.ceil(math.log(full / first, FANOUT)) if full > first else 0

    @property
    def compact_vcpus_of_partition(self):
        return self.events_of_partition * COMPACT_EVENT * (1 + self.rewrites)

    @property
    def compact_bytes_of_partition(self):
        """Through the network of the one function that works on it: read as landed, written, and merged in both directions. The
        two directions are apart, so the larger one counts."""
        rewritten = ROW_BYTES * self.rewrites
        return self.events_of_partition * max(LANDED_BYTES + rewritten, ROW_BYTES + rewritten)

    @property
    def copy_seconds(self):
        """Of a commit at the end of a partition's life: S3 copies what is full."""
        return self.partition_bytes // self.target_bytes * self.target_bytes / (COPIES * LIMITS["s3 copy bytes"].value)

    @property
    def compact_at_a_time(self):
        waits = max(COMPACT_WAIT / self.window, (COMPACT_WAIT + self.copy_seconds) / self.last_interval)
        return min(1, self.compact_vcpus_of_partition / vcpus(self.settings.compact_memory) + waits) * self.load.datasets

    @property
    def last_interval(self):
        """Seconds between the last two commits of a partition."""
        return self.history[-1][0] - (self.history[-2][0] if len(self.history) > 1 else 0)

    @property
    def commits(self):
        """Of one lake, when all partitions are young."""
        return self.load.datasets / self.window

    @property
    def garbage_bytes(self):
        """Superseded generations of one lake that wait for their retention, at the end of the partitions' lives."""
        kept = self.settings.retention_hours * HOUR
        # Hourly partitions that have ended are kept too, each with all of its generations.
        ended = max(0, kept - self.life) / self.life
        own = sum(size for at, size in self.history if at > self.life - kept)
        return self.load.datasets * (own + ended * sum(size for _, size in self.history))

    @property
    def glue_calls(self):
        """Of all lakes, when all partitions are young: register after each commit, and two calls for each query."""
        return self.load.lakes * (self.commits * REGISTER_GLUE + self.load.queries * 2)

    @property
    def active_queries(self):
        return self.load.lakes * self.load.queries * self.load.query_seconds

    @property
    def series(self):
        """Of Prometheus, all lakes."""
        return self.load.lakes * (SERIES_OF_LAKE + self.load.datasets * SERIES_OF_DATASET)

    @property
    def lambdas_at_a_time(self):
        register = self.commits * REGISTER_WAIT
        query = self.load.queries * self.load.query_seconds
        return self.load.lakes * (self.ingest_at_a_time + self.compact_at_a_time + register + query)


def above_zero(kind):
    """What argparse reads a number by."""

    def number(text):
        value = kind(text)
        if not 0 < value < math.inf:
            raise ValueError(text)
        return value

    return number


def main():
    # The table imports this file.
    import scaling_table

    parser = argparse.ArgumentParser(prog="scripts/scaling", description="What a load asks of each service. Without options: the loads of docs/scaling.md.")
    for kind in (Load, Settings):
        for field in dataclasses.fields(kind):
            option = f"--{field.name.replace('_', '-')}"
            if field.type is bool:
                parser.add_argument(option, action="store_true")
            elif field.name != "name":
                parser.add_argument(option, type=above_zero(field.type), default=None, help=f"{field.default:,g}")
    parser.add_argument("--write", action="store_true", help="write the tables of docs/scaling.md")
    given = {name: value for name, value in vars(parser.parse_args()).items() if value is not None and value is not False}
    document = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
    if given.pop("write", False):
        if given:
            sys.exit("--write takes no other options: the loads of the document are in scaling_table.py")
        document.write_text(scaling_table.written(document.read_text()))
    elif given:
        names = {field.name for field in dataclasses.fields(Load)}
        load = Load(**{name: value for name, value in given.items() if name in names})
        settings = Settings(**{name: value for name, value in given.items() if name not in names})
        print(scaling_table.tables([Scale(load, settings)]))
    else:
        print(scaling_table.tables(scaling_table.DOCUMENTED))


if __name__ == "__main__":
    main()
