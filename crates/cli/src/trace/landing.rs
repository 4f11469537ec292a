//! What landing says of its messages: the trailers of its objects.

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    landing::Trailer,
    port::{ObjectMeta, ObjectStore, StoreError},
};
use futures::{StreamExt, pin_mut, stream};
use indicatif::ProgressBar;
use serde::Serialize;

use super::{Search, wanted::Wanted};
use crate::output;

/// The most objects that are looked at.
pub(super) const MOST: usize = 100_000;

/// How many objects are read at the same time.
const READS: usize = 32;

/// The last bytes of an object that are read at first: the trailer of some hundred messages, at the least.
const END: u64 = 32 << 10;

/// The most messages of a batch that are told of.
const MOST_TOLD: usize = 20;

/// A batch with events of what is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Landed {
    pub(super) dataset: DatasetName,
    pub(super) partition: Partition,
    pub(super) batch: BatchName,
    /// When its object was written, to the second; `None` if the object is gone.
    pub(super) stored_at: Option<DateTime<Utc>>,
    /// When its events were ingested, if the object says it.
    pub(super) ingested_at: Option<DateTime<Utc>>,
    /// The messages of what is looked for; the first ones.
    pub(super) messages: Vec<Said>,
    /// How many there are.
    pub(super) count: usize,
}

/// What an object says of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Said {
    pub(super) message_id: String,
    pub(super) published_at: DateTime<Utc>,
    pub(super) traceparents: Vec<String>,
}

/// What was found, and how far that goes.
#[derive(Debug, Default)]
pub(super) struct Landing {
    /// The oldest first.
    pub(super) found: Vec<Landed>,
    /// Objects that were looked at.
    pub(super) objects: usize,
    /// Of these, those that do not name their messages, or not all of them.
    pub(super) silent: usize,
    /// Objects that were not looked at, since there are too many.
    pub(super) left_out: usize,
}

impl Landed {
    /// A batch whose object is gone.
    pub(super) fn cleaned(dataset: DatasetName, partition: Partition, batch: &BatchName) -> Self {
        let (stored_at, ingested_at, messages) = (None, None, Vec::new());
        Self { dataset, partition, batch: batch.clone(), stored_at, ingested_at, messages, count: 0 }
    }

    /// The key of its object.
    pub(super) fn key(&self) -> String {
        key::landing(&self.dataset, &self.partition, &self.batch)
    }
}

/// Looks at every object of the search.
pub(super) async fn find<S: ObjectStore>(
    store: &S,
    search: &Search<'_>,
    bar: &ProgressBar,
) -> Result<Landing, StoreError> {
    let mut landing = Landing::default();
    let objects = list(store, search, bar, &mut landing).await?;
    output::into_bar(bar, objects.len(), "landing objects");
    let reads =
        objects.into_iter().map(|(object, landed)| async move { (trailer(store, &object).await, landed) });
    let reads = stream::iter(reads).buffered(READS);
    pin_mut!(reads);
    while let Some((read, mut landed)) = reads.next().await {
        bar.inc(1);
        let Read::There(trailer) = read? else { continue };
        landing.objects += 1;
        let Some(trailer) = trailer else {
            landing.silent += 1;
            // The name alone says that it is the batch.
            if matches!(search.wanted, Wanted::Batch(_)) {
                landing.found.push(landed);
            }
            continue;
        };
        landing.silent += usize::from(trailer.messages.len() == domain::landing::MOST);
        let places = search.wanted.of(&trailer);
        if !places.is_empty() {
            landed.ingested_at = Some(trailer.ingested_at);
            landed.count = places.len();
            landed.messages =
                places.iter().take(MOST_TOLD).filter_map(|place| said(&trailer, *place)).collect();
            landing.found.push(landed);
        }
    }
    landing.found.sort_by_key(|landed| landed.stored_at);
    Ok(landing)
}

fn said(trailer: &Trailer, place: usize) -> Option<Said> {
    let carried = trailer.messages.get(place)?;
    let of_it = trailer.traces.iter().filter(|(of, _)| usize::try_from(*of) == Ok(place));
    Some(Said {
        message_id: carried.message.to_string(),
        published_at: carried.sent_at,
        traceparents: of_it.take(MOST_TOLD).map(|(_, trace)| trace.to_string()).collect(),
    })
}

/// The objects of the search.
async fn list<S: ObjectStore>(
    store: &S,
    search: &Search<'_>,
    bar: &ProgressBar,
    landing: &mut Landing,
) -> Result<Vec<(ObjectMeta, Landed)>, StoreError> {
    let prefix = match search.dataset {
        Some(dataset) => format!("{}{dataset}/", key::LANDING),
        None => key::LANDING.to_owned(),
    };
    let (mut objects, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = store.list(&prefix, after.as_deref()).await?;
        for object in page.objects {
            let Ok(ParsedKey::Landing(dataset, partition, batch)) = ParsedKey::parse(&object.key) else {
                continue;
            };
            let is_asked_for = match search.wanted {
                Wanted::Batch(wanted) => batch == *wanted,
                // To the second, as S3 has it.
                Wanted::Message(_) | Wanted::Trace(_) => {
                    object.last_modified.timestamp() >= search.since.timestamp()
                }
            };
            if !is_asked_for {
                continue;
            }
            if objects.len() == MOST {
                landing.left_out += 1;
                continue;
            }
            let stored_at = Some(object.last_modified);
            objects.push((object, Landed { stored_at, ..Landed::cleaned(dataset, partition, &batch) }));
        }
        bar.set_message(format!("listing landing: {}", output::counted(objects.len() as u64, "object")));
        after = page.next_after;
        if after.is_none() {
            return Ok(objects);
        }
    }
}

/// What came of reading an object.
enum Read {
    /// It is there, with a trailer or without.
    There(Option<Trailer>),
    /// It was cleaned meanwhile.
    Gone,
}

async fn trailer<S: ObjectStore>(store: &S, object: &ObjectMeta) -> Result<Read, StoreError> {
    let ObjectMeta { key, size, .. } = object;
    if *size == 0 {
        return Ok(Read::There(None));
    }
    let mut length = END.min(*size);
    loop {
        let end = match store.get_range(key, size - length..*size).await {
            Ok(end) => end,
            Err(StoreError::NotFound { .. }) => return Ok(Read::Gone),
            Err(error) => return Err(error),
        };
        match Trailer::length(&end) {
            Some(whole) if whole as u64 > length && whole as u64 <= *size => length = whole as u64,
            _ => return Ok(Read::There(Trailer::read(&end))),
        }
    }
}
