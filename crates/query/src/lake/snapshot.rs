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
    DatasetName, key,
    port::{Catalog, CatalogError, Clock, ObjectStore, StoreError},
    schemas::{self, Accepted, SchemasError},
};

use super::generations::TableState;

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
    tables: ByKey<DatasetName, Option<TableState>>,
    reach: Cached<()>,
}

/// What was read, and when reading it began.
#[derive(Debug)]
pub(crate) struct Reading<T> {
    /// When.
    pub(crate) begun: DateTime<Utc>,
    /// What.
    pub(crate) value: Arc<T>,
}

impl Snapshot {
    /// Nothing read yet. With an `age` of zero, nothing that was read before a request came is used for it.
    pub(crate) fn new(age: Duration) -> Self {
        Self {
            age: TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX),
            datasets: Cached::default(),
            tables: ByKey::default(),
            reach: Cached::default(),
        }
    }

    /// Every dataset there is.
    pub(crate) async fn datasets<S: ObjectStore, K: Clock>(
        &self,
        store: &S,
        clock: &K,
    ) -> Result<Arc<Datasets>, SnapshotError> {
        let read = async || {
            let loaded = schemas::load_all(store).await?;
            for (dataset, damaged) in &loaded.damaged {
                tracing::error!(%dataset, error = domain::chain(damaged), "a definition is damaged and left out");
            }
            Ok(loaded.datasets)
        };
        Ok(self.datasets.get(clock, self.age, None, read).await?.value)
    }

    /// The dataset's table, and its partitions newest first; `None` if it has no table yet. With `since`, as it
    /// was at that time or later.
    ///
    /// A large table's partitions take many calls to list: that is done once in the age of this snapshot. `since` is
    /// for small ones.
    pub(crate) async fn table<C: Catalog, K: Clock>(
        &self,
        catalog: &C,
        clock: &K,
        name: &DatasetName,
        since: Option<DateTime<Utc>>,
    ) -> Result<Reading<Option<TableState>>, SnapshotError> {
        let read = async || match catalog.partitions(name).await {
            Err(CatalogError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(partitions) => Ok(Some(TableState::new(partitions))),
        };
        self.tables.of(name).get(clock, self.age, since, read).await
    }

    /// Whether store and catalog answer at all, looked at once a second at most.
    pub(crate) async fn reach<S: ObjectStore, C: Catalog, K: Clock>(
        &self,
        store: &S,
        catalog: &C,
        clock: &K,
        probe: &DatasetName,
    ) -> Result<(), SnapshotError> {
        let read = async || {
            store.list(key::SCHEMAS, None).await.map_err(SchemasError::Store)?;
            catalog.table(probe).await?;
            Ok(())
        };
        self.reach.get(clock, TimeDelta::seconds(1), None, read).await.map(|_| ())
    }

    /// How much longer what was read at that time may be used.
    pub(crate) fn remaining<K: Clock>(&self, clock: &K, begun: DateTime<Utc>) -> Duration {
        let used = clock.now() - begun;
        self.age.checked_sub(&used).and_then(|left| left.to_std().ok()).unwrap_or_default()
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
        since: Option<DateTime<Utc>>,
        read: impl FnOnce() -> F,
    ) -> Result<Reading<T>, SnapshotError> {
        let arrived = clock.now();
        // Held while reading: that is what makes the others wait for this reader.
        let mut slot = self.0.lock().await;
        if let Some((begun, value)) = &*slot
            && match since {
                Some(since) => *begun >= since,
                None => arrived - *begun < age,
            }
        {
            return Ok(Reading { begun: *begun, value: Arc::clone(value) });
        }
        let begun = clock.now();
        let value = Arc::new(read().await?);
        *slot = Some((begun, Arc::clone(&value)));
        Ok(Reading { begun, value })
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
