//! A catalog in Hive's style as a target: a table for each dataset, a partition for each head.

use std::{collections::BTreeMap, fmt, sync::Arc};

use futures::{FutureExt, future::BoxFuture};

use super::{Naming, Permit, Target, TargetError, entry, table, with_others};
use crate::{
    commit::Commit,
    name::DatasetName,
    partition::Partition,
    port::{Catalog, CatalogError, CatalogPartition, Table, Upsert},
    schemas::Accepted,
};

/// The target that a [`Catalog`] is.
pub struct CatalogTarget<C>(Arc<C>);

impl<C: Catalog> CatalogTarget<C> {
    /// Over this catalog.
    pub fn new(catalog: Arc<C>) -> Self {
        Self(catalog)
    }

    async fn follow(&self, accepted: &Accepted, permit: Permit<'_>) -> Result<(), TargetError> {
        let (name, wanted) = (accepted.dataset.name(), table(accepted));
        match self.0.table(name).await? {
            None => {
                permit()?;
                Ok(self.0.create_table(&wanted).await?)
            }
            Some(found) if follows(&found, &wanted) => Ok(()),
            // Parameters that others added (crawlers, statistics) are theirs, and stay.
            Some(Table { version, parameters, .. }) => {
                permit()?;
                match self.0.update_table(&Table { version, parameters, ..wanted }).await {
                    // Somebody dropped it since the look.
                    Err(CatalogError::NotFound { what }) => Err(CatalogError::Conflict { what }.into()),
                    answer => Ok(answer?),
                }
            }
        }
    }

    async fn point(
        &self,
        head: &Commit,
        accepted: &Accepted,
        permit: Permit<'_>,
    ) -> Result<bool, TargetError> {
        let (name, wanted) = (&head.dataset, entry(head, accepted));
        let found = self.0.partition(name, &wanted.values).await?;
        if found.as_ref().is_some_and(|found| is_current(found, &wanted)) {
            return Ok(false);
        }
        permit()?;
        let mode = if found.is_some() { Upsert::Replace } else { Upsert::Create };
        let wanted = with_others(wanted, found.as_ref());
        let items = self.0.write_partitions(name, mode, std::slice::from_ref(&wanted)).await?;
        match items.into_iter().next() {
            None => Ok(true),
            // Somebody else created or dropped it, or changes it right now.
            Some(item) => Err(item.error.into()),
        }
    }

    async fn resolve(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Vec<Naming>, TargetError> {
        let values = partition.values();
        match self.0.partition(dataset, &values).await {
            Ok(found) => Ok(found.into_iter().map(naming).collect()),
            Err(CatalogError::NotFound { .. }) => Ok(Vec::new()),
            Err(refused @ CatalogError::Failed { .. }) => {
                // Glue refuses to look for a partition that has not the table's keys: one that is left of a dataset that was
                // dropped, and came back with other partitions.
                let table = self.0.table(dataset).await?;
                let keys = table.map_or(0, |table| table.partition_keys.len());
                if keys == values.len() { Err(refused.into()) } else { Ok(Vec::new()) }
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn resolve_all(
        &self,
        dataset: &DatasetName,
    ) -> Result<BTreeMap<Partition, Vec<Naming>>, TargetError> {
        let entries = match self.0.partitions(dataset).await {
            Err(CatalogError::NotFound { .. }) => Vec::new(),
            entries => entries?,
        };
        let named = entries.into_iter().filter_map(|entry| {
            // Of other values, somebody's hand made it: it is no partition of the lake.
            Some((Partition::from_values(&entry.values).ok()?, vec![naming(entry)]))
        });
        Ok(named.collect())
    }

    async fn forget(&self, dataset: &DatasetName) -> Result<(), TargetError> {
        match self.0.delete_table(dataset).await {
            Err(CatalogError::NotFound { .. }) => Ok(()),
            answer => Ok(answer?),
        }
    }
}

impl<C: Catalog> Target for CatalogTarget<C> {
    fn name(&self) -> &'static str {
        "catalog"
    }

    fn define<'a>(
        &'a self,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<(), TargetError>> {
        self.follow(accepted, permit).boxed()
    }

    fn publish<'a>(
        &'a self,
        head: &'a Commit,
        accepted: &'a Accepted,
        permit: Permit<'a>,
    ) -> BoxFuture<'a, Result<bool, TargetError>> {
        self.point(head, accepted, permit).boxed()
    }

    fn named<'a>(
        &'a self,
        dataset: &'a DatasetName,
        partition: &'a Partition,
    ) -> BoxFuture<'a, Result<Vec<Naming>, TargetError>> {
        self.resolve(dataset, partition).boxed()
    }

    fn all_named<'a>(
        &'a self,
        dataset: &'a DatasetName,
    ) -> BoxFuture<'a, Result<BTreeMap<Partition, Vec<Naming>>, TargetError>> {
        self.resolve_all(dataset).boxed()
    }

    fn withdraw<'a>(&'a self, dataset: &'a DatasetName) -> BoxFuture<'a, Result<(), TargetError>> {
        self.forget(dataset).boxed()
    }
}

impl<C> fmt::Debug for CatalogTarget<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CatalogTarget")
    }
}

fn naming(entry: CatalogPartition) -> Naming {
    let schema_version = entry.registered().map(|state| state.schema_version);
    Naming { location: entry.location, schema_version }
}

/// Whether the entry is the wanted one, whatever others added to it.
fn is_current(found: &CatalogPartition, wanted: &CatalogPartition) -> bool {
    found.location == wanted.location && found.state == wanted.state && found.columns == wanted.columns
}

/// Whether the table is the wanted one, whatever others added to it, or follows a newer version.
fn follows(found: &Table, wanted: &Table) -> bool {
    if found.schema_version > wanted.schema_version {
        return true;
    }
    found.schema_version == wanted.schema_version
        && found.columns == wanted.columns
        && found.partition_keys == wanted.partition_keys
        && found.location == wanted.location
        && found.description == wanted.description
}
