//! The catalog held against the commit logs.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    DatasetName, Generation, Partition,
    port::{Catalog, CatalogError, CatalogPartition, PartitionState},
};
use serde::Serialize;

use super::log::Heads;

/// What the catalog says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(super) enum Table {
    /// There is no table.
    Missing,
    /// It is there.
    Registered {
        /// Partitions it has.
        partitions: usize,
        /// Partitions whose head it does not have: their new rows are not seen by queries.
        behind: Vec<Partition>,
        /// When the newest event landed that queries see.
        #[serde(skip)]
        newest: Option<DateTime<Utc>>,
    },
    /// It did not answer.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// Compares. To be called after the heads were listed: what is registered later is then no difference.
pub(super) async fn compare<C: Catalog>(catalog: &C, dataset: &DatasetName, heads: &Heads) -> Table {
    let partitions = match catalog.partitions(dataset).await {
        Ok(partitions) => partitions,
        Err(CatalogError::NotFound { .. }) => return Table::Missing,
        Err(error) => return Table::Unknown { reason: domain::chain(&error) },
    };
    let registered: BTreeMap<Partition, Generation> = partitions.iter().filter_map(named).collect();
    let behind = heads.numbers.iter().filter(|(partition, head)| {
        // A head that came since is not one that is missing.
        registered.get(*partition).is_none_or(|registered| registered < *head)
    });
    let behind = behind.map(|(partition, _)| partition.clone()).collect();
    let states = partitions.iter().filter_map(CatalogPartition::registered);
    let newest = states.map(PartitionState::fresh_at).max();
    Table::Registered { partitions: partitions.len(), behind, newest }
}

fn named(entry: &CatalogPartition) -> Option<(Partition, Generation)> {
    Some((Partition::from_values(&entry.values).ok()?, entry.generation()?))
}
