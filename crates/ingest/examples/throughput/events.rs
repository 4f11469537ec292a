//! Lambda events as SQS makes them of what SNS delivered, field by field and in their real lengths. The same seed
//! makes the same bytes.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    orders,
    random::{Random, quoted},
};

/// What a Lambda invocation may carry.
const INVOCATION: usize = 6 << 20;

/// What an event holds, and how much of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Also the name of its file.
    pub(crate) name: &'static str,
    /// At most so many messages; less if the invocation is full before.
    messages: usize,
    /// Events of one message; more than one are an array.
    packed: usize,
    /// Whether each message has an attribute `traceparent`.
    traced: bool,
}

pub(crate) const SHAPES: [Shape; 5] = [
    Shape { name: "10-messages", messages: 10, packed: 1, traced: false },
    Shape { name: "1000-messages", messages: 1_000, packed: 1, traced: false },
    Shape { name: "1000-traced", messages: 1_000, packed: 1, traced: true },
    Shape { name: "6MB-messages", messages: usize::MAX, packed: 1, traced: false },
    Shape { name: "6MB-packed-100", messages: usize::MAX, packed: 100, traced: false },
];

/// An event, and what its senders put into it.
#[derive(Debug)]
pub(crate) struct Generated {
    pub(crate) event: Vec<u8>,
    pub(crate) events: usize,
    pub(crate) payload_bytes: usize,
}

impl Shape {
    pub(crate) fn generate(self, now: DateTime<Utc>) -> Generated {
        let mut random = Random::new(self.packed as u64);
        let mut event = br#"{"Records":["#.to_vec();
        let (mut messages, mut payload_bytes) = (0, 0);
        while messages < self.messages {
            let payload = payload(&mut random, now, self.packed, messages * self.packed);
            let record = record(&mut random, now, &payload, self.traced);
            if event.len() + record.len() + b",]}".len() > INVOCATION {
                break;
            }
            if messages > 0 {
                event.push(b',');
            }
            event.extend_from_slice(record.as_bytes());
            messages += 1;
            payload_bytes += payload.len();
        }
        event.extend_from_slice(b"]}");
        Generated { event, events: messages * self.packed, payload_bytes }
    }
}

fn payload(random: &mut Random, now: DateTime<Utc>, packed: usize, first: usize) -> String {
    let events: Vec<String> =
        (first..first + packed).map(|index| orders::event(random, now, index)).collect();
    if packed == 1 { events.concat() } else { format!("[{}]", events.join(",")) }
}

/// One record, compact, as Lambda gets it.
fn record(random: &mut Random, now: DateTime<Utc>, payload: &str, traced: bool) -> String {
    let sent = now - TimeDelta::milliseconds(random.below(2_000));
    let body = notification(random, sent, payload, traced);
    let millis = sent.timestamp_millis();
    let attributes = format!(
        r#"{{"ApproximateReceiveCount":"1","SentTimestamp":"{}","SenderId":"AIDA3MFUCNIDZJOK6YB2Y","ApproximateFirstReceiveTimestamp":"{}"}}"#,
        millis + 40,
        millis + 55
    );
    let fields = [
        ("messageId", quoted(&random.uuid())),
        ("receiptHandle", quoted(&format!("AQEB{}", random.base64(304)))),
        ("body", quoted(&body)),
        ("attributes", attributes),
        ("messageAttributes", "{}".to_owned()),
        ("md5OfBody", quoted(&random.hex(32))),
        ("eventSource", quoted("aws:sqs")),
        ("eventSourceARN", quoted("arn:aws:sqs:us-west-2:000000000000:tributary-ingest")),
        ("awsRegion", quoted("us-west-2")),
    ];
    let fields: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", fields.join(","))
}

/// What SNS wraps a message in, with its own line breaks and spaces.
fn notification(random: &mut Random, sent: DateTime<Utc>, payload: &str, traced: bool) -> String {
    let (id, signature, certificate) = (random.uuid(), random.base64(342), random.hex(32));
    let sent = sent.to_rfc3339_opts(SecondsFormat::Millis, true);
    let (message, subscription) = (quoted(payload), random.uuid());
    let trace = match traced {
        true => {
            let traceparent = format!("00-{}-{}-01", random.hex(32), random.hex(16));
            format!(",\n    \"traceparent\" : {{\"Type\":\"String\",\"Value\":\"{traceparent}\"}}")
        }
        false => String::new(),
    };
    format!(
        r#"{{
  "Type" : "Notification",
  "MessageId" : "{id}",
  "TopicArn" : "arn:aws:sns:us-west-2:000000000000:tributary",
  "Message" : {message},
  "Timestamp" : "{sent}",
  "SignatureVersion" : "1",
  "Signature" : "{signature}==",
  "SigningCertURL" : "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{certificate}.pem",
  "UnsubscribeURL" : "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-west-2:000000000000:tributary:{subscription}",
  "MessageAttributes" : {{
    "dataset" : {{"Type":"String","Value":"orders"}}{trace}
  }}
}}"#
    )
}
