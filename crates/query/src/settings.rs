//! What can be set about the API.

use std::time::Duration;

use domain::settings::Settings;

/// How many rows a request without `limit` gets.
pub(crate) const DEFAULT_ROWS: u64 = 100;

/// The longest answer, in bytes. A Lambda may answer 6 MB, and that counts the body as it stands in the JSON of
/// its reply, every quote and line break escaped.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The settings of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiSettings {
    /// The Glue database that holds the tables.
    pub database: String,
    /// How long a request waits for its query at most; `Prefer: wait=` can only shorten it.
    pub wait: Duration,
    /// How many rows a request without `limit` gets.
    pub default_rows: u64,
    /// The highest `limit`.
    pub max_rows: u64,
    /// The longest answer, in bytes.
    pub max_body: usize,
    /// How old the definitions and partitions may be that a request is answered from.
    pub snapshot_age: Duration,
}

impl From<&Settings> for ApiSettings {
    fn from(settings: &Settings) -> Self {
        Self {
            database: settings.database.clone(),
            wait: settings.wait,
            default_rows: DEFAULT_ROWS,
            max_rows: settings.max_rows,
            max_body: MAX_BODY,
            snapshot_age: settings.catalog_cache,
        }
    }
}
