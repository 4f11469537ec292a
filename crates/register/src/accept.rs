//! From the definition that somebody asked for to the accepted one.

use bytes::Bytes;
use domain::{
    Dataset, DatasetName, evolution, key,
    port::{Catalog, Clock, ObjectStore, PutMode, StoreError},
    run::Run,
    schemas::{self, Accepted},
};

use crate::{
    error::{RegisterError, RejectedDefinition},
    service::{ATTEMPTS, Register},
};

/// What became of a requested definition.
#[derive(Debug)]
pub enum Acceptance {
    /// It is live, in this version: a new one, or the one that was there.
    Live {
        /// Counted from 1.
        version: u32,
        /// Whether this call made the version.
        new: bool,
    },
    /// It does not go live. What was live before stays.
    Rejected(RejectedDefinition),
    /// Nobody asks for this dataset any more. Its accepted definition and its data stay.
    NotRequested,
}

impl<S: ObjectStore, C: Catalog, K: Clock> Register<S, C, K> {
    /// Looks at `datasets/<name>.json`, accepts it if it may follow what is live, and brings the table up to
    /// date. A rejected definition is no error of this call: to try again would not help.
    pub async fn accept(&self, name: &DatasetName, run: &Run) -> Result<Acceptance, RegisterError> {
        let mut new = false;
        for _ in 0..ATTEMPTS {
            // Each time anew: what somebody asked for a moment ago may be asked for no more.
            let requested = match self.store.get(&key::definition(name)).await {
                Err(StoreError::NotFound { .. }) => return Ok(Acceptance::NotRequested),
                bytes => match read(name, &bytes?) {
                    Ok(requested) => requested,
                    Err(rejected) => return Ok(Acceptance::Rejected(rejected)),
                },
            };
            let live = schemas::load(&*self.store, name).await?;
            if let Some(Accepted { version, dataset }) = &live {
                if *dataset == requested {
                    self.ensure_table(&Accepted { version: *version, dataset: requested }, run).await?;
                    return Ok(Acceptance::Live { version: *version, new });
                }
                if let Err(refused) = evolution::check(dataset, &requested) {
                    return Ok(Acceptance::Rejected(refused.into()));
                }
            }
            let live_type = live.as_ref().and_then(|live| live.dataset.cloudevents_type());
            if requested.cloudevents_type() != live_type
                && let Some(rejected) = self.taken(&requested).await?
            {
                return Ok(Acceptance::Rejected(rejected));
            }
            let version = live.map_or(1, |live| live.version + 1);
            self.may_change(run)?;
            match self.store.put(&key::schema(name, version), encode(&requested)?, PutMode::Create).await {
                Ok(()) => new = true,
                // Somebody else's version, or our own with its reply lost: the next look says which.
                Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(RegisterError::contention(name, None, ATTEMPTS))
    }

    /// Why the definition cannot have the CloudEvents type that it asks for. Two that are accepted at the same moment
    /// can both get it: [`Register::reconcile`] says so, and events go to the first one by name.
    async fn taken(&self, requested: &Dataset) -> Result<Option<RejectedDefinition>, RegisterError> {
        let Some(wanted) = requested.cloudevents_type() else { return Ok(None) };
        // One that is damaged routes nothing, and its type is not known.
        let others = schemas::load_all(&*self.store).await?.datasets;
        let mut others = others.into_values().map(|accepted| accepted.dataset);
        let owner =
            others.find(|other| other.name() != requested.name() && other.cloudevents_type() == Some(wanted));
        Ok(owner.map(|owner| RejectedDefinition::TypeTaken {
            cloudevents_type: wanted.to_owned(),
            owner: owner.name().clone(),
        }))
    }
}

fn read(name: &DatasetName, bytes: &[u8]) -> Result<Dataset, RejectedDefinition> {
    let dataset = Dataset::from_json(bytes)?;
    if dataset.name() == name {
        Ok(dataset)
    } else {
        Err(RejectedDefinition::Misnamed { file: name.clone(), name: dataset.name().clone() })
    }
}

fn encode(dataset: &Dataset) -> Result<Bytes, RegisterError> {
    let encoded = serde_json::to_vec_pretty(dataset.definition());
    encoded.map(Bytes::from).map_err(|error| RegisterError::Encode(dataset.name().clone(), error))
}
