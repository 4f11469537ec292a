//! A commit that makes the partition's rows anew and takes in nothing: a rebuild or a repair.

use domain::{
    CommitKind, DatasetName, Partition,
    commit::WriterId,
    port::{Clock, Ids, ObjectStore, StoreError},
    run::Run,
};

use crate::{
    compactor::Compactor,
    error::CompactError,
    inputs, log,
    round::{Draft, Outcome, ROUND, Round, still_there},
    service::{Others, Report},
};

/// What is made of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// The same rows, as the definition is now.
    Rebuild,
    /// The same rows without twins.
    Repair,
}

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Tries until an attempt is committed, or finds nothing to do.
    pub(crate) async fn rewrite(
        &self,
        what: Rewrite,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Report, CompactError> {
        let _turn = self.turns.wait(dataset, partition).await;
        let (mut report, mut others) = (Report::default(), Others::default());
        loop {
            run.may_begin(self.clock.now(), ROUND)?;
            match self.rewrite_once(what, dataset, partition, run).await? {
                Round::Committed(done) => {
                    report.add(&done);
                    return Ok(report);
                }
                Round::Stale(missing) => self.give_way(&mut others, missing).await?,
                Round::NothingNew | Round::Waiting | Round::Full => return Ok(report),
            }
        }
    }

    async fn rewrite_once(
        &self,
        what: Rewrite,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Round, CompactError> {
        let head = match log::head(&*self.store, dataset, partition).await {
            Err(CompactError::Store(StoreError::NotFound { .. })) => return Ok(Round::Stale(None)),
            Ok(None) => {
                self.check_partition(dataset, partition).await?;
                return Ok(Round::NothingNew);
            }
            Ok(Some(head)) => head,
            Err(error) => return Err(error),
        };
        let listing = inputs::list(&*self.store, dataset, partition, Some(&head)).await?;
        let accepted = self.accepted(dataset, partition, Some(&head)).await?;
        let (consumed, writer) = (still_there(Some(&head), &listing), WriterId::from(self.ids.ulid()));
        let kind = match what {
            Rewrite::Rebuild => CommitKind::Rebuild,
            Rewrite::Repair => CommitKind::Repair,
        };
        let draft = Draft { kind, accepted: &accepted, partition, head: Some(&head), writer, consumed };
        let workshop = self.workshop(&draft)?;
        let outcome = match what {
            Rewrite::Rebuild => {
                let made = self.rebuilt(&workshop, &head.files, run).await;
                made.map(|made| Some(Outcome { made, ..Outcome::default() }))
            }
            Rewrite::Repair => self.repaired(&workshop, &head.files, run).await,
        };
        match outcome.transpose() {
            None => Ok(Round::NothingNew),
            Some(outcome) => self.conclude(draft, &workshop, outcome, run).await,
        }
    }
}
