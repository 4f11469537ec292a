use domain::{
    DatasetName, Partition,
    facts::Facts,
    metric::{self, Metric},
    problem::Problem,
};

use crate::error::RegisterError;

/// What a full run did, or one invocation of the function.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// Definitions that went live.
    pub accepted: usize,
    /// Definitions that were rejected.
    pub rejected: usize,
    /// Partitions with commits that were looked at, counted in each target.
    pub partitions: usize,
    /// Partitions changed, counted in each target.
    pub changed: usize,
    /// Partitions without commits that somebody had added by hand, and that were removed from the catalog.
    pub removed: usize,
    /// Partitions that the catalog has from this lake, and whose commits are gone. They are left as they are.
    pub lost: usize,
    /// Partitions, tables and definitions that stop until a person looks at them.
    pub stopped: usize,
    /// What else could not be done, and a later run may do. The log says what, and why.
    pub failed: usize,
}

impl Reconciled {
    /// What was done beside it, in another target.
    pub(crate) fn add(&mut self, other: &Self) {
        let Self { accepted, rejected, partitions, changed, removed, lost, stopped, failed } = *other;
        self.accepted += accepted;
        self.rejected += rejected;
        self.partitions += partitions;
        self.changed += changed;
        self.removed += removed;
        self.lost += lost;
        self.stopped += stopped;
        self.failed += failed;
    }

    /// Counts what could not be done.
    pub(crate) fn count(&mut self, error: &RegisterError) {
        if error.stops() {
            self.stopped += 1;
        } else {
            self.failed += 1;
        }
    }
}

impl Facts for Reconciled {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        let Self { accepted, rejected, partitions, changed, removed, lost, stopped, failed } = *self;
        number(&metric::DEFINITIONS_ACCEPTED, accepted as u64);
        number(&metric::DEFINITIONS_REJECTED, rejected as u64);
        number(&metric::PARTITIONS_REGISTERED, partitions as u64);
        number(&metric::PARTITIONS_CHANGED, changed as u64);
        number(&metric::PARTITIONS_REMOVED, removed as u64);
        number(&metric::PARTITIONS_LOST, lost as u64);
        number(&metric::REGISTRATIONS_STOPPED, stopped as u64);
        number(&metric::REGISTRATIONS_FAILED, failed as u64);
    }
}

/// What a run has done so far, and the first thing that it could not do.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) done: Reconciled,
    first_error: Option<RegisterError>,
}

impl Outcome {
    /// One thing that could not be done. The others go on.
    pub(super) fn note(
        &mut self,
        dataset: &DatasetName,
        partition: Option<&Partition>,
        error: RegisterError,
    ) {
        let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
        match partition {
            Some(partition) => tracing::error!(
                %dataset, %partition, stopped, problem, error = domain::chain(&error), "a partition is not reconciled"
            ),
            None => tracing::error!(
                %dataset, stopped, problem, error = domain::chain(&error), "a dataset is not reconciled"
            ),
        }
        self.done.count(&error);
        self.first_error.get_or_insert(error);
    }

    /// The run ends here.
    pub(super) fn end(&mut self, error: RegisterError) {
        let (stopped, problem) = (error.stops(), error.problem().map(Problem::code));
        let chain = domain::chain(&error);
        tracing::error!(stopped, problem, error = chain, "the catalog is not reconciled to the end");
        self.first_error.get_or_insert(error);
    }

    /// What was done in another target meanwhile.
    pub(super) fn add(&mut self, other: Self) {
        self.done.add(&other.done);
        if let Some(error) = other.first_error {
            self.first_error.get_or_insert(error);
        }
    }

    /// The first thing that could not be done is the answer; all that was done is in `done` in either case.
    pub(super) fn into_result(self, done: &mut Reconciled) -> Result<(), RegisterError> {
        let Reconciled { accepted, rejected, partitions, changed, removed, lost, stopped, failed } =
            self.done;
        *done = self.done;
        match self.first_error {
            None => Ok(()),
            Some(error) => {
                tracing::error!(
                    accepted,
                    rejected,
                    partitions,
                    changed,
                    removed,
                    lost,
                    stopped,
                    failed,
                    "catalog reconciled in part"
                );
                Err(error)
            }
        }
    }
}
