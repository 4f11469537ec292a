//! How long a landing batch takes until queries see it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use domain::{Commit, DatasetName, Generation, Partition, batch::BatchName};

/// How many batches are followed. With more of them, all are forgotten, and the next ones are followed: a lake whose events do
/// not become visible shows that by its oldest landing object.
const MOST: usize = 100_000;

type Place = (DatasetName, Partition);

/// A commit that the catalog names, or names a later one of the partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registered {
    pub(super) dataset: DatasetName,
    pub(super) partition: Partition,
    pub(super) generation: Generation,
    pub(super) at: DateTime<Utc>,
}

/// Batches that have landed in this process's life, and are not visible yet.
#[derive(Debug, Default)]
pub(super) struct Freshness(Mutex<Followed>);

#[derive(Debug, Default)]
struct Followed {
    batches: HashMap<Place, HashMap<BatchName, DateTime<Utc>>>,
    count: usize,
}

impl Freshness {
    /// A batch is accepted.
    pub(super) fn landed(&self, place: Place, batch: BatchName, at: DateTime<Utc>) {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if followed.count >= MOST {
            *followed = Followed::default();
        }
        let is_new = followed.batches.entry(place).or_default().insert(batch, at).is_none();
        followed.count += usize::from(is_new);
    }

    /// The commit's batches are visible: answers for each one that was followed how many milliseconds that took. It is followed
    /// no longer.
    pub(super) fn visible(&self, commit: &Commit, at: DateTime<Utc>) -> Vec<u64> {
        let mut followed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (commit.dataset.clone(), commit.partition.clone());
        let Some(batches) = followed.batches.get_mut(&place) else { return Vec::new() };
        let landed = commit.consumed.iter().filter_map(|consumed| batches.remove(&consumed.batch));
        let ages: Vec<u64> = landed
            .map(|landed| u64::try_from((at - landed).num_milliseconds()).unwrap_or_default())
            .collect();
        if batches.is_empty() {
            followed.batches.remove(&place);
        }
        followed.count = followed.count.saturating_sub(ages.len());
        ages
    }
}
