//! The keys of quarantine batches, which people list, read and replay.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;

use super::{BATCH_SUFFIX, QUARANTINE, UNROUTED, UnknownKey};
use crate::{Partition, batch::BatchName, name::DatasetName, partition::Granularity};

/// `quarantine/<dataset or _unrouted>/dt=YYYY-MM-DD/<batch>.ndjson.zst`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuarantineKey {
    /// The dataset; `None` for events of no known one.
    pub dataset: Option<DatasetName>,
    /// The UTC day of the messages in it.
    pub day: NaiveDate,
    /// The batch.
    pub batch: BatchName,
}

/// Where a dataset's rejected events are; `None` for events of no known one.
pub fn quarantine_prefix(dataset: Option<&DatasetName>) -> String {
    format!("{QUARANTINE}{}/", dataset.map_or(UNROUTED, DatasetName::as_str))
}

/// Where those of one UTC day are.
pub fn quarantine_day_prefix(dataset: Option<&DatasetName>, day: NaiveDate) -> String {
    format!("{}dt={}/", quarantine_prefix(dataset), day.format("%Y-%m-%d"))
}

/// One quarantine batch; `day` is the UTC day of the messages in it.
pub fn quarantine(dataset: Option<&DatasetName>, day: NaiveDate, batch: &BatchName) -> String {
    format!("{}{batch}{BATCH_SUFFIX}", quarantine_day_prefix(dataset, day))
}

impl QuarantineKey {
    /// Reads a decoded key.
    pub fn parse(key: &str) -> Result<Self, UnknownKey> {
        Self::try_parse(key).ok_or_else(|| UnknownKey(key.to_owned()))
    }

    fn try_parse(key: &str) -> Option<Self> {
        let (place, rest) = key.strip_prefix(QUARANTINE)?.split_once('/')?;
        let (day, file) = rest.split_once('/')?;
        let dataset = if place == UNROUTED { None } else { Some(DatasetName::new(place).ok()?) };
        // A day is written as a daily partition is, and by the same code.
        let day = day.parse::<Partition>().ok().filter(|day| day.granularity() == Granularity::Day)?.day();
        let batch = BatchName::parse(file.strip_suffix(BATCH_SUFFIX)?)?;
        Some(Self { dataset, day, batch })
    }
}

impl fmt::Display for QuarantineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quarantine(self.dataset.as_ref(), self.day, &self.batch))
    }
}

impl FromStr for QuarantineKey {
    type Err = UnknownKey;
    fn from_str(text: &str) -> Result<Self, UnknownKey> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BATCH: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_key_says_whose_events_and_of_which_day() {
        let dataset = DatasetName::new("bookings").unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        for (place, dataset) in [("bookings", Some(dataset)), ("_unrouted", None)] {
            let text = format!("quarantine/{place}/dt=2026-11-23/{BATCH}.ndjson.zst");
            let key = QuarantineKey::parse(&text).unwrap();
            assert_eq!((&key.dataset, key.day, key.batch.as_str()), (&dataset, day, BATCH));
            assert_eq!(key.to_string(), text);
            assert!(text.starts_with(&quarantine_day_prefix(dataset.as_ref(), day)));
        }
    }

    #[test]
    fn what_is_not_a_quarantine_key_is_refused() {
        for bad in [
            format!("landing/a/dt=2026-11-23/{BATCH}.ndjson.zst"),
            format!("quarantine/_other/dt=2026-11-23/{BATCH}.ndjson.zst"),
            format!("quarantine/a/dt=2026-11-23/hour=10/{BATCH}.ndjson.zst"),
            format!("quarantine/a/dt=2026-02-30/{BATCH}.ndjson.zst"),
            format!("quarantine/a/dt=2026-11-23/{BATCH}.ndjson"),
            "quarantine/a/dt=2026-11-23/x.ndjson.zst".to_owned(),
            "quarantine/a/".to_owned(),
        ] {
            assert_eq!(QuarantineKey::parse(&bad), Err(UnknownKey(bad)));
        }
    }

    proptest! {
        #[test]
        fn built_keys_parse(name in prop::option::of("[a-z][a-z0-9_]{0,20}"), day in 0_i32..3_000_000, batch in "[0-9a-f]{40}") {
            let key = QuarantineKey {
                dataset: name.map(|name| DatasetName::new(name).unwrap()),
                day: NaiveDate::from_num_days_from_ce_opt(day + 366).unwrap(),
                batch: BatchName::parse(&batch).unwrap(),
            };
            prop_assert_eq!(QuarantineKey::parse(&key.to_string()), Ok(key));
        }
    }
}
