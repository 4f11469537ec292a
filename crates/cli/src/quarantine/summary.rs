//! Refused events counted by place, day and reason.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use domain::port::{ObjectStore, StoreError};
use futures::{StreamExt, pin_mut};
use serde::Serialize;

use super::{
    find::{Found, Listing},
    read::{self, Damage},
    reason,
    selection::{Place, Selection},
};

/// The most groups that are kept apart, so that a flood of different reasons does not fill the memory.
const MAX_GROUPS: usize = 10_000;
const OTHER: &str = "(other reasons)";

/// What the events of one group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GroupKey {
    pub(crate) place: Place,
    pub(crate) day: NaiveDate,
    pub(crate) reason: String,
}

/// The events of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) events: u64,
    /// When the newest of them was refused.
    pub(crate) newest_at: DateTime<Utc>,
    /// The object that holds the newest.
    pub(crate) example: String,
}

/// An object that could not be read in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Damaged {
    pub(crate) key: String,
    pub(crate) error: String,
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    pub(crate) groups: BTreeMap<GroupKey, Group>,
    /// Objects that were read.
    pub(crate) objects: u64,
    /// Objects that were gone when they were to be read.
    pub(crate) vanished: u64,
    pub(crate) damaged: Vec<Damaged>,
}

impl Summary {
    /// Reads and counts; `progress` is called after each object.
    pub(crate) async fn of<S: ObjectStore>(
        store: &S,
        listing: &Listing,
        selection: &Selection,
        progress: impl Fn(),
    ) -> Result<Self, StoreError> {
        let mut summary = Self::default();
        let bodies = read::bodies(store, &listing.objects);
        pin_mut!(bodies);
        while let Some(object) = bodies.next().await {
            match object? {
                (found, Some(body)) => summary.add(&found, &body, selection),
                (_, None) => summary.vanished += 1,
            }
            progress();
        }
        Ok(summary)
    }

    /// All events.
    pub(crate) fn events(&self) -> u64 {
        self.groups.values().map(|group| group.events).sum()
    }

    fn add(&mut self, found: &Found, body: &Bytes, selection: &Selection) {
        self.objects += 1;
        let key = found.key.to_string();
        for line in read::lines(body) {
            match line {
                Ok(rejected) if selection.has(&rejected) => {
                    self.count(found, &key, &reason::group(&rejected.reason), rejected.at);
                }
                Ok(_) => {}
                Err(damage) => self.damaged.push(Damaged::new(&key, &damage)),
            }
        }
    }

    fn count(&mut self, found: &Found, key: &str, reason: &str, at: DateTime<Utc>) {
        let place = Place(found.key.dataset.clone());
        let mut group = GroupKey { place, day: found.key.day, reason: reason.to_owned() };
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&group) {
            group.reason = OTHER.to_owned();
        }
        let fresh = Group { events: 0, newest_at: at, example: key.to_owned() };
        let counted = self.groups.entry(group).or_insert(fresh);
        counted.events += 1;
        if counted.newest_at < at {
            counted.newest_at = at;
            key.clone_into(&mut counted.example);
        }
    }
}

impl Damaged {
    pub(crate) fn new(key: &str, damage: &Damage) -> Self {
        Self { key: key.to_owned(), error: damage.to_string() }
    }
}

#[cfg(test)]
mod tests;
