//! Landing batches: which are to be consumed.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use domain::{
    Commit, DatasetName, Partition,
    batch::BatchName,
    commit::MAX_CONSUMED,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};

/// One batch that has landed.
#[derive(Debug, Clone)]
pub(crate) struct Landed {
    pub(crate) batch: BatchName,
    /// As it is stored.
    pub(crate) bytes: u64,
    pub(crate) at: DateTime<Utc>,
}

/// The landing directory, seen after the head was read.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Not consumed by the head, in order of name; no more than a commit can list.
    pub(crate) fresh: Vec<Landed>,
    /// Consumed by the head and still there.
    pub(crate) consumed: HashSet<BatchName>,
    /// Whether the head lists as many batches as a commit may, so that none of what landed can be taken.
    pub(crate) full: bool,
}

impl Listing {
    /// Bytes of what is fresh, as stored.
    pub(crate) fn fresh_bytes(&self) -> u64 {
        self.fresh.iter().map(|landed| landed.bytes).sum()
    }

    /// Whether nothing was left off for want of room in a commit.
    pub(crate) fn is_whole(&self) -> bool {
        self.fresh.len() + self.consumed.len() < MAX_CONSUMED
    }

    /// When the first of what is fresh landed.
    pub(crate) fn oldest(&self) -> Option<DateTime<Utc>> {
        self.fresh.iter().map(|landed| landed.at).min()
    }
}

pub(crate) async fn list<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    head: Option<&Commit>,
) -> Result<Listing, StoreError> {
    let objects = store.list_all(&key::landing_prefix(dataset, partition)).await?;
    let known: HashSet<&BatchName> =
        head.iter().flat_map(|head| &head.consumed).map(|entry| &entry.batch).collect();
    let mut listing = Listing { fresh: Vec::new(), consumed: HashSet::new(), full: false };
    for object in objects {
        match ParsedKey::parse(&object.key) {
            Ok(ParsedKey::Landing(_, found, batch)) if found == *partition => {
                if known.contains(&batch) {
                    listing.consumed.insert(batch);
                } else {
                    listing.fresh.push(Landed { batch, bytes: object.size, at: object.last_modified });
                }
            }
            // A daily partition's prefix is that of its day's hourly ones too.
            Ok(ParsedKey::Landing(_, found, _)) if found != *partition => {}
            _ => {
                let key = object.key;
                tracing::warn!(%dataset, %partition, key, "an object in landing is not a batch; it is left alone");
            }
        }
    }
    let room = MAX_CONSUMED.saturating_sub(listing.consumed.len());
    listing.full = room == 0 && !listing.fresh.is_empty();
    listing.fresh.truncate(room);
    Ok(listing)
}
