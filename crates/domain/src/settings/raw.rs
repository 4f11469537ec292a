//! The text of a setting, and what it may be.

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{InvalidSetting, Setting};
use crate::name::DatasetName;

pub(super) struct Raw {
    pub(super) name: &'static str,
    pub(super) value: String,
}

impl Raw {
    /// What `lookup` has for the setting, or else the default. An empty text counts as none.
    pub(super) fn of(setting: Setting, lookup: &impl Fn(&str) -> Option<String>) -> Self {
        let value = lookup(setting.name).filter(|value| !value.is_empty());
        Self { name: setting.name, value: value.unwrap_or_else(|| setting.default.to_owned()) }
    }

    pub(super) fn invalid(&self, expected: impl fmt::Display) -> InvalidSetting {
        InvalidSetting { name: self.name, value: self.value.clone(), expected: expected.to_string() }
    }

    fn matching(self, rule: &str, is_valid: impl Fn(&str) -> bool) -> Result<String, InvalidSetting> {
        if is_valid(&self.value) {
            Ok(self.value)
        } else {
            Err(self.invalid(format_args!("expected {rule}")))
        }
    }

    pub(super) fn bucket(self) -> Result<String, InvalidSetting> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        self.matching("3 to 63 of a-z, 0-9, '.' and '-'", |text| {
            (3..=63).contains(&text.len()) && text.bytes().all(allowed)
        })
    }

    pub(super) fn database(self) -> Result<String, InvalidSetting> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
        self.matching("1 to 255 of a-z, 0-9 and '_'", |text| {
            (1..=255).contains(&text.len()) && text.bytes().all(allowed)
        })
    }

    pub(super) fn workgroup(self) -> Result<String, InvalidSetting> {
        self.matching("1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-'", is_workgroup)
    }

    pub(super) fn dataset(self) -> Result<Option<DatasetName>, InvalidSetting> {
        if self.value.is_empty() {
            return Ok(None);
        }
        DatasetName::new(self.value.clone()).map(Some).map_err(|error| self.invalid(error))
    }

    /// What CloudWatch takes as the value of a dimension, and names of resources are made of.
    pub(super) fn lake(self) -> Result<Option<String>, InvalidSetting> {
        if self.value.is_empty() {
            return Ok(None);
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if self.value.len() <= 128 && self.value.bytes().all(allowed) {
            Ok(Some(self.value))
        } else {
            Err(self
                .invalid("expected 1 to 128 of A-Z, a-z, 0-9, '.', '_' and '-', for example tributary-prod"))
        }
    }

    /// A label of metrics: short, and the same everywhere.
    pub(super) fn label(self) -> Result<String, InvalidSetting> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        self.matching("1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', for example prod", |text| {
            (1..=64).contains(&text.len()) && text.bytes().all(allowed)
        })
    }

    pub(super) fn number(&self, least: u64) -> Result<u64, InvalidSetting> {
        let expected =
            || self.invalid(format_args!("expected a whole number from {least}, for example 1000"));
        self.value.parse().ok().filter(|number| *number >= least).ok_or_else(expected)
    }

    pub(super) fn switch(&self) -> Result<bool, InvalidSetting> {
        match self.value.as_str() {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(self.invalid("expected on or off")),
        }
    }

    pub(super) fn day(&self) -> Result<DateTime<Utc>, InvalidSetting> {
        let midnight = format!("{}T00:00:00Z", self.value);
        midnight.parse().map_err(|_| self.invalid("expected a day, for example 1970-01-01"))
    }

    pub(super) fn duration(&self) -> Result<Duration, InvalidSetting> {
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)];
        self.quantity(&units)
            .map(Duration::from_millis)
            .ok_or_else(|| self.invalid("expected a number and one of ms, s, m, h, for example 10m"))
    }

    /// What is too long to count is as long as can be counted.
    pub(super) fn time_delta(&self) -> Result<TimeDelta, InvalidSetting> {
        Ok(TimeDelta::from_std(self.duration()?).unwrap_or(TimeDelta::MAX))
    }

    pub(super) fn bytes(&self) -> Result<u64, InvalidSetting> {
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

pub(super) fn is_workgroup(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=128).contains(&text.len()) && text.bytes().all(allowed)
}
