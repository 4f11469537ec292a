//! The accepted definitions, kept for some seconds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Dataset, DatasetName,
    port::ObjectStore,
    schemas::{self, Loaded, SchemasError},
};
use tokio::sync::Mutex;

/// A message for an unknown dataset asks again, but not more often than this: a flood of them must not
/// become a flood of listings.
const SOONEST: TimeDelta = TimeDelta::seconds(1);

/// What is accepted, at one time.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) loaded: Loaded,
    /// The datasets by the CloudEvents type that is routed to them. Of two with one type the first by name has it.
    by_type: HashMap<String, DatasetName>,
}

impl Known {
    pub(crate) fn new(loaded: Loaded) -> Self {
        let mut by_type = HashMap::new();
        for (name, accepted) in &loaded.datasets {
            if let Some(kind) = accepted.dataset.cloudevents_type() {
                let first: &mut DatasetName = by_type.entry(kind.to_owned()).or_insert_with(|| name.clone());
                if first != name {
                    tracing::error!(
                        cloudevents_type = kind, dataset = %name, routed_to = %first,
                        "two datasets have one CloudEvents type; its events go to the first by name"
                    );
                }
            }
        }
        Self { loaded, by_type }
    }

    fn is(&self, loaded: &Loaded) -> bool {
        self.loaded.datasets == loaded.datasets
            && self.loaded.again == loaded.again
            && self.loaded.damaged.keys().eq(loaded.damaged.keys())
    }

    /// The dataset that CloudEvents of this type are routed to.
    pub(crate) fn of_type(&self, kind: &str) -> Option<&Dataset> {
        let accepted = self.loaded.datasets.get(self.by_type.get(kind)?)?;
        Some(&accepted.dataset)
    }
}

#[derive(Debug)]
pub(crate) struct Definitions<S> {
    store: Arc<S>,
    max_age: TimeDelta,
    current: Mutex<Option<(DateTime<Utc>, Arc<Known>)>>,
}

impl<S: ObjectStore> Definitions<S> {
    pub(crate) fn new(store: Arc<S>, max_age: Duration) -> Self {
        let max_age = TimeDelta::from_std(max_age).unwrap_or(TimeDelta::MAX);
        Self { store, max_age, current: Mutex::new(None) }
    }

    /// What is accepted, as young as the settings ask.
    pub(crate) async fn get(&self, now: DateTime<Utc>) -> Result<Arc<Known>, SchemasError> {
        self.younger_than(self.max_age, now).await
    }

    /// The same after a message that fits nothing: a moment old at most. `None` if it is what is known already.
    pub(crate) async fn newer(
        &self,
        known: &Arc<Known>,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Known>>, SchemasError> {
        let newest = self.younger_than(SOONEST.min(self.max_age), now).await?;
        Ok((!Arc::ptr_eq(known, &newest)).then_some(newest))
    }

    async fn younger_than(&self, age: TimeDelta, now: DateTime<Utc>) -> Result<Arc<Known>, SchemasError> {
        // Held while reading: whoever comes at the same time wants the same answer.
        let mut current = self.current.lock().await;
        if let Some((read_at, known)) = &*current
            && now - *read_at < age
        {
            return Ok(known.clone());
        }
        let loaded = schemas::load_all(&*self.store).await?;
        for (dataset, damaged) in &loaded.damaged {
            tracing::error!(%dataset, error = domain::chain(damaged), "a definition is damaged; its events wait");
        }
        let fresh = match current.take() {
            // Nothing new: what is known stays the same, to those who compare.
            Some((_, known)) if known.is(&loaded) => known,
            _ => Arc::new(Known::new(loaded)),
        };
        *current = Some((now, fresh.clone()));
        Ok(fresh)
    }
}
