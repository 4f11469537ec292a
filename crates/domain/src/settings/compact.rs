//! The settings of `compact`: what it works in, and how long it keeps what it no longer needs.

use chrono::TimeDelta;

use super::{InvalidSetting, Setting, ingest, raw::Raw};
use crate::run;

pub(super) const MEMORY_BUDGET: Setting = Setting {
    name: "TRIBUTARY_MEMORY_BUDGET",
    default: "512MiB",
    meaning: "The memory that `compact` works in. Without it, in Lambda, three quarters of the function's.",
};
pub(super) const THREADS: Setting = Setting {
    name: "TRIBUTARY_THREADS",
    default: "",
    meaning: "How many threads `compact` works on, from 1 to 64. Without it, as many as the machine has processors.",
};
pub(super) const TARGET_FILE_SIZE: Setting = Setting {
    name: "TRIBUTARY_TARGET_FILE_SIZE",
    default: "128MiB",
    meaning: "The size of a full data file; no more than a quarter of the memory budget is used.",
};
pub(super) const GRACE: Setting = Setting {
    name: "TRIBUTARY_GRACE",
    default: "10m",
    meaning: "How long a consumed landing object is kept. Must be under `1h`.",
};
pub(super) const RETENTION: Setting = Setting {
    name: "TRIBUTARY_RETENTION",
    default: "6h",
    meaning: "How long a superseded generation is kept for the queries that read it. Must be over `2h`.",
};

/// What Lambda says of the function's memory, in MiB.
const LAMBDA_MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// More threads than this only wait for each other.
const MOST_THREADS: usize = 64;

/// The settings of `compact`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactSettings {
    /// The memory that it works in, in bytes.
    pub memory_budget: u64,
    /// The threads that it works on: 1 to 64.
    pub threads: usize,
    /// The size of a full data file, in bytes.
    pub target_file_size: u64,
    /// How long a consumed landing object is kept.
    pub grace: TimeDelta,
    /// How long a superseded generation is kept.
    pub retention: TimeDelta,
    /// What a compressed message may unpack to at `ingest`, in bytes: a landing object may hold so much.
    pub max_unpacked: u64,
}

impl CompactSettings {
    pub(super) fn read(
        raw: &impl Fn(Setting) -> Raw,
        lookup: &impl Fn(&str) -> Option<String>,
    ) -> Result<Self, InvalidSetting> {
        let (grace, retention) = (raw(GRACE), raw(RETENTION));
        let settings = Self {
            memory_budget: memory_budget(&raw(MEMORY_BUDGET), lookup)?,
            threads: threads(&raw(THREADS))?,
            target_file_size: raw(TARGET_FILE_SIZE).bytes()?,
            grace: grace.time_delta()?,
            retention: retention.time_delta()?,
            max_unpacked: ingest::max_unpacked(raw)?,
        };
        if settings.grace >= run::MAX_AGE {
            // A run may delete for an hour after it began; what it looked at must be older than that.
            return Err(grace.invalid("it must be under 1h, for example 10m"));
        }
        if settings.retention <= run::MAX_AGE * 2 {
            // A run may point the catalog at what it saw an hour ago, and another one delete what it saw an hour ago.
            return Err(retention.invalid("it must be over 2h, for example 6h"));
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

/// As set; else by the function's memory, where there is one.
fn memory_budget(raw: &Raw, lookup: &impl Fn(&str) -> Option<String>) -> Result<u64, InvalidSetting> {
    let set = lookup(raw.name).is_some_and(|value| !value.is_empty());
    let function = lookup(LAMBDA_MEMORY).and_then(|mib| mib.parse::<u64>().ok());
    match function {
        Some(mib) if !set => Ok(mib.saturating_mul((1 << 20) / 4 * 3)),
        _ => raw.bytes(),
    }
}

/// As set; else one for each processor that the process may use.
fn threads(raw: &Raw) -> Result<usize, InvalidSetting> {
    if raw.value.is_empty() {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        return Ok(processors.min(MOST_THREADS));
    }
    let threads = raw.value.parse().ok().filter(|threads| (1..=MOST_THREADS).contains(threads));
    threads.ok_or_else(|| raw.invalid("expected a whole number from 1 to 64, for example 2"))
}
