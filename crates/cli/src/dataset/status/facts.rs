//! What is known of one dataset, in an order of looks that takes nothing for late which is not.

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Partition,
    port::{Catalog, ObjectStore},
};
use serde::Serialize;

use super::{
    catalog::{self, Table},
    files,
    landing::{self, Backlog},
    log,
    quarantined::{self, Quarantined},
};
use crate::{
    doctor::Difference,
    lake::LakeError,
    survey::{State, Surveyed},
};

/// The most heads that are read: those of the newest partitions.
const HEADS: usize = 1_000;

/// One dataset.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    pub(super) name: DatasetName,
    pub(super) definition: Definition,
    pub(super) table: Table,
    pub(super) stored: Stored,
    /// What of the data files is not as the heads that were read say. It is among the problems.
    #[serde(skip)]
    pub(super) files: Vec<Difference>,
    pub(super) landing: Backlog,
    pub(super) quarantine: Quarantined,
}

/// What is asked for and what is live.
#[derive(Debug, Serialize)]
pub(super) struct Definition {
    #[serde(flatten)]
    pub(super) state: State,
    pub(super) requested_at: Option<DateTime<Utc>>,
    pub(super) live_version: Option<u32>,
}

/// What the commit logs say.
#[derive(Debug, Default, Serialize)]
pub(super) struct Stored {
    pub(super) partitions: usize,
    /// Whether there are more than were listed.
    pub(super) cut: bool,
    /// Partitions whose heads were read: `rows` and `bytes` are of these.
    pub(super) partitions_read: usize,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    /// When the newest event landed that queries see. A merge or a rebuild makes nothing fresher.
    pub(super) freshness: Option<DateTime<Utc>>,
    pub(super) newest_partition: Option<Partition>,
    /// The head of the newest partition.
    pub(super) newest_generation: Option<u64>,
    /// The newest version of the definition that rows follow.
    pub(super) schema_version: Option<u32>,
    /// Heads that cannot be used: their partitions stop.
    pub(super) unreadable: Vec<String>,
    /// When the oldest head was committed that the catalog does not have.
    pub(super) behind_since: Option<DateTime<Utc>>,
}

/// Looks at everything.
pub(super) async fn gather<S: ObjectStore, C: Catalog>(
    store: &S,
    catalog: &C,
    surveyed: Surveyed,
    now: DateTime<Utc>,
) -> Result<Facts, LakeError> {
    let name = &surveyed.name;
    // Downstream last: what moves on meanwhile is seen where it has come to.
    let landing = landing::list(store, name).await?;
    let granularity = surveyed.live.as_ref().map(|live| live.dataset.granularity());
    let numbers = log::heads(store, name, now, log::LISTED).await?.of(granularity);
    let table = catalog::compare(catalog, name, &numbers).await;
    let mut wanted = numbers.newest(HEADS);
    wanted.extend(landing.newest(HEADS));
    if let Table::Registered { behind, .. } = &table {
        wanted.extend(behind.iter().rev().take(HEADS).cloned());
    }
    let heads = log::read(store, name, &numbers, wanted).await?;
    let files = files::compare(store, &heads).await?;
    let backlog = landing.backlog(&heads, |partition| numbers.numbers.contains_key(partition));
    let quarantine = quarantined::read(store, Some(name), now).await?;

    let newest = numbers.numbers.last_key_value();
    let mut stored = Stored {
        partitions: numbers.numbers.len(),
        cut: numbers.cut,
        partitions_read: heads.len(),
        newest_partition: newest.map(|(partition, _)| partition.clone()),
        newest_generation: newest.map(|(_, generation)| generation.number()),
        ..Stored::default()
    };
    for head in heads.values() {
        match head {
            Ok(head) => {
                stored.rows += head.rows;
                stored.bytes += head.bytes();
                stored.schema_version = stored.schema_version.max(Some(head.schema_version));
            }
            Err(reason) => stored.unreadable.push(reason.clone()),
        }
    }
    if let Table::Registered { behind, newest, .. } = &table {
        stored.freshness = *newest;
        let since = behind.iter().filter_map(|partition| heads.get(partition)?.as_ref().ok());
        stored.behind_since = since.map(|head| head.committed_at).min();
    }
    let Surveyed { name, requested_at, live, state } = surveyed;
    let definition = Definition { state, requested_at, live_version: live.map(|live| live.version) };
    Ok(Facts { name, definition, table, stored, files, landing: backlog, quarantine })
}

#[cfg(test)]
mod tests;
