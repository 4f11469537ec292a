//! Rows that a person gives up: those of data files that are lost, or all of a dataset that is dropped.
//!
//! It is a commit like any other, so whoever began before it and is still at work finds its number taken, and begins
//! again with what is left.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Commit, CommitKind, Consumed, DataFile, DatasetName, Partition,
    commit::{Discarded, WriterId},
    key,
    port::{Clock, Ids, ObjectStore, StoreError},
    run::Run,
    sabotage::{self, Bug},
};

use crate::{
    carry,
    compactor::Compactor,
    error::CompactError,
    generation,
    inputs::{self, Listing},
    log::{self, Attempt},
    round::{ROUND, still_there},
    service::Others,
};

/// What is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discard {
    /// The head's data files that are gone, or have another size than it says: see [`Compactor::lost`].
    LostFiles,
    /// All rows of the head, and all that has landed.
    Everything,
}

/// The data files of a head that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// The head.
    pub head: Commit,
    /// Those of its files that are gone, or have another size.
    pub files: Vec<DataFile>,
    /// Batches that the head has consumed and that are still in landing: what of them is in the lost files comes back.
    pub still_landed: usize,
}

impl Lost {
    /// Rows in the lost files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}

/// One attempt.
enum Tried {
    /// The commit, or `None` where nothing was to be given up.
    Done(Option<Box<Commit>>),
    /// Another writer was faster.
    Overtaken,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Which of the head's data files are lost. `None` if nothing was committed.
    pub async fn lost(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Option<Lost>, CompactError> {
        let Some(head) = log::head(&*self.store, dataset, partition).await? else { return Ok(None) };
        let files = self.lost_files(&head).await?;
        let listing = inputs::list(&*self.store, dataset, partition, Some(&head)).await?;
        Ok(Some(Lost { files, still_landed: still_there(Some(&head), &listing).len(), head }))
    }

    /// Commits a generation without what is given up, and says in it how many rows that were, of which files, and why.
    /// `None` if there is nothing to give up.
    ///
    /// After lost files the commit names no batch as consumed: what is still in landing is taken once more, and of that
    /// only what the lost files had makes new rows. (Who had looked at the head before it may still clean by that: what it
    /// deletes does not come back, and is among what the commit gives up.) After everything it names all that has landed, up to as many batches
    /// as a commit may. They make no rows, and may be deleted.
    pub async fn discard(
        &self,
        what: Discard,
        reason: &str,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Option<Commit>, CompactError> {
        let _turn = self.turns.wait(dataset, partition).await;
        let mut others = Others::default();
        loop {
            run.may_begin(self.clock.now(), ROUND)?;
            match self.discard_once(what, reason, dataset, partition, run).await? {
                Tried::Done(commit) => return Ok(commit.map(|commit| *commit)),
                Tried::Overtaken => self.give_way(&mut others, None).await?,
            }
        }
    }

    async fn discard_once(
        &self,
        what: Discard,
        reason: &str,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Tried, CompactError> {
        let store = &*self.store;
        let head = match log::head(store, dataset, partition).await {
            // Vacuumed between the listing and the read.
            Err(CompactError::Store(StoreError::NotFound { .. })) => return Ok(Tried::Overtaken),
            head => head?,
        };
        let listing = inputs::list(store, dataset, partition, head.as_ref()).await?;
        let now = self.clock.now();
        let there = head.as_ref().map_or(&[][..], |head| &head.files);
        let (kept, gone, consumed) = match (what, &head) {
            (Discard::Everything, _) => (Vec::new(), there.to_vec(), all(head.as_ref(), &listing, now)),
            (Discard::LostFiles, None) => return Ok(Tried::Done(None)),
            (Discard::LostFiles, Some(head)) => {
                let lost = self.lost_files(head).await?;
                let kept: Vec<DataFile> = there.iter().filter(|file| !lost.contains(file)).cloned().collect();
                let consumed = match sabotage::is_on(Bug::DiscardKeepsConsumed) {
                    true => still_there(Some(head), &listing),
                    false => Vec::new(),
                };
                match sabotage::is_on(Bug::DiscardAllFiles) && !lost.is_empty() {
                    true => (Vec::new(), there.to_vec(), consumed),
                    false => (kept, lost, consumed),
                }
            }
        };
        let is_nothing = match what {
            Discard::LostFiles => gone.is_empty(),
            // A head that only lacks rows is given up too: who works on it has to find the next number taken.
            Discard::Everything => head.as_ref().is_none_or(Commit::is_given_up) && listing.fresh.is_empty(),
        };
        if is_nothing {
            return Ok(Tried::Done(None));
        }

        let (generation, writer) = (log::next(head.as_ref())?, WriterId::from(self.ids.ulid()));
        let location = key::generation_prefix(dataset, partition, generation, &writer);
        let files = match carry::carry(store, &kept, &location, 0).await {
            // One more is lost, or the head was vacuumed: the next attempt sees which.
            Err(StoreError::NotFound { .. }) => {
                generation::discard(store, &location, run, &*self.clock).await?;
                return Ok(Tried::Overtaken);
            }
            files => files?,
        };
        let commit = Commit {
            format: CommitKind::Discard.format(),
            kind: CommitKind::Discard,
            dataset: dataset.clone(),
            partition: partition.clone(),
            generation,
            // Without files there is nothing that follows a definition.
            schema_version: if files.is_empty() {
                1
            } else {
                head.as_ref().map_or(1, |head| head.schema_version)
            },
            location,
            rows: files.iter().map(|file| file.rows).sum(),
            files,
            consumed,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: Some(Discarded {
                rows: told(gone.iter().map(|file| file.rows).sum()),
                files: gone.into_iter().map(|file| file.key).collect(),
                reason: reason.to_owned(),
            }),
            writer,
            newest_landed_at: head.as_ref().and_then(|head| head.newest_landed_at),
            committed_at: self.clock.now(),
        };
        run.may_change(commit.committed_at)?;
        match log::append(store, &*self.clock, &commit).await? {
            Attempt::Committed => Ok(Tried::Done(Some(Box::new(commit)))),
            Attempt::Overtaken => {
                generation::discard(store, &commit.location, run, &*self.clock).await?;
                Ok(Tried::Overtaken)
            }
        }
    }

    async fn lost_files(&self, head: &Commit) -> Result<Vec<DataFile>, StoreError> {
        let found = self.store.list_all(&head.location).await?;
        let sizes: BTreeMap<String, u64> =
            found.into_iter().map(|object| (object.key, object.size)).collect();
        let is_lost = |file: &&DataFile| sizes.get(&file.key) != Some(&file.bytes);
        Ok(head.files.iter().filter(is_lost).cloned().collect())
    }
}

/// How many rows a discard says it gives up: all.
fn told(rows: u64) -> u64 {
    match sabotage::is_on(Bug::DiscardOneUntold) {
        true => rows.saturating_sub(1),
        false => rows,
    }
}

/// Everything that has landed, as consumed.
fn all(head: Option<&Commit>, listing: &Listing, now: DateTime<Utc>) -> Vec<Consumed> {
    let fresh = listing.fresh.iter().map(|landed| Consumed { batch: landed.batch.clone(), at: now });
    still_there(head, listing).into_iter().chain(fresh).collect()
}

#[cfg(test)]
mod tests;
