//! One record of the event.

use std::str;

use chrono::{DateTime, Datelike};
use domain::{
    json::{Cursor, Fault, Span},
    trace::TraceContext,
};

use super::{
    Parts, UnknownEvent,
    attributes::Attributes,
    cloud, destination, escaped,
    members::{object, string},
    notification::{self, Notification},
    texts::Texts,
};

/// What there is of a record.
#[derive(Default)]
struct Record {
    source: Option<Span>,
    // Of SQS:
    message_id: Option<Span>,
    body: Option<Body>,
    queue: Option<Span>,
    sent: Option<Span>,
    /// The header of X-Ray.
    xray: Option<Span>,
    attributes: Attributes,
    // Of SNS:
    sns: Option<Notification>,
}

/// The body of a queue's message.
enum Body {
    /// What SNS writes, read already.
    Notification(Parts),
    /// Anything else: its length in its buffer.
    Text(usize),
}

/// Takes the record that is next. `body` is a buffer.
pub(super) fn read(
    event: &[u8],
    cursor: &mut Cursor<'_>,
    texts: &mut Texts,
    body: &mut Vec<u8>,
    index: usize,
) -> Result<Parts, UnknownEvent> {
    let record = scan(event, cursor, texts, body)?;
    let missing = |what| UnknownEvent::Incomplete(index, what);
    match record.source.as_ref().map(|source| source.bare(event)) {
        Some(b"aws:sqs") => queued(event, record, texts, body).map_err(missing),
        Some(b"aws:sns") => {
            let sns = record.sns.ok_or(missing("\"Sns\""))?;
            sns.parts(event, texts).ok_or(missing("\"MessageId\", \"Timestamp\" and \"Message\""))
        }
        Some(other) => Err(UnknownEvent::Source(String::from_utf8_lossy(other).into_owned())),
        None => Err(UnknownEvent::NoRecords),
    }
}

fn scan(
    event: &[u8],
    cursor: &mut Cursor<'_>,
    texts: &mut Texts,
    body: &mut Vec<u8>,
) -> Result<Record, Fault> {
    let mut record = Record::default();
    object(event, cursor, |name, cursor| {
        match name {
            b"eventSource" | b"EventSource" => record.source = string(cursor)?,
            b"messageId" => record.message_id = string(cursor)?,
            b"body" if cursor.peek() == Some(b'"') => {
                let from = cursor.at() + 1;
                let end = match escaped::notification(event, from, texts) {
                    Some((message, end)) => {
                        record.body = Some(Body::Notification(message));
                        end
                    }
                    None => {
                        let unescaped = domain::json::unescape(event, from, body, 0);
                        let (end, length) =
                            unescaped.ok_or_else(|| cursor.fault("expected a string that ends"))?;
                        record.body = Some(Body::Text(length));
                        end
                    }
                };
                cursor.jump(end);
            }
            b"eventSourceARN" => record.queue = string(cursor)?,
            b"attributes" if cursor.peek() == Some(b'{') => object(event, cursor, |name, cursor| {
                match name {
                    b"SentTimestamp" => record.sent = string(cursor)?,
                    b"AWSTraceHeader" => record.xray = string(cursor)?,
                    _ => cursor.pass()?,
                }
                Ok(())
            })?,
            b"messageAttributes" if cursor.peek() == Some(b'{') => {
                record.attributes = Attributes::read(event, cursor, b"stringValue")?;
            }
            b"Sns" if cursor.peek() == Some(b'{') => {
                record.sns = Some(notification::read(event, cursor, texts)?);
            }
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    Ok(record)
}

/// A queue's message: an SNS notification, what Lambda kept of one, or, with raw delivery or from somebody else, the payload
/// itself. Of that, SQS says the id and the time.
fn queued(event: &[u8], record: Record, texts: &mut Texts, body: &[u8]) -> Result<Parts, &'static str> {
    let name = record.message_id.ok_or("\"messageId\"")?;
    let name = texts.string(event, name);
    let millis = record.sent.as_ref().and_then(|sent| str::from_utf8(sent.bare(event)).ok());
    let queued_at = millis.and_then(|millis| millis.parse().ok()).and_then(DateTime::from_timestamp_millis);
    let queued_at = queued_at.filter(|time| (1970..=9999).contains(&time.year()));
    // What a sender says of its own trace comes first: X-Ray's is that of whoever put the message into the queue.
    let xray = record.xray.as_ref().and_then(|header| TraceContext::of_xray(header.bare(event)));
    let body = match record.body.ok_or("\"body\"")? {
        Body::Notification(parts) => {
            let trace = parts.trace.or(xray);
            return Ok(Parts { name: Some(name), queued_at, trace, ..parts });
        }
        Body::Text(length) => body.get(..length).unwrap_or_default(),
    };
    let found = notification::find(body, texts).or_else(|| destination::find(body, texts));
    if let Some(parts) = found {
        let trace = parts.trace.or(xray);
        return Ok(Parts { name: Some(name), queued_at, trace, ..parts });
    }
    let trace = record.attributes.trace(event).or(xray);
    let Attributes { dataset, encoding, cloud, .. } = record.attributes;
    let encoding = encoding.map(|encoding| texts.string(event, encoding));
    let text = texts.append(body);
    let body = cloud::payload(&cloud, encoding.as_ref(), event, texts, text);
    Ok(Parts {
        name: Some(name.clone()),
        id: name,
        // 1970 where there is none: that is nobody's time.
        sent_at: queued_at.unwrap_or_default(),
        // It is SQS's own word, and held against the clock.
        queued_at: None,
        topic: record.queue.map(|queue| texts.string(event, queue)).unwrap_or_default(),
        dataset: dataset.map(|dataset| texts.string(event, dataset)),
        encoding,
        trace,
        body,
        unreadable: None,
    })
}
