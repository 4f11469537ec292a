//! The settings: raw text from the environment, then validated values. The README has the same table, and a
//! test compares the two.

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{name::DatasetName, run};

/// One setting, as the README lists it.
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
const EARLIEST_EVENT: Setting = Setting {
    name: "TRIBUTARY_EARLIEST_EVENT",
    default: "1970-01-01",
    meaning: "The first day of event times; events before it go to quarantine.",
};
const EVENT_AHEAD: Setting = Setting {
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
    default: "256MiB",
    meaning: "The landing bytes, unpacked, that `compact` takes into one generation.",
};
const GRACE: Setting = Setting {
    name: "TRIBUTARY_GRACE",
    default: "10m",
    meaning: "How long a consumed landing object is kept. Must be under `1h`.",
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
/// What is logged.
pub const LOG: Setting = Setting {
    name: "TRIBUTARY_LOG",
    default: "info",
    meaning: "What is logged: `error`, `warn`, `info`, `debug`, `trace`, or filters such as `compact=debug`.",
};

/// Every setting there is.
pub const ALL: [Setting; 13] = [
    BUCKET,
    DATABASE,
    WORKGROUP,
    DEFAULT_DATASET,
    EARLIEST_EVENT,
    EVENT_AHEAD,
    MAX_UNPACKED,
    MEMORY_BUDGET,
    GRACE,
    WAIT,
    MAX_ROWS,
    CATALOG_CACHE,
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
    /// What a compressed message may unpack to, in bytes.
    pub max_unpacked: u64,
    /// The landing bytes, unpacked, that `compact` takes into one generation.
    pub memory_budget: u64,
    /// How long a consumed landing object is kept.
    pub grace: TimeDelta,
    /// How long a request waits for its query.
    pub wait: Duration,
    /// The highest limit of a request.
    pub max_rows: u64,
    /// How old the catalog snapshot of the API may be.
    pub catalog_cache: Duration,
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
        let grace = raw(GRACE);
        let settings = Self {
            bucket: raw(BUCKET).matching("3 to 63 of a-z, 0-9, '.' and '-'", is_bucket)?,
            database: raw(DATABASE).matching("1 to 255 of a-z, 0-9 and '_'", is_database)?,
            workgroup: raw(WORKGROUP)
                .matching("1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'", is_workgroup)?,
            default_dataset: raw(DEFAULT_DATASET).dataset()?,
            earliest_event: raw(EARLIEST_EVENT).day()?,
            event_ahead: TimeDelta::from_std(raw(EVENT_AHEAD).duration()?).unwrap_or(TimeDelta::MAX),
            max_unpacked: raw(MAX_UNPACKED).bytes()?,
            memory_budget: raw(MEMORY_BUDGET).bytes()?,
            grace: TimeDelta::from_std(grace.duration()?).unwrap_or(TimeDelta::MAX),
            wait: raw(WAIT).duration()?,
            max_rows: raw(MAX_ROWS).number(1)?,
            catalog_cache: raw(CATALOG_CACHE).duration()?,
            log: raw(LOG).value,
        };
        if settings.grace >= run::MAX_AGE {
            // A run may delete for an hour after it began; what it looked at must be older than that.
            return Err(grace.invalid("it must be under 1h, for example 10m"));
        }
        if settings.event_ahead > TimeDelta::days(366) {
            return Err(raw(EVENT_AHEAD).invalid("it must be at most a year, 8784h"));
        }
        if !(1 << 18..=1 << 28).contains(&settings.max_unpacked) {
            // Below, a message that SNS takes uncompressed would be refused.
            return Err(raw(MAX_UNPACKED).invalid("it must be from 256KiB to 256MiB"));
        }
        if !(1 << 20..=1 << 30).contains(&settings.memory_budget) {
            // Columns of text are addressed with 31 bits.
            return Err(raw(MEMORY_BUDGET).invalid("it must be from 1MiB to 1GiB"));
        }
        Ok(settings)
    }
}

struct Raw {
    name: &'static str,
    value: String,
}

impl Raw {
    fn invalid(&self, expected: impl fmt::Display) -> InvalidSetting {
        InvalidSetting { name: self.name, value: self.value.clone(), expected: expected.to_string() }
    }

    fn matching(self, rule: &str, is_valid: fn(&str) -> bool) -> Result<String, InvalidSetting> {
        if is_valid(&self.value) {
            Ok(self.value)
        } else {
            Err(self.invalid(format_args!("expected {rule}")))
        }
    }

    fn dataset(self) -> Result<Option<DatasetName>, InvalidSetting> {
        if self.value.is_empty() {
            return Ok(None);
        }
        DatasetName::new(self.value.clone()).map(Some).map_err(|error| self.invalid(error))
    }

    fn number(&self, least: u64) -> Result<u64, InvalidSetting> {
        let expected =
            || self.invalid(format_args!("expected a whole number from {least}, for example 1000"));
        self.value.parse().ok().filter(|number| *number >= least).ok_or_else(expected)
    }

    fn day(&self) -> Result<DateTime<Utc>, InvalidSetting> {
        let midnight = format!("{}T00:00:00Z", self.value);
        midnight.parse().map_err(|_| self.invalid("expected a day, for example 1970-01-01"))
    }

    fn duration(&self) -> Result<Duration, InvalidSetting> {
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
        self.quantity(&units)
            .map(Duration::from_millis)
            .ok_or_else(|| self.invalid("expected a number and one of ms, s, m, h, for example 10m"))
    }

    fn bytes(&self) -> Result<u64, InvalidSetting> {
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
        self.quantity(&units)
            .ok_or_else(|| self.invalid("expected a number and one of KiB, MiB, GiB, for example 256MiB"))
    }

    fn quantity(&self, units: &[(&str, u64)]) -> Option<u64> {
        let digits = self.value.find(|c: char| !c.is_ascii_digit())?;
        let (number, unit) = self.value.split_at(digits);
        let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
        number.parse::<u64>().ok()?.checked_mul(*factor)
    }
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
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
        Settings::read(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_defaults_are_valid_and_an_empty_variable_counts_as_none() {
        let defaults = read(&[]).unwrap();
        assert_eq!(defaults.grace, TimeDelta::minutes(10));
        assert_eq!(defaults.memory_budget, 256 << 20);
        assert_eq!(read(&[("TRIBUTARY_GRACE", "")]).unwrap(), defaults);
    }

    #[test]
    fn each_refusal_names_the_variable_and_what_would_be_right() {
        for (name, value, words) in [
            ("TRIBUTARY_GRACE", "1h", "under 1h"),
            ("TRIBUTARY_GRACE", "10", "10m"),
            ("TRIBUTARY_WAIT", "soon", "ms, s, m, h"),
            ("TRIBUTARY_WAIT", "99999999999999999999h", "ms, s, m, h"),
            ("TRIBUTARY_MEMORY_BUDGET", "0MiB", "from 1MiB to 1GiB"),
            ("TRIBUTARY_MEMORY_BUDGET", "2GiB", "from 1MiB to 1GiB"),
            ("TRIBUTARY_MEMORY_BUDGET", "1MB", "MiB"),
            ("TRIBUTARY_MAX_ROWS", "0", "from 1"),
            ("TRIBUTARY_EARLIEST_EVENT", "yesterday", "expected a day, for example 1970-01-01"),
            ("TRIBUTARY_EVENT_AHEAD", "9000h", "at most a year"),
            ("TRIBUTARY_MAX_UNPACKED", "1KiB", "from 256KiB to 256MiB"),
            ("TRIBUTARY_BUCKET", "My_Bucket", "3 to 63"),
            ("TRIBUTARY_DATABASE", "a\"b", "1 to 255"),
            ("TRIBUTARY_DEFAULT_DATASET", "Nope", "[a-z]"),
        ] {
            let message = read(&[(name, value)]).unwrap_err().to_string();
            assert!(message.starts_with(name) && message.contains(words), "{message}");
        }
    }
}
