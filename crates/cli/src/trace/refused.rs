//! What quarantine has of a message.

use chrono::{DateTime, Utc};
use domain::{
    DatasetName,
    port::{ObjectStore, StoreError},
    quarantine::Rejected,
};
use futures::{StreamExt, pin_mut};
use indicatif::ProgressBar;
use serde::Serialize;

use super::{Search, wanted::Wanted};
use crate::{
    output,
    quarantine::{self, Place, Selection},
};

/// The most objects that are looked at.
const MOST: usize = 100_000;

/// The most events that are told of.
const MOST_TOLD: usize = 20;

/// A refused event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Told {
    pub(super) key: String,
    pub(super) message_id: String,
    pub(super) position: usize,
    pub(super) dataset: Option<DatasetName>,
    pub(super) reason: String,
    pub(super) published_at: Option<DateTime<Utc>>,
    pub(super) refused_at: DateTime<Utc>,
    pub(super) traceparent: Option<String>,
}

/// What was found, and how far that goes.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// The first ones, of the newest object first.
    pub(super) told: Vec<Told>,
    /// How many events there are.
    pub(super) events: usize,
    /// Objects that were looked at.
    pub(super) objects: usize,
    /// Older objects that were not.
    pub(super) left_out: usize,
    /// Places that cannot be read.
    pub(super) damaged: usize,
}

/// Looks at every object of the search, and at those of no dataset.
pub(super) async fn find<S: ObjectStore>(
    store: &S,
    search: &Search<'_>,
    bar: &ProgressBar,
) -> Result<Refused, StoreError> {
    let places = match search.dataset {
        Some(dataset) => vec![Some(Place(Some(dataset.clone()))), Some(Place(None))],
        None => vec![None],
    };
    let (mut refused, mut objects) = (Refused::default(), Vec::new());
    for place in places {
        let since = Some(search.since.date_naive());
        let selection = Selection { place, since, max_objects: MOST, ..Selection::default() };
        let listed =
            |seen: usize| bar.set_message(format!("listing quarantine: {}", output::count(seen as u64)));
        let listing = quarantine::find(store, &selection, listed).await?;
        refused.left_out += listing.left_out;
        objects.extend(listing.objects);
    }
    if let Wanted::Batch(batch) = search.wanted {
        objects.retain(|found| found.key.batch == *batch);
    }
    refused.objects = objects.len();
    output::into_bar(bar, objects.len(), "quarantine objects");
    let bodies = quarantine::bodies(store, &objects);
    pin_mut!(bodies);
    while let Some(object) = bodies.next().await {
        let (found, body) = object?;
        bar.inc(1);
        for line in quarantine::lines(body.as_deref().unwrap_or_default()) {
            match line {
                Ok(rejected) if is_wanted(search.wanted, &rejected) => {
                    refused.events += 1;
                    if refused.told.len() < MOST_TOLD {
                        refused.told.push(told(found.key.to_string(), rejected));
                    }
                }
                Ok(_) => {}
                Err(_) => refused.damaged += 1,
            }
        }
    }
    Ok(refused)
}

fn is_wanted(wanted: &Wanted, rejected: &Rejected) -> bool {
    match wanted {
        Wanted::Message(id) => rejected.message_id == *id,
        Wanted::Trace(id) => rejected.carrier.traceparent.is_some_and(|trace| trace.trace_id() == *id),
        Wanted::Batch(_) => true,
    }
}

fn told(key: String, rejected: Rejected) -> Told {
    Told {
        key,
        message_id: rejected.message_id,
        position: rejected.position,
        dataset: rejected.dataset,
        reason: rejected.reason,
        published_at: rejected.carrier.sent_at,
        refused_at: rejected.at,
        traceparent: rejected.carrier.traceparent.map(|trace| trace.to_string()),
    }
}
