use domain::{
    commit::UnreadableCommit,
    port::{CatalogError, StoreError},
    problem::Problem,
    run::Expired,
    target::TargetError,
    vacuum::UnreadableNotes,
};

/// Why a partition was not vacuumed, or not to its end. What was to be deleted is found again by the next vacuum.
#[derive(Debug, thiserror::Error)]
pub enum VacuumError {
    /// The store; the same run may succeed later.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog, or another target, cannot be asked, so nothing was deleted.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The partition stops until somebody looks at it; the others go on.
    #[error(transparent)]
    Commit(#[from] UnreadableCommit),
    /// The partition's vacuum stops until somebody looks at the notes; the others go on.
    #[error(transparent)]
    Notes(#[from] UnreadableNotes),
    /// No time left, or no right left to change anything.
    #[error(transparent)]
    Expired(#[from] Expired),
    /// Notes that cannot be written out: a defect of this software.
    #[error("the vacuum notes cannot be encoded")]
    Encode(#[source] serde_json::Error),
}

impl From<TargetError> for VacuumError {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Catalog(error) => Self::Catalog(error),
            TargetError::Expired(expired) => Self::Expired(expired),
        }
    }
}

impl VacuumError {
    /// Whether the partition stops until a person looks at it: trying again is of no use.
    pub fn stops(&self) -> bool {
        self.problem().is_some()
    }

    /// What a person has to look at, if the partition stops until then.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            Self::Commit(_) => Some(Problem::CommitUnreadable),
            Self::Notes(_) => Some(Problem::NotesUnreadable),
            Self::Encode(_) => Some(Problem::Defect),
            Self::Store(error) => error.needs_a_person().then_some(Problem::StoreRefused),
            Self::Catalog(error) => error.needs_a_person().then_some(Problem::CatalogRefused),
            Self::Expired(_) => None,
        }
    }
}
