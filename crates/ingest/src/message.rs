use std::borrow::Cow;

use chrono::{DateTime, Utc};
use domain::{quarantine::Holds, trace::TraceContext};

/// One message, however it came: what the service needs to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    /// The SNS message id; of a message that SNS did not wrap, the id that SQS gives. A redelivery keeps it.
    pub id: &'a str,
    /// The place of its first event: 0, but for what is replayed.
    pub position: usize,
    /// When it was published, or sent to the queue; a redelivery keeps it.
    pub sent_at: DateTime<Utc>,
    /// When somebody had it whom its sender cannot speak for: SQS, or else the function. What the message says of its
    /// own time is held against this.
    pub received_at: DateTime<Utc>,
    /// The ARN of the topic, or of the queue where the topic is not known: what says whose messages are taken. `None`
    /// where that was decided already: what is replayed, by a person who names the dataset or from a version that did
    /// not keep it.
    pub arn: Option<&'a str>,
    /// The topic's name, the last part of its ARN; the queue's where the topic is not known.
    pub topic: &'a str,
    /// The message attribute `dataset`.
    pub dataset: Option<&'a str>,
    /// The message attribute `content-encoding`.
    pub encoding: Option<&'a str>,
    /// The trace that its sender sent it in: of the message attribute `traceparent`, or else of X-Ray.
    pub trace: Option<TraceContext>,
    /// The payload.
    pub body: &'a [u8],
    /// What the payload is: a message's, but for what is replayed.
    pub holds: Holds,
    /// Why this is no message with a payload. It is kept in quarantine, whole.
    pub unreadable: Option<Cow<'static, str>>,
}
