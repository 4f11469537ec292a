"""The `register` binary: what Glue says afterwards, and what it answers."""

import json

from common import (
    DATASETS, DAY, World, ends_in_time, equal, fails, fails_out_of_reach, measure, names, not_an_event,
    refuses_bad_settings, sample, samples, succeeds,
)


def define(world: World):
    """Before there is anything else: a definition that goes live."""
    lake = world.lake
    lake.put("datasets/passengers.json", (DATASETS / "passengers.json").read_bytes())
    with world.start("register") as function:
        function.ready()
        for again in ("", ", again"):
            answer = function.invoke(sample("register/definition-through-sqs"))
            succeeds(answer, f"register/definition-through-sqs{again}")
            equal(lake.keys("schemas/"), {"schemas/passengers/000001.json"}, f"the schemas{again}")
    table = lake.glue("GetTable", DatabaseName=lake.database, Name="passengers")["Table"]
    columns = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
    equal(columns[:4], ["passenger_id", "flight_id", "name", "seat_number"], "the table's columns")


def check(world: World):
    """After compact: the partition is to be its head's."""
    lake = world.lake
    refuses_bad_settings(world, "register")
    about_it = ["commit-through-sqs", "partition", "schedule", "scheduler"]
    expected = set(about_it) | {"definition-through-sqs", "bad-messages", "bad-partition"}
    equal(samples("register"), expected, "events/register and the expectations here")
    head = json.loads(lake.get(max(lake.keys(f"commits/passengers/{DAY}/"))))
    wanted = (f"s3://{lake.bucket}/{head['location']}", str(head["generation"]), str(head["rows"]))

    def registered(what: str):
        partition = lake.partition("passengers", DAY.removeprefix("dt="))
        parameters = partition["Parameters"]
        found = (
            partition["StorageDescriptor"]["Location"],
            parameters["tributary.generation"],
            parameters["tributary.rows"],
        )
        equal(found, wanted, f"the partition after {what}")

    with world.start("register") as function:
        function.ready()
        for name in about_it:
            succeeds(function.invoke(sample(f"register/{name}")), f"register/{name}")
            registered(f"register/{name}")
            # Dropped by hand: the next one makes it again.
            lake.glue(
                "DeletePartition", DatabaseName=lake.database, TableName="passengers",
                PartitionValues=[DAY.removeprefix("dt=")],
            )
        bad = sample("register/bad-messages")
        succeeds(function.invoke(bad), "register/bad-messages", names(bad, 1))
        registered("register/bad-messages: the good one is done")
        fails(function.invoke(sample("register/bad-partition")), "register/bad-partition", "UnknownEvent", "yesterday")
        fails(function.invoke(sample("compact/vacuum")), "compact/vacuum", "UnknownEvent", "the vacuum is for compact")
        not_an_event(function)
        queued = sample("register/commit-through-sqs")
        succeeds(function.invoke(queued, 5), "register, 5 s before the deadline", names(queued, 0))
        record = queued["Records"][0]
        many = {"Records": [record | {"messageId": f"message-{n}"} for n in range(10_000)]}
        answer = function.invoke(many)
        succeeds(answer, "register, 10,000 notifications")
        world.figures["register, 10,000 notifications"] = [None, answer.ms, None, function.peak_mib(), None]

    named = lambda answer, what: succeeds(answer, what, names(queued, 0))
    ends_in_time(world, "register", queued, named)
    ends_in_time(world, "register", sample("register/schedule"), lambda *answer: fails(*answer, "Expired", "deadline is near"))
    fails_out_of_reach(world, "register", queued, named)
    measure(world, "register", queued)
