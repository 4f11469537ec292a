"""The `ingest` binary: what it leaves in the bucket, and what it answers."""

import json
import time

from common import (
    DAY, World, ends_in_time, equal, fails, fails_out_of_reach, measure, not_an_event, refuses_bad_settings,
    sample, samples, succeeds,
)
from lake import Counting

LANDS, REFUSED = f"landing/passengers/{DAY}/", "quarantine/{}/" + DAY + "/"
# Each sample, and where it leaves an object.
LEFT = {
    "sns": [LANDS],
    "sns-several": [LANDS],
    "sns-through-sqs": [LANDS],
    "raw-delivery": [LANDS],
    "sqs-plain": [REFUSED.format("_unrouted")],
    "truncated-envelope": [REFUSED.format("_unrouted")],
    "bad-json": [LANDS, REFUSED.format("passengers")],
    "bad-value": [REFUSED.format("passengers")],
    "unknown-dataset": [REFUSED.format("_unrouted")],
    "array": [LANDS, REFUSED.format("passengers")],
    "ndjson": [LANDS, REFUSED.format("passengers")],
    "cloudevent": [LANDS],
    "cloudevents-batch": [LANDS],
    "gzip": [LANDS],
    "unknown-encoding": [REFUSED.format("passengers")],
}


def batch(count: int, size: int) -> dict:
    """An SQS batch of this many passengers, each with a note of this many bytes."""
    like = sample("ingest/sns-through-sqs")["Records"][0]
    envelope = json.loads(like["body"])
    records = []
    for n in range(count):
        passenger = {"passenger_id": 1_000_000 + n, "name": f"Passenger {n}", "note": "x" * size}
        body = envelope | {"MessageId": f"{n:08x}-0000-4000-8000-{count:012x}", "Message": json.dumps(passenger)}
        records.append(like | {"messageId": f"message-{n}", "body": json.dumps(body)})
    return {"Records": records}


def check(world: World):
    lake, sns = world.lake, sample("ingest/sns")

    def left(before: set[str]) -> list[str]:
        return sorted(key.rsplit("/", 1)[0] + "/" for key in lake.keys() - before)

    def expect(function, event, what, prefixes):
        before = lake.keys()
        succeeds(function.invoke(event), what)
        equal(left(before), sorted(prefixes), f"{what}: what is new in the bucket")
        # Delivered once more, it changes nothing.
        after = lake.keys()
        succeeds(function.invoke(event), f"{what}, again")
        equal(lake.keys(), after, f"{what}, again")

    refuses_bad_settings(world, "ingest")
    equal(samples("ingest"), set(LEFT) | {"no-records"}, "events/ingest and the expectations here")
    with world.start("ingest") as function:
        function.ready()
        for name, prefixes in LEFT.items():
            expect(function, sample(f"ingest/{name}"), f"ingest/{name}", prefixes)
        fails(function.invoke(sample("ingest/no-records")), "ingest/no-records", "UnknownEvent", "found no records")
        not_an_event(function, "unknown event: expected records of SNS or SQS")
        # Lambda's longest event is 6 MB; a queue's largest batch has 10,000 messages.
        six = batch(60, 96 * 1024)
        assert 5.5e6 < len(json.dumps(six)) < 6 * 1024 * 1024
        expect(function, six, "a batch of 6 MB", [LANDS])
        expect(function, batch(10_000, 10), "a batch of 10,000", [LANDS])
        world.figures["ingest, 6 MB and 10,000 messages"] = [None, None, None, function.peak_mib(), None]

    # The second invocation finds what the first one built: the connection above all.
    counting = Counting(world.aws)
    with world.start("ingest", counting.url) as function:
        function.ready()
        equal(counting.connections, 0, "connections made before there is an event")
        succeeds(function.invoke(sns), "ingest through a proxy")
        first = counting.connections
        succeeds(function.invoke(sns), "ingest through a proxy, again")
        equal((first, counting.connections), (1, 1), "connections of the first and of both invocations")
    counting.close()

    ends_in_time(world, "ingest", sample("ingest/sns-through-sqs"), lambda *answer: fails(*answer, "Expired", "no message is acknowledged"))
    world.figures["ingest, out of reach"] = [None, fails_out_of_reach(
        world, "ingest", sample("ingest/sns-through-sqs"), lambda *answer: fails(*answer, "Definitions", "no message was handled"),
    ), None, None, None]

    # Lost while it runs: what was known of the datasets does not help.
    cut = Counting(world.aws)
    with world.start("ingest", cut.url) as function:
        function.ready()
        succeeds(function.invoke(sns), "ingest before its AWS is lost")
        cut.cut()
        before = lake.keys()
        began = time.monotonic()
        answer = function.invoke(batch(3, 1), 60)
        assert answer.error and answer.json()["errorType"] in ("Store", "Definitions"), answer
        assert time.monotonic() - began < 20
        equal(lake.keys(), before, "what is new in the bucket after AWS was lost")
    measure(world, "ingest", sns)
