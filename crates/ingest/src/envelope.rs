//! The Lambda event: records of SNS, or of SQS with what SNS wrapped in them.
//!
//! Of each message only what the service needs is kept, in one buffer for all. A body is unescaped while its end is
//! looked for, and so is the message in it: no text is gone over twice for the same thing.

mod attributes;
mod cloud;
mod destination;
mod escaped;
mod members;
mod notification;
mod record;
mod texts;

use std::{borrow::Cow, fmt, ops::Range};

use chrono::{DateTime, Utc};
use domain::{
    event::{MESSAGE_AHEAD, MESSAGE_BEHIND},
    json::{Cursor, Fault},
    quarantine::Holds,
    trace::TraceContext,
};

use crate::message::Message;
use texts::Texts;

/// The messages of a Lambda event, or why it is none of SNS or SQS.
///
/// Any text can be read, so that what the function does not handle gets an answer of its own.
pub struct Event(Result<Batch, UnknownEvent>);

/// The messages of an event of SNS or SQS.
pub(crate) struct Batch {
    texts: Texts,
    parts: Vec<Parts>,
}

/// The event is none of SNS or SQS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UnknownEvent {
    #[error("{0}")]
    Syntax(#[from] Fault),
    #[error("found records of {0}")]
    Source(String),
    #[error("found no records")]
    NoRecords,
    #[error("record {0} has no {1}")]
    Incomplete(usize, &'static str),
    #[error("expected UTF-8")]
    Encoding,
}

impl Event {
    /// Reads the event's text.
    pub fn read(event: &str) -> Self {
        Self::from_body(event.as_bytes())
    }

    /// Reads the body of an invocation.
    pub fn from_body(body: &[u8]) -> Self {
        Self(Batch::read(body))
    }

    pub(crate) fn batch(&self) -> Result<&Batch, &UnknownEvent> {
        self.0.as_ref()
    }
}

impl fmt::Debug for Event {
    /// Without payloads: they do not belong into a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ok(batch) => f.debug_struct("Event").field("messages", &batch.parts.len()).finish(),
            Err(unknown) => f.debug_tuple("Event").field(unknown).finish(),
        }
    }
}

impl Batch {
    fn read(event: &[u8]) -> Result<Self, UnknownEvent> {
        let mut batch = Self { texts: Texts::of(event.len()), parts: Vec::with_capacity(16) };
        let mut body = Vec::new();
        let mut cursor = begin(event)?;
        loop {
            let index = batch.parts.len();
            batch.parts.push(record::read(event, &mut cursor, &mut batch.texts, &mut body, index)?);
            if !cursor.take(b',') {
                cursor.expect(b']', "expected \",\" or \"]\" after a record")?;
                batch.texts.end();
                return Ok(batch);
            }
        }
    }

    /// The messages. What is not UTF-8 is no JSON either; of the event's bytes those are looked at that are kept.
    /// `now` is when the function got the event.
    pub(crate) fn messages(&self, now: DateTime<Utc>) -> Result<Vec<Message<'_>>, UnknownEvent> {
        let texts = self.texts.text().map_err(|_| UnknownEvent::Encoding)?;
        self.parts.iter().map(|parts| parts.message(texts, now).ok_or(UnknownEvent::Encoding)).collect()
    }

    /// Whether every message can be named.
    pub(crate) fn has_names(&self) -> bool {
        self.parts.iter().all(|parts| parts.name.is_some())
    }

    /// The name that SQS has for a message; SNS has no way to name one.
    pub(crate) fn name(&self, index: usize) -> Option<&str> {
        let name = self.parts[index].name.clone()?;
        self.texts.text_at(name)
    }
}

/// Where the first record begins.
fn begin(event: &[u8]) -> Result<Cursor<'_>, UnknownEvent> {
    let mut cursor = Cursor::new(event, 0);
    if !cursor.take(b'{') {
        return Err(UnknownEvent::NoRecords);
    }
    while cursor.peek() == Some(b'"') {
        let name = cursor.string()?;
        cursor.expect(b':', "expected \":\" after a name")?;
        if name.bare(event) == b"Records" && cursor.take(b'[') {
            return if cursor.peek() == Some(b']') { Err(UnknownEvent::NoRecords) } else { Ok(cursor) };
        }
        cursor.value()?;
        cursor.take(b',');
    }
    Err(UnknownEvent::NoRecords)
}

/// A message, by the places of its parts among the texts. What is not there is an empty place.
#[derive(Debug, Default)]
struct Parts {
    name: Option<Range<usize>>,
    id: Range<usize>,
    sent_at: DateTime<Utc>,
    /// What SQS says, of a message that says its own time.
    queued_at: Option<DateTime<Utc>>,
    topic: Range<usize>,
    dataset: Option<Range<usize>>,
    encoding: Option<Range<usize>>,
    trace: Option<TraceContext>,
    body: Range<usize>,
    unreadable: Option<Cow<'static, str>>,
}

impl Parts {
    /// `None` if a part begins or ends within a character: then it is no text of its own.
    fn message<'t>(&self, texts: &'t str, now: DateTime<Utc>) -> Option<Message<'t>> {
        let text = |range: &Range<usize>| texts.get(range.clone());
        let optional = |range: &Option<Range<usize>>| match range {
            Some(range) => text(range).map(Some),
            None => Some(None),
        };
        Some(Message {
            id: text(&self.id)?,
            position: 0,
            holds: Holds::Message,
            sent_at: self.sent_at,
            received_at: self.queued_at.filter(|at| is_queued(*at, now)).unwrap_or(now),
            arn: Some(text(&self.topic)?),
            topic: last_part(text(&self.topic)?),
            dataset: optional(&self.dataset)?,
            encoding: optional(&self.encoding)?,
            trace: self.trace,
            body: text(&self.body)?.as_bytes(),
            unreadable: self.unreadable.clone(),
        })
    }
}

/// Whether SQS can hand over a message of this time now. Who invokes the function past the queue may say anything.
fn is_queued(at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    let age = now.signed_duration_since(at);
    -MESSAGE_AHEAD <= age && age <= MESSAGE_BEHIND
}

/// An ARN's last part: the name of a topic or a queue.
fn last_part(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
