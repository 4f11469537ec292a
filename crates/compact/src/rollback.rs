//! Back to the files of an older generation, where no event is lost by that.

use chrono::{DateTime, Utc};
use domain::{
    Commit, CommitKind, DatasetName, Generation, Partition,
    commit::WriterId,
    key,
    port::{Clock, Ids, ObjectStore, StoreError},
    run::Run,
};

use crate::{
    carry,
    compactor::Compactor,
    error::CompactError,
    generation,
    log::{self, Attempt},
    round::ROUND,
    service::Others,
};

/// Why a partition was not rolled back. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RollbackError {
    /// It is not allowed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It could not be done; the same may succeed later.
    #[error(transparent)]
    Failed(#[from] CompactError),
}

/// Why a rollback is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such generation, or no more.
    #[error("generation {} is not in the log of {place}, {}", .to.number(), log_has(.log.as_ref()))]
    NotInLog {
        /// What was asked for.
        to: Generation,
        /// Dataset and partition.
        place: String,
        /// The oldest generation of the log, and the head.
        log: Option<(Generation, Generation)>,
    },
    /// There is nothing to go back from.
    #[error("generation {} is the head already", .0.number())]
    IsHead(Generation),
    /// Events would be lost: they were consumed since.
    #[error(
        "generation {} took in new events at {at}, which generation {} does not have: to go back would lose them",
        .by.number(), .to.number()
    )]
    Consumed {
        /// What was asked for.
        to: Generation,
        /// The oldest generation after that, which consumed landing batches.
        by: Generation,
        /// When it was committed.
        at: DateTime<Utc>,
    },
    /// Twins would be back: they were dropped since.
    #[error(
        "generation {} dropped {twins} twins at {at}, which generation {} still has: to go back would double them again",
        .by.number(), .to.number()
    )]
    Repaired {
        /// What was asked for.
        to: Generation,
        /// The oldest repair after that.
        by: Generation,
        /// When it was committed.
        at: DateTime<Utc>,
        /// How many rows it dropped.
        twins: u64,
    },
    /// Rows would be back that a person gave up.
    #[error(
        "generation {} gave up {rows} rows at {at}: what came after it does not go together with what was before",
        .by.number()
    )]
    Discarded {
        /// The oldest commit of that kind after the generation that was asked for.
        by: Generation,
        /// When it was committed.
        at: DateTime<Utc>,
        /// How many rows it gave up.
        rows: u64,
    },
    /// The generations do not have the same number of rows, though nothing was consumed between them.
    #[error(
        "generation {} has {to_rows} rows and the head {head_rows}, though nothing was consumed since: the log is \
         damaged", .to.number()
    )]
    OtherRows {
        /// What was asked for.
        to: Generation,
        /// Its rows.
        to_rows: u64,
        /// The head's.
        head_rows: u64,
    },
    /// Its files are gone.
    #[error("generation {} was vacuumed: {key} is gone", .to.number())]
    Vacuumed {
        /// What was asked for.
        to: Generation,
        /// The file.
        key: String,
    },
}

fn log_has(log: Option<&(Generation, Generation)>) -> String {
    match log {
        None => "which is empty".to_owned(),
        Some((oldest, head)) => {
            format!("which has {} to {}; what is older was vacuumed", oldest.number(), head.number())
        }
    }
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Commits a generation with copies of the files of generation `to`, made by the store. It is allowed where every
    /// commit since has exactly the rows of its parent (a merge, a rebuild, a rollback), and the files are there.
    ///
    /// It races like any other commit: where another writer is faster, all of it is looked at again.
    pub async fn rollback(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        to: Generation,
        run: &Run,
    ) -> Result<Commit, RollbackError> {
        let mut others = Others::default();
        loop {
            run.may_begin(self.clock.now(), ROUND).map_err(CompactError::from)?;
            match self.roll(dataset, partition, to, run).await? {
                Some(commit) => return Ok(commit),
                None => self.give_way(&mut others, None).await?,
            }
        }
    }

    /// One attempt; `None` if others changed the log meanwhile.
    async fn roll(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        to: Generation,
        run: &Run,
    ) -> Result<Option<Commit>, RollbackError> {
        let live = self.live(dataset, partition).await?;
        let head = match live {
            Some((oldest, head)) if (oldest..=head).contains(&to) => head,
            log => {
                if log.is_none() {
                    self.check_partition(dataset, partition).await?;
                }
                return Err(Refused::NotInLog { to, place: format!("{dataset}/{partition}"), log }.into());
            }
        };
        let commits = self.commits(dataset, partition, to, head).await?;
        let (target, head) = match &commits[..] {
            // The vacuum was here between the listing and the reads.
            [.., last] if last.generation > to => return Ok(None),
            [since @ .., target] => (target, allowed(since, target)?),
            [] => return Ok(None),
        };

        let generation = head.generation.next().map_err(CompactError::from)?;
        let writer = WriterId::from(self.ids.ulid());
        let location = key::generation_prefix(dataset, partition, generation, &writer);
        let store = &*self.store;
        let files = match carry::carry(store, &target.files, &location, 0).await {
            Err(StoreError::NotFound { key }) => {
                generation::discard(store, &location, run, &*self.clock).await?;
                return Err(Refused::Vacuumed { to, key }.into());
            }
            files => files.map_err(CompactError::from)?,
        };
        let commit = Commit {
            format: CommitKind::Rollback.format(),
            kind: CommitKind::Rollback,
            generation,
            schema_version: target.schema_version,
            location,
            files,
            // What the head has consumed is in these files too.
            consumed: head.consumed.clone(),
            rows: target.rows,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at: self.clock.now(),
            newest_landed_at: head.newest_landed_at,
            dataset: dataset.clone(),
            partition: partition.clone(),
        };
        run.may_change(commit.committed_at).map_err(CompactError::from)?;
        match log::append(store, &*self.clock, &commit).await? {
            Attempt::Committed => Ok(Some(commit)),
            Attempt::Overtaken => {
                generation::discard(store, &commit.location, run, &*self.clock).await?;
                Ok(None)
            }
        }
    }
}

/// The head, if it is allowed to go back to the target from there. `since` is every commit after it, the head first.
fn allowed<'c>(since: &'c [Commit], target: &Commit) -> Result<&'c Commit, Refused> {
    let to = target.generation;
    let head = since.first().ok_or(Refused::IsHead(to))?;
    if let Some(append) = since.iter().rfind(|commit| commit.kind == CommitKind::Append) {
        return Err(Refused::Consumed { to, by: append.generation, at: append.committed_at });
    }
    if let Some(repair) = since.iter().rfind(|commit| commit.kind == CommitKind::Repair) {
        let (by, at, twins) = (repair.generation, repair.committed_at, repair.duplicates_dropped);
        return Err(Refused::Repaired { to, by, at, twins });
    }
    if let Some(discard) = since.iter().rfind(|commit| commit.kind == CommitKind::Discard) {
        let (by, at) = (discard.generation, discard.committed_at);
        let rows = discard.discarded.as_ref().map_or(0, |discarded| discarded.rows);
        return Err(Refused::Discarded { by, at, rows });
    }
    if target.rows != head.rows {
        return Err(Refused::OtherRows { to, to_rows: target.rows, head_rows: head.rows });
    }
    Ok(head)
}

#[cfg(test)]
mod tests;
