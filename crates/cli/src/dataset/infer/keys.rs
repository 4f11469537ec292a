//! Which columns could tell events apart, and say when they happened.

mod together;

use domain::{DataType, value::Unit};

use super::types::{Column, Typed};

pub(super) use together::together;

/// The most candidates that are named.
const MOST: usize = 3;

/// Names of columns, the likeliest first.
#[derive(Debug, Default, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Candidates {
    /// Never null, and no two events have the same value.
    pub(super) identity: Vec<String>,
    /// Never null, and no two events have the same values in all of these; only where no single column is enough.
    pub(super) identities: Vec<Vec<String>>,
    /// Never null, and a time since 1970.
    pub(super) event_time: Vec<String>,
}

pub(super) fn candidates(events: u64, columns: &[Column<'_>]) -> Candidates {
    let mut identity: Vec<(u32, &str)> = Vec::new();
    let mut event_time: Vec<(u32, &str)> = Vec::new();
    for (name, field, typed) in columns.iter().filter(|(_, field, _)| field.is_always_there(events)) {
        match &typed.data_type {
            // One event differs from all others in anything.
            DataType::String | DataType::BigInt if field.is_unique() && events > 1 => {
                identity.extend(unlikely_id(name).map(|rank| (rank, name.as_str())));
            }
            DataType::Timestamp | DataType::Date if since_1970(field, typed) => {
                event_time.push((unlikely_time(name, &typed.data_type), name));
            }
            _ => {}
        }
    }
    let names = |mut found: Vec<(u32, &str)>| {
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().take(MOST).map(|(_, name)| name.to_owned()).collect()
    };
    Candidates { identity: names(identity), identities: Vec::new(), event_time: names(event_time) }
}

fn since_1970(field: &super::profile::FieldProfile, typed: &Typed) -> bool {
    match typed.unit {
        // Taken for times only within this century.
        Some(Unit::Seconds | Unit::Milliseconds) => true,
        None => field.node.strings.range.is_some_and(|(earliest, _)| earliest >= 0),
    }
}

/// How little the name says of an id; `None` if it says nothing of one: names of people differ too, in a sample.
fn unlikely_id(name: &str) -> Option<u32> {
    match name {
        "id" | "event_id" | "uuid" | "guid" | "message_id" => Some(0),
        _ if name.ends_with("_id") || name.ends_with("_uuid") => Some(1),
        _ if name.ends_with("_key") || name.ends_with("_number") || name == "key" => Some(2),
        _ => None,
    }
}

/// How little the name says of when it happened, rather than of when something else did.
fn unlikely_time(name: &str, data_type: &DataType) -> u32 {
    let is_date = u32::from(*data_type == DataType::Date);
    let rank = match name {
        "time" | "timestamp" | "event_time" | "ts" | "occurred_at" | "happened_at" | "datetime" => 0,
        "created_at" | "created" | "sent_at" | "recorded_at" | "date" => 1,
        "updated_at" | "updated" | "modified_at" | "birth_date" | "birthday" | "expires_at" => 3,
        _ => 2,
    };
    rank * 2 + is_date
}
