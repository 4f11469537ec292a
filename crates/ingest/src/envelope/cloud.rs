//! CloudEvents 1.0 in binary mode: what the event says of itself are attributes of the message (`ce-id`, `ce-type`, …), and
//! the message is its data.
//!
//! Such a message becomes a CloudEvent in structured form here. From there on nothing has to tell the two apart: neither
//! what reads events nor quarantine and replay, which keep texts and no attributes.

use std::ops::Range;

use domain::json::{Raw, Span};

use super::texts::Texts;

/// An attribute by its name without its prefix, and where its value is.
pub(super) type Attribute = (Vec<u8>, Span);

/// As over HTTP and over Kafka: there is no binding for SNS.
const PREFIXES: [&[u8]; 2] = [b"ce-", b"ce_"];

/// The longest name of an attribute that is taken.
const LONGEST: usize = 64;

/// What every event has.
const REQUIRED: [&[u8]; 4] = [b"specversion", b"id", b"source", b"type"];

/// The name in the event of a message's attribute, if it is one of an event.
pub(super) fn name(attribute: &[u8]) -> Option<&[u8]> {
    if attribute == b"content-type" {
        return Some(b"datacontenttype");
    }
    let name = PREFIXES.iter().find_map(|prefix| attribute.strip_prefix(*prefix))?;
    let is_name = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    ((1..=LONGEST).contains(&name.len()) && name.iter().all(is_name) && name != b"data").then_some(name)
}

/// Whether only an event has an attribute of this name.
pub(super) fn is_marked(attribute: &[u8]) -> bool {
    PREFIXES.iter().any(|prefix| attribute.starts_with(prefix))
}

/// The payload of a message with these attributes, which are strings of `of`, and with this content encoding in `texts`. One
/// that is compressed stays as it is: its data cannot be put into an object. Data that is not one JSON value makes a payload
/// that is no JSON, so that it is refused as a whole: `1,"subject":"x"` must not become a member of the event, nor one of its
/// lines an event of its own.
pub(super) fn payload(
    attributes: &[Attribute],
    encoding: Option<&Range<usize>>,
    of: &[u8],
    texts: &mut Texts,
    body: Range<usize>,
) -> Range<usize> {
    let has = |wanted: &[u8]| attributes.iter().any(|(name, _)| name == wanted);
    let is_plain = encoding.is_none_or(|at| matches!(texts.text_at(at.clone()), Some("" | "identity")));
    if !is_plain || !REQUIRED.iter().all(|wanted| has(wanted)) {
        return body;
    }
    let mut before = Vec::with_capacity(256);
    for (name, value) in attributes {
        before.push(if before.is_empty() { b'{' } else { b',' });
        before.push(b'"');
        before.extend_from_slice(name);
        before.extend_from_slice(b"\":\"");
        before.extend_from_slice(value.bare(of));
        before.push(b'"');
    }
    if body.is_empty() {
        before.push(b'}');
        return texts.append(&before);
    }
    let is_value = texts.text_at(body.clone()).is_some_and(|text| Raw::parse(text).is_ok());
    before.extend_from_slice(b",\"data\":");
    if !is_value {
        // Nothing that begins and ends so is JSON, nor is its first or its last line.
        before.insert(0, b']');
    }
    let behind = if is_value { &b"}"[..] } else { &b"}]"[..] };
    texts.around(&before, body, behind)
}
