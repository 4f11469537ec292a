//! What DataFusion takes for defects of its own. Some of it is a statement's doing: it computes with a type where DataFusion
//! has no code for that, and did not look before.

use super::{Described, first_line, plan, words};

/// Its words for that.
const TYPES: [&str; 14] = [
    "Cannot evaluate binary expression",
    "Cannot run range queries on datatype",
    "Unexpected combination for",
    "Unexpected data type",
    "Unexpected time data type",
    "Unsupported data type",
    "Unsupported datatype",
    "can only operate on",
    "cannot accumulate",
    "cannot operate on",
    "does not support",
    "is not supported",
    "not implemented for",
    "not supported for",
];

/// The failure that an internal error is, if the statement has caused it.
pub(super) fn describe(message: &str) -> Option<Described> {
    let line = first_line(message);
    let is_of_types = TYPES.iter().any(|words| message.contains(words));
    is_of_types.then(|| {
        let is_shown = plan::is_shown_in(&line);
        Described::Unsupported(if is_shown { plan::SOMETHING.to_owned() } else { words::subject(&line) })
    })
}
