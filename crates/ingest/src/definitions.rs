//! The accepted definitions, kept for some seconds.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    port::ObjectStore,
    schemas::{self, Loaded, SchemasError},
};
use tokio::sync::Mutex;

/// A message for an unknown dataset asks again, but not more often than this: a flood of them must not
/// become a flood of listings.
const SOONEST: TimeDelta = TimeDelta::seconds(1);

pub(crate) type Snapshot = Arc<Loaded>;

#[derive(Debug)]
pub(crate) struct Definitions<S> {
    store: Arc<S>,
    max_age: TimeDelta,
    current: Mutex<Option<(DateTime<Utc>, Snapshot)>>,
}

impl<S: ObjectStore> Definitions<S> {
    pub(crate) fn new(store: Arc<S>, max_age: Duration) -> Self {
        let max_age = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
        Self { store, max_age, current: Mutex::new(None) }
    }

    /// A snapshot that is young enough, and that `satisfies` if a fresh one could.
    pub(crate) async fn get(
        &self,
        now: DateTime<Utc>,
        satisfies: impl Fn(&Snapshot) -> bool,
    ) -> Result<Snapshot, SchemasError> {
        // Held while reading: whoever comes at the same time wants the same answer.
        let mut current = self.current.lock().await;
        if let Some((read_at, snapshot)) = &*current {
            let age = now - *read_at;
            if age < self.max_age && (satisfies(snapshot) || age < SOONEST) {
                return Ok(snapshot.clone());
            }
        }
        let fresh: Snapshot = Arc::new(schemas::load_all(&*self.store).await?);
        for (dataset, damaged) in &fresh.damaged {
            tracing::error!(%dataset, error = domain::chain(damaged), "a definition is damaged; its events wait");
        }
        *current = Some((now, fresh.clone()));
        Ok(fresh)
    }
}
