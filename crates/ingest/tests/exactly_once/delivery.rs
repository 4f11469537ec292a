//! Lambda events, made of messages.

use serde_json::{Value, json};

use crate::oracle::Message;

const TOPIC: &str = "arn:aws:sns:us-west-2:000000000000:shop";

/// How messages get to the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// SNS through a queue.
    Queue,
    /// SNS through a queue, with raw delivery.
    Raw,
    /// SNS itself, which sends one at a time and knows no part of an event.
    Topic,
}

impl Carrier {
    pub(crate) const ALL: [Self; 3] = [Self::Queue, Self::Raw, Self::Topic];

    /// The most messages of one event.
    pub(crate) fn most(self) -> usize {
        if self == Self::Topic { 1 } else { 9 }
    }
}

/// A message on its way; one that is delivered twice has another name in the queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Delivery {
    pub(crate) message: usize,
    pub(crate) copy: usize,
    pub(crate) carrier: Carrier,
}

impl Delivery {
    /// What the answer calls it. With raw delivery it is all that says which message this is, and stays.
    pub(crate) fn name(&self) -> String {
        match self.carrier {
            Carrier::Raw => Message::id(self.message),
            Carrier::Queue | Carrier::Topic => format!("q-{}-{}", self.message, self.copy),
        }
    }

    fn record(&self, message: &Message) -> Value {
        match self.carrier {
            Carrier::Topic => {
                json!({"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": notification(message)})
            }
            Carrier::Queue => self.queued(message, &notification(message).to_string(), json!({})),
            Carrier::Raw => {
                let attribute = |(name, value)| {
                    let value = json!({"stringValue": value, "dataType": "String"});
                    (String::from(name), value)
                };
                let attributes = message.attributes().map(attribute).collect::<serde_json::Map<_, _>>();
                self.queued(message, &message.body, attributes.into())
            }
        }
    }

    fn queued(&self, message: &Message, body: &str, attributes: Value) -> Value {
        json!({
            "messageId": self.name(),
            "receiptHandle": "AQEB",
            "body": body,
            "attributes": {
                "ApproximateReceiveCount": (self.copy + 1).to_string(),
                "SentTimestamp": message.sent_at.timestamp_millis().to_string(),
            },
            "messageAttributes": attributes,
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-west-2:000000000000:ingest",
        })
    }
}

fn notification(message: &Message) -> Value {
    let attribute = |(name, value)| (String::from(name), json!({"Type": "String", "Value": value}));
    let attributes = message.attributes().map(attribute).collect::<serde_json::Map<_, _>>();
    json!({
        "Type": "Notification",
        "MessageId": message.id,
        "TopicArn": TOPIC,
        "Message": message.body,
        "Timestamp": message.sent_at,
        "MessageAttributes": attributes,
    })
}

/// The text of one invocation.
pub(crate) fn event(batch: &[Delivery], messages: &[Message]) -> String {
    let records: Vec<Value> =
        batch.iter().map(|delivery| delivery.record(&messages[delivery.message])).collect();
    json!({ "Records": records }).to_string()
}
