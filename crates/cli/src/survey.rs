//! Datasets: what is asked for, what is live, and how the two stand to each other.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    DatasetName,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
    schemas::{self, Accepted, Loaded, SchemasError},
};
use futures::{StreamExt, TryStreamExt, stream};
use register::{RejectedDefinition, judge};
use serde::Serialize;

use crate::lake::LakeError;

/// How many definitions are read at the same time.
const READS: usize = 16;

/// One dataset.
#[derive(Debug)]
pub(crate) struct Surveyed {
    pub(crate) name: DatasetName,
    /// When somebody last asked for it.
    pub(crate) requested_at: Option<DateTime<Utc>>,
    /// What is live, if there is something and it can be read.
    pub(crate) live: Option<Accepted>,
    pub(crate) state: State,
}

/// How the request stands to what is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum State {
    /// It is live.
    Live,
    /// It may become live, and `register` has not said so yet.
    Waiting,
    /// It does not become live.
    Refused { reasons: Vec<String> },
    /// Nobody asks for it any more; what is live stays.
    NotRequested,
    /// What was accepted cannot be read: its events wait.
    Damaged { reason: String },
}

/// All datasets.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// In order of name.
    pub(crate) datasets: Vec<Surveyed>,
    /// Objects in `datasets/` that ask for nothing, since their name is none of a dataset.
    pub(crate) strangers: Vec<String>,
    /// Datasets that were dropped, and that no version is live of again.
    pub(crate) dropped: BTreeSet<DatasetName>,
}

/// Looks at every dataset.
pub(crate) async fn all<S: ObjectStore>(store: &S) -> Result<Survey, LakeError> {
    // What is live before what is asked for: a request of this moment is then seen as waiting, and not as
    // older than what is live.
    let Loaded { mut datasets, mut damaged, dropped, .. } = schemas::load_all(store).await?;
    let (requests, strangers) = requests(store, key::DATASETS).await?;
    let mut names: BTreeSet<DatasetName> = requests.keys().cloned().collect();
    names.extend(datasets.keys().cloned());
    names.extend(damaged.keys().cloned());
    let mut survey = Survey { datasets: Vec::with_capacity(names.len()), strangers, dropped };
    for name in names {
        let live = match damaged.remove(&name) {
            Some(error) => Err(error),
            None => Ok(datasets.remove(&name)),
        };
        survey.datasets.push(surveyed(store, &name, requests.get(&name), live).await?);
    }
    Ok(survey)
}

/// Looks at one dataset; `None` if nobody ever asked for it.
pub(crate) async fn one<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
) -> Result<Option<Surveyed>, LakeError> {
    let live = match schemas::load(store, name).await {
        Err(SchemasError::Store(error)) => return Err(error.into()),
        live => live,
    };
    let (requests, _) = requests(store, &key::definition(name)).await?;
    let surveyed = surveyed(store, name, requests.get(name), live).await?;
    let exists = surveyed.requested_at.is_some() || surveyed.state != State::NotRequested;
    Ok((exists || surveyed.live.is_some()).then_some(surveyed))
}

type Request = (Bytes, DateTime<Utc>);

async fn requests<S: ObjectStore>(
    store: &S,
    prefix: &str,
) -> Result<(BTreeMap<DatasetName, Request>, Vec<String>), StoreError> {
    let (mut names, mut strangers) = (Vec::new(), Vec::new());
    for object in store.list_all(prefix).await? {
        match ParsedKey::parse(&object.key) {
            Ok(ParsedKey::Definition(name)) => names.push((name, object.last_modified)),
            _ => strangers.push(object.key),
        }
    }
    let reads = names.into_iter().map(|(name, at)| async move {
        match store.get(&key::definition(&name)).await {
            Ok(body) => Ok(Some((name, (body, at)))),
            // Taken back since it was listed.
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    });
    let found: Vec<_> = stream::iter(reads).buffer_unordered(READS).try_collect().await?;
    Ok((found.into_iter().flatten().collect(), strangers))
}

async fn surveyed<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
    request: Option<&Request>,
    live: Result<Option<Accepted>, SchemasError>,
) -> Result<Surveyed, LakeError> {
    let requested_at = request.map(|(_, at)| *at);
    let (live, state) = match (live, request) {
        (Err(damaged), _) => (None, State::Damaged { reason: domain::chain(&damaged) }),
        (Ok(live), None) => (live, State::NotRequested),
        (Ok(live), Some((body, _))) => {
            let state = match judge(store, name, body, live.as_ref()).await? {
                Ok(admissible) if admissible.is_live => State::Live,
                Ok(_) => State::Waiting,
                Err(rejected) => State::Refused { reasons: reasons(&rejected) },
            };
            (live, state)
        }
    };
    Ok(Surveyed { name: name.clone(), requested_at, live, state })
}

impl State {
    /// One word, or a few.
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Waiting => "waiting",
            Self::Refused { .. } => "refused",
            Self::NotRequested => "not requested",
            Self::Damaged { .. } => "damaged",
        }
    }

    /// Why what is asked for is not live, each reason by itself.
    pub(crate) fn reasons(&self) -> Vec<String> {
        match self {
            Self::Live => Vec::new(),
            Self::Waiting => vec!["register has not accepted it yet".to_owned()],
            Self::Refused { reasons } => reasons.clone(),
            Self::NotRequested => {
                vec!["its definition is no longer in datasets/; what is live stays".to_owned()]
            }
            Self::Damaged { reason } => vec![reason.clone()],
        }
    }
}

/// Each reason by itself.
pub(crate) fn reasons(rejected: &RejectedDefinition) -> Vec<String> {
    match rejected {
        RejectedDefinition::Evolution(refused) => refused.reasons().map(ToString::to_string).collect(),
        other => vec![domain::chain(other)],
    }
}

#[cfg(test)]
mod tests;
