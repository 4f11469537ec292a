//! From a batch to the commit that consumed it, and to what the catalog names.

use std::collections::{BTreeMap, btree_map::Entry};

use chrono::{DateTime, Utc};
use compact::Compactor;
use domain::{
    Commit, DatasetName, Generation, Partition,
    batch::BatchName,
    port::{Catalog, CatalogError, CatalogPartition, Clock, Ids, ObjectStore},
};

use super::landing::Landed;
use crate::lake::LakeError;

/// Follows batches, and asks for each partition once.
pub(super) struct Follower<'f, C> {
    catalog: &'f C,
    known: BTreeMap<(DatasetName, Partition), Known>,
}

/// What there is of a partition.
struct Known {
    /// Its commits, the head first.
    log: Vec<Commit>,
    /// The generation that queries see.
    registered: Option<Generation>,
}

/// A batch, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Journey {
    pub(super) landed: Landed,
    /// The commit that consumed it.
    pub(super) consumed: Option<ConsumedBy>,
    /// The generation that the catalog names of its partition.
    pub(super) registered: Option<Generation>,
}

/// A commit that has a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConsumedBy {
    pub(super) key: String,
    pub(super) generation: Generation,
    /// Whether it is the one that consumed the batch. Else that one was vacuumed, and this is the oldest that lists the batch.
    pub(super) is_first: bool,
    /// When the batch was consumed: a moment before the commit.
    pub(super) consumed_at: DateTime<Utc>,
    /// When the commit was made, if it is the first one.
    pub(super) committed_at: Option<DateTime<Utc>>,
    /// Events that it dropped, since their twins were there.
    pub(super) duplicates_dropped: u64,
}

/// How far a batch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// No commit has it.
    Landed,
    /// A commit has it, and the catalog names an older one or none.
    Committed,
    /// Queries see it.
    Visible,
}

impl<'f, C: Catalog> Follower<'f, C> {
    pub(super) fn new(catalog: &'f C) -> Self {
        Self { catalog, known: BTreeMap::new() }
    }

    pub(super) async fn follow<S: ObjectStore, K: Clock, I: Ids>(
        &mut self,
        compactor: &Compactor<S, K, I>,
        landed: Landed,
    ) -> Result<Journey, LakeError> {
        let known = match self.known.entry((landed.dataset.clone(), landed.partition.clone())) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(room) => {
                let Landed { dataset, partition, .. } = &landed;
                // The catalog first: what it names was committed before.
                let registered = registered(self.catalog, dataset, partition).await?;
                let log = compactor.log(dataset, partition).await?;
                room.insert(Known { log, registered })
            }
        };
        let consumed = consumed_by(&known.log, &landed.batch);
        Ok(Journey { landed, consumed, registered: known.registered })
    }
}

async fn registered(
    catalog: &impl Catalog,
    dataset: &DatasetName,
    partition: &Partition,
) -> Result<Option<Generation>, CatalogError> {
    match catalog.partition(dataset, &partition.values()).await {
        Ok(entry) => Ok(entry.as_ref().and_then(CatalogPartition::generation)),
        Err(CatalogError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The oldest commit of a log that lists the batch. The entry stays in the list of each commit until its object is gone, so
/// the first one that has it is the one that consumed it, if the one before is still there.
fn consumed_by(log: &[Commit], batch: &BatchName) -> Option<ConsumedBy> {
    let (place, commit) = log.iter().enumerate().rfind(|(_, commit)| commit.has_consumed(batch))?;
    let is_first = place + 1 < log.len() || commit.generation == Generation::FIRST;
    let entry = commit.consumed.iter().find(|entry| entry.batch == *batch)?;
    Some(ConsumedBy {
        key: commit.key(),
        generation: commit.generation,
        is_first,
        consumed_at: entry.at,
        committed_at: is_first.then_some(commit.committed_at),
        duplicates_dropped: if is_first { commit.duplicates_dropped } else { 0 },
    })
}

impl Journey {
    pub(super) fn stage(&self) -> Stage {
        match (&self.consumed, self.registered) {
            (None, _) => Stage::Landed,
            (Some(commit), Some(registered)) if registered >= commit.generation => Stage::Visible,
            (Some(_), _) => Stage::Committed,
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{CommitKind, Consumed, commit::WriterId};

    use super::*;

    fn at(minute: u32) -> DateTime<Utc> {
        format!("2026-11-23T10:{minute:02}:00Z").parse().unwrap()
    }

    fn batch(name: char) -> BatchName {
        BatchName::parse(&name.to_string().repeat(40)).unwrap()
    }

    /// A commit of this generation, made that many minutes after ten.
    fn commit(generation: u64, consumed: &[(char, u32)]) -> Commit {
        let entry = |(name, minute): &(char, u32)| Consumed { batch: batch(*name), at: at(*minute) };
        Commit {
            format: 1,
            kind: CommitKind::Append,
            dataset: DatasetName::new("seats").unwrap(),
            partition: "dt=2026-11-23".parse().unwrap(),
            generation: Generation::new(generation),
            schema_version: 1,
            location: format!("tables/seats/dt=2026-11-23/g{generation:010}-w/"),
            files: Vec::new(),
            consumed: consumed.iter().map(entry).collect(),
            rows: 0,
            duplicates_dropped: generation,
            conflicting: 0,
            discarded: None,
            writer: WriterId::new("01JD0000000000000000000000").unwrap(),
            committed_at: at(u32::try_from(generation).unwrap()),
            newest_landed_at: None,
        }
    }

    #[test]
    fn the_first_commit_that_lists_a_batch_has_consumed_it() {
        let log = [
            commit(4, &[('c', 4)]),
            commit(3, &[('a', 1), ('b', 3)]),
            commit(2, &[('a', 1)]),
            commit(1, &[('a', 1)]),
        ];
        let found = |log: &[Commit], name: char| {
            let found = consumed_by(log, &batch(name))?;
            Some((found.generation.number(), found.is_first, found.consumed_at, found.committed_at))
        };
        assert_eq!(found(&log, 'a'), Some((1, true, at(1), Some(at(1)))));
        assert_eq!(found(&log, 'b'), Some((3, true, at(3), Some(at(3)))));
        assert_eq!(found(&log, 'c'), Some((4, true, at(4), Some(at(4)))));
        assert_eq!(found(&log, 'd'), None);
        // Once the commits before are vacuumed, nobody knows which one it was; when it was is still said.
        assert_eq!(found(&log[..3], 'a'), Some((2, false, at(1), None)));
        assert_eq!(found(&log[..3], 'b'), Some((3, true, at(3), Some(at(3)))));
        assert_eq!(found(&log[..1], 'a'), None);
    }

    #[test]
    fn queries_see_what_the_catalog_names_or_an_older_generation() {
        let landed = Landed::cleaned(
            DatasetName::new("seats").unwrap(),
            "dt=2026-11-23".parse().unwrap(),
            &batch('a'),
        );
        let consumed = consumed_by(&[commit(3, &[('a', 3)]), commit(2, &[])], &batch('a'));
        assert!(consumed.is_some());
        for (consumed, registered, expected) in [
            (None, Some(7), Stage::Landed),
            (None, None, Stage::Landed),
            (consumed.clone(), None, Stage::Committed),
            (consumed.clone(), Some(2), Stage::Committed),
            (consumed.clone(), Some(3), Stage::Visible),
            (consumed, Some(7), Stage::Visible),
        ] {
            let registered = registered.map(Generation::new);
            let journey = Journey { landed: landed.clone(), consumed, registered };
            assert_eq!(journey.stage(), expected, "{journey:?}");
        }
    }
}
