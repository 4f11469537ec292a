//! One attempt at the next generation.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Commit, CommitKind, Consumed, DataFile, DatasetName, Generation, Partition,
    commit::WriterId,
    key,
    port::{Clock, Ids, ObjectStore, StoreError},
    run::Run,
    sabotage::{self, Bug},
    schemas::{self, Accepted, SchemasError},
};

use crate::{
    compactor::Compactor,
    error::CompactError,
    generation::{Made, Workshop},
    inputs::{self, Listing},
    log::{self, Attempt, build_error},
    owed::Owed,
    plan::{self, Plan},
};

/// What a merge gets done in a second, in bytes of Parquet, at a cautious guess.
const MERGED_BYTES_A_SECOND: u64 = 16 << 20;

/// What a round may need, at a guess: with less time than this left, none is begun.
pub(crate) const ROUND: TimeDelta = TimeDelta::seconds(20);

/// Whether a run waits where that saves copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// As the plan says.
    Waits,
    /// Somebody asked for this partition.
    Now,
}

pub(crate) enum Round {
    Committed(Box<Done>),
    NothingNew,
    /// What is new is too little yet.
    Waiting,
    /// The head lists as many batches as a commit may: first some must be cleaned.
    Full,
    /// Others were faster; or this object of the head vanished.
    Stale(Option<Missing>),
}

/// An object of a head that vanished, and the head's number.
pub(crate) type Missing = (Generation, String);

/// What one commit did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) commit: Commit,
    pub(crate) batches: usize,
    pub(crate) encoded: u64,
    pub(crate) copied: u64,
}

/// A commit without what its files say: what it stands on, and what it is to say.
pub(crate) struct Draft<'a> {
    pub(crate) kind: CommitKind,
    pub(crate) accepted: &'a Accepted,
    pub(crate) partition: &'a Partition,
    pub(crate) head: Option<&'a Commit>,
    pub(crate) writer: WriterId,
    pub(crate) consumed: Vec<Consumed>,
}

/// What was made for a commit.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) made: Made,
    /// The batches that went into it.
    pub(crate) consumed: Vec<Consumed>,
    /// When the newest of them landed.
    pub(crate) newest: Option<DateTime<Utc>>,
    /// Rows of these batches that are in no file of the head.
    pub(crate) added: u64,
    pub(crate) duplicates: u64,
    pub(crate) conflicting: u64,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Looks, and makes the next generation if there is a reason to; with `merges` merging small files is one.
    pub(crate) async fn round(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
        patience: Patience,
        merges: bool,
        owed: &mut Owed,
    ) -> Result<Round, CompactError> {
        let head = match log::head(&*self.store, dataset, partition).await {
            // Vacuumed between the listing and the read.
            Err(CompactError::Store(StoreError::NotFound { .. })) => return Ok(Round::Stale(None)),
            head => head?,
        };
        let head = head.as_ref();
        let listing = inputs::list(&*self.store, dataset, partition, head).await?;
        owed.look(&listing);
        if listing.full {
            return Ok(Round::Full);
        }
        let files = head.map_or(&[][..], |head| &head.files);
        let now = self.clock.now();
        let kind = match listing.oldest() {
            Some(oldest) => {
                let early = plan::wait_until(files, listing.fresh_bytes(), oldest, now);
                if patience == Patience::Waits && early.is_some() {
                    return Ok(Round::Waiting);
                }
                CommitKind::Append
            }
            None => {
                let quiet = |head: &Commit| now - head.committed_at >= self.grace;
                let calm = head.is_some_and(quiet) || patience == Patience::Now;
                if !merges || !calm || plan::all_small(files).merged.is_empty() {
                    return Ok(Round::NothingNew);
                }
                CommitKind::Merge
            }
        };
        // After the listing: what was landed under a newer definition finds that one or a later one.
        let accepted = match self.accepted(dataset, partition, head).await {
            Err(unknown @ CompactError::UnknownDataset(_)) => {
                return match schemas::dropped(&*self.store, dataset).await? {
                    // What had been accepted before the drop waits here, until the dataset is asked for again or purged.
                    Some(_) => Ok(Round::NothingNew),
                    None => Err(unknown),
                };
            }
            accepted => accepted?,
        };
        let (consumed, writer) = (still_there(head, &listing), WriterId::from(self.ids.ulid()));
        let draft = Draft { kind, accepted: &accepted, partition, head, writer, consumed };
        let workshop = self.workshop(&draft)?;
        let outcome = match kind {
            CommitKind::Append => {
                self.append_in_runs(&workshop, partition, files, &listing, run).await.map(Some)
            }
            _ => {
                let made = workshop.merge_small(&plan::all_small(files)).await;
                made.map(|made| made.map(|made| Outcome { made, ..Outcome::default() }))
            }
        };
        match outcome.transpose() {
            None => Ok(Round::NothingNew),
            Some(outcome) => self.conclude(draft, &workshop, outcome, run).await,
        }
    }

    /// Where the files of the commit are made.
    pub(crate) fn workshop<'a>(&'a self, draft: &Draft<'a>) -> Result<Workshop<'a, S>, CompactError> {
        let dataset = &draft.accepted.dataset;
        let generation = log::next(draft.head)?;
        let location = key::generation_prefix(dataset.name(), draft.partition, generation, &draft.writer);
        Ok(Workshop { store: &*self.store, dataset, limits: self.limits, workers: &self.workers, location })
    }

    /// Commits what was made.
    pub(crate) async fn conclude(
        &self,
        draft: Draft<'_>,
        workshop: &Workshop<'_, S>,
        outcome: Result<Outcome, CompactError>,
        run: &Run,
    ) -> Result<Round, CompactError> {
        let outcome = match outcome {
            // An input was cleaned, or a data file vacuumed, while it was being read or carried over.
            Err(CompactError::Store(StoreError::NotFound { key })) => {
                workshop.discard(run, &*self.clock).await?;
                return Ok(Round::Stale(draft.head.map(|head| (head.generation, key))));
            }
            outcome => outcome?,
        };
        let (batches, made) = (outcome.consumed.len(), outcome.made);
        let mut consumed = draft.consumed;
        consumed.extend(outcome.consumed);
        let commit = Commit {
            format: draft.kind.format(),
            kind: draft.kind,
            dataset: workshop.dataset.name().clone(),
            partition: draft.partition.clone(),
            generation: log::next(draft.head)?,
            schema_version: draft.accepted.version,
            location: workshop.location.clone(),
            rows: made.files.iter().map(|file| file.rows).sum(),
            files: made.files,
            consumed,
            duplicates_dropped: outcome.duplicates,
            conflicting: outcome.conflicting,
            discarded: None,
            writer: draft.writer,
            committed_at: self.clock.now(),
            newest_landed_at: outcome.newest.max(draft.head.and_then(|head| head.newest_landed_at)),
        };
        in_numbers(&commit, draft.head, outcome.added)?;
        run.may_change(commit.committed_at)?;
        match log::append(&*self.store, &*self.clock, &commit).await? {
            Attempt::Committed => {
                let (encoded, copied) = (made.encoded, made.copied);
                Ok(Round::Committed(Box::new(Done { commit, batches, encoded, copied })))
            }
            Attempt::Overtaken => {
                workshop.discard(run, &*self.clock).await?;
                Ok(if sabotage::is_on(Bug::StopWhenOvertaken) {
                    Round::NothingNew
                } else {
                    Round::Stale(None)
                })
            }
        }
    }

    /// Refuses a partition that its dataset cannot have, by a name that says which it can. A dataset whose definition
    /// does not exist, or cannot be read, allows any: what works without the definition, as the vacuum, goes on.
    pub async fn check_partition(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<(), CompactError> {
        match schemas::load(&*self.store, dataset).await {
            Ok(Some(accepted)) => Ok(accepted.dataset.check_partition(partition)?),
            Ok(None) | Err(SchemasError::Invalid { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The newest definition, which must not be older than the head's, and must have such partitions.
    pub(crate) async fn accepted(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        head: Option<&Commit>,
    ) -> Result<Accepted, CompactError> {
        let accepted = schemas::load(&*self.store, dataset).await?;
        let accepted = accepted.ok_or_else(|| CompactError::UnknownDataset(dataset.clone()))?;
        accepted.dataset.check_partition(partition)?;
        match head.filter(|head| head.schema_version > accepted.version) {
            None => Ok(accepted),
            Some(head) => {
                let (found, needed) = (accepted.version, head.schema_version);
                Err(CompactError::DefinitionBehind { dataset: dataset.clone(), found, needed })
            }
        }
    }

    /// Merging can wait, and events cannot: without the time for it, no file is merged. The new rows are; where they are in
    /// runs, of `runs` bytes, that takes time too.
    pub(crate) fn plan<'f>(&self, files: &'f [DataFile], new_rows: u64, runs: u64, run: &Run) -> Plan<'f> {
        let plan = plan::by_tier(files, new_rows);
        let needed = ROUND + merging(plan.merged_bytes().saturating_add(runs));
        match run.may_begin(self.clock.now(), needed) {
            Ok(()) => plan,
            Err(_) => plan::nothing(files),
        }
    }
}

/// How long it takes to merge so many bytes, at the most.
pub(crate) fn merging(bytes: u64) -> TimeDelta {
    let seconds = i64::try_from(bytes / MERGED_BYTES_A_SECOND).unwrap_or(i64::MAX);
    // No longer than anybody waits, so that sums of it do not overflow.
    TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX).min(TimeDelta::days(365))
}

/// I3 in numbers, as a last look at one's own work: what lost or doubled a row is not committed. `added` are the rows of an
/// append that the head does not have.
pub(crate) fn in_numbers(commit: &Commit, head: Option<&Commit>, added: u64) -> Result<(), CompactError> {
    let before = head.map_or(0, |head| head.rows);
    let is_right = match commit.kind {
        CommitKind::Append => Some(commit.rows) == before.checked_add(added),
        CommitKind::Repair => commit.rows.checked_add(commit.duplicates_dropped) == Some(before),
        kind => !kind.keeps_rows() || commit.rows == before,
    };
    if is_right {
        return Ok(());
    }
    let Commit { kind, rows, duplicates_dropped, .. } = commit;
    let what = format!("{rows} rows, {added} added and {duplicates_dropped} dropped");
    Err(build_error(format!("after {before} rows, a {kind:?} has {what}")))
}

/// What the head lists as consumed, less what a listing shows to be gone.
pub(crate) fn still_there(head: Option<&Commit>, listing: &Listing) -> Vec<Consumed> {
    let known = head.into_iter().flat_map(|head| &head.consumed);
    known.filter(|entry| listing.consumed.contains(&entry.batch)).cloned().collect()
}
