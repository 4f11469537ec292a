//! One line of a quarantine batch: what was refused, and why, for a person to work with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{name::DatasetName, trace::TraceContext};

/// The longest line that a reader of quarantine objects has to take, in bytes without its end: a few KB of zstd can hold
/// one of many GB. `ingest` writes none that is longer: a message has at most 256 MiB unpacked (`TRIBUTARY_MAX_UNPACKED`;
/// 16 MiB by default), and no usual text is twice as long in JSON.
pub const MAX_LINE: usize = 512 << 20;

/// A refused event. Nothing of it is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The message that carried it, or the landing object it was found in.
    pub message_id: String,
    /// Its place there, from 0.
    pub position: usize,
    /// The dataset, if it is known.
    pub dataset: Option<DatasetName>,
    /// Why, for a person.
    pub reason: String,
    /// When it was refused.
    pub at: DateTime<Utc>,
    /// What a replay has to know of the message; older lines lack it.
    #[serde(flatten)]
    pub carrier: Carrier,
    /// The original text.
    #[serde(flatten)]
    pub original: Original,
}

/// The message that carried a refused event, as far as its way depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carrier {
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// When SQS, or else the function, had it: what its own time was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime<Utc>>,
    /// The topic's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// The topic's ARN, or the queue's where the topic is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Whether it was refused for where it came from.
    #[serde(default, skip_serializing_if = "is_false")]
    pub untrusted: bool,
    /// The message attribute `dataset`, whatever it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset_attribute: Option<String>,
    /// The message attribute `content-encoding`, if the original is the message as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_encoding: Option<String>,
    /// The trace that it was sent in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<TraceContext>,
    /// How the original is to be read.
    #[serde(default, skip_serializing_if = "Holds::is_message")]
    pub holds: Holds,
}

/// serde hands over references.
fn is_false(value: &bool) -> bool {
    !*value
}

/// What kind of reason an event was refused for. The reason itself is for a person, and has what the sender wrote in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What is around the message cannot be read, or its names are too long.
    Envelope,
    /// The topic may not publish it.
    Topic,
    /// The message says that it is of a time that it cannot be of.
    MessageTime,
    /// The message cannot be unpacked.
    Encoding,
    /// The payload is not what it must be: not JSON, or too many events.
    Payload,
    /// No dataset is known for it.
    Dataset,
    /// It is no event: no object, no valid CloudEvent, or of a year without partitions.
    Object,
    /// A column has a value of another type.
    Type,
    /// A required column has no value.
    Missing,
    /// The event's time is outside of what the settings allow.
    EventTime,
    /// There are more partitions than the settings allow.
    Partitions,
    /// A replay looked at it, and it stays as it was.
    Replayed,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Envelope,
        Self::Topic,
        Self::MessageTime,
        Self::Encoding,
        Self::Payload,
        Self::Dataset,
        Self::Object,
        Self::Type,
        Self::Missing,
        Self::EventTime,
        Self::Partitions,
        Self::Replayed,
    ];

    /// Its name: the value of the label `reason`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Topic => "topic",
            Self::MessageTime => "message_time",
            Self::Encoding => "encoding",
            Self::Payload => "payload",
            Self::Dataset => "dataset",
            Self::Object => "object",
            Self::Type => "type",
            Self::Missing => "missing",
            Self::EventTime => "event_time",
            Self::Partitions => "partitions",
            Self::Replayed => "replayed",
        }
    }
}

/// What an original is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// A message's payload, or what follows in it: it may hold any number of events.
    #[default]
    Message,
    /// One event, or what should have been one. The positions after it are others'.
    Event,
    /// What follows in an array, without the bracket that began it.
    Rest,
    /// What is around a message: it holds no event.
    Envelope,
}

impl Holds {
    fn is_message(&self) -> bool {
        *self == Self::Message
    }
}

/// The original, readable where it can be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Original {
    /// As it came.
    #[serde(rename = "text")]
    Text(String),
    /// Not UTF-8: its bytes in base64.
    #[serde(rename = "base64")]
    Base64(String),
}

impl Original {
    /// The text, or the base64.
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) | Self::Base64(text) => text.as_bytes(),
        }
    }
}

impl Rejected {
    /// Appends the line and its line break.
    #[allow(clippy::expect_used, reason = "see the comment")]
    pub fn write(&self, out: &mut Vec<u8>) {
        // Memory takes all that is written, and nothing in here is a map whose keys are no strings: the two things
        // that this fails for.
        serde_json::to_writer(&mut *out, self).expect("texts, numbers and times are JSON");
        out.push(b'\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_round_trips() {
        for original in [Original::Text("{\"a\":\n1".into()), Original::Base64("/w==".into())] {
            let rejected = Rejected {
                message_id: "m".into(),
                position: 3,
                dataset: DatasetName::new("d").ok(),
                reason: "column price: expected double, found \"abc\"".into(),
                at: "2026-11-23T10:05:00Z".parse().unwrap(),
                carrier: Carrier { topic: "t".into(), ..Carrier::default() },
                original,
            };
            let mut line = Vec::new();
            rejected.write(&mut line);
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            assert_eq!(serde_json::from_slice::<Rejected>(&line).unwrap(), rejected);
        }
    }

    #[test]
    fn lines_of_the_first_version_are_read() {
        let line = r#"{"message_id":"m","position":0,"dataset":null,"reason":"r","at":"2026-11-23T10:05:00Z","text":"x"}"#;
        let rejected: Rejected = serde_json::from_str(line).unwrap();
        assert_eq!((rejected.carrier, rejected.original), (Carrier::default(), Original::Text("x".into())));
    }
}
