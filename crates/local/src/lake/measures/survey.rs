//! What can be seen of a lake at one moment: what waits to be compacted, and what waits to be registered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    Commit, DatasetName, Generation, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    port::{Catalog, CatalogError, ObjectStore, StoreError},
    schemas::{self, Loaded, SchemasError},
};

/// What is seen of one dataset.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// The age of the oldest landing object that waits, in milliseconds.
    pub(super) oldest_landing: u64,
    /// Landing objects that wait.
    pub(super) landing_objects: u64,
    /// Partitions with a commit.
    pub(super) partitions: u64,
    /// Commits.
    pub(super) generations: u64,
    /// Partitions whose head the catalog does not name.
    pub(super) unregistered: u64,
    /// The age of the oldest of these heads, in milliseconds.
    pub(super) register_lag: u64,
}

/// Why the lake could not be looked at.
#[derive(Debug, thiserror::Error)]
pub(super) enum SurveyError {
    #[error("the definitions could not be read")]
    Schemas(#[from] SchemasError),
    #[error("the bucket could not be read")]
    Store(#[from] StoreError),
    #[error("the catalog could not be read")]
    Catalog(#[from] CatalogError),
}

type Place = (DatasetName, Partition);

/// The commits of a partition.
#[derive(Debug)]
struct Log {
    commits: u64,
    head: Generation,
    committed_at: DateTime<Utc>,
}

/// Looks at all datasets that have not been dropped. A partition that a dataset cannot have is passed over, as `register` does.
pub(super) async fn survey<S: ObjectStore, C: Catalog>(
    store: &S,
    catalog: &C,
    now: DateTime<Utc>,
) -> Result<Vec<(DatasetName, Seen)>, SurveyError> {
    let Loaded { datasets, damaged, .. } = schemas::load_all(store).await?;
    let is_one = |dataset: &DatasetName, partition: &Partition| match datasets.get(dataset) {
        Some(accepted) => accepted.dataset.check_partition(partition).is_ok(),
        None => damaged.contains_key(dataset),
    };
    // Before the commits: what is consumed meanwhile is in a head that is read later.
    let mut landing: BTreeMap<Place, Vec<(BatchName, DateTime<Utc>)>> = BTreeMap::new();
    for object in store.list_all(key::LANDING).await? {
        if let Ok(ParsedKey::Landing(dataset, partition, batch)) = ParsedKey::parse(&object.key)
            && is_one(&dataset, &partition)
        {
            landing.entry((dataset, partition)).or_default().push((batch, object.last_modified));
        }
    }
    let mut logs: BTreeMap<Place, Log> = BTreeMap::new();
    for object in store.list_all(key::COMMITS).await? {
        if let Ok(ParsedKey::Commit(dataset, partition, head)) = ParsedKey::parse(&object.key)
            && is_one(&dataset, &partition)
        {
            let first = Log { commits: 0, head, committed_at: object.last_modified };
            let log = logs.entry((dataset, partition)).or_insert(first);
            log.commits += 1;
            if head > log.head {
                (log.head, log.committed_at) = (head, object.last_modified);
            }
        }
    }

    let all = datasets.keys().chain(damaged.keys());
    let mut seen: BTreeMap<DatasetName, Seen> = all.map(|name| (name.clone(), Seen::default())).collect();
    for (place, batches) in &landing {
        let consumed = match logs.get(place) {
            None => BTreeSet::new(),
            Some(log) => match consumed(store, place, log.head).await? {
                Some(consumed) => consumed,
                // Later commits have come meanwhile, and this one is gone: the next look sees them.
                None => continue,
            },
        };
        let of = seen.entry(place.0.clone()).or_default();
        for (_, landed) in batches.iter().filter(|(batch, _)| !consumed.contains(batch)) {
            of.landing_objects += 1;
            of.oldest_landing = of.oldest_landing.max(age(now, *landed));
        }
    }
    let mut registered = BTreeMap::new();
    for ((dataset, partition), log) in &logs {
        if !registered.contains_key(dataset) {
            registered.insert(dataset.clone(), named(catalog, dataset).await?);
        }
        let named = registered.get(dataset).and_then(|named| named.get(partition));
        let of = seen.entry(dataset.clone()).or_default();
        of.partitions += 1;
        of.generations += log.commits;
        if named.is_none_or(|named| *named < log.head) {
            of.unregistered += 1;
            of.register_lag = of.register_lag.max(age(now, log.committed_at));
        }
    }
    Ok(seen.into_iter().collect())
}

/// What the commit lists as consumed: nothing, if it cannot be read, since then all of the partition waits. `None` if there is
/// no such commit.
async fn consumed<S: ObjectStore>(
    store: &S,
    (dataset, partition): &Place,
    generation: Generation,
) -> Result<Option<BTreeSet<BatchName>>, StoreError> {
    let key = key::commit(dataset, partition, generation);
    let Some(body) = store.find(&key).await? else { return Ok(None) };
    let consumed = Commit::parse(&key, &body).map(|commit| commit.consumed).unwrap_or_default();
    Ok(Some(consumed.into_iter().map(|consumed| consumed.batch).collect()))
}

/// The generation that the catalog names for each partition.
async fn named<C: Catalog>(
    catalog: &C,
    dataset: &DatasetName,
) -> Result<BTreeMap<Partition, Generation>, CatalogError> {
    let entries = match catalog.partitions(dataset).await {
        // `register` makes the table.
        Err(CatalogError::NotFound { .. }) => Vec::new(),
        entries => entries?,
    };
    let named = entries
        .into_iter()
        .filter_map(|entry| Some((Partition::from_values(&entry.values).ok()?, entry.generation()?)));
    Ok(named.collect())
}

/// A clock that was set back makes no negative age.
fn age(now: DateTime<Utc>, then: DateTime<Utc>) -> u64 {
    u64::try_from((now - then).num_milliseconds()).unwrap_or_default()
}
