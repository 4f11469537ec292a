//! What is in landing, in the commit logs, below tables and in the catalog, by partition; and what belongs to none.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    port::{ObjectMeta, ObjectStore, StoreError},
    problem::COMPACT_IS_LATE,
};

use super::{difference::Difference, scope::Scope};

/// A landing object that should have been consumed.
#[derive(Debug, Clone)]
pub(super) struct Landed {
    pub(super) batch: BatchName,
    pub(super) at: DateTime<Utc>,
    /// As it is stored.
    pub(super) bytes: u64,
}

/// The bucket, by partition.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Every partition that there is anything of, with its old landing objects.
    pub(super) partitions: BTreeMap<(DatasetName, Partition), Vec<Landed>>,
    /// Datasets that something is committed of, or has landed of.
    pub(super) used: BTreeSet<DatasetName>,
    pub(super) strangers: Vec<Difference>,
}

/// Lists the scope. Upstream first: what moves on meanwhile is then seen where it has come to.
pub(super) async fn list<S: ObjectStore>(
    store: &S,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<Listing, StoreError> {
    let mut listing = Listing::default();
    each(store, &scope.prefix(key::LANDING), |object| match ParsedKey::parse(&object.key) {
        Ok(ParsedKey::Landing(dataset, partition, batch)) => {
            listing.used.insert(dataset.clone());
            let landed = listing.partitions.entry((dataset, partition)).or_default();
            if now - object.last_modified > COMPACT_IS_LATE {
                landed.push(Landed { batch, at: object.last_modified, bytes: object.size });
            }
        }
        _ => listing.strangers.push(Difference::stranger(object.key)),
    })
    .await?;
    each(store, &scope.prefix(key::TABLES), |object| match key::generation_of(&object.key) {
        // Consoles make "directories" of nothing.
        Some((dataset, partition, ..)) if !object.key.ends_with('/') => {
            listing.partitions.entry((dataset, partition)).or_default();
        }
        _ => listing.strangers.push(Difference::stranger(object.key)),
    })
    .await?;
    each(store, &scope.prefix(key::COMMITS), |object| match ParsedKey::parse(&object.key) {
        Ok(ParsedKey::Commit(dataset, partition, _)) => {
            listing.used.insert(dataset.clone());
            listing.partitions.entry((dataset, partition)).or_default();
        }
        _ => listing.strangers.push(Difference::stranger(object.key)),
    })
    .await?;
    Ok(listing)
}

/// Every object, a page at a time.
pub(super) async fn each<S: ObjectStore>(
    store: &S,
    prefix: &str,
    mut take: impl FnMut(ObjectMeta),
) -> Result<(), StoreError> {
    let mut after: Option<String> = None;
    loop {
        let page = store.list(prefix, after.as_deref()).await?;
        page.objects.into_iter().for_each(&mut take);
        match page.next_after {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}
