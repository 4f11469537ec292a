//! What must hold for any text that reaches `ingest`, as a Lambda event or as the payload of a message. The fuzz
//! targets call it, and a test of `ingest` with every file of the corpus.

mod bucket;
mod reference;

use serde_json::{Value, json};

use self::bucket::{Kept, Stored};

/// Any text as a Lambda event: it is refused as a whole, or every message of it is stored.
pub fn event(text: &str) {
    reference::same_json(text);
    let Some(Stored { failed, kept }) = bucket::after(text) else { return };
    assert!(failed.is_empty(), "the store failed nobody: {failed:?}");
    // What another parser finds. Where it finds no such event, it is stricter (on surrogates that are alone, say).
    let Ok(event) = serde_json::from_str::<Value>(text) else { return };
    let records = event["Records"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (least, most) =
        records.iter().map(pieces).fold((0, 0), |(least, most), (l, m)| (least + l, most + m));
    assert!((least..=most).contains(&kept.len()), "{} kept of {least} to {most}", kept.len());
}

/// How many events a record may hold, at least and at most. Whether a queue's message is a notification is for the
/// envelope's reader to say: both are taken.
fn pieces(record: &Value) -> (usize, usize) {
    const ANY: (usize, usize) = (0, 1_000_000);
    if record.to_string().contains("content-encoding") {
        return ANY;
    }
    let body = record["body"].as_str().or(record["Sns"]["Message"].as_str()).unwrap_or_default();
    let wrapped = serde_json::from_str::<Value>(body).ok();
    let message = wrapped.as_ref().and_then(|body| body["Message"].as_str());
    let counts = [Some(body), message].into_iter().flatten().map(|text| match reference::events(text) {
        Some(events) => (events, events),
        None => (1, ANY.1),
    });
    let (least, most) = counts.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1))).unwrap_or(ANY);
    if is_of_that_day(record, wrapped.as_ref()) { (least, most) } else { (least.min(1), most.max(1)) }
}

/// Whether all times around the message are of the day of the bucket's clock. A message of a time that it cannot be of
/// is kept in one piece.
fn is_of_that_day(record: &Value, wrapped: Option<&Value>) -> bool {
    let queued = [&record["attributes"]["SentTimestamp"], &record["Sns"]["Timestamp"]];
    let times = queued.into_iter().chain(wrapped.map(|body| &body["Timestamp"]));
    let mut times = times.filter(|time| !time.is_null()).peekable();
    let is_near = |time: &Value| {
        time.as_str().is_some_and(|time| time.starts_with("2026-11-23T") || time.starts_with("1795428"))
    };
    times.peek().is_some() && times.all(is_near)
}

/// Any text as the payload of a message: every part of it is stored.
pub fn payload(text: &str) {
    reference::same_json(text);
    for carrier in [queued, raw, direct] {
        for dataset in ["nested", "orders"] {
            let Some(Stored { failed, kept }) = bucket::after(&carrier(text, dataset).to_string()) else {
                panic!("the event is one of SQS or SNS");
            };
            assert!(failed.is_empty(), "the store failed nobody: {failed:?}");
            check(text, &kept);
        }
    }
}

/// All of the text is there, in order, and what landed is JSON as its sender wrote it.
fn check(text: &str, kept: &[Kept]) {
    for one in kept.iter().filter(|one| one.landed) {
        assert!(reference::is_json(&one.text), "landed: {:?}", one.text);
    }
    if let Some(events) = reference::events(text) {
        assert_eq!(kept.len(), events, "events");
    }
    // Identities other than the message's say nothing of the place.
    let mut by_position: Vec<(usize, &Kept)> =
        kept.iter().filter_map(|one| one.position.map(|at| (at, one))).collect();
    by_position.sort_by_key(|(at, _)| *at);
    if by_position.len() < kept.len() {
        return;
    }
    assert!(by_position.iter().map(|(at, _)| *at).eq(0..kept.len()), "positions: {by_position:?}");
    let mut rest = text;
    for (_, one) in by_position {
        // A landed line has spaces where its sender had line breaks.
        while !starts_with(rest, one) {
            rest = skip_separator(rest).unwrap_or_else(|| panic!("{:?} does not begin {rest:?}", one.text));
        }
        rest = &rest[one.text.len()..];
    }
    while let Some(shorter) = skip_separator(rest) {
        rest = shorter;
    }
    assert!(rest.is_empty(), "lost: {rest:?}");
}

fn starts_with(rest: &str, one: &Kept) -> bool {
    let Some(start) = rest.get(..one.text.len()) else { return false };
    if one.landed { start.replace(['\r', '\n'], " ") == one.text } else { start == one.text }
}

/// What stands between events: white space, the array's own characters, a byte order mark.
fn skip_separator(rest: &str) -> Option<&str> {
    rest.strip_prefix([' ', '\t', '\r', '\n', '\x0c', ',', '[', ']', '\u{feff}'])
}

fn notification(text: &str, dataset: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": bucket::MESSAGE,
        "TopicArn": "arn:aws:sns:us-west-2:000000000000:tributary",
        "Message": text,
        "Timestamp": "2026-11-23T10:04:59.300Z",
        "MessageAttributes": {"dataset": {"Type": "String", "Value": dataset}},
    })
}

fn direct(text: &str, dataset: &str) -> Value {
    json!({"Records": [{"EventSource": "aws:sns", "Sns": notification(text, dataset)}]})
}

fn queued(text: &str, dataset: &str) -> Value {
    record(&notification(text, dataset).to_string(), json!({}))
}

fn raw(text: &str, dataset: &str) -> Value {
    record(text, json!({"dataset": {"stringValue": dataset, "dataType": "String"}}))
}

fn record(body: &str, attributes: Value) -> Value {
    let sent = json!({"SentTimestamp": "1795428299341"});
    json!({"Records": [{
        "messageId": bucket::MESSAGE,
        "body": body,
        "attributes": sent,
        "messageAttributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-west-2:000000000000:tributary-ingest",
    }]})
}
