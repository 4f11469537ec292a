//! What was accepted and is not in the table yet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    batch::BatchName,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
};
use serde::Serialize;

use super::{log::Head, scan::scan};

/// The most objects that are listed.
const LISTED: usize = 20_000;

/// The landing objects of a dataset, by partition.
#[derive(Debug, Default)]
pub(super) struct Landing {
    batches: BTreeMap<Partition, Vec<Landed>>,
    cut: bool,
}

#[derive(Debug)]
struct Landed {
    batch: BatchName,
    bytes: u64,
    at: DateTime<Utc>,
}

/// What waits for `compact`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(super) struct Backlog {
    pub(super) objects: u64,
    /// As they are stored, packed.
    pub(super) bytes: u64,
    /// When the oldest of them was written.
    pub(super) oldest: Option<DateTime<Utc>>,
    pub(super) partitions: usize,
    /// Whether there is more than was looked at.
    pub(super) cut: bool,
}

/// Lists landing. To be called before the heads are listed: what a head consumes later is then seen as consumed.
pub(super) async fn list<S: ObjectStore>(store: &S, dataset: &DatasetName) -> Result<Landing, StoreError> {
    let scan = scan(store, &format!("{}{dataset}/", key::LANDING), None, LISTED).await?;
    let mut landing = Landing { batches: BTreeMap::new(), cut: scan.more_after.is_some() };
    for object in scan.objects {
        if let Ok(ParsedKey::Landing(_, partition, batch)) = ParsedKey::parse(&object.key) {
            let landed = Landed { batch, bytes: object.size, at: object.last_modified };
            landing.batches.entry(partition).or_default().push(landed);
        }
    }
    Ok(landing)
}

impl Landing {
    /// The newest partitions that something landed in, at most `limit`.
    pub(super) fn newest(&self, limit: usize) -> BTreeSet<Partition> {
        self.batches.keys().rev().take(limit).cloned().collect()
    }

    /// What of it the heads have not consumed. A partition that has a head which was not read is not counted, and
    /// neither is one whose head is unreadable: nobody knows.
    pub(super) fn backlog(
        &self,
        heads: &BTreeMap<Partition, Head>,
        has_head: impl Fn(&Partition) -> bool,
    ) -> Backlog {
        let mut backlog = Backlog { cut: self.cut, ..Backlog::default() };
        for (partition, landed) in &self.batches {
            let consumed: BTreeSet<&BatchName> = match heads.get(partition) {
                Some(Ok(head)) => head.consumed.iter().map(|entry| &entry.batch).collect(),
                None if !has_head(partition) => BTreeSet::new(),
                _ => {
                    backlog.cut = true;
                    continue;
                }
            };
            let before = backlog.objects;
            for landed in landed.iter().filter(|landed| !consumed.contains(&landed.batch)) {
                backlog.objects += 1;
                backlog.bytes += landed.bytes;
                backlog.oldest = Some(backlog.oldest.map_or(landed.at, |oldest| oldest.min(landed.at)));
            }
            backlog.partitions += usize::from(backlog.objects > before);
        }
        backlog
    }
}
