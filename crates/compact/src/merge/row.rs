//! One row of a merge.

use arrow::array::ArrayRef;

/// A row on its way to its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) prefix: u64,
    /// What it is held by.
    pub(super) slot: usize,
    pub(super) row: usize,
}

/// A row in memory, of which only the sort columns matter.
pub(super) struct Place<'a> {
    pub(super) keys: &'a [ArrayRef],
    pub(super) row: usize,
    pub(super) prefix: u64,
    pub(super) exact: bool,
}
