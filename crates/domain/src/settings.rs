//! The settings: raw text from the environment, then validated values. `docs/settings.md` has the same table, and
//! a test compares the two.

mod access;
mod api;
mod compact;
mod exposition;
mod functions;
mod ingest;
mod logs;
mod raw;
mod scan_tiers;
mod server;
mod topics;

use raw::Raw;

pub use access::{AccessSettings, OPEN_ACCESS, SQL};
pub use api::{ApiLimits, QuerySettings};
pub use compact::CompactSettings;
pub use exposition::{ENVIRONMENT, ExpositionSettings, METRICS_LISTEN, SYSTEM};
pub use functions::{CompactFunction, FunctionSettings, IngestFunction, QueryFunction, RegisterFunction};
pub use ingest::{
    EARLIEST_EVENT, EVENT_AHEAD, EVENT_BEHIND, HOURLY_PARTITIONS, INVOCATION_PARTITIONS, IngestLimits,
    IngestSettings, MESSAGE_PARTITIONS, TOPICS,
};
pub use logs::{LAKE, LOG, LogSettings};
pub use scan_tiers::{ScanTier, ScanTiers};
pub use server::ServerSettings;
pub use topics::{Scope, Topics};

/// One setting, as `docs/settings.md` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

const BUCKET: Setting =
    Setting { name: "TRIBUTARY_BUCKET", default: "tributary", meaning: "The lake's bucket." };
const DATABASE: Setting =
    Setting { name: "TRIBUTARY_DATABASE", default: "tributary", meaning: "The Glue database." };
const WORKGROUP: Setting =
    Setting { name: "TRIBUTARY_WORKGROUP", default: "tributary", meaning: "The Athena workgroup." };
/// The age of the API's snapshot of the catalog.
pub const CATALOG_CACHE: Setting = Setting {
    name: "TRIBUTARY_CATALOG_CACHE",
    default: "5s",
    meaning: "How old the definitions and partitions may be that a request is answered from.",
};

/// Every setting there is.
pub const ALL: [Setting; 38] = [
    BUCKET,
    DATABASE,
    WORKGROUP,
    ingest::DEFAULT_DATASET,
    EARLIEST_EVENT,
    EVENT_BEHIND,
    EVENT_AHEAD,
    MESSAGE_PARTITIONS,
    INVOCATION_PARTITIONS,
    HOURLY_PARTITIONS,
    TOPICS,
    ingest::MAX_UNPACKED,
    compact::MEMORY_BUDGET,
    compact::THREADS,
    compact::TARGET_FILE_SIZE,
    compact::GRACE,
    compact::RETENTION,
    api::WAIT,
    api::MAX_ROWS,
    api::MAX_RENDERED,
    api::MAX_QUERIES,
    api::MAX_RUNNING,
    api::RESULT_REUSE,
    api::PRICE_PER_TB,
    api::SCAN_TIERS,
    api::CORS_ORIGINS,
    CATALOG_CACHE,
    OPEN_ACCESS,
    SQL,
    server::LISTEN,
    server::MAX_CONNECTIONS,
    server::DRAIN,
    server::STOP,
    METRICS_LISTEN,
    SYSTEM,
    ENVIRONMENT,
    LAKE,
    LOG,
];

/// All of them, validated: for whoever runs the whole lake, and for commands. A function has its own ones only
/// ([`FunctionSettings`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The lake's bucket.
    pub bucket: String,
    /// The Glue database.
    pub database: String,
    /// The Athena workgroup.
    pub workgroup: String,
    /// How `ingest` works.
    pub ingest: IngestSettings,
    /// How `compact` works.
    pub compact: CompactSettings,
    /// How the API works.
    pub query: QuerySettings,
    /// How the standing server serves.
    pub server: ServerSettings,
    /// What a standing process shows to Prometheus.
    pub exposition: ExpositionSettings,
    /// What is logged.
    pub logs: LogSettings,
}

/// A setting that is not what it should be: the message names the variable and says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}={value:?} is not valid: {expected}")]
pub struct InvalidSetting {
    /// The variable.
    pub name: &'static str,
    /// Its text.
    pub value: String,
    /// What would be right.
    pub expected: String,
}

impl Settings {
    /// Reads every setting through `lookup`, which is the environment, or a test's stand-in.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidSetting> {
        let raw = |setting: Setting| Raw::of(setting, &lookup);
        Ok(Self {
            bucket: raw(BUCKET).bucket()?,
            database: raw(DATABASE).database()?,
            workgroup: raw(WORKGROUP).workgroup()?,
            ingest: IngestSettings::read(&raw)?,
            compact: CompactSettings::read(&raw, &lookup)?,
            query: QuerySettings::read(&raw)?,
            server: ServerSettings::read(&raw)?,
            exposition: ExpositionSettings::read(&raw)?,
            logs: LogSettings::read_raw(&raw)?,
        })
    }
}

#[cfg(test)]
mod tests;
