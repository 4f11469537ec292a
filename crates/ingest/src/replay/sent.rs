//! From a line of quarantine back to the message.

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, NaiveTime, Utc};
use domain::{
    DatasetName, Granularity, Partition,
    key::{ParsedKey, QuarantineKey},
    landing::Line,
    quarantine::{Holds, Original, Rejected},
};

use crate::{message::Message, sort::position_of_one};

/// What a rejected line was sent as.
pub(super) struct Sent<'r> {
    id: Cow<'r, str>,
    position: usize,
    sent_at: DateTime<Utc>,
    /// As it was held against at first: how long it has been in quarantine since does not count.
    received_at: DateTime<Utc>,
    dataset: Option<Cow<'r, str>>,
    pub(super) body: Cow<'r, [u8]>,
    holds: Holds,
}

/// Whether it is what `compact` has put aside of a landing object and could not read line by line. To judge it would only
/// replace the reason, which says what it is.
pub(super) fn is_landing_object(rejected: &Rejected) -> bool {
    matches!(rejected.original, Original::Base64(_))
        && matches!(ParsedKey::parse(&rejected.message_id), Ok(ParsedKey::Landing(..)))
}

impl<'r> Sent<'r> {
    pub(super) fn new(rejected: &'r Rejected, object: &QuarantineKey) -> Self {
        let body = match &rejected.original {
            Original::Text(text) => Cow::Borrowed(text.as_bytes()),
            // What is no base64 was put there by a person; it is judged as it is, and stays.
            Original::Base64(text) => {
                STANDARD.decode(text).unwrap_or_else(|_| text.clone().into_bytes()).into()
            }
        };
        if let Some(landed) = Self::landed(rejected) {
            return landed;
        }
        let midnight = object.day.and_time(NaiveTime::MIN).and_utc();
        Self {
            id: Cow::Borrowed(&rejected.message_id),
            position: rejected.position,
            sent_at: rejected.carrier.sent_at.unwrap_or(midnight),
            received_at: rejected.carrier.received_at.unwrap_or(rejected.at),
            dataset: rejected.carrier.dataset_attribute.as_deref().map(Cow::Borrowed),
            body,
            holds: rejected.carrier.holds,
        }
    }

    /// A line that had landed, and that `compact` could not take: its own identity says which message it was of, and
    /// its partition when that was sent.
    fn landed(rejected: &'r Rejected) -> Option<Self> {
        let Ok(ParsedKey::Landing(dataset, partition, _)) = ParsedKey::parse(&rejected.message_id) else {
            return None;
        };
        let Original::Text(text) = &rejected.original else { return None };
        let line = Line::parse(text).ok()?;
        let body = Cow::Borrowed(line.data.get().as_bytes());
        let named = line.id.as_deref().and_then(|id| id.rsplit_once(':'));
        let named = named.and_then(|(id, position)| Some((id.to_owned(), position.parse().ok()?)));
        // With identity columns, or a CloudEvent, the event itself says it.
        // It is not looked into again, either: it landed as one event.
        let (id, position) =
            named.unwrap_or_else(|| (rejected.message_id.clone(), position_of_one(rejected.position)));
        let dataset = Some(Cow::Owned(dataset.as_str().to_owned()));
        let (sent_at, id) = (sent_at(&partition, line.ingested_at), id.into());
        // It had landed, so its time was taken.
        Some(Self { id, position, sent_at, received_at: sent_at, dataset, body, holds: Holds::Event })
    }

    pub(super) fn message<'m>(
        &'m self,
        rejected: &'m Rejected,
        dataset: Option<&'m DatasetName>,
    ) -> Message<'m> {
        // Where the message named none, what it was routed to by its topic is still found by its topic.
        let named = self.dataset.as_deref();
        Message {
            id: &self.id,
            position: self.position,
            sent_at: self.sent_at,
            received_at: self.received_at,
            // Who names the dataset answers for the sender.
            arn: rejected.carrier.arn.as_deref().filter(|_| dataset.is_none()),
            topic: &rejected.carrier.topic,
            dataset: dataset.map(DatasetName::as_str).or(named).or_else(|| self.legacy(rejected)),
            encoding: rejected.carrier.content_encoding.as_deref(),
            trace: rejected.carrier.traceparent,
            body: &self.body,
            holds: self.holds,
            unreadable: None,
        }
    }

    /// Lines of the first version do not say how they were routed, only where to.
    fn legacy<'m>(&self, rejected: &'m Rejected) -> Option<&'m str> {
        let first_version = rejected.carrier.sent_at.is_none();
        rejected.dataset.as_ref().filter(|_| first_version).map(DatasetName::as_str)
    }
}

/// When the message was sent of a line that had landed in this partition. At its end; where that may be far from when it was
/// sent, when the line was ingested, or the nearest moment that the partition has. So the partition is the same again, and
/// the time of an event that was taken once is no further from it than it was.
fn sent_at(partition: &Partition, ingested_at: DateTime<Utc>) -> DateTime<Utc> {
    match partition.granularity() {
        Granularity::Day | Granularity::Hour => partition.end(),
        Granularity::Month | Granularity::None => ingested_at.clamp(partition.begin(), partition.end()),
    }
}
