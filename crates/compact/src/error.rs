use domain::{
    DatasetName, OtherGranularity, Partition,
    commit::{LastGeneration, UnreadableCommit},
    port::{Source, StoreError},
    problem::Problem,
    run::Expired,
    schemas::SchemasError,
};

use crate::vacuum::VacuumError;

/// Why a partition was not compacted. Nothing is lost: the trigger comes again, and the schedule after it.
#[derive(Debug, thiserror::Error)]
pub enum CompactError {
    /// The store; the same run may succeed later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The definition cannot be read.
    #[error(transparent)]
    Definition(#[from] SchemasError),
    /// Events have landed for a dataset that nobody defined, or that was removed from `schemas/`.
    #[error("dataset {0} has no accepted definition")]
    UnknownDataset(DatasetName),
    /// An accepted version was lost: to go on would drop the columns that it added.
    #[error(
        "dataset {dataset} is at version {found}, but its rows are of version {needed}: restore schemas/{dataset}/"
    )]
    DefinitionBehind {
        /// The dataset.
        dataset: DatasetName,
        /// The newest accepted version.
        found: u32,
        /// The version of the head.
        needed: u32,
    },
    /// The partition is none that its dataset can have: a day of a dataset by the hour, or an hour of one by the day.
    #[error(transparent)]
    OtherGranularity(#[from] OtherGranularity),
    /// Some of what the invocation was about is not done; the log says what, and why.
    #[error("{0} notifications could not be handled")]
    Incomplete(usize),
    /// The partition stops until somebody looks at it; the others go on.
    #[error(transparent)]
    Commit(#[from] UnreadableCommit),
    /// The partition has as many generations as can be: it takes no more commits.
    #[error(transparent)]
    LastGeneration(#[from] LastGeneration),
    /// No time left, or no right left to change anything.
    #[error(transparent)]
    Expired(#[from] Expired),
    /// Others were faster, again and again, and did not do what this run was to do.
    #[error("other writers were faster {0} times in a row: try again when fewer write to this partition")]
    Contention(u32),
    /// A data file that is not what its commit says, or a column that its definition does not allow.
    #[error("data file {key} cannot be read")]
    DataFile {
        /// The object.
        key: String,
        /// What is wrong with it.
        #[source]
        source: Source,
    },
    /// A landing object that `ingest` did not write, and that is taken whole or not at all. The partition stops until somebody
    /// looks at it; the others go on.
    #[error(
        "landing object {key} is too large for the memory of `compact`: {reason}. Run `tributary compact` for its partition \
         with a larger TRIBUTARY_MEMORY_BUDGET, where there is so much memory; or delete it, and land its events in objects \
         whose lines have some 32 MiB"
    )]
    LandingTooLarge {
        /// The object.
        key: String,
        /// What it has, and what it may have.
        reason: String,
    },
    /// Rows that cannot be put together or encoded: a defect of this software.
    #[error("the new generation cannot be built")]
    Build(#[source] Source),
    /// The vacuum of one partition.
    #[error(transparent)]
    Vacuum(#[from] VacuumError),
    /// The vacuum of all partitions is not done with some of them; the log says which, and why.
    #[error("{0} partitions could not be vacuumed")]
    VacuumIncomplete(usize),
    /// The Lambda event is not one that this function handles.
    #[error("{0}")]
    UnknownEvent(String),
}

impl CompactError {
    /// Logs why a partition was not compacted.
    pub(crate) fn tell(&self, dataset: &DatasetName, partition: &Partition) {
        let (stopped, error) = (self.stops(), domain::chain(self));
        if matches!(self, Self::Contention(_)) {
            // Nothing is wrong, and the trigger comes again: nobody has to look at it.
            tracing::warn!(%dataset, %partition, stopped, error, "partition not compacted");
        } else {
            let problem = self.problem().map(Problem::code);
            tracing::error!(%dataset, %partition, stopped, problem, error, "partition not compacted");
        }
    }

    /// Whether the partition stops until a person looks at it: trying again is of no use.
    pub fn stops(&self) -> bool {
        self.problem().is_some()
    }

    /// What a person has to look at, if the partition stops until then. Its code is logged as `problem`.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Commit(_) | Self::LastGeneration(_) => Some(Problem::CommitUnreadable),
            Self::UnknownDataset(_) => Some(Problem::DatasetUnknown),
            Self::DefinitionBehind { .. } => Some(Problem::DefinitionDamaged),
            Self::DataFile { .. } => Some(Problem::FileUnreadable),
            Self::LandingTooLarge { .. } => Some(Problem::LandingWaits),
            Self::Build(_) => Some(Problem::Defect),
            Self::Store(error) => error.needs_a_person().then_some(Problem::StoreRefused),
            Self::Definition(error) => error.problem(),
            Self::Vacuum(error) => error.problem(),
            Self::Expired(_)
            | Self::Contention(_)
            | Self::OtherGranularity(_)
            | Self::Incomplete(_)
            | Self::VacuumIncomplete(_)
            | Self::UnknownEvent(_) => None,
        }
    }
}

#[cfg(feature = "lambda")]
impl From<CompactError> for lambda_runtime::Diagnostic {
    fn from(error: CompactError) -> Self {
        let error_type = match error {
            CompactError::Store(_) => "Store",
            CompactError::Definition(_)
            | CompactError::UnknownDataset(_)
            | CompactError::DefinitionBehind { .. } => "Definition",
            CompactError::OtherGranularity(_) => "OtherGranularity",
            CompactError::Incomplete(_) => "Incomplete",
            CompactError::Commit(_) | CompactError::LastGeneration(_) => "UnreadableCommit",
            CompactError::Expired(_) => "Expired",
            CompactError::Contention(_) => "Contention",
            CompactError::DataFile { .. } => "DataFile",
            CompactError::LandingTooLarge { .. } => "LandingTooLarge",
            CompactError::Build(_) => "Build",
            CompactError::Vacuum(_) | CompactError::VacuumIncomplete(_) => "Vacuum",
            CompactError::UnknownEvent(_) => "UnknownEvent",
        };
        Self { error_type: error_type.to_owned(), error_message: domain::chain(&error) }
    }
}

#[cfg(test)]
mod tests;
