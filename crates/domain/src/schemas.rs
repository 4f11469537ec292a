//! The accepted definitions, as everybody but `register` reads them.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};

use crate::{
    dataset::{Dataset, InvalidDefinition},
    key::{self, ParsedKey},
    name::DatasetName,
    port::{ObjectStore, StoreError},
};

/// How many definitions are read at the same time.
const READS: usize = 16;

/// An accepted version of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Counted from 1.
    pub version: u32,
    /// The dataset.
    pub dataset: Dataset,
}

/// Why the accepted definitions cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SchemasError {
    /// The store.
    #[error("cannot read the accepted definitions")]
    Store(#[from] StoreError),
    /// Somebody damaged `schemas/`, or a newer version of this software wrote it.
    #[error("accepted definition {key} is not valid here: restore it, or upgrade")]
    Invalid {
        /// The object.
        key: String,
        /// What is wrong with it.
        #[source]
        source: InvalidDefinition,
    },
}

/// The current version of every dataset.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Those that can be worked with.
    pub datasets: BTreeMap<DatasetName, Accepted>,
    /// Those that cannot, and why. They hold nobody else back, and their events must wait.
    pub damaged: BTreeMap<DatasetName, SchemasError>,
}

/// Reads the current version of every dataset. An error means that nothing is known.
pub async fn load_all<S: ObjectStore>(store: &S) -> Result<Loaded, SchemasError> {
    let objects = store.list_all(key::SCHEMAS).await?;
    let mut newest = BTreeMap::new();
    for object in &objects {
        if let Ok(ParsedKey::Schema(dataset, version)) = ParsedKey::parse(&object.key) {
            let known = newest.entry(dataset).or_insert(version);
            *known = version.max(*known);
        }
    }
    let reads = newest.into_iter().map(|(name, version)| async move {
        let accepted = read(store, &name, version).await;
        (name, accepted)
    });
    let mut reads = stream::iter(reads).buffer_unordered(READS);
    let mut loaded = Loaded::default();
    while let Some((name, accepted)) = reads.next().await {
        match accepted {
            Ok(accepted) => drop(loaded.datasets.insert(name, accepted)),
            Err(damaged @ SchemasError::Invalid { .. }) => drop(loaded.damaged.insert(name, damaged)),
            Err(unknown @ SchemasError::Store(_)) => return Err(unknown),
        }
    }
    Ok(loaded)
}

/// The current version of one dataset, or `None`.
pub async fn load<S: ObjectStore>(store: &S, name: &DatasetName) -> Result<Option<Accepted>, SchemasError> {
    let objects = store.list_all(&format!("{}{name}/", key::SCHEMAS)).await?;
    let versions = objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
        Ok(ParsedKey::Schema(_, version)) => Some(version),
        _ => None,
    });
    match versions.max() {
        None => Ok(None),
        Some(version) => read(store, name, version).await.map(Some),
    }
}

async fn read<S: ObjectStore>(store: &S, name: &DatasetName, version: u32) -> Result<Accepted, SchemasError> {
    let key = key::schema(name, version);
    let bytes = store.get(&key).await?;
    let dataset = Dataset::from_json(&bytes).map_err(|source| SchemasError::Invalid { key, source })?;
    Ok(Accepted { version, dataset })
}
