//! What can be set about the API.

use std::time::Duration;

use domain::settings::{AccessSettings, ApiLimits, QueryFunction, Settings};

/// How many rows a request without `limit` gets.
pub const DEFAULT_ROWS: u64 = 100;

/// The longest answer, in bytes. A Lambda may answer 6 MB, in which a binary body, base64, is a third longer: this
/// one has 5.6 MB then.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// The longest answer as it stands in the JSON of a Lambda's reply, every quote and line break escaped. The rest of
/// the 6 MB is for headers.
const MAX_REPLY: usize = 6 * 1_000_000 - 100_000;

/// The settings of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiSettings {
    /// The Glue database that holds the tables.
    pub database: String,
    /// The Athena workgroup.
    pub workgroup: String,
    /// How long a request waits for its query at most; `Prefer: wait=` can only shorten it. One that cannot go on without
    /// its request is waited for some seconds in any case.
    pub wait: Duration,
    /// How many rows a request without `limit` gets.
    pub default_rows: u64,
    /// The highest `limit`.
    pub max_rows: u64,
    /// The longest answer, in bytes.
    pub max_body: usize,
    /// The longest answer once its text is escaped as a JSON string.
    pub max_reply: usize,
    /// How old the definitions and partitions may be that a request is answered from.
    pub snapshot_age: Duration,
    /// What else bounds and describes the answers.
    pub limits: ApiLimits,
    /// How requests get in.
    pub access: AccessSettings,
}

impl From<&QueryFunction> for ApiSettings {
    fn from(settings: &QueryFunction) -> Self {
        let QueryFunction { database, workgroup, query, .. } = settings;
        Self {
            database: database.clone(),
            workgroup: workgroup.clone(),
            wait: query.wait,
            default_rows: DEFAULT_ROWS,
            max_rows: query.max_rows,
            max_body: MAX_BODY,
            max_reply: MAX_REPLY,
            snapshot_age: query.catalog_cache,
            limits: query.limits.clone(),
            access: query.access,
        }
    }
}

impl From<&Settings> for ApiSettings {
    fn from(settings: &Settings) -> Self {
        Self::from(&QueryFunction::from(settings))
    }
}
