use domain::{
    port::{CatalogError, StoreError},
    schemas::SchemasError,
    target::TargetError,
};

use crate::error::CompactError;

/// Why a dataset is not dropped, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum DropError {
    /// The bucket.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog, or another target.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Its definitions, or the note of an earlier drop.
    #[error(transparent)]
    Schemas(#[from] SchemasError),
    /// One of its partitions: its log, or the commit that gives up its rows.
    #[error(transparent)]
    Compact(#[from] CompactError),
}

impl From<TargetError> for DropError {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::Catalog(error) => Self::Catalog(error),
            TargetError::Expired(expired) => Self::Compact(expired.into()),
        }
    }
}
