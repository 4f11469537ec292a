//! What the API knows of the lake: definitions, tables and partitions, at most so old.
//!
//! Each part is read when somebody asks for it, by one reader at a time; who comes meanwhile waits for that
//! reader and shares what it finds.

use std::{
    collections::{BTreeMap, HashMap},
    future::Future,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    DatasetName,
    port::{Catalog, CatalogError, Clock, ObjectStore, StoreError},
    schemas::{self, Accepted, SchemasError},
};

use crate::partition_state::PartitionState;

/// Every dataset by its name.
pub(crate) type Datasets = BTreeMap<DatasetName, Accepted>;

/// Why the lake cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    /// The definitions.
    #[error("the definitions cannot be read")]
    Schemas(#[from] SchemasError),
    /// The tables and partitions.
    #[error("the catalog cannot be read")]
    Catalog(#[from] CatalogError),
}

impl SnapshotError {
    /// Whether the same request may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Schemas(SchemasError::Store(error)) => matches!(error, StoreError::Unavailable { .. }),
            Self::Schemas(_) => false,
            Self::Catalog(error) => matches!(error, CatalogError::Unavailable { .. }),
        }
    }
}

/// The parts, as last read.
#[derive(Debug)]
pub(crate) struct Snapshot {
    age: TimeDelta,
    datasets: Cached<Datasets>,
    registered: ByKey<DatasetName, bool>,
    partitions: ByKey<DatasetName, Option<Vec<PartitionState>>>,
}

impl Snapshot {
    /// Nothing read yet. With an `age` of zero, nothing that was read before a request came is used for it.
    pub(crate) fn new(age: Duration) -> Self {
        Self {
            age: TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX),
            datasets: Cached::default(),
            registered: ByKey::default(),
            partitions: ByKey::default(),
        }
    }

    /// Every dataset there is.
    pub(crate) async fn datasets<S: ObjectStore, K: Clock>(
        &self,
        store: &S,
        clock: &K,
    ) -> Result<Arc<Datasets>, SnapshotError> {
        self.datasets.get(clock, self.age, async || {
            let loaded = schemas::load_all(store).await?;
            for (dataset, damaged) in &loaded.damaged {
                tracing::error!(%dataset, error = domain::chain(damaged), "a definition is damaged and left out");
            }
            Ok(loaded.datasets)
        })
        .await
    }

    /// Whether the dataset has its table. Asked for alone: a large table's partitions take pages to list.
    pub(crate) async fn is_registered<C: Catalog, K: Clock>(
        &self,
        catalog: &C,
        clock: &K,
        name: &DatasetName,
    ) -> Result<bool, SnapshotError> {
        let cached = self.registered.of(name);
        let found = cached.get(clock, self.age, async || Ok(catalog.table(name).await?.is_some())).await;
        found.map(|registered: Arc<bool>| *registered)
    }

    /// The partitions of the dataset's table, newest first; `None` if it has no table yet.
    pub(crate) async fn partitions<C: Catalog, K: Clock>(
        &self,
        catalog: &C,
        clock: &K,
        name: &DatasetName,
    ) -> Result<Arc<Option<Vec<PartitionState>>>, SnapshotError> {
        let read = async || match catalog.partitions(name).await {
            Err(CatalogError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(partitions) => {
                let mut states: Vec<_> = partitions.into_iter().map(PartitionState::of).collect();
                states.sort_unstable_by(|a, b| b.values.cmp(&a.values));
                Ok(Some(states))
            }
        };
        self.partitions.of(name).get(clock, self.age, read).await
    }
}

/// One part: a value and when its reading began.
#[derive(Debug)]
struct Cached<T>(tokio::sync::Mutex<Option<(DateTime<Utc>, Arc<T>)>>);

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(tokio::sync::Mutex::new(None))
    }
}

impl<T: Send + Sync> Cached<T> {
    async fn get<K: Clock, F: Future<Output = Result<T, SnapshotError>>>(
        &self,
        clock: &K,
        age: TimeDelta,
        read: impl FnOnce() -> F,
    ) -> Result<Arc<T>, SnapshotError> {
        let arrived = clock.now();
        // Held while reading: that is what makes the others wait for this reader.
        let mut slot = self.0.lock().await;
        if let Some((begun, value)) = &*slot
            && arrived - *begun < age
        {
            return Ok(Arc::clone(value));
        }
        let begun = clock.now();
        let value = Arc::new(read().await?);
        *slot = Some((begun, Arc::clone(&value)));
        Ok(value)
    }
}

/// A part for each of some names. Only names of datasets that exist get here, so it stays small.
#[derive(Debug)]
struct ByKey<N, T>(Mutex<HashMap<N, Arc<Cached<T>>>>);

impl<N, T> Default for ByKey<N, T> {
    fn default() -> Self {
        Self(Mutex::new(HashMap::new()))
    }
}

impl<N: Eq + Hash + Clone, T> ByKey<N, T> {
    fn of(&self, name: &N) -> Arc<Cached<T>> {
        // A panic elsewhere cannot leave the map half changed.
        let mut parts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(parts.entry(name.clone()).or_default())
    }
}

#[cfg(test)]
mod tests;
