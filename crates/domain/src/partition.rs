//! A partition: one UTC day, hour or month, or all of a dataset.

use std::{
    fmt,
    str::{self, FromStr},
};

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
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
    /// `dt=2026-11`
    Month,
    /// `dt=all`: one partition has everything. The table has a partition key all the same, since a generation becomes
    /// visible as the location of a partition.
    None,
}

impl Granularity {
    /// The Glue partition keys, in order. All of them are of type `string`.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Day | Self::Month | Self::None => &["dt"],
            Self::Hour => &["dt", "hour"],
        }
    }

    /// The word of a definition's `partition_by`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Month => "month",
            Self::None => "none",
        }
    }
}

/// One partition of a dataset. Its text form is both the path below a dataset's prefix and the Hive style
/// `key=value` that engines expect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Partition {
    /// Its first day.
    dt: NaiveDate,
    part: Part,
}

/// How much of the time from that day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Part {
    All,
    Month,
    Day,
    Hour(u8),
}

/// The value of `dt` of the partition that has everything.
const ALL: &str = "all";

/// The first day that a partition can have.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(0, 1, 1).unwrap_or_default()
}

/// Why a text is not a partition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid partition {0:?}: expected dt=YYYY-MM-DD, dt=YYYY-MM-DD/hour=HH, dt=YYYY-MM or dt=all")]
pub struct InvalidPartition(String);

/// A partition that its dataset cannot have: as a day of a dataset that is partitioned by hour.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("dataset {dataset} is {}, and {partition} is {}: {}", how(.granularity), what(.partition), advice(.granularity, .partition))]
pub struct OtherGranularity {
    /// The dataset.
    pub dataset: DatasetName,
    /// What was named.
    pub partition: Partition,
    /// How the dataset is partitioned.
    pub granularity: Granularity,
}

fn how(granularity: &Granularity) -> String {
    match granularity {
        Granularity::None => "not partitioned".to_owned(),
        finer => format!("partitioned by {}", finer.as_str()),
    }
}

fn what(found: &Partition) -> &'static str {
    match found.part {
        Part::All => "all of a dataset",
        Part::Month => "a month",
        Part::Day => "a day",
        Part::Hour(_) => "an hour",
    }
}

fn advice(wanted: &Granularity, found: &Partition) -> String {
    let (wanted, dt) = (*wanted, found.dt);
    let whole = match wanted {
        Granularity::None => return format!("name its only partition, {}", Partition::all()),
        Granularity::Month => Partition { dt: dt.with_day(1).unwrap_or(dt), part: Part::Month },
        Granularity::Day => Partition { dt, part: Part::Day },
        Granularity::Hour => Partition { dt, part: Part::Hour(0) },
    };
    // Of a finer one there is one that has it; of a coarser one, there are many in it.
    match (found.part, wanted) {
        (Part::All, _) => format!("name one of its {}s", wanted.as_str()),
        (Part::Hour(_), _) | (Part::Day, Granularity::Month) => {
            format!("name its {}, {whole}", wanted.as_str())
        }
        _ => format!("name one of its {}s, for example {whole}", wanted.as_str()),
    }
}

impl Partition {
    /// The partition that an event of this time belongs to; `None` outside the years 0 to 9999 of UTC, which
    /// have no text that everybody reads.
    pub fn of(time: DateTime<Utc>, granularity: Granularity) -> Option<Self> {
        let dt = time.date_naive();
        if !(0..=9999).contains(&dt.year()) {
            return None;
        }
        Some(match granularity {
            Granularity::None => Self::all(),
            Granularity::Month => Self { dt: dt.with_day(1)?, part: Part::Month },
            Granularity::Day => Self { dt, part: Part::Day },
            Granularity::Hour => Self { dt, part: Part::Hour(u8::try_from(time.hour()).ok()?) },
        })
    }

    /// The only partition of a dataset that is not partitioned.
    fn all() -> Self {
        Self { dt: first_day(), part: Part::All }
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
        let text = |format| self.dt.format(format).to_string();
        match self.part {
            Part::All => vec![ALL.to_owned()],
            Part::Month => vec![text("%Y-%m")],
            Part::Day => vec![text("%Y-%m-%d")],
            Part::Hour(hour) => vec![text("%Y-%m-%d"), format!("{hour:02}")],
        }
    }

    /// The day, or the first one of a month. Of the partition that has everything, the first that there can be.
    pub fn day(&self) -> NaiveDate {
        self.dt
    }

    /// Its first moment.
    pub fn begin(&self) -> DateTime<Utc> {
        let hour = match self.part {
            Part::Hour(hour) => hour.into(),
            Part::All | Part::Month | Part::Day => 0,
        };
        let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        self.dt.and_time(time).and_utc()
    }

    /// Its last millisecond.
    pub fn end(&self) -> DateTime<Utc> {
        let begin = self.begin();
        let next = match self.part {
            // Of the years that partitions have.
            Part::All => begin.checked_add_months(Months::new(12 * 10_000)),
            Part::Month => begin.checked_add_months(Months::new(1)),
            Part::Day => Some(begin + TimeDelta::days(1)),
            Part::Hour(_) => Some(begin + TimeDelta::hours(1)),
        };
        next.unwrap_or(begin) - TimeDelta::milliseconds(1)
    }

    /// Of which granularity a dataset has such partitions.
    pub fn granularity(&self) -> Granularity {
        match self.part {
            Part::All => Granularity::None,
            Part::Month => Granularity::Month,
            Part::Day => Granularity::Day,
            Part::Hour(_) => Granularity::Hour,
        }
    }

    fn parse(dt: &str, hour: Option<&str>) -> Option<Self> {
        if dt == ALL && hour.is_none() {
            return Some(Self::all());
        }
        // Looked at first: a year may have a sign for the parser.
        let is_in_place = |(index, byte): (usize, u8)| match index {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        if !dt.bytes().enumerate().all(is_in_place) {
            return None;
        }
        let part = match (dt.len(), hour) {
            (7, None) => Part::Month,
            (10, None) => Part::Day,
            (10, Some(text)) if text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit()) => {
                Part::Hour(text.parse::<u8>().ok().filter(|hour| *hour < 24)?)
            }
            _ => return None,
        };
        let day = if part == Part::Month { format!("{dt}-01") } else { dt.to_owned() };
        let dt = NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok()?;
        Some(Self { dt, part })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Each object's key has it, and its name: so it is put together from digits, without a format to interpret.
        let [y1, y2] = two(self.dt.year().unsigned_abs() / 100);
        let [y3, y4] = two(self.dt.year().unsigned_abs());
        let [m1, m2] = two(self.dt.month());
        let [d1, d2] = two(self.dt.day());
        let hour = match self.part {
            Part::All => return f.write_str("dt=all"),
            Part::Month | Part::Day => 0,
            Part::Hour(hour) => hour,
        };
        let [h1, h2] = two(hour.into());
        let text = [
            b'd', b't', b'=', y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'/', b'h', b'o', b'u', b'r', b'=',
            h1, h2,
        ];
        let length = match self.part {
            Part::Hour(_) => text.len(),
            Part::Day => "dt=YYYY-MM-DD".len(),
            Part::Month | Part::All => "dt=YYYY-MM".len(),
        };
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
mod tests;
