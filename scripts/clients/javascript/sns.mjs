// The AWS SDK for JavaScript: publishing.

import { GetTopicAttributesCommand, PublishBatchCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { LAKE, check, fail, refused } from "./lake.mjs";

const sns = new SNSClient();
const SENDER = "javascript";
const TopicArn = LAKE.topic;
const MessageAttributes = {
  dataset: { DataType: "String", StringValue: "letters" },
  bytes: { DataType: "Binary", BinaryValue: Uint8Array.of(0, 255) },
};
const letter = (n) => JSON.stringify({ letter_id: `${SENDER}-${n}`, sender: SENDER, text: "ä <&>" });
const entry = (n) => ({ Id: `${n}`, Message: letter(n), MessageAttributes });
const batch = (entries) => sns.send(new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));

async function letters() {
  const answer = await fetch(`${LAKE.http}/v1/datasets/letters/rows?sender=eq.${SENDER}`);
  return (await answer.json()).length;
}

const published = await batch(Array.from({ length: 10 }, (_, n) => entry(n)));
check("a batch is published", published.Successful.map(({ Id }) => Id), Array.from({ length: 10 }, (_, n) => `${n}`));
const one = await sns.send(new PublishCommand({ TopicArn, Message: letter("one"), MessageAttributes }));
check("a message has an id", one.MessageId.length, 36);
const deadline = Date.now() + 60_000;
while ((await letters()) < 11) {
  if (Date.now() > deadline) fail("rows become visible in 60 s", await letters(), 11);
  await new Promise((wake) => setTimeout(wake, 50));
}
check("all of them are in the table", await letters(), 11);

const Message = letter("refused");
await refused("an unknown topic", "NotFoundException", () =>
  sns.send(new PublishCommand({ TopicArn: `${TopicArn}-not`, Message })));
await refused("an empty message", "InvalidParameterException", () =>
  sns.send(new PublishCommand({ TopicArn, Message: "" })));
await refused("a batch of 11", "TooManyEntriesInBatchRequestException", () =>
  batch(Array.from({ length: 11 }, (_, n) => entry(`refused-${n}`))));
check("what was refused is not in the table", await letters(), 11);

const about = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
check("a topic has attributes", about.Attributes.TopicArn, TopicArn);
const me = await new STSClient().send(new GetCallerIdentityCommand());
check("STS says whose account it is", me.Account, TopicArn.split(":")[4]);
