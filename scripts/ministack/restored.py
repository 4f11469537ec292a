"""What was deleted comes back by docs/runbooks.md: all that was in the bucket, from its own versions, and then the Glue database."""

import time
from datetime import datetime, timezone

import rights
from client import tributary

FUNCTIONS = ("ingest", "compact", "register")
# A run that had begun when the functions were stopped has ended by then.
QUIET_SECONDS = 10


def run(deployment, journey):
    names, aws, machine = journey.names, journey.names.aws, journey.machine
    # From here on: a bucket that was versioned is destroyed with its versions.
    deployment.variables = {**deployment.variables, "versioning": {"enabled": True}}
    deployment.apply()
    journey.send(range(80, 85))
    journey.all_are_back()
    stop(journey)
    at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    # Versions are told apart by the second.
    time.sleep(2)
    for key in journey.keys(""):
        aws.s3.delete_object(Bucket=names.bucket, Key=key)
    seen = len(machine.calls())
    tributary(machine, names, "restore", "--at", at, "--dry-run")
    assert not journey.keys(""), "a dry run restored something"
    tributary(machine, names, "restore", "--at", at)
    for prefix in ("access/keys.json", "commits/passengers/", "datasets/", "queries/", "schemas/", "tables/passengers/"):
        assert journey.keys(prefix), f"nothing below {prefix} was restored"
    faults = rights.missing(machine.calls()[seen:], {"operator": names.operator})
    assert not faults, f"an operator may not restore: {faults}"

    for table in aws.glue.get_tables(DatabaseName=names.database)["TableList"]:
        aws.glue.delete_table(DatabaseName=names.database, Name=table["Name"])
    aws.glue.delete_database(Name=names.database)
    # It makes the database, and starts what was stopped; register makes the tables.
    deployment.apply()
    deployment.assert_no_drift()
    journey.all_are_back(200)


def stop(journey):
    aws = journey.names.aws
    for kind in FUNCTIONS:
        aws.lambda_.update_event_source_mapping(UUID=journey.names.trigger(kind)["UUID"], Enabled=False)
        for rule in journey.rules(kind):
            aws.events.disable_rule(Name=rule)
    time.sleep(QUIET_SECONDS)
