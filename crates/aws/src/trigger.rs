//! What set a Lambda off: S3 notifications (through SQS or straight), the schedule, or a person.

use aws_lambda_events::{
    s3::S3Event,
    sqs::{SqsBatchResponse, SqsEvent},
};
use domain::{
    DatasetName, Partition,
    key::{ParsedKey, UnknownKey},
};
use serde::Deserialize;
use serde_json::Value;

use crate::s3::decode;

/// A parsed Lambda event.
#[derive(Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Objects were created.
    Notifications(Vec<Notification>),
    /// The time has come for a sweep over everything.
    Schedule,
    /// Somebody asks for one partition.
    Direct(DatasetName, Partition),
    /// The time has come for a vacuum: of this partition, or of all of them.
    Vacuum(Option<(DatasetName, Partition)>),
}

/// Notifications that succeed or fail together: one SQS message, or one event that came straight from S3.
#[derive(Debug, PartialEq, Eq)]
pub struct Notification {
    /// The SQS message, to be named if it fails; `None` if it came straight.
    pub message_id: Option<String>,
    /// What the keys mean; or why the message cannot be used, which fails it towards the dead-letter queue.
    pub keys: Result<Vec<ParsedKey>, Unusable>,
}

/// A message that is no S3 notification, or names an object that is none of the lake's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not a notification.
    #[error("the message is not an S3 event notification: {0}")]
    NotANotification(String),
    /// A key that is not UTF-8 after decoding.
    #[error("the object key {0:?} is not URL-encoded UTF-8")]
    Encoding(String),
    /// A stranger's key: the notification's filter lets too much through.
    #[error(transparent)]
    Key(#[from] UnknownKey),
}

/// The Lambda event is none of those that this function handles.
#[derive(Debug, thiserror::Error)]
#[error(
    "unknown event: expected S3 notifications (straight or through SQS), an EventBridge schedule, \
     {{\"dataset\":\"…\",\"partition\":\"dt=YYYY-MM-DD\"}} or {{\"vacuum\":{{}}}}; {reason}"
)]
pub struct UnknownEvent {
    reason: String,
}

impl UnknownEvent {
    fn new(reason: impl ToString) -> Self {
        Self { reason: reason.to_string() }
    }
}

impl Trigger {
    /// Reads a Lambda event.
    pub fn parse(event: Value) -> Result<Self, UnknownEvent> {
        if event.get("vacuum").is_some() {
            let VacuumEvent { vacuum } = serde_json::from_value(event).map_err(UnknownEvent::new)?;
            return match vacuum {
                OfWhat { dataset: None, partition: None } => Ok(Self::Vacuum(None)),
                OfWhat { dataset: Some(dataset), partition: Some(partition) } => {
                    Ok(Self::Vacuum(Some((dataset, partition))))
                }
                OfWhat { .. } => Err(UnknownEvent::new(
                    "a vacuum is of everything, or of one partition with its dataset and partition",
                )),
            };
        }
        if event.get("dataset").is_some() {
            let Direct { dataset, partition } = serde_json::from_value(event).map_err(UnknownEvent::new)?;
            return Ok(Self::Direct(dataset, partition));
        }
        let source = event.get("source").and_then(Value::as_str);
        if matches!(source, Some("aws.events" | "aws.scheduler")) {
            return Ok(Self::Schedule);
        }
        if is_test_event(&event) {
            return Ok(Self::Notifications(Vec::new()));
        }
        let first = event.pointer("/Records/0/eventSource").and_then(Value::as_str).map(str::to_owned);
        match first.as_deref() {
            Some("aws:sqs") => {
                let queue: SqsEvent = serde_json::from_value(event).map_err(UnknownEvent::new)?;
                let notifications = queue.records.into_iter().map(|message| {
                    let body = message.body.unwrap_or_default();
                    Notification { message_id: message.message_id, keys: keys_of_text(&body) }
                });
                Ok(Self::Notifications(notifications.collect()))
            }
            Some("aws:s3") => {
                Ok(Self::Notifications(vec![Notification { message_id: None, keys: keys(event) }]))
            }
            Some(other) => Err(UnknownEvent::new(format!("found records of {other}"))),
            None => Err(UnknownEvent::new("found neither records, nor a source, nor a dataset")),
        }
    }
}

/// The answer to SQS that these messages have failed and only these.
pub fn failures(message_ids: impl IntoIterator<Item = String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.set_failures(message_ids);
    response
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Direct {
    dataset: DatasetName,
    partition: Partition,
}

/// The constant input of a schedule that EventBridge has for the vacuum.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VacuumEvent {
    vacuum: OfWhat,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfWhat {
    dataset: Option<DatasetName>,
    partition: Option<Partition>,
}

fn keys_of_text(body: &str) -> Result<Vec<ParsedKey>, Unusable> {
    let event: Value =
        serde_json::from_str(body).map_err(|error| Unusable::NotANotification(error.to_string()))?;
    if is_test_event(&event) { Ok(Vec::new()) } else { keys(event) }
}

/// S3 sends one of these when notifications are configured.
fn is_test_event(event: &Value) -> bool {
    event.get("Event").and_then(Value::as_str) == Some("s3:TestEvent")
}

fn keys(event: Value) -> Result<Vec<ParsedKey>, Unusable> {
    let event: S3Event =
        serde_json::from_value(event).map_err(|error| Unusable::NotANotification(error.to_string()))?;
    event
        .records
        .into_iter()
        .map(|record| {
            let encoded = record.s3.object.key.unwrap_or_default();
            let key = decode(&encoded).map_err(|_| Unusable::Encoding(encoded))?;
            Ok(ParsedKey::parse(&key)?)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn notification(key: &str) -> Value {
        json!({"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "us-west-2",
            "eventTime": "2026-11-23T10:05:00.000Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "x"}, "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {}, "s3": {"s3SchemaVersion": "1.0", "configurationId": "x",
            "bucket": {"name": "tributary", "ownerIdentity": {"principalId": "x"}, "arn": "arn:aws:s3:::tributary"},
            "object": {"key": key, "size": 1, "eTag": "x", "sequencer": "1"}}}]})
    }

    fn through_sqs(bodies: &[String]) -> Value {
        let records: Vec<Value> = bodies
            .iter()
            .enumerate()
            .map(|(n, body)| json!({"messageId": format!("m{n}"), "eventSource": "aws:sqs", "body": body}))
            .collect();
        json!({"Records": records})
    }

    #[test]
    fn encoded_keys_are_decoded() {
        let encoded = "commits/bookings/dt%3D2026-11-23/hour%3D10/0000000042.json";
        let Trigger::Notifications(found) = Trigger::parse(notification(encoded)).unwrap() else { panic!() };
        let [ParsedKey::Commit(dataset, partition, generation)] = &found[0].keys.as_ref().unwrap()[..] else {
            panic!("{found:?}")
        };
        assert_eq!(dataset.as_str(), "bookings");
        assert_eq!(partition.to_string(), "dt=2026-11-23/hour=10");
        assert_eq!(generation.number(), 42);
    }

    #[test]
    fn a_bad_message_does_not_spoil_its_neighbours() {
        let good = notification("datasets/bookings.json").to_string();
        let event = through_sqs(&[good, "hello".into(), notification("etc/passwd").to_string()]);
        let Trigger::Notifications(found) = Trigger::parse(event).unwrap() else { panic!() };
        assert!(found[0].keys.is_ok());
        assert!(matches!(found[1].keys, Err(Unusable::NotANotification(_))));
        assert!(matches!(found[2].keys, Err(Unusable::Key(_))));
        assert_eq!(found[2].message_id.as_deref(), Some("m2"));
    }

    #[test]
    fn schedules_tests_and_people() {
        let schedule = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        assert_eq!(Trigger::parse(schedule).unwrap(), Trigger::Schedule);
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "tributary"});
        assert_eq!(Trigger::parse(test).unwrap(), Trigger::Notifications(Vec::new()));
        let direct = json!({"dataset": "bookings", "partition": "dt=2026-11-23"});
        assert!(matches!(Trigger::parse(direct).unwrap(), Trigger::Direct(..)));
        assert_eq!(Trigger::parse(json!({"vacuum": {}})).unwrap(), Trigger::Vacuum(None));
        let one = json!({"vacuum": {"dataset": "bookings", "partition": "dt=2026-11-23"}});
        assert!(matches!(Trigger::parse(one).unwrap(), Trigger::Vacuum(Some(_))));
    }

    #[test]
    fn what_is_none_of_them_says_what_would_be() {
        for event in [
            json!({}),
            json!("x"),
            json!(null),
            json!({"Records": []}),
            json!({"Records": [{"eventSource": "aws:kinesis"}]}),
            json!({"dataset": "Bookings", "partition": "dt=2026-11-23"}),
            json!({"dataset": "bookings", "partition": "yesterday"}),
            json!({"vacuum": null}),
            json!({"vacuum": true}),
            json!({"vacuum": {"dataset": "bookings"}}),
            json!({"vacuum": {"partition": "dt=2026-11-23"}}),
            json!({"vacuum": {"retention": "1h"}}),
            json!({"vacuum": {}, "dataset": "bookings"}),
        ] {
            let message = Trigger::parse(event).unwrap_err().to_string();
            assert!(message.contains("EventBridge schedule"), "{message}");
        }
    }
}
