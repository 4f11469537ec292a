//! One partition, from its head to the next one, until nothing is new.

use std::time::Duration;

use domain::{
    Commit, DatasetName, Generation, Partition,
    port::{Clock, Ids, ObjectStore, StoreError},
    run::{Expired, Run},
};

use crate::{
    clean,
    compactor::Compactor,
    error::CompactError,
    inputs, log,
    owed::Owed,
    round::{Done, Missing, Patience, ROUND, Round},
};

/// How often others may be faster in a row before a run gives up.
const ATTEMPTS: u32 = 20;

/// The longest pause after they were for the first time, in milliseconds. It doubles with each further time, since a
/// build can take seconds.
const PAUSE: u64 = 250;

/// How often it doubles: to four seconds.
const DOUBLINGS: u32 = 4;

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Report {
    /// Generations committed by this run.
    pub committed: u32,
    /// The last of them.
    pub generation: Option<Generation>,
    /// Landing batches consumed.
    pub batches: usize,
    /// Rows of the last generation committed.
    pub rows: u64,
    /// Events dropped because their twin was there already.
    pub duplicates_dropped: u64,
    /// Of those, how many differed from their twin in content.
    pub conflicting: u64,
    /// Bytes of Parquet written.
    pub encoded_bytes: u64,
    /// Bytes of Parquet that the store copied.
    pub copied_bytes: u64,
    /// Landing objects deleted.
    pub cleaned: usize,
    /// How often another writer was faster: each time a generation was built in vain.
    pub overtaken: u32,
    /// Whether landed batches had to wait: for more of them, since a commit copies what is sealed; for the grace, since
    /// a commit lists no more as consumed than it may; or, in a sweep, for other writers. The schedule comes back.
    pub waiting: bool,
}

/// When a run is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// When a look finds nothing new.
    Quiet,
    /// When all is consumed that had landed when it began. In a partition that is never quiet, the others are not kept
    /// waiting.
    Done,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Works until a look finds nothing new, then cleans. Several processes may work on one partition: a run that was
    /// overtaken is done when others have consumed all that had landed when it began. Runs of this very service wait
    /// for each other.
    ///
    /// Where much is sealed, few new events wait for more of them, for five minutes at most. A partition that has been
    /// quiet for the grace gets its small files merged.
    pub async fn compact(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Report, CompactError> {
        let _turn = self.turns.wait(dataset, partition).await;
        self.work(dataset, partition, run, Patience::Waits, Until::Quiet).await
    }

    /// As [`Self::compact`], without waiting for anything: for somebody who asks for this partition. One that the
    /// dataset cannot have is [`CompactError::OtherGranularity`].
    pub async fn compact_now(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Report, CompactError> {
        self.check_partition(dataset, partition).await?;
        let _turn = self.turns.wait(dataset, partition).await;
        self.work(dataset, partition, run, Patience::Now, Until::Quiet).await
    }

    /// To be called by whoever has the turn.
    pub(crate) async fn work(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
        patience: Patience,
        until: Until,
    ) -> Result<Report, CompactError> {
        let mut report = Report::default();
        let mut merges = true;
        let (mut others, mut owed) = (Others::default(), Owed::default());
        // The last commit of this run, by which nobody goes: see `clean`.
        let mut own = None;
        loop {
            if let Err(expired) = run.may_begin(self.clock.now(), ROUND) {
                // A partition that is never quiet is cleaned all the same; too old a run may not.
                if expired == Expired::Deadline {
                    report.cleaned += self.clean(dataset, partition, own.as_ref(), run).await?;
                    if own.as_ref().is_some_and(|own| owed.is_in(own)) {
                        return Ok(report);
                    }
                }
                return Err(expired.into());
            }
            match self.round(dataset, partition, run, patience, merges, &mut owed).await? {
                Round::NothingNew => break,
                Round::Waiting => {
                    report.waiting = true;
                    break;
                }
                Round::Full => {
                    let cleaned = self.clean(dataset, partition, own.as_ref(), run).await?;
                    report.cleaned += cleaned;
                    if cleaned == 0 {
                        report.waiting = true;
                        return Ok(report);
                    }
                }
                Round::Committed(done) => {
                    // Once is enough: whatever comes of it, the next run would do the same.
                    merges &= done.batches > 0;
                    report.add(&done);
                    others = Others::default();
                    let is_done = until == Until::Done && owed.is_in(&done.commit);
                    own = Some(done.commit);
                    if is_done {
                        break;
                    }
                }
                Round::Stale(missing) => {
                    tracing::debug!(%dataset, %partition, "another writer was faster");
                    report.overtaken += 1;
                    if self.is_done(dataset, partition, &owed, missing.as_ref()).await? {
                        break;
                    }
                    self.give_way(&mut others, missing).await?;
                }
            }
        }
        report.cleaned += self.clean(dataset, partition, own.as_ref(), run).await?;
        Ok(report)
    }

    /// Whether others have done what a run was started for: it need not race with them for what has landed since.
    async fn is_done(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        owed: &Owed,
        missing: Option<&Missing>,
    ) -> Result<bool, CompactError> {
        let head = match log::head(&*self.store, dataset, partition).await {
            Ok(Some(head)) => head,
            Ok(None) | Err(CompactError::Store(StoreError::NotFound { .. })) => return Ok(false),
            Err(error) => return Err(error),
        };
        // An object vanished and the head is the same: it may be lost, and the next round will see.
        if missing.is_some_and(|(of, _)| head.generation <= *of) {
            return Ok(false);
        }
        Ok(owed.is_consumed(&inputs::list(&*self.store, dataset, partition, Some(&head)).await?))
    }

    /// After others were faster: pauses, longer each time, unless that has been in vain too often.
    pub(crate) async fn give_way(
        &self,
        others: &mut Others,
        missing: Option<Missing>,
    ) -> Result<(), CompactError> {
        others.overtaken += 1;
        if let (Some((_, key)), true) = (&missing, missing == others.missing) {
            // Still the head, and still missing: nobody was faster, it is lost.
            let source = "the head names it, and it is not there".into();
            return Err(CompactError::DataFile { key: key.clone(), source });
        }
        others.missing = missing;
        if others.overtaken >= ATTEMPTS {
            return Err(CompactError::Contention(others.overtaken));
        }
        let longest = PAUSE << (others.overtaken - 1).min(DOUBLINGS);
        self.clock.sleep(Duration::from_millis(self.ids.random() % longest)).await;
        Ok(())
    }

    async fn clean(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        own: Option<&Commit>,
        run: &Run,
    ) -> Result<usize, CompactError> {
        clean::clean(&*self.store, &*self.clock, (dataset, partition), own, self.grace, run).await
    }
}

/// How often others were faster, and what was missing the last time.
#[derive(Debug, Default)]
pub(crate) struct Others {
    overtaken: u32,
    missing: Option<Missing>,
}

impl Report {
    pub(crate) fn add(&mut self, done: &Done) {
        self.committed += 1;
        self.generation = Some(done.commit.generation);
        self.batches += done.batches;
        self.rows = done.commit.rows;
        self.duplicates_dropped += done.commit.duplicates_dropped;
        self.conflicting += done.commit.conflicting;
        self.encoded_bytes += done.encoded;
        self.copied_bytes += done.copied;
    }
}

#[cfg(test)]
mod tests;
