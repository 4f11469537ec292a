//! How finely to partition the dataset, by how much the sample has in a day.

use std::collections::BTreeSet;

use domain::{
    Dataset, Granularity,
    event::{self, Event},
};

use crate::output::{bytes, count, counted};

/// Of less JSON in a day, the file of a day has some hundred KB at most: reading it costs a request, and hardly any time.
const SMALL_DAY: u64 = 1 << 20;
/// The most JSON for one partition that has everything: half a minute's work for `compact`, in a fraction of its memory.
const SMALL_ALL: u64 = 64 << 20;
/// Of fewer days it cannot be told what a day has.
const FEW_DAYS: usize = 8;

/// What is proposed, and why it is not days.
pub(super) struct Chosen {
    pub(super) by: Granularity,
    pub(super) because: Option<String>,
}

/// Looks at the events of a sample, as `publish` would send them. `is_whole` says that there are no others: the sample is
/// the data.
pub(super) fn choose(dataset: &Dataset, events: &[String], is_whole: bool) -> Chosen {
    let days = Chosen { by: Granularity::Day, because: None };
    let size: u64 = events.iter().map(|event| event.len() as u64).sum();
    if dataset.event_time().is_some() {
        let times = events.iter().filter_map(|text| event::time(dataset, &Event::parse(text).ok()?));
        let seen = times.map(|time| time.date_naive()).collect::<BTreeSet<_>>().len();
        let a_day = size / seen.max(1) as u64;
        if seen < FEW_DAYS || a_day >= SMALL_DAY {
            return days;
        }
        let because = format!(
            "partition_by month: there are {} of {} days, about {} a day, which would be a partition with a small file \
             for each day. It cannot be changed later: if much more will come, say --partition-by day",
            counted(events.len() as u64, "event"),
            count(seen as u64),
            bytes(a_day),
        );
        return Chosen { by: Granularity::Month, because: Some(because) };
    }
    if dataset.identity().len() > 0 && is_whole && size < SMALL_ALL {
        let because = format!(
            "partition_by none: there are {} of {} in all, with an identity and without an event time, so one partition \
             has them, and what is published again is known there. It cannot be changed later: for a stream that goes on, \
             say --partition-by day",
            counted(events.len() as u64, "event"),
            bytes(size),
        );
        return Chosen { by: Granularity::None, because: Some(because) };
    }
    days
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};
    use serde_json::json;

    use super::*;

    fn dataset(keys: &[&str]) -> Dataset {
        let mut definition = json!({"name": "d", "columns": [
            {"name": "at", "type": "timestamp", "required": true}, {"name": "n", "type": "bigint", "required": true}]});
        for key in keys {
            match *key {
                "event_time" => definition["event_time"] = "at".into(),
                _ => definition["identity"] = json!(["n"]),
            }
        }
        Dataset::from_json(definition.to_string().as_bytes()).unwrap()
    }

    /// So many events on each of so many days, each with a text of so many characters.
    fn events(days: u64, each: u64, width: usize) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(2013, 1, 1).unwrap();
        let day = |day: u64| first.checked_add_days(Days::new(day)).unwrap();
        let event = |n: u64| {
            let (at, text) = (day(n / each), "x".repeat(width));
            format!(r#"{{"at": "{at}T10:00:00Z", "n": {n}, "text": "{text}"}}"#)
        };
        (0..days * each).map(event).collect()
    }

    #[test]
    fn little_data_gets_months_or_no_partitions_and_says_why() {
        let timed = dataset(&["event_time"]);
        for (events, expected) in [
            // A year of hourly weather at one station: some KB a day.
            (events(364, 24, 100), Granularity::Month),
            (events(9, 2, 600_000), Granularity::Day),
            // Too few days to tell.
            (events(7, 24, 100), Granularity::Day),
            (Vec::new(), Granularity::Day),
        ] {
            for is_whole in [false, true] {
                let chosen = choose(&timed, &events, is_whole);
                assert_eq!(chosen.by, expected);
                assert_eq!(chosen.because.is_some(), expected != Granularity::Day);
            }
        }
        let airports = events(1, 1_458, 100);
        assert_eq!(choose(&dataset(&["identity"]), &airports, true).by, Granularity::None);
        // The beginning of something longer, and what has no identity: there twins are found by message only.
        assert_eq!(choose(&dataset(&["identity"]), &airports, false).by, Granularity::Day);
        assert_eq!(choose(&dataset(&[]), &airports, true).by, Granularity::Day);
        assert_eq!(choose(&dataset(&["identity"]), &events(1, 200, 400_000), true).by, Granularity::Day);
    }
}
