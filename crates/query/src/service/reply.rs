//! What comes of requests for rows.

use super::Extent;
use crate::{execution::cost::Cost, request::representation::Representation};

/// What comes of a request for rows.
#[derive(Debug)]
pub(crate) enum Reply {
    /// Rows: all of them, or a page.
    Rows(Rows),
    /// The caller has them already.
    NotModified(Kept, Cost),
    /// The query goes on, and the caller may come back.
    Accepted(Accepted),
    /// The rows are a file at this address.
    Elsewhere(String, Cost, Extent),
}

impl Reply {
    /// Whether it says how many rows match.
    pub(crate) fn has_total(&self) -> bool {
        match self {
            Self::Rows(Rows { extent, .. }) | Self::Elsewhere(_, _, extent) => extent.total.is_some(),
            Self::NotModified(..) | Self::Accepted(_) => false,
        }
    }
}

/// Rows, rendered.
#[derive(Debug)]
pub(crate) struct Rows {
    /// The bytes.
    pub(crate) body: Vec<u8>,
    /// How they are written.
    pub(crate) representation: Representation,
    /// What they cost.
    pub(crate) cost: Cost,
    /// What the caller may keep, if anything.
    pub(crate) kept: Option<Kept>,
    /// Which rows they are.
    pub(crate) extent: Extent,
}

/// What a caller may keep of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// `ETag`.
    pub(crate) tag: String,
    /// `Cache-Control`.
    pub(crate) control: String,
}

/// A query that goes on.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// The path to come back to.
    pub(crate) location: String,
    /// The query's state, as JSON.
    pub(crate) body: Vec<u8>,
}
