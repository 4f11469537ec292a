//! The Lambda event: records of SNS, or of SQS with what SNS wrapped in them, read where they are.
//!
//! A record is scanned once for the places of what matters. A body's escapes are then undone in place, and so
//! are those of the message in it: no text of an event is copied until it is written to its batch.

mod notification;
mod record;

use std::{borrow::Cow, ops::Range};

use chrono::{DateTime, Utc};
use domain::json::{Cursor, Fault, Span, unescape_in_place};

use crate::message::Message;

/// The messages of an event.
#[derive(Debug)]
pub(crate) struct Batch<'a> {
    pub(crate) messages: Vec<Message<'a>>,
    /// The names that SQS has for them; SNS has no way to name one.
    pub(crate) names: Option<Vec<&'a str>>,
}

/// Why the event is none of SNS or SQS.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unknown {
    #[error("{0}")]
    Syntax(#[from] Fault),
    #[error("found records of {0}")]
    Source(String),
    #[error("found no records")]
    NoRecords,
    #[error("record {0} has no {1}")]
    Incomplete(usize, &'static str),
}

impl<'a> Batch<'a> {
    /// Reads the event, which is UTF-8. The bytes are changed on the way, and mean nothing else afterwards.
    pub(crate) fn read(event: &'a mut [u8]) -> Result<Self, Unknown> {
        let mut parts = Vec::new();
        let mut at = begin(event)?;
        loop {
            let (record, end) = record::scan(event, at)?;
            parts.push(record::settle(event, record, parts.len())?);
            let mut cursor = Cursor::new(event, end);
            if !cursor.take(b',') {
                cursor.expect(b']', "expected \",\" or \"]\" after a record")?;
                break;
            }
            at = cursor.at();
        }
        let event: &'a [u8] = event;
        let names = parts.iter().map(|part| part.name.clone().map(|name| text(event, name))).collect();
        Ok(Self { messages: parts.into_iter().map(|part| part.message(event)).collect(), names })
    }
}

/// Where the first record begins.
fn begin(event: &[u8]) -> Result<usize, Unknown> {
    let mut cursor = Cursor::new(event, 0);
    if !cursor.take(b'{') {
        return Err(Unknown::NoRecords);
    }
    while cursor.peek() == Some(b'"') {
        let name = cursor.string()?;
        cursor.expect(b':', "expected \":\" after a name")?;
        if bare(event, &name) == b"Records" && cursor.take(b'[') {
            return if cursor.peek() == Some(b']') { Err(Unknown::NoRecords) } else { Ok(cursor.at()) };
        }
        cursor.value()?;
        cursor.take(b',');
    }
    Err(Unknown::NoRecords)
}

/// A message, by the places of its parts. What is not there is an empty place.
#[derive(Debug, Default)]
struct Parts {
    name: Option<Range<usize>>,
    id: Range<usize>,
    sent_at: DateTime<Utc>,
    topic: Range<usize>,
    dataset: Option<Range<usize>>,
    encoding: Option<Range<usize>>,
    body: Range<usize>,
    unreadable: Option<Cow<'static, str>>,
}

impl Parts {
    fn message(self, event: &[u8]) -> Message<'_> {
        Message {
            id: text(event, self.id),
            position: 0,
            sent_at: self.sent_at,
            topic: last_part(text(event, self.topic)),
            dataset: self.dataset.map(|range| text(event, range)),
            encoding: self.encoding.map(|range| text(event, range)),
            body: event.get(self.body).unwrap_or_default(),
            unreadable: self.unreadable,
        }
    }
}

/// An ARN's last part: the name of a topic or a queue.
fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

/// The event was UTF-8, and undoing escapes leaves it so.
fn text(event: &[u8], range: Range<usize>) -> &str {
    event.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What stands between a string's quotes, escapes and all; of another value nothing.
fn bare<'e>(event: &'e [u8], span: &Span) -> &'e [u8] {
    event[span.range.clone()]
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""))
        .unwrap_or_default()
}

/// Where the characters of a string are, its escapes undone.
fn unescaped(event: &mut [u8], Span { range, escaped }: Span) -> Range<usize> {
    let (start, end) = (range.start + 1, range.end - 1);
    let length = if escaped { unescape_in_place(&mut event[start..end]) } else { end - start };
    start..start + length
}

#[cfg(test)]
mod tests;
