"""The AWS CLI: publishing, and asking what is there."""

import json
import tempfile
from pathlib import Path

from aws_cli import answer, aws, check_refused
from lake import ACCOUNT, TOPIC, attributes, check, rows, wait_for_rows

SENDER = "aws-cli"
TO_LETTERS = ("--topic-arn", TOPIC, "--message-attributes", json.dumps(attributes("letters")))


def letter(name):
    return json.dumps({"letter_id": f"{SENDER}-{name}", "sender": SENDER, "text": "ä <&>"})


published = answer("sns", "publish", *TO_LETTERS, "--message", letter("one"), "--subject", "A letter")
check("sns publish answers a message id", list(published), ["MessageId"])
shorthand = "dataset={DataType=String,StringValue=letters}"
with tempfile.TemporaryDirectory() as directory:
    (file := Path(directory, "letter.json")).write_text(letter("two"))
    aws("sns", "publish", "--topic-arn", TOPIC, "--message", f"file://{file}", "--message-attributes", shorthand)
entries = [
    {"Id": str(n), "Message": letter(f"batch-{n}"), "MessageAttributes": attributes("letters")} for n in range(9)
]
entries.append({"Id": "bad", "Message": "x", "MessageAttributes": {"a": {"DataType": "Number", "StringValue": "b"}}})
batch = answer("sns", "publish-batch", "--topic-arn", TOPIC, "--publish-batch-request-entries", json.dumps(entries))
check("sns publish-batch answers each", (len(batch["Successful"]), batch["Failed"][0]["Id"]), (9, "bad"))
letters = wait_for_rows(11, "letters", sender=f"eq.{SENDER}")
check("all of them are in the table", {row["text"] for row in letters}, {"ä <&>"})

check_refused("an unknown topic", "NotFound", "sns", "publish", "--topic-arn", f"{TOPIC}-not", "--message", "x")
check_refused("an empty message", "InvalidParameter", "sns", "publish", "--topic-arn", TOPIC, "--message", "")
too_many = json.dumps([{"Id": str(n), "Message": "x"} for n in range(11)])
check_refused("a batch of 11", "TooManyEntriesInBatchRequest",
              "sns", "publish-batch", "--topic-arn", TOPIC, "--publish-batch-request-entries", too_many)
check("what was refused is not in the table", len(rows("letters", sender=f"eq.{SENDER}")), 11)

check("sns list-topics", answer("sns", "list-topics"), {"Topics": [{"TopicArn": TOPIC}]})
about = answer("sns", "get-topic-attributes", "--topic-arn", TOPIC)["Attributes"]
check("sns get-topic-attributes", (about["TopicArn"], about["Owner"]), (TOPIC, ACCOUNT))
subscriptions = answer("sns", "list-subscriptions")["Subscriptions"]
check("sns list-subscriptions", [found["TopicArn"] for found in subscriptions], [TOPIC])
check("sts get-caller-identity", aws("sts", "get-caller-identity", "--query", "Account", "--output", "text").strip(), ACCOUNT)
