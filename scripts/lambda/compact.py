"""The `compact` binary: which generations it commits, and what it answers."""

import json
import time

from common import (
    DAY, World, ends_in_time, equal, fails, fails_out_of_reach, measure, names, not_an_event,
    refuses_bad_settings, sample, samples, succeeds,
)
from ingest import batch

COMMITS = f"commits/passengers/{DAY}/"
# What is about the partition, and finds it as the others left it.
ABOUT_IT = ["s3-through-sqs", "s3", "schedule", "scheduler", "partition"]


def check(world: World):
    lake = world.lake
    head = lambda: max(lake.keys(COMMITS))
    refuses_bad_settings(world, "compact")
    expected = set(ABOUT_IT) | {"s3-test-event", "vacuum", "vacuum-partition", "bad-messages", "another-service"}
    equal(samples("compact"), expected, "events/compact and the expectations here")

    with world.start("compact") as function, world.start("ingest") as ingest:
        function.ready()
        ingest.ready()
        succeeds(function.invoke(sample("compact/s3-test-event")), "compact/s3-test-event")
        equal(lake.keys(COMMITS), set(), "commits before there was a notification")
        landed = lake.keys("landing/")
        for n, name in enumerate(ABOUT_IT, 1):
            succeeds(function.invoke(sample(f"compact/{name}")), f"compact/{name}")
            equal(head(), f"{COMMITS}{n:010}.json", f"the head after compact/{name}")
            commit = json.loads(lake.get(head()))
            equal({f"landing/passengers/{DAY}/{entry['batch']}.ndjson.zst" for entry in commit["consumed"]}, landed,
                  f"what the head after compact/{name} has consumed")
            for file in commit["files"]:
                equal(lake.get(file["key"])[:4], b"PAR1", file["key"])
            # Nothing is new, and nothing happens.
            succeeds(function.invoke(sample(f"compact/{name}")), f"compact/{name}, again")
            equal(head(), f"{COMMITS}{n:010}.json", f"the head after compact/{name}, again")
            # Something is, for the next one.
            event = batch(n, 7)
            succeeds(ingest.invoke(event), "ingest between")
            landed = lake.keys("landing/")

        # Nothing is garbage until the catalog names a generation, and register has not been here yet.
        before = lake.keys()
        for name in ("vacuum", "vacuum-partition"):
            succeeds(function.invoke(sample(f"compact/{name}")), f"compact/{name}")
        equal(lake.keys(), before, "the bucket after vacuums without a partition in the catalog")

        # A round is not begun that may not be done in time; the message, or the invocation, comes again.
        before = lake.keys()
        queued = sample("compact/s3-through-sqs")
        succeeds(function.invoke(queued, 10), "compact, 10 s before the deadline", names(queued, 0))
        fails(function.invoke(sample("compact/partition"), 10), "compact, 10 s before the deadline", "Expired", "deadline is near")
        fails(function.invoke(sample("compact/schedule"), 10), "compact, 10 s before the deadline", "Expired", "deadline is near")
        equal(lake.keys(), before, "the bucket after deadlines that were near")

        bad = sample("compact/bad-messages")
        answer = function.invoke(bad)
        succeeds(answer, "compact/bad-messages", names(bad, 1, 2, 3))
        equal(head(), f"{COMMITS}{len(ABOUT_IT) + 1:010}.json", "the head after compact/bad-messages: the good one is done")
        fails(function.invoke(sample("compact/another-service")), "compact/another-service", "UnknownEvent", "aws:kinesis")
        not_an_event(function)

        # As many messages as a queue gives, all about one partition.
        record = queued["Records"][0]
        many = {"Records": [record | {"messageId": f"message-{n}"} for n in range(10_000)]}
        answer = function.invoke(many)
        succeeds(answer, "compact, 10,000 notifications")
        equal(head(), f"{COMMITS}{len(ABOUT_IT) + 1:010}.json", "the head after 10,000 notifications of nothing new")
        world.figures["compact, 10,000 notifications"] = [None, answer.ms, None, function.peak_mib(), None]

    # Each message by its name: the partition is not done, and its neighbours may be.
    named = lambda answer, what: succeeds(answer, what, names(queued, 0))
    ends_in_time(world, "compact", queued, named)
    ends_in_time(world, "compact", sample("compact/schedule"), lambda *answer: fails(*answer, "Expired", "deadline is near"))
    fails_out_of_reach(world, "compact", queued, named)
    fails_out_of_reach(world, "compact", sample("compact/s3"), lambda *answer: fails(*answer, "Incomplete", "1 notifications"))
    measure(world, "compact", queued)
