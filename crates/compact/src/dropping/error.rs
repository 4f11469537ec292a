use domain::{
    port::{CatalogError, StoreError},
    schemas::SchemasError,
};

use crate::error::CompactError;

/// Why a dataset is not dropped, or not to the end.
#[derive(Debug, thiserror::Error)]
pub enum DropError {
    /// The bucket.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// Its definitions, or the note of an earlier drop.
    #[error(transparent)]
    Schemas(#[from] SchemasError),
    /// One of its partitions: its log, or the commit that gives up its rows.
    #[error(transparent)]
    Compact(#[from] CompactError),
}
