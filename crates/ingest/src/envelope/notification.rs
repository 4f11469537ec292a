//! What SNS wraps a message in.

use std::ops::Range;

use chrono::DateTime;
use domain::{
    json::{Cursor, Fault, Span},
    value::rfc3339,
};

use super::{
    Parts, bare,
    record::{attributes, object, string},
    unescaped,
};

/// A notification, by its places.
#[derive(Debug, Default)]
pub(super) struct Notification {
    kind: Option<Span>,
    id: Option<Span>,
    topic: Option<Span>,
    message: Option<Span>,
    timestamp: Option<Span>,
    dataset: Option<Span>,
    encoding: Option<Span>,
    /// The whole of it.
    range: Range<usize>,
}

/// Takes the object that is next. SNS writes the same names in a queue and to a Lambda.
pub(super) fn scan(event: &[u8], cursor: &mut Cursor<'_>) -> Result<Notification, Fault> {
    let mut found = Notification::default();
    let start = cursor.at();
    object(event, cursor, |name, cursor| {
        match name {
            b"Type" => found.kind = string(cursor)?,
            b"MessageId" => found.id = string(cursor)?,
            b"TopicArn" => found.topic = string(cursor)?,
            b"Message" => found.message = string(cursor)?,
            b"Timestamp" => found.timestamp = string(cursor)?,
            b"MessageAttributes" if cursor.peek() == Some(b'{') => {
                (found.dataset, found.encoding) = attributes(event, cursor, b"Value")?;
            }
            _ => drop(cursor.value()?),
        }
        Ok(())
    })?;
    found.range = start..cursor.at();
    Ok(found)
}

/// The notification that a text is; `None` if it is anything else.
pub(super) fn find(event: &[u8], body: Range<usize>) -> Option<Notification> {
    let body_end = &event[..body.end];
    let mut cursor = Cursor::new(body_end, body.start);
    // Quickly past what somebody sent without SNS: a notification begins with its type.
    let mut look = Cursor::new(body_end, body.start);
    if !look.take(b'{') || !matches!(look.string(), Ok(name) if NAMES.contains(&bare(event, &name))) {
        return None;
    }
    let found = scan(body_end, &mut cursor).ok()?;
    let nothing_follows = cursor.peek().is_none();
    let complete = found.id.is_some() && found.topic.is_some() && found.message.is_some();
    (nothing_follows && complete && found.kind.is_some() && found.timestamp.is_some()).then_some(found)
}

/// What a notification in a queue may begin with.
const NAMES: [&[u8]; 6] = [b"Type", b"MessageId", b"TopicArn", b"Subject", b"Message", b"Timestamp"];

impl Notification {
    /// The message in it, its escapes undone; `None` if what every message has is not there.
    pub(super) fn settle(self, event: &mut [u8]) -> Option<Parts> {
        let (id, message, timestamp) = (self.id?, self.message?, self.timestamp?);
        let sent_at = std::str::from_utf8(bare(event, &timestamp)).ok().and_then(rfc3339)?;
        let sent_at = DateTime::from_timestamp_millis(sent_at)?;
        let kind = self.kind.as_ref().map_or(&b"Notification"[..], |kind| bare(event, kind));
        if kind != b"Notification" {
            let kind = String::from_utf8_lossy(kind);
            let reason = format!("expected an SNS notification, found a {kind:?}, which carries no event");
            // Whole, as it came: nothing of it was changed yet.
            let topic = self.topic.map(|topic| unescaped(event, topic)).unwrap_or_default();
            let id = unescaped(event, id);
            return Some(Parts {
                id,
                sent_at,
                topic,
                body: self.range,
                unreadable: Some(reason.into()),
                ..Parts::default()
            });
        }
        Some(Parts {
            name: None,
            id: unescaped(event, id),
            sent_at,
            topic: self.topic.map(|topic| unescaped(event, topic)).unwrap_or_default(),
            dataset: self.dataset.map(|dataset| unescaped(event, dataset)),
            encoding: self.encoding.map(|encoding| unescaped(event, encoding)),
            body: unescaped(event, message),
            unreadable: None,
        })
    }
}
