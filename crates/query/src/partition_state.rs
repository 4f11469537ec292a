//! What the catalog says of one partition beside its location.

use chrono::{DateTime, Utc};
use domain::port::{
    BYTES_PARAMETER, COMMITTED_AT_PARAMETER, CatalogPartition, GENERATION_PARAMETER,
    NEWEST_LANDED_AT_PARAMETER, ROWS_PARAMETER, SCHEMA_VERSION_PARAMETER,
};

/// A partition as `register` described it. What is missing or does not parse (somebody's hand) is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartitionState {
    /// One value for each partition key.
    pub(crate) values: Vec<String>,
    /// Where its files are: no two generations share a place.
    pub(crate) location: String,
    /// The generation its location is.
    pub(crate) generation: Option<u64>,
    /// The version of the definition that its columns are of.
    pub(crate) schema_version: Option<u32>,
    /// The rows of that generation.
    pub(crate) rows: Option<u64>,
    /// The bytes of its files.
    pub(crate) bytes: Option<u64>,
    /// When it was committed.
    pub(crate) committed_at: Option<DateTime<Utc>>,
    /// When the newest of its events landed; where nobody wrote that down, when it was committed.
    pub(crate) fresh_at: Option<DateTime<Utc>>,
}

impl PartitionState {
    /// Reads the parameters.
    pub(crate) fn of(partition: CatalogPartition) -> Self {
        let text = |name: &str| partition.parameters.get(name);
        let number = |name: &str| text(name)?.parse().ok();
        let time = |name: &str| DateTime::parse_from_rfc3339(text(name)?).ok().map(|time| time.to_utc());
        Self {
            generation: number(GENERATION_PARAMETER),
            schema_version: text(SCHEMA_VERSION_PARAMETER).and_then(|text| text.parse().ok()),
            rows: number(ROWS_PARAMETER),
            bytes: number(BYTES_PARAMETER),
            committed_at: time(COMMITTED_AT_PARAMETER),
            fresh_at: time(NEWEST_LANDED_AT_PARAMETER).or_else(|| time(COMMITTED_AT_PARAMETER)),
            values: partition.values,
            location: partition.location,
        }
    }
}
