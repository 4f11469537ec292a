//! What was refused in the last days.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{
    DatasetName,
    port::{ObjectStore, StoreError},
};
use serde::Serialize;

use crate::quarantine::{Place, Selection, Summary, find};

/// How many days are looked at, today among them.
pub(super) const DAYS: u64 = 7;
/// The most objects that are read.
const OBJECTS: usize = 500;

/// Refused events, by the day of their messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Quarantined {
    pub(super) events_by_day: BTreeMap<NaiveDate, u64>,
    /// The most frequent reason of the newest day, without what was found.
    pub(super) most_frequent_reason: Option<String>,
    /// Objects that cannot be read in full.
    pub(super) damaged: usize,
    /// Whether there is more than was looked at.
    pub(super) cut: bool,
}

pub(super) async fn read<S: ObjectStore>(
    store: &S,
    dataset: Option<&DatasetName>,
    now: DateTime<Utc>,
) -> Result<Quarantined, StoreError> {
    let selection = Selection {
        place: Some(Place(dataset.cloned())),
        since: now.date_naive().checked_sub_days(Days::new(DAYS - 1)),
        max_objects: OBJECTS,
        ..Selection::default()
    };
    let listing = find(store, &selection, |_| ()).await?;
    let summary = Summary::of(store, &listing, &selection, || ()).await?;
    let mut quarantined =
        Quarantined { damaged: summary.damaged.len(), cut: listing.left_out > 0, ..Quarantined::default() };
    for (group, counted) in &summary.groups {
        *quarantined.events_by_day.entry(group.day).or_default() += counted.events;
    }
    let newest = quarantined.events_by_day.keys().next_back();
    let of_newest = summary.groups.iter().filter(|(group, _)| Some(&group.day) == newest);
    let most = of_newest.max_by_key(|(_, counted)| counted.events);
    quarantined.most_frequent_reason = most.map(|(group, _)| group.reason.clone());
    Ok(quarantined)
}

impl Quarantined {
    /// All that was counted.
    pub(super) fn events(&self) -> u64 {
        self.events_by_day.values().sum()
    }

    /// Of today and yesterday: what whoever is on call has not seen yet.
    pub(super) fn recent(&self, now: DateTime<Utc>) -> u64 {
        let yesterday = now.date_naive().checked_sub_days(Days::new(1)).unwrap_or(NaiveDate::MIN);
        self.events_by_day.range(yesterday..).map(|(_, events)| events).sum()
    }
}
