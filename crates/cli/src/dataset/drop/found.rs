//! What there is of a dataset.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Commit, DatasetName, Generation, Partition,
    key::{self, ParsedKey},
    port::{Catalog, CatalogError, ObjectStore, StoreError},
    schemas::{self, SchemasError},
};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::{
    lake::LakeError,
    output::{bytes, count, counted},
};

/// How many commits are read at the same time.
const READS: usize = 16;

/// A dataset, dropped or not.
#[derive(Debug, Default, Serialize)]
pub(super) struct Found {
    /// Whether its definition is in `datasets/`.
    pub(super) requested: bool,
    pub(super) live_version: Option<u32>,
    /// Whether its accepted definition cannot be read.
    pub(super) damaged: bool,
    /// When it was dropped before, if it was.
    pub(super) dropped_at: Option<DateTime<Utc>>,
    /// Whether the catalog has its table.
    pub(super) table: bool,
    pub(super) partitions: usize,
    /// In the heads that can be read.
    pub(super) rows: u64,
    pub(super) tables: Objects,
    pub(super) landing: Objects,
    pub(super) quarantine: Objects,
}

/// Objects below one prefix.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Objects {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

/// Looks, and changes nothing.
pub(super) async fn look<S: ObjectStore, C: Catalog>(
    store: &S,
    catalog: &C,
    name: &DatasetName,
) -> Result<Found, LakeError> {
    let (live_version, damaged) = match schemas::load(store, name).await {
        Ok(live) => (live.map(|live| live.version), false),
        Err(SchemasError::Invalid { .. }) => (None, true),
        Err(error) => return Err(error.into()),
    };
    let dropped_at = match schemas::dropped(store, name).await {
        Ok(note) => note.map(|note| note.at),
        Err(SchemasError::Invalid { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let table = match catalog.table(name).await {
        Ok(table) => table.is_some(),
        Err(CatalogError::NotFound { .. }) => false,
        Err(error) => return Err(error.into()),
    };
    let heads = heads(store, name).await?;
    let below = |base: &str| format!("{base}{name}/");
    Ok(Found {
        requested: store.exists(&key::definition(name)).await?,
        live_version,
        damaged,
        dropped_at,
        table,
        partitions: heads.len(),
        rows: rows(store, name, heads).await?,
        tables: objects(store, &key::table_prefix(name)).await?,
        landing: objects(store, &below(key::LANDING)).await?,
        quarantine: objects(store, &key::quarantine_prefix(Some(name))).await?,
    })
}

impl Found {
    /// Whether there is nothing of it, and never was.
    pub(super) fn is_nothing(&self) -> bool {
        let none = Objects::default();
        let has_data = [self.tables, self.landing, self.quarantine].iter().any(|found| *found != none);
        let is_known = self.requested || self.damaged || self.table || self.dropped_at.is_some();
        !is_known && self.live_version.is_none() && self.partitions == 0 && !has_data
    }

    /// In words.
    pub(super) fn definition(&self) -> String {
        match (self.live_version, self.damaged, self.dropped_at) {
            (Some(version), ..) => format!("version {version}"),
            (None, true, _) => "damaged".to_owned(),
            (None, false, Some(at)) => format!("dropped at {}", at.format("%Y-%m-%dT%H:%M:%SZ")),
            (None, false, None) if self.requested => "asked for, and not accepted".to_owned(),
            (None, false, None) => "none".to_owned(),
        }
    }

    /// Its data: what it is, and how much.
    pub(super) fn data(&self) -> [(&'static str, String); 3] {
        let rows = format!(
            "{} in {}, {}",
            counted(self.rows, "row"),
            counted(self.partitions as u64, "partition"),
            bytes(self.tables.bytes)
        );
        [("rows", rows), ("landing", self.landing.words()), ("quarantine", self.quarantine.words())]
    }
}

impl Objects {
    fn words(self) -> String {
        match self.objects {
            0 => "nothing".to_owned(),
            1 => format!("1 object, {}", bytes(self.bytes)),
            objects => format!("{} objects, {}", count(objects), bytes(self.bytes)),
        }
    }
}

/// The number of the head of each partition.
async fn heads<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
) -> Result<BTreeMap<Partition, Generation>, StoreError> {
    let mut heads = BTreeMap::new();
    for object in store.list_all(&format!("{}{name}/", key::COMMITS)).await? {
        if let Ok(ParsedKey::Commit(_, partition, generation)) = ParsedKey::parse(&object.key) {
            let head = heads.entry(partition).or_insert(generation);
            *head = generation.max(*head);
        }
    }
    Ok(heads)
}

async fn rows<S: ObjectStore>(
    store: &S,
    name: &DatasetName,
    heads: BTreeMap<Partition, Generation>,
) -> Result<u64, StoreError> {
    let reads = heads.into_iter().map(|(partition, generation)| async move {
        let key = key::commit(name, &partition, generation);
        match store.get(&key).await {
            Ok(body) => Ok(Commit::parse(&key, &body).map_or(0, |head| head.rows)),
            // Vacuumed since it was listed.
            Err(StoreError::NotFound { .. }) => Ok(0),
            Err(error) => Err(error),
        }
    });
    let rows: Vec<u64> = stream::iter(reads).buffer_unordered(READS).try_collect().await?;
    Ok(rows.into_iter().sum())
}

async fn objects<S: ObjectStore>(store: &S, prefix: &str) -> Result<Objects, StoreError> {
    let mut found = Objects::default();
    for object in store.list_all(prefix).await? {
        found.objects += 1;
        found.bytes += object.size;
    }
    Ok(found)
}
