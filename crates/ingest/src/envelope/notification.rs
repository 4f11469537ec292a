//! What SNS wraps a message in.

use std::ops::Range;

use chrono::DateTime;
use domain::{
    json::{Cursor, Fault, Span},
    value::rfc3339,
};

use super::{
    Parts,
    attributes::Attributes,
    cloud,
    members::{object, string},
    texts::Texts,
};

/// A notification, by its places.
#[derive(Default)]
pub(super) struct Notification {
    kind: Option<Span>,
    id: Option<Span>,
    topic: Option<Span>,
    timestamp: Option<Span>,
    attributes: Attributes,
    /// Among the texts already.
    message: Option<Range<usize>>,
    /// The whole of it.
    range: Range<usize>,
}

/// Takes the object that is next. SNS writes the same names in a queue and to a Lambda.
pub(super) fn read(of: &[u8], cursor: &mut Cursor<'_>, texts: &mut Texts) -> Result<Notification, Fault> {
    let mut found = Notification::default();
    cursor.peek();
    let start = cursor.at();
    object(of, cursor, |name, cursor| {
        match name {
            b"Type" => found.kind = string(cursor)?,
            b"MessageId" => found.id = string(cursor)?,
            b"TopicArn" => found.topic = string(cursor)?,
            b"Message" => match texts.take(of, cursor) {
                Some(message) => found.message = Some(message),
                // Another value, or a string that does not end.
                None => cursor.pass()?,
            },
            b"Timestamp" => found.timestamp = string(cursor)?,
            b"MessageAttributes" if cursor.peek() == Some(b'{') => {
                found.attributes = Attributes::read(of, cursor, b"Value")?;
            }
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    found.range = start..cursor.at();
    Ok(found)
}

/// The message of the notification that a body is; `None` if it is anything else.
pub(super) fn find(body: &[u8], texts: &mut Texts) -> Option<Parts> {
    // Quickly past what somebody sent without SNS.
    let mut look = Cursor::new(body, 0);
    if !look.take(b'{') || !look.string().is_ok_and(|name| NAMES.contains(&name.bare(body))) {
        return None;
    }
    let mark = texts.mark();
    let mut cursor = Cursor::new(body, 0);
    let found = read(body, &mut cursor, texts).ok().filter(|_| cursor.peek().is_none());
    let complete = |found: &Notification| found.kind.is_some() && found.topic.is_some();
    let parts = found.filter(complete).and_then(|found| found.parts(body, texts));
    if parts.is_none() {
        texts.forget(mark);
    }
    parts
}

/// What a notification in a queue may begin with.
const NAMES: [&[u8]; 6] = [b"Type", b"MessageId", b"TopicArn", b"Subject", b"Message", b"Timestamp"];

impl Notification {
    /// The message in it; `None` if what every message has is not there.
    pub(super) fn parts(self, of: &[u8], texts: &mut Texts) -> Option<Parts> {
        let sent_at = rfc3339(self.timestamp?.bare(of))?;
        let sent_at = DateTime::from_timestamp_millis(sent_at)?;
        let body = self.message?;
        let id = texts.string(of, self.id?);
        let topic = self.topic.map(|topic| texts.string(of, topic)).unwrap_or_default();
        let kind = self.kind.as_ref().map_or(&b"Notification"[..], |kind| kind.bare(of));
        if kind != b"Notification" {
            let kind = String::from_utf8_lossy(kind);
            let reason =
                format!("expected an SNS notification, found a {kind:?}, which carries no event").into();
            let body = texts.append(&of[self.range]);
            return Some(Parts { id, sent_at, topic, body, unreadable: Some(reason), ..Parts::default() });
        }
        let mut attributes = self.attributes;
        let cloud = std::mem::take(&mut attributes.cloud);
        let trace = attributes.trace(of);
        let (dataset, encoding) = attributes.texts(of, texts);
        let body = cloud::payload(&cloud, encoding.as_ref(), of, texts, body);
        Some(Parts { id, sent_at, topic, dataset, encoding, trace, body, ..Parts::default() })
    }
}
