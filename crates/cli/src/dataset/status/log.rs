//! The commit logs of a dataset: the head of each partition.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Commit, DatasetName, Generation, Granularity, Partition,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};
use futures::{StreamExt, TryStreamExt, stream};

use super::scan::scan;

/// The most commits that are listed at a time.
pub(super) const LISTED: usize = 100_000;
/// The days that are listed in any case.
const RECENT: TimeDelta = TimeDelta::days(7);
/// How many commits are read at the same time.
const READS: usize = 32;

/// The number of the head of each partition.
#[derive(Debug, Default)]
pub(super) struct Heads {
    pub(super) numbers: BTreeMap<Partition, Generation>,
    /// Whether there are partitions that were not listed.
    pub(super) cut: bool,
}

/// Lists the logs, about `limit` commits from the beginning and as many of the last days. The newest partitions are among them, however many there are.
pub(super) async fn heads<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    now: DateTime<Utc>,
    limit: usize,
) -> Result<Heads, StoreError> {
    let prefix = format!("{}{dataset}/", key::COMMITS);
    let first = scan(store, &prefix, None, limit).await?;
    let mut heads = Heads::default();
    heads.take(first.objects.iter().map(|object| object.key.as_str()));
    if let Some(more_after) = first.more_after {
        let recent = format!("{prefix}dt={}", (now - RECENT).format("%Y-%m-%d"));
        heads.cut = recent > more_after;
        let second = scan(store, &prefix, Some(&recent.max(more_after)), limit).await?;
        heads.take(second.objects.iter().map(|object| object.key.as_str()));
        heads.cut |= second.more_after.is_some();
    }
    Ok(heads)
}

impl Heads {
    fn take<'a>(&mut self, keys: impl Iterator<Item = &'a str>) {
        for key in keys {
            if let Ok(ParsedKey::Commit(_, partition, generation)) = ParsedKey::parse(key) {
                let head = self.numbers.entry(partition).or_insert(generation);
                *head = generation.max(*head);
            }
        }
    }

    /// Without partitions that a dataset of this granularity cannot have, if it is known: what a purge has left of a dataset
    /// that came back with other partitions, which nobody registers.
    pub(super) fn of(mut self, granularity: Option<Granularity>) -> Self {
        self.numbers
            .retain(|partition, _| granularity.is_none_or(|wanted| partition.granularity() == wanted));
        self
    }

    /// The newest partitions, at most `limit`.
    pub(super) fn newest(&self, limit: usize) -> BTreeSet<Partition> {
        self.numbers.keys().rev().take(limit).cloned().collect()
    }
}

/// A head, or why it cannot be used.
pub(super) type Head = Result<Commit, String>;

/// Reads the heads of these partitions.
pub(super) async fn read<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    heads: &Heads,
    partitions: BTreeSet<Partition>,
) -> Result<BTreeMap<Partition, Head>, StoreError> {
    let known = partitions.into_iter().filter_map(|partition| {
        let generation = *heads.numbers.get(&partition)?;
        Some((partition, generation))
    });
    let reads = known.map(|(partition, generation)| async move {
        let key = key::commit(dataset, &partition, generation);
        let body = store.get(&key).await?;
        let head = Commit::parse(&key, &body).map_err(|error| domain::chain(&error));
        Ok::<_, StoreError>((partition, head))
    });
    stream::iter(reads).buffer_unordered(READS).try_collect().await
}

#[cfg(test)]
mod tests;
