//! How many partitions of the past one process writes to.
//!
//! Each partition costs a compaction, a commit, a file and an entry of the catalog, and hourly partitions of ten years
//! are 87,600: somebody who may publish could have them all made. Which of them exist already is not asked, since
//! that would be a listing for each; what is counted are the partitions that this process was asked to write to within
//! the hour of the clock. So the whole function may write to as many in each of its instances.
//!
//! A redelivery may come to another process, which takes what this one refused. Then the event is in quarantine and in
//! the table: nothing is lost, and replaying it changes nothing, since its identity and its partition are the same.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{DatasetName, Partition};

/// What ended since then is not counted: whoever uses up what the past may have must not stop what is current.
const RECENT: TimeDelta = TimeDelta::days(2);

/// Counts partitions, by dataset and hour.
#[derive(Debug)]
pub(crate) struct Openings {
    pub(crate) most: usize,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    /// The hour, since 1970.
    hour: i64,
    partitions: HashMap<DatasetName, HashSet<Partition>>,
}

impl Openings {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counted: Mutex::default() }
    }

    /// Whether events may go to the partition at this time.
    pub(crate) fn admit(&self, dataset: &DatasetName, partition: &Partition, now: DateTime<Utc>) -> bool {
        if partition.end() >= now - RECENT {
            return true;
        }
        let hour = now.timestamp().div_euclid(3_600);
        // A panic while it was held left nothing worse than a partition that is counted.
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.hour != hour {
            *counted = Counted { hour, ..Counted::default() };
        }
        let known = counted.partitions.entry(dataset.clone()).or_default();
        known.contains(partition) || (known.len() < self.most && known.insert(partition.clone()))
    }
}

#[cfg(test)]
mod tests {
    use domain::Granularity;
    use proptest::prelude::*;

    use super::*;

    fn partition(time: DateTime<Utc>) -> Partition {
        Partition::of(time, Granularity::Hour).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T10:05:00Z".parse().unwrap()
    }

    #[test]
    fn each_dataset_has_its_own_and_the_next_hour_begins_anew() {
        let (openings, old) = (Openings::new(2), |days| partition(now() - TimeDelta::days(days)));
        let [orders, clicks] = ["orders", "clicks"].map(|name| DatasetName::new(name).unwrap());
        let admits = |dataset: &DatasetName, days, now| openings.admit(dataset, &old(days), now);
        assert!(admits(&orders, 3, now()) && admits(&orders, 4, now()));
        assert!(!admits(&orders, 5, now()), "a third one");
        assert!(admits(&orders, 3, now()) && admits(&orders, 4, now()), "again");
        assert!(admits(&clicks, 5, now()), "of another dataset");
        let later = now() + TimeDelta::minutes(55);
        assert!(admits(&orders, 5, later) && admits(&orders, 6, later));
        assert!(!admits(&orders, 3, later));
    }

    #[test]
    fn what_is_current_goes_on_whatever_else_comes() {
        let (openings, dataset) = (Openings::new(1), DatasetName::new("orders").unwrap());
        let old = |hours| partition(now() - TimeDelta::hours(hours));
        assert!(openings.admit(&dataset, &old(1_000), now()));
        assert!(!openings.admit(&dataset, &old(1_001), now()));
        for hours in -24..=48 {
            assert!(openings.admit(&dataset, &old(hours), now()), "{hours}");
        }
        assert!(!openings.admit(&dataset, &old(49), now()), "it ended two days and five minutes ago");
    }

    proptest! {
        #[test]
        fn never_more_than_so_many_and_always_those_that_were_admitted(
            most in 1_usize..20, hours in prop::collection::vec(50_i64..90, 1..200),
        ) {
            let (openings, dataset) = (Openings::new(most), DatasetName::new("orders").unwrap());
            let mut admitted = HashSet::new();
            for hours in hours {
                let partition = partition(now() - TimeDelta::hours(hours));
                let expected = admitted.contains(&partition) || admitted.len() < most;
                prop_assert_eq!(openings.admit(&dataset, &partition, now()), expected);
                if expected {
                    admitted.insert(partition);
                }
            }
        }
    }
}
