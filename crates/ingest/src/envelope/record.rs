//! One record of the event.

use chrono::DateTime;
use domain::json::{Cursor, Fault, Span};

use super::{
    Parts, Unknown, bare,
    notification::{self, Notification},
    unescaped,
};

/// What there is of a record, by its places.
#[derive(Debug, Default)]
pub(super) struct Record {
    source: Option<Span>,
    // Of SQS:
    message_id: Option<Span>,
    body: Option<Span>,
    queue: Option<Span>,
    sent: Option<Span>,
    dataset: Option<Span>,
    encoding: Option<Span>,
    // Of SNS:
    sns: Option<Notification>,
}

/// Takes the record that begins at this place; answers where it ends.
pub(super) fn scan(event: &[u8], at: usize) -> Result<(Record, usize), Fault> {
    let mut cursor = Cursor::new(event, at);
    let mut record = Record::default();
    object(event, &mut cursor, |name, cursor| {
        match name {
            b"eventSource" | b"EventSource" => record.source = string(cursor)?,
            b"messageId" => record.message_id = string(cursor)?,
            b"body" => record.body = string(cursor)?,
            b"eventSourceARN" => record.queue = string(cursor)?,
            b"attributes" if cursor.peek() == Some(b'{') => object(event, cursor, |name, cursor| {
                match name {
                    b"SentTimestamp" => record.sent = string(cursor)?,
                    _ => drop(cursor.value()?),
                }
                Ok(())
            })?,
            b"messageAttributes" if cursor.peek() == Some(b'{') => {
                (record.dataset, record.encoding) = attributes(event, cursor, b"stringValue")?;
            }
            b"Sns" if cursor.peek() == Some(b'{') => record.sns = Some(notification::scan(event, cursor)?),
            _ => drop(cursor.value()?),
        }
        Ok(())
    })?;
    Ok((record, cursor.at()))
}

/// The message of a record, its escapes undone.
pub(super) fn settle(event: &mut [u8], record: Record, index: usize) -> Result<Parts, Unknown> {
    match record.source.as_ref().map(|source| bare(event, source)) {
        Some(b"aws:sqs") => queued(event, record, index),
        Some(b"aws:sns") => {
            let sns = record.sns.ok_or(Unknown::Incomplete(index, "\"Sns\""))?;
            sns.settle(event)
                .ok_or(Unknown::Incomplete(index, "\"MessageId\", \"Timestamp\" and \"Message\""))
        }
        Some(other) => Err(Unknown::Source(String::from_utf8_lossy(other).into_owned())),
        None => Err(Unknown::NoRecords),
    }
}

/// A queue's message: an SNS notification, or, with raw delivery or from somebody else, the payload itself. Of
/// that, SQS says the id and the time.
fn queued(event: &mut [u8], record: Record, index: usize) -> Result<Parts, Unknown> {
    let missing = |what| Unknown::Incomplete(index, what);
    let name = record.message_id.ok_or_else(|| missing("\"messageId\""))?;
    let name = unescaped(event, name);
    let body = record.body.ok_or_else(|| missing("\"body\""))?;
    let body = unescaped(event, body);
    let parts = match notification::find(event, body.clone()) {
        Some(notification) => notification.settle(event),
        None => None,
    };
    if let Some(parts) = parts {
        return Ok(Parts { name: Some(name), ..parts });
    }
    let millis =
        record.sent.as_ref().map(|sent| bare(event, sent)).and_then(|sent| std::str::from_utf8(sent).ok());
    let sent_at = millis.and_then(|millis| millis.parse().ok()).and_then(DateTime::from_timestamp_millis);
    Ok(Parts {
        name: Some(name.clone()),
        id: name,
        // 1970 where there is none, so that the object's key stays the same.
        sent_at: sent_at.unwrap_or_default(),
        topic: record.queue.map(|queue| unescaped(event, queue)).unwrap_or_default(),
        dataset: record.dataset.map(|dataset| unescaped(event, dataset)),
        encoding: record.encoding.map(|encoding| unescaped(event, encoding)),
        body,
        unreadable: None,
    })
}

/// The values of the attributes `dataset` and `content-encoding`.
pub(super) fn attributes(
    event: &[u8],
    cursor: &mut Cursor<'_>,
    value: &[u8],
) -> Result<(Option<Span>, Option<Span>), Fault> {
    let (mut dataset, mut encoding) = (None, None);
    object(event, cursor, |name, cursor| {
        let found = match name {
            b"dataset" => &mut dataset,
            b"content-encoding" => &mut encoding,
            _ => return cursor.value().map(drop),
        };
        if cursor.peek() != Some(b'{') {
            return cursor.value().map(drop);
        }
        object(event, cursor, |name, cursor| {
            if name == value { string(cursor).map(|span| *found = span) } else { cursor.value().map(drop) }
        })
    })?;
    Ok((dataset, encoding))
}

/// Takes an object, and lets `each` take the values.
pub(super) fn object(
    event: &[u8],
    cursor: &mut Cursor<'_>,
    mut each: impl FnMut(&[u8], &mut Cursor<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    cursor.expect(b'{', "expected an object")?;
    if cursor.take(b'}') {
        return Ok(());
    }
    loop {
        let name = cursor.string()?;
        cursor.expect(b':', "expected \":\" after a name")?;
        each(bare(event, &name), cursor)?;
        if !cursor.take(b',') {
            return cursor.expect(b'}', "expected \",\" or \"}\"");
        }
    }
}

/// Takes a value; answers with it if it is a string.
pub(super) fn string(cursor: &mut Cursor<'_>) -> Result<Option<Span>, Fault> {
    let is_string = cursor.peek() == Some(b'"');
    let span = cursor.value()?;
    Ok(is_string.then_some(span))
}
