//! The work: every event of every message is stored, or its message is named as failed.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    DatasetName,
    port::{Clock, ObjectStore, StoreError},
    settings::Settings,
};
use futures::{FutureExt, StreamExt, stream};

use crate::{
    definitions::Definitions,
    error::IngestError,
    message::Message,
    sort::{self, Place, Rules},
    write,
};

/// How many objects are written at the same time.
const WRITES: usize = 16;

/// Stores messages through the ports.
#[derive(Debug)]
pub struct Ingest<S, K> {
    store: Arc<S>,
    clock: Arc<K>,
    definitions: Definitions<S>,
    default_dataset: Option<DatasetName>,
}

/// What became of a list of messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Indices of the messages that are not stored completely; all others are.
    pub failed: BTreeSet<usize>,
    /// Events stored in landing.
    pub accepted: usize,
    /// Events stored in quarantine.
    pub quarantined: usize,
    /// Objects that hold them.
    pub objects: usize,
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// A service over these ports.
    pub fn new(store: Arc<S>, clock: Arc<K>, settings: &Settings) -> Self {
        let definitions = Definitions::new(store.clone(), settings.catalog_cache);
        Self { store, clock, definitions, default_dataset: settings.default_dataset.clone() }
    }

    /// Stores the messages. An error means that none of them is; a message that the report does not name as
    /// failed is durable in full.
    pub async fn store(&self, messages: &[Message]) -> Result<Report, IngestError> {
        let now = self.clock.now();
        let default = self.default_dataset.as_ref();
        let routed = |known: &_| {
            let rules = Rules { known, default };
            messages.iter().all(|message| message.body.is_err() || sort::route(message, rules).is_ok())
        };
        let known = self.definitions.get(now, |snapshot| routed(snapshot)).await?;
        let (groups, waiting) = sort::sort(messages, Rules { known: &known, default }, now);

        let mut writes = Vec::with_capacity(groups.len());
        for (place, events) in &groups {
            let write = write::write(&*self.store, place, events, now);
            writes.push(write.map(move |answer| (place, events, answer)));
        }
        let written: Vec<_> = stream::iter(writes).buffer_unordered(WRITES).collect().await;

        let mut report = Report { failed: waiting, ..Report::default() };
        let mut first_error: Option<StoreError> = None;
        for (place, events, answer) in written {
            match answer {
                Ok(()) => {
                    report.objects += 1;
                    match place {
                        Place::Landing(..) => report.accepted += events.len(),
                        Place::Quarantine(..) => report.quarantined += events.len(),
                    }
                }
                Err(error) => {
                    tracing::error!(
                        error = domain::chain(&error),
                        events = events.len(),
                        "a batch could not be stored; its messages will be delivered again"
                    );
                    report.failed.extend(events.iter().map(|(index, _)| *index));
                    first_error.get_or_insert(error);
                }
            }
        }
        match first_error {
            Some(source) if report.objects == 0 => Err(IngestError::Store { objects: groups.len(), source }),
            _ => Ok(report),
        }
    }
}

#[cfg(test)]
mod tests;
