//! What a reader gives.

/// What was found where an event should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// The line that it begins in, counted from 1.
    pub line: u64,
    /// The event as one JSON object on one line, or why it is none.
    pub event: Result<String, String>,
}
