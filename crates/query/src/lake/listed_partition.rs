//! One partition of a table's listing.

use chrono::{DateTime, Utc};
use domain::port::{CatalogPartition, PartitionState};

/// A partition as the catalog lists it. Of one that `register` did not describe (somebody's hand) nothing is known but
/// its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedPartition {
    /// One value for each partition key.
    pub(crate) values: Vec<String>,
    /// Where its files are: no two generations share a place.
    pub(crate) location: String,
    /// What `register` says of it.
    pub(crate) state: Option<PartitionState>,
}

impl ListedPartition {
    /// Takes from an entry what answers need.
    pub(crate) fn of(entry: CatalogPartition) -> Self {
        let state = entry.registered().cloned();
        Self { values: entry.values, location: entry.location, state }
    }

    /// The rows of its generation.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.state.as_ref().map(|state| state.rows)
    }

    /// The bytes of its files.
    pub(crate) fn bytes(&self) -> Option<u64> {
        self.state.as_ref().map(|state| state.bytes)
    }

    /// When its generation was committed.
    pub(crate) fn committed_at(&self) -> Option<DateTime<Utc>> {
        self.state.as_ref().map(|state| state.committed_at)
    }
}
