//! What SNS refuses, and with which code.

use axum::http::StatusCode;

use super::{AttributeValue, entry::Entry};
use crate::protocol::query::QueryError;

/// Message and attributes together, and the whole of a batch.
pub(super) const MAX_BYTES: usize = 256 * 1024;
pub(super) const MAX_BATCH: usize = 10;
const MAX_SUBJECT: usize = 100;
const MAX_NAME: usize = 256;

pub(super) fn invalid(message: impl Into<String>) -> QueryError {
    QueryError::new("InvalidParameter", format!("Invalid parameter: {}", message.into()))
}

/// What every message must keep to, alone or in a batch. Its size is for the caller.
pub(super) fn check_entry(entry: &Entry) -> Result<(), QueryError> {
    if entry.message.is_empty() {
        return Err(invalid("Empty message"));
    }
    if let Some(subject) = &entry.subject {
        check_subject(subject)?;
    }
    entry.attributes.iter().try_for_each(|(name, value)| check_attribute(name, value))
}

fn check_subject(subject: &str) -> Result<(), QueryError> {
    let begins_well =
        subject.chars().next().is_some_and(|c| c.is_ascii_alphanumeric() || c.is_ascii_punctuation());
    if !begins_well || subject.len() > MAX_SUBJECT || !subject.bytes().all(|b| (b' '..0x7f).contains(&b)) {
        return Err(invalid(format!(
            "Subject (it must be 1 to {MAX_SUBJECT} printable ASCII characters and not begin with a space)"
        )));
    }
    Ok(())
}

fn check_attribute(name: &str, value: &AttributeValue) -> Result<(), QueryError> {
    let characters = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    let lower = name.to_ascii_lowercase();
    let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
    if name.is_empty() || name.len() > MAX_NAME || !characters || dots || reserved {
        return Err(parameter_value(format!(
            "The message attribute name {name:?} is invalid: it must be 1 to {MAX_NAME} of A-Z a-z 0-9 _ - . \
             without leading, trailing or double periods, and not begin with AWS. or Amazon."
        )));
    }
    let wrong = |what: &str| Err(parameter_value(format!("The message attribute {name:?} {what}")));
    match value {
        AttributeValue::String(text) if text.is_empty() => wrong("must contain a non-empty value"),
        AttributeValue::Binary(bytes) if bytes.is_empty() => wrong("must contain a non-empty value"),
        AttributeValue::Number(text) if !is_number(text) => wrong("is of type Number, and its value is none"),
        AttributeValue::StringArray(text) if !is_array(text) => wrong(
            "is of type String.Array, and its value is no JSON array of strings, numbers, booleans and nulls",
        ),
        _ => Ok(()),
    }
}

/// Decimal digits with an optional sign, point and exponent: no `inf`, no `NaN`.
fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_array(text: &str) -> bool {
    serde_json::from_str::<Vec<serde_json::Value>>(text)
        .is_ok_and(|items| items.iter().all(|item| !item.is_array() && !item.is_object()))
}

pub(super) fn parameter_value(message: String) -> QueryError {
    QueryError::new("ParameterValueInvalid", message)
}

pub(super) fn check_message_size(entry: &Entry) -> Result<(), QueryError> {
    if entry.bytes() > MAX_BYTES { Err(invalid("Message too long")) } else { Ok(()) }
}

/// The limits of a batch as a whole.
pub(super) fn check_batch(entries: &[Entry]) -> Result<(), QueryError> {
    if entries.is_empty() {
        return Err(QueryError::new("EmptyBatchRequest", "The batch request doesn't contain any entries."));
    }
    if entries.len() > MAX_BATCH {
        return Err(QueryError::new(
            "TooManyEntriesInBatchRequest",
            format!("The batch request contains more entries than permissible (more than {MAX_BATCH})."),
        ));
    }
    for (index, entry) in entries.iter().enumerate() {
        let id = &entry.id;
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
        if id.is_empty() || id.len() > 80 || !plain {
            return Err(QueryError::new(
                "InvalidBatchEntryId",
                format!("The batch entry id {id:?} is invalid: it must be 1 to 80 of A-Z a-z 0-9 _ -"),
            ));
        }
        if entries[..index].iter().any(|earlier| earlier.id == *id) {
            return Err(QueryError::new(
                "BatchEntryIdsNotDistinct",
                format!("Two or more batch entries in the request have the same Id {id}."),
            ));
        }
    }
    let bytes: usize = entries.iter().map(Entry::bytes).sum();
    if bytes > MAX_BYTES {
        return Err(QueryError::new(
            "BatchRequestTooLong",
            format!("The length of all the batch messages put together is {bytes}, more than {MAX_BYTES}."),
        ));
    }
    Ok(())
}

pub(super) fn not_found() -> QueryError {
    QueryError { status: StatusCode::NOT_FOUND, code: "NotFound", message: "Topic does not exist".to_owned() }
}
