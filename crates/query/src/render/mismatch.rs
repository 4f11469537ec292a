//! What every reader of a value answers with, if the value is not of its type.

/// The value is not of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch;
