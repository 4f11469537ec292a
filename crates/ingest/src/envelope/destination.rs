//! What Lambda keeps of an invocation that failed, where SNS invokes `ingest` without a queue: a record with the event in it
//! in the queue of a failure destination, and the event alone in a dead-letter queue of a function. Somebody moved it to
//! the queue of `ingest`, and the notification in it is the message.

use domain::json::{Cursor, Fault};

use super::{
    Parts,
    members::{object, string},
    notification::{self, Notification},
    texts::Texts,
};

/// The message of the notification that the body has in it; `None` if the body is anything else.
pub(super) fn find(body: &[u8], texts: &mut Texts) -> Option<Parts> {
    // Quickly past what nobody but a sender wrote.
    let mut look = Cursor::new(body, 0);
    if !look.take(b'{') || !look.string().is_ok_and(|name| NAMES.contains(&name.bare(body))) {
        return None;
    }
    let mark = texts.mark();
    let mut cursor = Cursor::new(body, 0);
    let found = read(body, &mut cursor, texts).ok().filter(|_| cursor.peek().is_none());
    let parts = found.flatten().and_then(|found| found.parts(body, texts));
    if parts.is_none() {
        texts.forget(mark);
    }
    parts
}

/// What a record or an event may begin with.
const NAMES: [&[u8]; 7] = [
    b"version",
    b"timestamp",
    b"requestContext",
    b"requestPayload",
    b"responseContext",
    b"responsePayload",
    b"Records",
];

fn read(body: &[u8], cursor: &mut Cursor<'_>, texts: &mut Texts) -> Result<Option<Notification>, Fault> {
    let mut found = None;
    object(body, cursor, |name, cursor| {
        match name {
            b"Records" if cursor.peek() == Some(b'[') => found = records(body, cursor, texts)?,
            b"requestPayload" if cursor.peek() == Some(b'{') => object(body, cursor, |name, cursor| {
                match name {
                    b"Records" if cursor.peek() == Some(b'[') => found = records(body, cursor, texts)?,
                    _ => cursor.pass()?,
                }
                Ok(())
            })?,
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    Ok(found)
}

/// Takes the records of an event. SNS invokes a function with one message at a time; of several, none can be the body's.
fn records(body: &[u8], cursor: &mut Cursor<'_>, texts: &mut Texts) -> Result<Option<Notification>, Fault> {
    cursor.expect(b'[', "expected an array")?;
    let only = record(body, cursor, texts)?;
    if cursor.take(b']') {
        return Ok(only);
    }
    while cursor.take(b',') {
        cursor.pass()?;
    }
    cursor.expect(b']', "expected \",\" or \"]\" after a record")?;
    Ok(None)
}

fn record(body: &[u8], cursor: &mut Cursor<'_>, texts: &mut Texts) -> Result<Option<Notification>, Fault> {
    let (mut is_of_sns, mut found) = (false, None);
    object(body, cursor, |name, cursor| {
        match name {
            b"EventSource" => {
                is_of_sns = string(cursor)?.is_some_and(|source| source.bare(body) == b"aws:sns");
            }
            b"Sns" if cursor.peek() == Some(b'{') => found = Some(notification::read(body, cursor, texts)?),
            _ => cursor.pass()?,
        }
        Ok(())
    })?;
    Ok(found.filter(|_| is_of_sns))
}
