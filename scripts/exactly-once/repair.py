"""Twins planted by hand, and `tributary compact DATASET --repair` that drops them (`--repair` of the check).

What a fault once let into a table no redelivery brings about any more. So the twins are planted as a writer would have
left them: a generation in which every data file of the head is there twice, with its commit.
"""

import json
import random
import time

from botocore.exceptions import ClientError

from count import count, differences, locations
from lake import Broken, wait_until
from rest import PATIENCE_SECONDS, heads, settle

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def check(lake, dataset, ledger, before):
    """Plants twins in every partition, has them repaired, and answers what is then not as it was."""
    planted = {partition: plant(lake, dataset, partition) for partition in before.rows}

    def named():
        found = locations(lake, dataset)
        return all(found[partition][1] >= generation for partition, generation in planted.items())

    wait_until("the catalog names the planted generations", PATIENCE_SECONDS, named)
    doubled = count(lake, dataset)
    if (doubled.total, doubled.distinct) != (2 * before.total, before.distinct):
        raise Broken(f"twins of {before.total:,} rows were planted, and DuckDB counts {doubled.total:,}")
    lake.run("compact", dataset.name, "--repair")
    settle(lake, dataset)
    after = count(lake, dataset)
    lines = differences(after, ledger)
    for partition, generation in planted.items():
        log = json.loads(lake.run("partition", "log", dataset.name, partition, "--json"))
        kinds = {entry["kind"] for entry in log if entry["generation"] > generation}
        if "repair" not in kinds:
            lines.append(f"{partition}: no commit of kind repair after generation {generation}, but {sorted(kinds)}")
    return lines


def plant(lake, dataset, partition):
    """Commits a generation in which every row is twice. Answers its number."""
    while True:
        head = heads(lake, dataset)[partition]
        generation, writer = head["generation"] + 1, ulid()
        location = f"tables/{dataset.name}/{partition}/g{generation:010}-{writer}/"
        files = []
        for number, file in enumerate(head["files"] * 2):
            key = f"{location}part-{number:05}.parquet"
            lake.s3.copy_object(Bucket=lake.bucket, Key=key, CopySource={"Bucket": lake.bucket, "Key": file["key"]})
            files.append(file | {"key": key})
        commit = head | {
            "kind": "merge",
            "generation": generation,
            "location": location,
            "files": files,
            "rows": 2 * head["rows"],
            "duplicates_dropped": 0,
            "conflicting": 0,
            "writer": writer,
            "committed_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        key = f"commits/{dataset.name}/{partition}/{generation:010}.json"
        try:
            lake.s3.put_object(Bucket=lake.bucket, Key=key, Body=json.dumps(commit).encode(), IfNoneMatch="*")
            return generation
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            # The lake itself committed meanwhile: upon that one, then.


def ulid():
    number = int(time.time() * 1000) << 80 | random.getrandbits(80)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
