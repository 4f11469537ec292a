"""`scripts/bench cost`: dollars for a million events on their way from the topic to the table.

    cost.py COMPACTION INGEST_RATES FIGURES [OPTIONS]

COMPACTION is the example `compaction` of crates/compact, whose `stream` counts the calls and the processor time of a
partition that is compacted as it lands. INGEST_RATES is what the example `throughput` of crates/ingest printed.
"""

import argparse
import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import allocator
import prices

MONTH = 30 * 86_400
EVENT = 314  # bytes
RATES = [10, 1_000, 100_000]  # events a second, all into one partition of a day
# Of the clock that is played through: long enough that landing is cleaned, and files are merged and sealed.
SECONDS = {10: 3_600, 1_000: 1_800, 100_000: 60}

# infra/variables-functions.tf, its defaults.
INGEST_WINDOW, INGEST_BATCH, INGEST_MEMORY = 1, 1_000, 512
COMPACT_WINDOW, COMPACT_AT_A_TIME, COMPACT_MEMORY, COMPACT_BUDGET = 10, 4, 2_048, "1536MiB"
REGISTER_WINDOW, REGISTER_MEMORY = 1, 256
DEFINITIONS_SECONDS = 5  # how long a process of ingest keeps the definitions

# How Lambda polls a queue: at least so many pollers, each of which gathers a batch of its own and waits so long at an
# empty queue. A receive hands over at most ten messages, and a delete takes as many.
POLLERS, POLL_SECONDS, SQS_MESSAGES = 5, 20, 10
INVOCATION = 6 << 20
# Of a message, beside its payload: what SNS and SQS wrap it in, as Lambda counts it.
ENVELOPE = 1_500
# The answer of S3 or Glue, from within AWS. The function waits at the memory that it has.
WAIT_SECONDS = 0.02
# What an invocation leaves in the log: its own line, and Lambda's START, END and REPORT.
LOG_BYTES = 700
# What register does after a commit (crates/register/src/partition.rs): two looks at the head and at the definition, each a
# listing and a read; the partition is read, written and read again. One invocation takes a few milliseconds of processor.
REGISTER_LISTS, REGISTER_GETS, REGISTER_GLUE, REGISTER_CPU = 4, 4, 3, 0.003


@dataclass
class Stream:
    """What there is to be paid for, of a stream of this rate."""

    rate: int
    packed: int  # events in a message
    compaction: dict  # what `stream` counted
    ingest_cpu: float  # seconds for each event

    @property
    def messages(self) -> float:
        return self.rate / self.packed

    @property
    def payload(self) -> int:
        return self.packed * (EVENT + 1)

    @property
    def invocations(self) -> float:
        return landings(self.rate, self.packed)

    def costs(self) -> dict[str, float]:
        """Dollars a second, by what they are for."""
        counted, objects = self.compaction, self.invocations
        second = counted["seconds"]
        runs, commits = counted["runs"] / second, counted["commits"] / second
        register = min(commits, POLLERS / REGISTER_WINDOW)
        chunks = math.ceil((self.payload + ENVELOPE) / prices.SQS_CHUNK)
        # A process at a time for as many invocations as one can follow another; each reads the definitions anew.
        processes = max(1, objects * 0.1)
        refreshes = min(objects, processes / DEFINITIONS_SECONDS)
        copies = counted["copies"] / second
        puts = objects + refreshes + (counted["puts"] + counted["lists"]) / second + copies + commits * REGISTER_LISTS
        gets = refreshes + counted["gets"] / second + commits * REGISTER_GETS
        waits = {
            "ingest": (objects + 2 * refreshes, INGEST_MEMORY),
            "compact": (sum(counted[name] for name in ("gets", "puts", "lists", "deletes")) / second, COMPACT_MEMORY),
            "register": (commits * (REGISTER_LISTS + REGISTER_GETS + REGISTER_GLUE), REGISTER_MEMORY),
        }
        cpu = self.rate * self.ingest_cpu + counted["cpu"] / second + register * REGISTER_CPU
        return {
            "lambda, processor": cpu * prices.LAMBDA_MB_A_VCPU / 1024 * prices.LAMBDA_GB_SECOND,
            "lambda, waiting": sum(
                calls * WAIT_SECONDS * memory / 1024 * prices.LAMBDA_GB_SECOND for calls, memory in waits.values()
            ),
            "lambda, requests": (objects + runs + register) * prices.LAMBDA_REQUEST,
            "s3, put and list": puts * prices.S3_PUT,
            "s3, get": gets * prices.S3_GET,
            "sqs": (
                # The topic's messages, the notifications of landing objects and of commits: sent, received, deleted.
                queue(self.messages, chunks) + queue(objects, 1) + queue(commits, 1)
            )
            * prices.SQS_REQUEST,
            "glue": commits * REGISTER_GLUE * prices.GLUE_REQUEST,
            "logs": (objects + runs + register) * LOG_BYTES / 1e9 * prices.LOGS_GB,
        }

    def publishing(self) -> float:
        """Dollars a second for the topic, in batches of ten messages or of what one request holds."""
        requests = self.messages * self.payload / prices.SQS_CHUNK
        return max(requests, self.messages / 10) * prices.SNS_PUBLISH

    def firehose(self) -> float:
        """Dollars a second for Firehose from the topic on: delivery, ingestion, conversion."""
        record = math.ceil(self.payload / prices.FIREHOSE_RECORD) * prices.FIREHOSE_RECORD
        gigabytes = self.messages * record / 1e9
        left, ingestion, below = gigabytes * MONTH, 0.0, 0
        for upto, price in prices.FIREHOSE_TIERS:
            part = min(left, upto - below)
            ingestion, left, below = ingestion + part * price, left - part, upto
        return ingestion / MONTH + gigabytes * prices.FIREHOSE_PARQUET_GB + self.messages * prices.SNS_TO_FIREHOSE


def landings(rate, packed):
    """Invocations of ingest a second, each of which leaves one landing object."""
    messages = rate / packed
    held = min(INGEST_BATCH, INVOCATION / (packed * (EVENT + 1) + ENVELOPE))
    # Few messages: each poller has its own batch when the window is over. Many: batches are full before.
    return max(min(messages, POLLERS / INGEST_WINDOW), messages / held)


def queue(messages, chunks):
    """Requests a second to a queue: messages are sent one by one, and received and deleted by the ten."""
    receives = max(messages / SQS_MESSAGES, min(messages, POLLERS), POLLERS / POLL_SECONDS)
    return messages * chunks + receives * chunks + messages / SQS_MESSAGES


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench cost")
    parser.add_argument("compaction", help=argparse.SUPPRESS)
    parser.add_argument("ingest_rates", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("figures", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=2, help="of compact")
    parser.add_argument("--packed", type=int, nargs="+", default=[1, 100], help="events in a message")
    parser.add_argument("--smoke", action="store_true", help="about one percent of each stream")
    options = parser.parse_args()
    # Name, bytes, events, payload, what was stored, events a second.
    measured = {line.split()[0]: float(line.split()[5]) for line in options.ingest_rates.read_text().splitlines()}
    rows = []
    for packed in options.packed:
        for rate in RATES:
            seconds = max(COMPACT_WINDOW, SECONDS[rate] // 100 if options.smoke else SECONDS[rate])
            objects = max(1, round(landings(rate, packed) * seconds))
            events = max(objects, rate * seconds // (100 if options.smoke else 1))
            shape = ["--events", str(events), "--objects", str(objects), "--duplicates", "0"]
            command = [
                options.compaction, "stream", COMPACT_BUDGET, str(options.threads), str(COMPACT_WINDOW),
                str(min(COMPACT_AT_A_TIME, POLLERS)), str(seconds), *shape,
            ]
            environment = os.environ | allocator.ENVIRONMENT
            ran = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
            counted = json.loads(ran.stdout)
            if missing := counted["events"] - counted["rows"]:
                # Where much is sealed, the last ones wait for more.
                print(f"{rate:,} events/s, {packed} in a message: {missing:,} of {events:,} events wait for more")
                if options.smoke:
                    sys.exit("FAILED: nothing is sealed in so short a time, so none may wait")
            per_event = 1 / measured["1000-messages" if packed == 1 else "6MB-packed-100"]
            stream = Stream(rate, packed, counted, per_event)
            million = prices.MILLION / rate
            costs = {name: cost * million for name, cost in stream.costs().items()}
            rows.append(
                {
                    "rate": rate, "packed": packed, "counted": counted, "costs": costs, "total": sum(costs.values()),
                    "firehose": stream.firehose() * million, "publishing": stream.publishing() * million,
                }
            )
    show(rows)
    options.figures.write_text(json.dumps(rows, indent=1))


def show(rows):
    names = list(rows[0]["costs"])
    print(f"US dollars for a million events of {EVENT} bytes from the topic to the table, at list prices (scripts/lib/prices.py)\n")
    print(f"{'events a second':24}" + "".join(f"{row['rate']:>12,}" for row in rows))
    print(f"{'events in a message':24}" + "".join(f"{row['packed']:>12,}" for row in rows))
    for name in names:
        print(f"{name:24}" + "".join(f"{row['costs'][name]:12.4f}" for row in rows))
    print(f"{'together':24}" + "".join(f"{row['total']:12.4f}" for row in rows))
    print(f"{'Firehose to Parquet':24}" + "".join(f"{row['firehose']:12.4f}" for row in rows))
    print(f"{'Firehose / together':24}" + "".join(f"{row['firehose'] / row['total']:12.1f}" for row in rows))
    print(f"{'publishing, for both':24}" + "".join(f"{row['publishing']:12.4f}" for row in rows))
    print(f"{'commits a minute':24}" + "".join(f"{row['counted']['commits'] / row['counted']['seconds'] * 60:12.1f}" for row in rows))
    print(f"{'landing objects a second':24}" + "".join(f"{landings(row['rate'], row['packed']):12.1f}" for row in rows))
    print(
        "\nCounted: the calls and the processor time of compact, by the real code over a store in memory; the processor time of "
        "ingest.\nBy the code and the defaults of infra/: the calls of ingest and register, and how Lambda polls the queues "
        "(scripts/lib/cost.py).\nNot in it: storage, the sweep, the vacuum, queries. Firehose neither drops duplicates nor merges "
        "small files."
    )


if __name__ == "__main__":
    main()
