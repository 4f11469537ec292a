//! A partition: one UTC day, or one UTC hour.

use std::{
    fmt,
    str::{self, FromStr},
};

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Serialize};

use crate::name::DatasetName;

/// How finely a dataset is partitioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// `dt=2026-11-23`
    #[default]
    Day,
    /// `dt=2026-11-23/hour=10`
    Hour,
}

impl Granularity {
    /// The Glue partition keys, in order. All of them are of type `string`.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Day => &["dt"],
            Self::Hour => &["dt", "hour"],
        }
    }
}

/// One partition of a dataset. Its text form is both the path below a dataset's prefix and the Hive style
/// `key=value` that engines expect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Partition {
    dt: NaiveDate,
    hour: Option<u8>,
}

/// Why a text is not a partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid partition {0:?}: expected dt=YYYY-MM-DD or dt=YYYY-MM-DD/hour=HH")]
pub struct InvalidPartition(String);

/// A partition that its dataset cannot have: a day of a dataset that is partitioned by hour, or an hour of one that is
/// partitioned by day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("dataset {dataset} is partitioned by {}, and {partition} is {}", word(.granularity), advice(.partition))]
pub struct OtherGranularity {
    /// The dataset.
    pub dataset: DatasetName,
    /// What was named.
    pub partition: Partition,
    /// How the dataset is partitioned.
    pub granularity: Granularity,
}

fn word(granularity: &Granularity) -> &'static str {
    match granularity {
        Granularity::Day => "day",
        Granularity::Hour => "hour",
    }
}

fn advice(found: &Partition) -> String {
    match found.granularity() {
        Granularity::Day => format!("a day: name one of its hours, for example {found}/hour=00"),
        Granularity::Hour => format!("an hour: name its day, {}", Partition { dt: found.dt, hour: None }),
    }
}

impl Partition {
    /// The partition that an event of this time belongs to; `None` outside the years 0 to 9999 of UTC, which
    /// have no text that everybody reads.
    pub fn of(time: DateTime<Utc>, granularity: Granularity) -> Option<Self> {
        let hour = match granularity {
            Granularity::Day => None,
            Granularity::Hour => u8::try_from(time.hour()).ok(),
        };
        let dt = time.date_naive();
        (0..=9999).contains(&dt.year()).then_some(Self { dt, hour })
    }

    /// Reads Glue's partition values, in the order of the table's partition keys.
    pub fn from_values(values: &[String]) -> Result<Self, InvalidPartition> {
        let invalid = || InvalidPartition(values.join("/"));
        match values {
            [dt] => Self::parse(dt, None),
            [dt, hour] => Self::parse(dt, Some(hour)),
            _ => None,
        }
        .ok_or_else(invalid)
    }

    /// The values for Glue, in the order of the table's partition keys.
    pub fn values(&self) -> Vec<String> {
        let dt = self.dt.format("%Y-%m-%d").to_string();
        match self.hour {
            None => vec![dt],
            Some(hour) => vec![dt, format!("{hour:02}")],
        }
    }

    /// The day.
    pub fn day(&self) -> NaiveDate {
        self.dt
    }

    /// Its first moment.
    pub fn begin(&self) -> DateTime<Utc> {
        let hour = NaiveTime::from_hms_opt(self.hour.unwrap_or_default().into(), 0, 0);
        self.dt.and_time(hour.unwrap_or(NaiveTime::MIN)).and_utc()
    }

    /// Its last millisecond.
    pub fn end(&self) -> DateTime<Utc> {
        let length = match self.granularity() {
            Granularity::Day => TimeDelta::days(1),
            Granularity::Hour => TimeDelta::hours(1),
        };
        self.begin() + length - TimeDelta::milliseconds(1)
    }

    /// Whether this is an hour or a day.
    pub fn granularity(&self) -> Granularity {
        if self.hour.is_some() { Granularity::Hour } else { Granularity::Day }
    }

    fn parse(dt: &str, hour: Option<&str>) -> Option<Self> {
        let canonical_day = dt.len() == 10 && dt.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        let dt = NaiveDate::parse_from_str(dt, "%Y-%m-%d").ok().filter(|_| canonical_day)?;
        let hour = match hour {
            None => None,
            Some(text) if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) => {
                Some(text.parse().ok().filter(|hour| *hour < 24)?)
            }
            Some(_) => return None,
        };
        Some(Self { dt, hour })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Each object's key has it, and its name: so it is put together from digits, without a format to interpret.
        let [y1, y2] = two(self.dt.year().unsigned_abs() / 100);
        let [y3, y4] = two(self.dt.year().unsigned_abs());
        let [m1, m2] = two(self.dt.month());
        let [d1, d2] = two(self.dt.day());
        let [h1, h2] = two(self.hour.unwrap_or_default().into());
        let text = [
            b'd', b't', b'=', y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'/', b'h', b'o', b'u', b'r', b'=',
            h1, h2,
        ];
        let length = if self.hour.is_some() { text.len() } else { "dt=YYYY-MM-DD".len() };
        f.write_str(str::from_utf8(&text[..length]).map_err(|_| fmt::Error)?)
    }
}

/// The last two digits of a number.
fn two(number: u32) -> [u8; 2] {
    let digit = |digit: u32| b'0' + (digit % 10) as u8;
    [digit(number / 10), digit(number)]
}

impl FromStr for Partition {
    type Err = InvalidPartition;

    fn from_str(text: &str) -> Result<Self, InvalidPartition> {
        let parsed = match text.split_once('/') {
            None => text.strip_prefix("dt=").and_then(|dt| Self::parse(dt, None)),
            Some((dt, hour)) => dt
                .strip_prefix("dt=")
                .zip(hour.strip_prefix("hour="))
                .and_then(|(dt, hour)| Self::parse(dt, Some(hour))),
        };
        parsed.ok_or_else(|| InvalidPartition(text.to_owned()))
    }
}

impl TryFrom<String> for Partition {
    type Error = InvalidPartition;
    fn try_from(text: String) -> Result<Self, InvalidPartition> {
        text.parse()
    }
}

impl From<Partition> for String {
    fn from(partition: Partition) -> Self {
        partition.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_canonical_text_is_a_partition() {
        for bad in [
            "",
            "dt=",
            "dt=2026-1-2",
            "dt=2026-02-30",
            "2026-11-23",
            "dt=2026-11-23/",
            "dt=2026-11-23/hour=24",
            "dt=2026-11-23/hour=7",
            "dt=2026-11-23/hour=+7",
            "dt=+2026-11-2",
        ] {
            assert!(bad.parse::<Partition>().is_err(), "{bad:?} was accepted");
        }
    }

    proptest! {
        #[test]
        fn text_and_values_round_trip(seconds in -100_000_000_000_i64..400_000_000_000, hourly: bool) {
            let granularity = if hourly { Granularity::Hour } else { Granularity::Day };
            let time = DateTime::from_timestamp(seconds, 0).unwrap();
            let Some(partition) = Partition::of(time, granularity) else {
                prop_assert!(!(0..=9999).contains(&time.year()));
                return Ok(());
            };
            prop_assert_eq!(&partition.to_string().parse::<Partition>().unwrap(), &partition);
            prop_assert_eq!(&Partition::from_values(&partition.values()).unwrap(), &partition);
            prop_assert_eq!(Partition::of(partition.begin(), granularity), Some(partition.clone()));
            prop_assert!(partition.begin() <= time && time <= partition.end());
            prop_assert_eq!(Partition::of(partition.end(), granularity), Some(partition.clone()));
            prop_assert_eq!(partition.granularity(), granularity);
        }
    }
}
