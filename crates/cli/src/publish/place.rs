//! Where a publishing is.

use formats::Within;
use serde::{Deserialize, Serialize};

/// A point between two events of all inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Which input, from 0; their number, at the end of the last one.
    pub(super) input: usize,
    /// The unpacked bytes of that input that are before it.
    pub(super) offset: u64,
    /// The line that the next byte is in; 0 before the first byte.
    pub(super) line: u64,
    /// What it is within.
    #[serde(default)]
    pub(super) within: Within,
    /// The events before it, in all inputs.
    pub(super) events: u64,
    /// What was found before it that is no event.
    pub(super) refused: u64,
}
