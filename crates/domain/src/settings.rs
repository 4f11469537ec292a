//! The settings: raw text from the environment, then validated values. `docs/settings.md` has the same table, and
//! a test compares the two.

mod access;
mod api;
mod ingest;
mod raw;
mod scan_tiers;
mod server;
mod topics;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{name::DatasetName, run};

use raw::Raw;

pub use access::{AccessSettings, OPEN_ACCESS, SQL};
pub use api::ApiLimits;
pub use ingest::{
    EVENT_BEHIND, HOURLY_PARTITIONS, INVOCATION_PARTITIONS, IngestLimits, MESSAGE_PARTITIONS, TOPICS,
};
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
const DEFAULT_DATASET: Setting = Setting {
    name: "TRIBUTARY_DEFAULT_DATASET",
    default: "",
    meaning: "The dataset of messages that name none; without it they go to `quarantine/_unrouted`.",
};
/// The first day of event times.
pub const EARLIEST_EVENT: Setting = Setting {
    name: "TRIBUTARY_EARLIEST_EVENT",
    default: "1970-01-01",
    meaning: "The first day of event times; events before it go to quarantine.",
};
/// How far an event's time may be ahead of its message.
pub const EVENT_AHEAD: Setting = Setting {
    name: "TRIBUTARY_EVENT_AHEAD",
    default: "24h",
    meaning: "How far an event's time may be ahead of its message; beyond it goes to quarantine.",
};
const MAX_UNPACKED: Setting = Setting {
    name: "TRIBUTARY_MAX_UNPACKED",
    default: "16MiB",
    meaning: "What a compressed message may unpack to; a larger one goes to quarantine.",
};
const MEMORY_BUDGET: Setting = Setting {
    name: "TRIBUTARY_MEMORY_BUDGET",
    default: "512MiB",
    meaning: "The memory that `compact` works in. Without it, in Lambda, three quarters of the function's.",
};
const THREADS: Setting = Setting {
    name: "TRIBUTARY_THREADS",
    default: "",
    meaning: "How many threads `compact` works on, from 1 to 64. Without it, as many as the machine has processors.",
};
const TARGET_FILE_SIZE: Setting = Setting {
    name: "TRIBUTARY_TARGET_FILE_SIZE",
    default: "128MiB",
    meaning: "The size of a full data file; no more than a quarter of the memory budget is used.",
};
const GRACE: Setting = Setting {
    name: "TRIBUTARY_GRACE",
    default: "10m",
    meaning: "How long a consumed landing object is kept. Must be under `1h`.",
};
const RETENTION: Setting = Setting {
    name: "TRIBUTARY_RETENTION",
    default: "6h",
    meaning: "How long a superseded generation is kept for the queries that read it. Must be over `2h`.",
};
const WAIT: Setting =
    Setting { name: "TRIBUTARY_WAIT", default: "20s", meaning: "How long a request waits for its query." };
const MAX_ROWS: Setting =
    Setting { name: "TRIBUTARY_MAX_ROWS", default: "10000", meaning: "The highest `limit` of a request." };
/// The age of the API's snapshot of the catalog.
pub const CATALOG_CACHE: Setting = Setting {
    name: "TRIBUTARY_CATALOG_CACHE",
    default: "5s",
    meaning: "How old the definitions and partitions may be that a request is answered from.",
};
/// The name of the lake, for its log lines and metrics.
pub const LAKE: Setting = Setting {
    name: "TRIBUTARY_LAKE",
    default: "",
    meaning: "The lake's name, in every log line as `lake`: the dimension of its metrics. Without it, no line has one.",
};
/// What is logged.
pub const LOG: Setting = Setting {
    name: "TRIBUTARY_LOG",
    default: "info",
    meaning: "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or filters such as `compact=debug`.",
};

/// Every setting there is.
pub const ALL: [Setting; 35] = [
    BUCKET,
    DATABASE,
    WORKGROUP,
    DEFAULT_DATASET,
    EARLIEST_EVENT,
    EVENT_BEHIND,
    EVENT_AHEAD,
    MESSAGE_PARTITIONS,
    INVOCATION_PARTITIONS,
    HOURLY_PARTITIONS,
    TOPICS,
    MAX_UNPACKED,
    MEMORY_BUDGET,
    THREADS,
    TARGET_FILE_SIZE,
    GRACE,
    RETENTION,
    WAIT,
    MAX_ROWS,
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
    LAKE,
    LOG,
];

/// Validated settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The lake's bucket.
    pub bucket: String,
    /// The Glue database.
    pub database: String,
    /// The Athena workgroup.
    pub workgroup: String,
    /// The dataset of messages that name none.
    pub default_dataset: Option<DatasetName>,
    /// The first moment of event times.
    pub earliest_event: DateTime<Utc>,
    /// How far an event's time may be ahead of its message.
    pub event_ahead: TimeDelta,
    /// What else bounds what `ingest` takes.
    pub ingest: IngestLimits,
    /// What a compressed message may unpack to, in bytes.
    pub max_unpacked: u64,
    /// The memory that `compact` works in, in bytes.
    pub memory_budget: u64,
    /// The threads that `compact` works on: 1 to 64.
    pub threads: usize,
    /// The size of a full data file, in bytes.
    pub target_file_size: u64,
    /// How long a consumed landing object is kept.
    pub grace: TimeDelta,
    /// How long a superseded generation is kept.
    pub retention: TimeDelta,
    /// How long a request waits for its query.
    pub wait: Duration,
    /// The highest limit of a request.
    pub max_rows: u64,
    /// What else bounds and describes the API's answers.
    pub api: ApiLimits,
    /// How old the catalog snapshot of the API may be.
    pub catalog_cache: Duration,
    /// Who may use the API, and for what.
    pub access: AccessSettings,
    /// How the standing server serves.
    pub server: ServerSettings,
    /// The lake's name.
    pub lake: Option<String>,
    /// The log filter.
    pub log: String,
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
        let raw = |setting: Setting| Raw {
            name: setting.name,
            value: lookup(setting.name)
                .filter(|value| !value.is_empty())
                .unwrap_or_else(|| setting.default.to_owned()),
        };
        let (grace, retention) = (raw(GRACE), raw(RETENTION));
        let settings = Self {
            bucket: raw(BUCKET).matching("3 to 63 of a-z, 0-9, '.' and '-'", is_bucket)?,
            database: raw(DATABASE).matching("1 to 255 of a-z, 0-9 and '_'", is_database)?,
            workgroup: raw(WORKGROUP)
                .matching("1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'", is_workgroup)?,
            default_dataset: raw(DEFAULT_DATASET).dataset()?,
            earliest_event: raw(EARLIEST_EVENT).day()?,
            event_ahead: TimeDelta::from_std(raw(EVENT_AHEAD).duration()?).unwrap_or(TimeDelta::MAX),
            ingest: IngestLimits::read(&raw)?,
            max_unpacked: raw(MAX_UNPACKED).bytes()?,
            memory_budget: memory_budget(&raw(MEMORY_BUDGET), &lookup)?,
            threads: threads(&raw(THREADS))?,
            target_file_size: raw(TARGET_FILE_SIZE).bytes()?,
            grace: TimeDelta::from_std(grace.duration()?).unwrap_or(TimeDelta::MAX),
            retention: TimeDelta::from_std(retention.duration()?).unwrap_or(TimeDelta::MAX),
            wait: raw(WAIT).duration()?,
            max_rows: raw(MAX_ROWS).number(1)?,
            api: ApiLimits::read(&raw)?,
            catalog_cache: raw(CATALOG_CACHE).duration()?,
            access: AccessSettings::read(&raw)?,
            server: ServerSettings::read(&raw)?,
            lake: raw(LAKE).lake()?,
            log: raw(LOG).value,
        };
        if settings.grace >= run::MAX_AGE {
            // A run may delete for an hour after it began; what it looked at must be older than that.
            return Err(grace.invalid("it must be under 1h, for example 10m"));
        }
        if settings.retention <= run::MAX_AGE * 2 {
            // A run may point the catalog at what it saw an hour ago, and another one delete what it saw an hour ago.
            return Err(retention.invalid("it must be over 2h, for example 6h"));
        }
        if settings.event_ahead > TimeDelta::days(366) {
            return Err(raw(EVENT_AHEAD).invalid("it must be at most a year, 8784h"));
        }
        if !(1 << 18..=1 << 28).contains(&settings.max_unpacked) {
            // Below, a message that SNS takes uncompressed would be refused.
            return Err(raw(MAX_UNPACKED).invalid("it must be from 256KiB to 256MiB"));
        }
        if !(64 << 20..=10 << 30).contains(&settings.memory_budget) {
            return Err(raw(MEMORY_BUDGET).invalid("it must be from 64MiB to 10GiB"));
        }
        if !(1 << 20..=4 << 30).contains(&settings.target_file_size) {
            // S3 copies objects of up to 5 GB, and a file may be somewhat over its target.
            return Err(raw(TARGET_FILE_SIZE).invalid("it must be from 1MiB to 4GiB"));
        }
        Ok(settings)
    }
}

/// What Lambda says of the function's memory, in MiB.
const LAMBDA_MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// As set; else by the function's memory, where there is one.
fn memory_budget(raw: &Raw, lookup: impl Fn(&str) -> Option<String>) -> Result<u64, InvalidSetting> {
    let set = lookup(raw.name).is_some_and(|value| !value.is_empty());
    let function = lookup(LAMBDA_MEMORY).and_then(|mib| mib.parse::<u64>().ok());
    match function {
        Some(mib) if !set => Ok(mib.saturating_mul((1 << 20) / 4 * 3)),
        _ => raw.bytes(),
    }
}

/// More threads than this only wait for each other.
const MOST_THREADS: usize = 64;

/// As set; else one for each processor that the process may use.
fn threads(raw: &Raw) -> Result<usize, InvalidSetting> {
    if raw.value.is_empty() {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        return Ok(processors.min(MOST_THREADS));
    }
    let threads = raw.value.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads));
    threads.ok_or_else(|| raw.invalid("expected a whole number from 1 to 64, for example 2"))
}

fn is_bucket(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    (3..=63).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_database(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=255).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_workgroup(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests;
