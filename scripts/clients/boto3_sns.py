"""boto3 and SNS: publishing, what is refused, and what a topic says of itself."""

import json
import uuid

import boto3

from lake import TOPIC, attributes, check, refused, rows, wait_for_rows

sns = boto3.client("sns")
SENDER = "boto3"
LIMIT_BYTES = 256 * 1024


def letter(name, **fields):
    return json.dumps({"letter_id": f"{SENDER}-{name}", "sender": SENDER, **fields}, ensure_ascii=False)


def entry(name, **fields):
    return {"Id": name, "Message": letter(name, **fields), "MessageAttributes": attributes("letters")}


def published(count):
    return [row["letter_id"] for row in wait_for_rows(count, "letters", sender=f"eq.{SENDER}")]


every_type = {
    **attributes("letters"),
    "number": {"DataType": "Number", "StringValue": "1.50"},
    "list": {"DataType": "String.Array", "StringValue": '["a", 1, true, null]'},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}
answer = sns.publish(TopicArn=TOPIC, Message=letter("one", text="ä <&> \U0001f41f"), MessageAttributes=every_type)
check("a message id is a UUID", str(uuid.UUID(answer["MessageId"])), answer["MessageId"])

wrong = {"number": {"DataType": "Number", "StringValue": "many"}, **attributes("letters")}
answer = sns.publish_batch(
    TopicArn=TOPIC,
    PublishBatchRequestEntries=[entry("two"), {**entry("not"), "MessageAttributes": wrong}, entry("three")],
)
check("a batch's good entries are published", [good["Id"] for good in answer["Successful"]], ["two", "three"])
failed = [(bad["Id"], bad["Code"], bad["SenderFault"]) for bad in answer["Failed"]]
check("its bad one is named", failed, [("not", "ParameterValueInvalid", True)])

# The attribute counts: its name, its type and its value.
room = LIMIT_BYTES - len("dataset" + "String" + "letters")
frame = len(letter("largest", text="").encode())
largest = letter("largest", text="x" * (room - frame))
sns.publish(TopicArn=TOPIC, Message=largest, MessageAttributes=attributes("letters"))
check("what was published is in the table", published(4), [f"boto3-{name}" for name in ("largest", "one", "three", "two")])
text = [row["text"] for row in rows("letters", letter_id="eq.boto3-one")]
check("text comes out as it went in", text, ["ä <&> \U0001f41f"])

# A CloudEvent in binary mode: its attributes are the message's, and its data is the message.
cloud_event = {"specversion": "1.0", "id": "7", "source": "/letters", "type": "com.example.letter.written"}
binary = {f"ce-{name}": {"DataType": "String", "StringValue": value} for name, value in cloud_event.items()}
sns.publish(TopicArn=TOPIC, Message=letter("zz-binary"), MessageAttributes={**attributes("letters"), **binary})
published(5)
extra = rows("letters", letter_id="eq.boto3-zz-binary", select="_extra")
check("a CloudEvent in binary mode has its attributes", json.loads(extra[0]["_extra"]), cloud_event)

errors = sns.exceptions
publish = {"Message": letter("refused"), "MessageAttributes": attributes("letters")}
refused("an unknown topic is NotFoundException", errors.NotFoundException,
        sns.publish, TopicArn=f"{TOPIC}-not", **publish)
refused("no ARN is InvalidParameterException", errors.InvalidParameterException,
        sns.publish, TopicArn="topic", **publish)
refused("a byte over 256 KiB is InvalidParameterException", errors.InvalidParameterException,
        sns.publish, TopicArn=TOPIC, Message=largest + " ", MessageAttributes=attributes("letters"))
refused("an empty message is InvalidParameterException", errors.InvalidParameterException,
        sns.publish, TopicArn=TOPIC, Message="")
refused("a wrong attribute is InvalidParameterValueException", errors.InvalidParameterValueException,
        sns.publish, TopicArn=TOPIC, Message=letter("refused"), MessageAttributes=wrong)
batch = {"TopicArn": TOPIC}
refused("11 entries are TooManyEntriesInBatchRequestException", errors.TooManyEntriesInBatchRequestException,
        sns.publish_batch, **batch, PublishBatchRequestEntries=[entry(f"refused-{n}") for n in range(11)])
refused("no entries are EmptyBatchRequestException", errors.EmptyBatchRequestException,
        sns.publish_batch, **batch, PublishBatchRequestEntries=[])
refused("an id twice is BatchEntryIdsNotDistinctException", errors.BatchEntryIdsNotDistinctException,
        sns.publish_batch, **batch, PublishBatchRequestEntries=[entry("refused"), entry("refused")])
refused("a bad id is InvalidBatchEntryIdException", errors.InvalidBatchEntryIdException,
        sns.publish_batch, **batch, PublishBatchRequestEntries=[{**entry("refused"), "Id": "a b"}])
half = "x" * (LIMIT_BYTES // 2)
refused("a batch over 256 KiB is BatchRequestTooLongException", errors.BatchRequestTooLongException,
        sns.publish_batch, **batch, PublishBatchRequestEntries=[entry("refused-1", text=half), entry("refused-2", text=half)])
sns.publish(TopicArn=TOPIC, Message=letter("zzz-last"), MessageAttributes=attributes("letters"))
check("nothing of what was refused is in the table", published(6),
      [f"boto3-{name}" for name in ("largest", "one", "three", "two", "zz-binary", "zzz-last")])

topics = [topic["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for topic in page["Topics"]]
check("topics are listed", topics, [TOPIC])
about = sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]
check("a topic has attributes", (about["TopicArn"], about["SubscriptionsConfirmed"]), (TOPIC, "1"))
check("and no tags, as Terraform asks", sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"], [])
pages = sns.get_paginator("list_subscriptions").paginate()
subscriptions = [subscription for page in pages for subscription in page["Subscriptions"]]
check("the lake's subscription is listed", [found["TopicArn"] for found in subscriptions], [TOPIC])
pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=TOPIC)
check("and by its topic", [found for page in pages for found in page["Subscriptions"]], subscriptions)
about = sns.get_subscription_attributes(SubscriptionArn=subscriptions[0]["SubscriptionArn"])["Attributes"]
check("a subscription has attributes", (about["TopicArn"], about["Endpoint"]), (TOPIC, subscriptions[0]["Endpoint"]))
refused("an unknown subscription is NotFoundException", errors.NotFoundException,
        sns.get_subscription_attributes, SubscriptionArn=subscriptions[0]["SubscriptionArn"][:-1])

sts = boto3.client("sts").get_caller_identity()
check("STS says whose account it is", sts["Account"], TOPIC.split(":")[4])
