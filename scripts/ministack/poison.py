"""Messages that no function can handle end in their dead-letter queues, and nothing else does."""

import json

from client import eventually, publish

PARTITION = "passengers/dt=2001-01-01"
COMMIT = f"commits/{PARTITION}/0000000001.json"
LANDED = f"landing/{PARTITION}/{'a' * 40}.ndjson.zst"
SCHEMA = "schemas/broken/000001.json"


def run(names):
    """Damages what each function reads, sends it there, and mends everything at the end."""
    before = {}
    for kind in ("ingest", "compact", "register"):
        url = names.queue(kind)
        before[url] = names.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
        # Out of band: a message comes again after hours otherwise.
        names.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "0"})
    put(names, SCHEMA, b"no definition")
    publish(names, "broken", [{"passenger_id": 1}])
    # A commit that does not parse stops its partition, for register at once and for compact when something lands there.
    put(names, COMMIT, b"no commit")
    put(names, LANDED, b"no batch")
    # The message of the topic, and the objects that the notifications name.
    for kind, text in (("ingest", "passenger_id"), ("register", COMMIT), ("compact", LANDED)):
        dead = names.dead_letters[kind]
        body = eventually(f"the message is in the dead-letter queue of {kind}", lambda dead=dead: received(names, dead), 240)
        assert text.rsplit("/", 1)[-1] in body, f"{dead} has another message: {body}"
    assert not received(names, names.dead_letters["undelivered"]), "SNS could not deliver a message"
    for key in (COMMIT, LANDED, SCHEMA):
        names.aws.s3.delete_object(Bucket=names.bucket, Key=key)
    for kind in ("ingest", "compact", "register"):
        names.aws.sqs.purge_queue(QueueUrl=names.dead_letters[kind])
    for url, attributes in before.items():
        names.aws.sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)


def put(names, key, body):
    names.aws.s3.put_object(Bucket=names.bucket, Key=key, Body=body)


def received(names, url):
    answer = names.aws.sqs.receive_message(QueueUrl=url, VisibilityTimeout=0, WaitTimeSeconds=0)
    return json.dumps(answer["Messages"][0]["Body"]) if answer.get("Messages") else None
