use domain::{
    DatasetName, OtherGranularity, Partition,
    commit::UnreadableCommit,
    dataset::InvalidDefinition,
    evolution::Refused,
    port::{CatalogError, StoreError},
    problem::Problem,
    run::Expired,
    schemas::SchemasError,
    target::TargetError,
};

/// Why the catalog was not brought up to date. The bucket is the truth: a later run finds the same work.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The accepted definitions.
    #[error(transparent)]
    Schemas(#[from] SchemasError),
    /// This partition stops until somebody looks at it; the others go on.
    #[error(transparent)]
    Commit(#[from] UnreadableCommit),
    /// No time left, or no right left to change anything.
    #[error(transparent)]
    Expired(#[from] Expired),
    /// A commit of a dataset that was never accepted.
    #[error("dataset {0} has no accepted definition")]
    UnknownDataset(DatasetName),
    /// The partition is none that its dataset can have: a day of a dataset by the hour, or an hour of one by the day.
    #[error(transparent)]
    OtherGranularity(#[from] OtherGranularity),
    /// Others changed the same thing, again and again.
    #[error("gave up on {what} after {attempts} attempts that others overtook")]
    Contention {
        /// What was to be changed.
        what: String,
        /// How often.
        attempts: u32,
    },
    /// Some of what the invocation was about is not done; the log says what, and why.
    #[error("{0} notifications could not be handled")]
    Incomplete(usize),
    /// A definition cannot be written out: a defect of this software.
    #[error("the definition of {0} cannot be encoded")]
    Encode(DatasetName, #[source] serde_json::Error),
    /// The Lambda event is not one that this function handles.
    #[error("{0}")]
    UnknownEvent(String),
}

/// Why a definition does not go live. The one before it stays.
#[derive(Debug, thiserror::Error)]
pub enum RejectedDefinition {
    /// It is not valid in itself.
    #[error(transparent)]
    Invalid(#[from] InvalidDefinition),
    /// It is valid, but may not follow the accepted one.
    #[error("the change is not allowed: {0}")]
    Evolution(#[from] Refused),
    /// It may not follow the last definition of a dataset that was dropped, and whose data is still there.
    #[error(
        "{name} was dropped and its data is still there, which this definition cannot read: {refused}. To begin anew: \
         `tributary dataset drop {name} --purge --yes`"
    )]
    Dropped {
        /// The dataset.
        name: DatasetName,
        /// What its data does not allow.
        refused: Refused,
    },
    /// Events of one type go to one dataset.
    #[error(
        "cloudevents_type {cloudevents_type:?} is already that of dataset {owner}: give this one another type, or \
         take it from {owner} first"
    )]
    TypeTaken {
        /// The type that both ask for.
        cloudevents_type: String,
        /// The dataset that has it.
        owner: DatasetName,
    },
    /// The file's name says another dataset.
    #[error("the file is named {file}.json but defines {name}: the two must be the same")]
    Misnamed {
        /// What the file is called.
        file: DatasetName,
        /// What it defines.
        name: DatasetName,
    },
}

impl RegisterError {
    /// Whether the work stops until a person looks at it: no retry mends a missing right, a missing database, or a
    /// damaged object. Logged as the field `stopped`, of which the deployment makes a metric.
    pub(crate) fn stops(&self) -> bool {
        self.problem().is_some()
    }

    /// What a person has to look at, if the work stops until then. Its code is logged as `problem`.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Commit(_) => Some(Problem::CommitUnreadable),
            Self::UnknownDataset(_) => Some(Problem::DatasetUnknown),
            Self::Encode(..) => Some(Problem::Defect),
            Self::Store(error) => error.needs_a_person().then_some(Problem::StoreRefused),
            Self::Catalog(error) => error.needs_a_person().then_some(Problem::CatalogRefused),
            Self::Schemas(error) => error.problem(),
            // The first two pass; the others are about a message or an invocation, which the queue counts.
            Self::Expired(_)
            | Self::Contention { .. }
            | Self::OtherGranularity(_)
            | Self::Incomplete(_)
            | Self::UnknownEvent(_) => None,
        }
    }

    pub(crate) fn contention(dataset: &DatasetName, partition: Option<&Partition>, attempts: u32) -> Self {
        let what = match partition {
            Some(partition) => format!("{dataset}/{partition}"),
            None => format!("table {dataset}"),
        };
        Self::Contention { what, attempts }
    }
}

impl From<TargetError> for RegisterError {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Catalog(error) => Self::Catalog(error),
            TargetError::Expired(expired) => Self::Expired(expired),
        }
    }
}

#[cfg(feature = "lambda")]
impl From<RegisterError> for lambda_runtime::Diagnostic {
    fn from(error: RegisterError) -> Self {
        let error_type = match error {
            RegisterError::Store(_) => "Store",
            RegisterError::Catalog(_) => "Catalog",
            RegisterError::Schemas(_) | RegisterError::UnknownDataset(_) => "Definition",
            RegisterError::OtherGranularity(_) => "OtherGranularity",
            RegisterError::Commit(_) => "UnreadableCommit",
            RegisterError::Expired(_) => "Expired",
            RegisterError::Contention { .. } => "Contention",
            RegisterError::Incomplete(_) => "Incomplete",
            RegisterError::Encode(..) => "Encode",
            RegisterError::UnknownEvent(_) => "UnknownEvent",
        };
        Self { error_type: error_type.to_owned(), error_message: domain::chain(&error) }
    }
}

#[cfg(test)]
mod tests;
