//! Why a lake does not answer.

use compact::{CompactError, DropError};
use domain::{
    access::AccessError,
    commit::UnreadableCommit,
    port::{CatalogError, StoreError},
    schemas::SchemasError,
};

/// Why the lake does not say what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LakeError {
    /// The bucket.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Glue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The accepted definitions.
    #[error(transparent)]
    Schemas(#[from] SchemasError),
    /// A commit.
    #[error(transparent)]
    Commit(#[from] UnreadableCommit),
    /// The API keys.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// A partition's compaction.
    #[error(transparent)]
    Compact(#[from] CompactError),
}

impl From<DropError> for LakeError {
    fn from(error: DropError) -> Self {
        match error {
            DropError::Store(error) => Self::Store(error),
            DropError::Catalog(error) => Self::Catalog(error),
            DropError::Schemas(error) => Self::Schemas(error),
            DropError::Compact(error) => Self::Compact(error),
        }
    }
}

impl LakeError {
    /// Whether no answer came, or only that it comes later: then the place is worth a look, and not what was asked.
    pub(crate) fn is_out_of_reach(&self) -> bool {
        let of_store = |error: &StoreError| matches!(error, StoreError::Unavailable { .. });
        match self {
            Self::Store(error)
            | Self::Schemas(SchemasError::Store(error))
            | Self::Access(AccessError::Store(error))
            | Self::Compact(CompactError::Store(error)) => of_store(error),
            Self::Catalog(error) => matches!(error, CatalogError::Unavailable { .. }),
            Self::Schemas(_) | Self::Commit(_) | Self::Access(_) | Self::Compact(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_nothing_answers_the_place_is_in_doubt() {
        let key = || "schemas/".to_owned();
        let what = || "table seats".to_owned();
        for (error, expected) in [
            (LakeError::from(StoreError::Unavailable { key: key(), source: "refused".into() }), true),
            (SchemasError::Store(StoreError::Unavailable { key: key(), source: "".into() }).into(), true),
            (StoreError::Failed { key: key(), source: "AccessDenied".into() }.into(), false),
            (CatalogError::Unavailable { what: what(), source: "refused".into() }.into(), true),
            (CatalogError::NotFound { what: what() }.into(), false),
            (CatalogError::Failed { what: what(), source: "AccessDenied".into() }.into(), false),
        ] {
            assert_eq!(error.is_out_of_reach(), expected, "{error:?}");
        }
    }
}
