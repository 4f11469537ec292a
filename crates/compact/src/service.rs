//! One partition, from its head to the next one, until nothing is new.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use domain::{
    Commit, CommitKind, Consumed, DataFile, DatasetName, Generation, Partition,
    commit::{FORMAT, MAX_CONSUMED, WriterId},
    key,
    port::{Clock, Ids, ObjectStore, PutMode, StoreError},
    run::{Expired, Run},
    schemas::{self, Accepted},
    settings::Settings,
};

use crate::{
    build, clean,
    error::CompactError,
    files,
    inputs::{self, Listing},
    log::{self, Attempt, build_error},
    merge::{self, Merged},
};

/// How often a run begins again because others were faster.
const ATTEMPTS: u32 = 20;

/// The longest pause before it does, in milliseconds.
const JITTER: u64 = 250;

/// What a round may need, at a guess: with less time than this left, none is begun.
const ROUND: TimeDelta = TimeDelta::seconds(20);

/// Compacts partitions through the ports.
#[derive(Debug)]
pub struct Compactor<S, K, I> {
    pub(crate) store: Arc<S>,
    pub(crate) clock: Arc<K>,
    ids: Arc<I>,
    memory_budget: u64,
    grace: TimeDelta,
}

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Generations committed by this run.
    pub committed: u32,
    /// Landing batches consumed.
    pub batches: usize,
    /// Rows of the last generation committed.
    pub rows: u64,
    /// Events dropped because their twin was there already.
    pub duplicates_dropped: u64,
    /// Landing objects deleted.
    pub cleaned: usize,
    /// Whether landed batches had to wait, since a commit lists no more as consumed than it may.
    pub waiting: bool,
}

enum Round {
    Committed(Box<Commit>, usize),
    NothingNew,
    /// The head lists as many batches as a commit may: first some must be cleaned.
    Full,
    /// Others were faster; or this object of the head vanished.
    Stale(Option<(Generation, String)>),
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// A service over these ports.
    pub fn new(store: Arc<S>, clock: Arc<K>, ids: Arc<I>, settings: &Settings) -> Self {
        Self { store, clock, ids, memory_budget: settings.memory_budget, grace: settings.grace }
    }

    /// Works until a look finds nothing new, then cleans. Several of these may work on one partition.
    pub async fn compact(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Report, CompactError> {
        let mut report = Report::default();
        let (mut overtaken, mut vanished) = (0, None);
        loop {
            if let Err(expired) = run.may_begin(self.clock.now(), ROUND) {
                // A partition that is never quiet is cleaned all the same; too old a run may not.
                if expired == Expired::Deadline {
                    self.clean(dataset, partition, run).await?;
                }
                return Err(expired.into());
            }
            match self.round(dataset, partition, run).await? {
                Round::NothingNew => break,
                Round::Full => {
                    let cleaned = self.clean(dataset, partition, run).await?;
                    report.cleaned += cleaned;
                    if cleaned == 0 {
                        // Their grace has not passed. The schedule comes back.
                        report.waiting = true;
                        return Ok(report);
                    }
                }
                Round::Committed(commit, batches) => {
                    report.committed += 1;
                    report.batches += batches;
                    report.rows = commit.rows;
                    report.duplicates_dropped += commit.duplicates_dropped;
                    overtaken = 0;
                }
                Round::Stale(missing) => {
                    if let (Some((_, key)), true) = (&missing, missing == vanished) {
                        // Still the head, and still missing: nobody was faster, it is lost.
                        let source = "the head names it, and it is not there".into();
                        return Err(CompactError::DataFile { key: key.clone(), source });
                    }
                    vanished = missing;
                    overtaken += 1;
                    if overtaken >= ATTEMPTS {
                        return Err(CompactError::Contention(overtaken));
                    }
                    self.clock.sleep(Duration::from_millis(self.ids.random() % JITTER)).await;
                }
            }
        }
        report.cleaned += self.clean(dataset, partition, run).await?;
        Ok(report)
    }

    async fn clean(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<usize, CompactError> {
        clean::clean(&*self.store, &*self.clock, dataset, partition, self.grace, run).await
    }

    async fn round(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Round, CompactError> {
        let head = match log::head(&*self.store, dataset, partition).await {
            // Vacuumed between the listing and the read.
            Err(CompactError::Store(StoreError::NotFound { .. })) => return Ok(Round::Stale(None)),
            head => head?,
        };
        let listing = inputs::list(&*self.store, dataset, partition, head.as_ref()).await?;
        if listing.fresh.is_empty() {
            return Ok(Round::NothingNew);
        }
        if listing.consumed.len() >= MAX_CONSUMED {
            return Ok(Round::Full);
        }
        // After the listing: what was landed under a newer definition finds that one or a later one.
        let accepted = schemas::load(&*self.store, dataset)
            .await?
            .ok_or_else(|| CompactError::UnknownDataset(dataset.clone()))?;
        if let Some(head) = head.as_ref().filter(|head| head.schema_version > accepted.version) {
            let (found, needed) = (accepted.version, head.schema_version);
            return Err(CompactError::DefinitionBehind { dataset: dataset.clone(), found, needed });
        }

        let writer = WriterId::from(self.ids.ulid());
        let built = self.build(&accepted, partition, head.as_ref(), &listing, &writer).await;
        let (commit, batches) = match built {
            // An input was cleaned, or a data file vacuumed, while it was being read.
            Err(CompactError::Store(StoreError::NotFound { key })) => {
                return Ok(Round::Stale(head.map(|head| (head.generation, key))));
            }
            built => built?,
        };
        run.may_change(self.clock.now())?;
        match log::append(&*self.store, &*self.clock, &commit).await? {
            Attempt::Committed => Ok(Round::Committed(Box::new(commit), batches)),
            Attempt::Overtaken => {
                self.discard(&commit, run).await?;
                Ok(Round::Stale(None))
            }
        }
    }

    /// Reads, merges and writes everything but the commit.
    async fn build(
        &self,
        accepted: &Accepted,
        partition: &Partition,
        head: Option<&Commit>,
        listing: &Listing,
        writer: &WriterId,
    ) -> Result<(Commit, usize), CompactError> {
        let Accepted { version, dataset } = accepted;
        let store = &*self.store;
        let inputs = inputs::read(store, dataset.name(), partition, listing, self.memory_budget).await?;
        let parsed = build::parse(dataset, partition, &inputs, self.clock.now())?;
        let mut batches = match head {
            Some(head) => files::read(store, head, dataset).await?,
            None => Vec::new(),
        };
        batches.push(parsed.events);
        let Merged { rows, duplicates, conflicting } =
            merge::merge(dataset, &batches).map_err(build_error)?;
        drop(batches);

        let generation = log::next(head);
        let location = key::generation_prefix(dataset.name(), partition, generation, writer);
        let mut files = Vec::new();
        if rows.num_rows() > 0 {
            let body = files::encode(&rows, dataset)?;
            let (key, bytes) = (key::data_file(&location, 0), body.len() as u64);
            store.put(&key, body, PutMode::Overwrite).await?;
            files.push(DataFile { key, rows: rows.num_rows() as u64, bytes, sealed: false });
        }
        build::quarantine(store, dataset.name(), partition, &parsed.rejected).await?;

        let now = self.clock.now();
        // An entry stays until a listing shows its object gone.
        let known = head.iter().flat_map(|head| &head.consumed);
        let mut consumed: Vec<Consumed> =
            known.filter(|entry| listing.consumed.contains(&entry.batch)).cloned().collect();
        consumed.extend(inputs.iter().map(|input| Consumed { batch: input.batch.clone(), at: now }));
        let commit = Commit {
            format: FORMAT,
            kind: CommitKind::Append,
            dataset: dataset.name().clone(),
            partition: partition.clone(),
            generation,
            schema_version: *version,
            location,
            files,
            consumed,
            rows: rows.num_rows() as u64,
            duplicates_dropped: duplicates,
            conflicting,
            writer: writer.clone(),
            committed_at: now,
        };
        Ok((commit, inputs.len()))
    }

    /// Deletes the files of a generation that another writer's took the number of, for good.
    async fn discard(&self, commit: &Commit, run: &Run) -> Result<(), CompactError> {
        run.may_change(self.clock.now())?;
        let keys: Vec<String> = commit.files.iter().map(|file| file.key.clone()).collect();
        for failure in self.store.delete(&keys).await? {
            tracing::warn!(
                key = failure.key,
                error = domain::chain(&failure.error),
                "a file of an overtaken generation stays behind, until it is vacuumed"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
