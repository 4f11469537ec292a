//! One run at a time for each partition, among the runs of one [`Compactor`](crate::Compactor).
//!
//! The protocol needs no lock: any number of runs may race for a partition. But the loser of a race has parsed and
//! written Parquet in vain, and of two runs in one process that could have waited for each other, one always loses.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use domain::{DatasetName, Partition};
use tokio::sync::{self, OwnedMutexGuard};

type Lock = sync::Mutex<()>;

/// The right to work on a partition, until it is dropped.
pub(crate) type Turn = OwnedMutexGuard<()>;

/// Whose turn it is, for each partition that somebody works on or waits for.
#[derive(Debug, Default)]
pub(crate) struct Turns(Mutex<BTreeMap<(DatasetName, Partition), Weak<Lock>>>);

impl Turns {
    /// Waits until nobody else works on the partition. Who comes first goes first.
    pub(crate) async fn wait(&self, dataset: &DatasetName, partition: &Partition) -> Turn {
        self.lock(dataset, partition).lock_owned().await
    }

    /// `None` if somebody works on the partition.
    pub(crate) fn now(&self, dataset: &DatasetName, partition: &Partition) -> Option<Turn> {
        self.lock(dataset, partition).try_lock_owned().ok()
    }

    fn lock(&self, dataset: &DatasetName, partition: &Partition) -> Arc<Lock> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Locks of partitions that nobody is at any more.
        locks.retain(|_, lock| lock.strong_count() > 0);
        let place = (dataset.clone(), partition.clone());
        if let Some(lock) = locks.get(&place).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::default();
        locks.insert(place, Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_partition_has_one_turn_at_a_time_and_others_have_their_own() {
        let turns = Turns::default();
        let dataset = DatasetName::new("seats").unwrap();
        let [monday, tuesday]: [Partition; 2] =
            ["dt=2026-11-23", "dt=2026-11-24"].map(|day| day.parse().unwrap());
        let first = turns.now(&dataset, &monday).unwrap();
        assert!(turns.now(&dataset, &monday).is_none());
        assert!(turns.now(&dataset, &tuesday).is_some());
        let mut second = Box::pin(turns.wait(&dataset, &monday));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        assert!(turns.now(&dataset, &monday).is_none(), "it is the turn of who waits");
        drop(second.now_or_never().unwrap());
        assert!(turns.now(&dataset, &monday).is_some());
        assert_eq!(turns.0.lock().unwrap().len(), 1, "what nobody is at is forgotten");
    }
}
