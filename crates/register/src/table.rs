//! A dataset's table in the catalog.

use std::collections::BTreeMap;

use domain::{
    Dataset, key,
    port::{Catalog, Clock, Ids, ObjectStore, PartitionKey, Table, TableColumn},
    run::Run,
    schemas::Accepted,
};

use crate::{
    backoff::Backoff,
    error::RegisterError,
    service::{ATTEMPTS, Register},
};

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Creates or evolves the table. A newer version that somebody else put there stays.
    pub(crate) async fn ensure_table(&self, accepted: &Accepted, run: &Run) -> Result<(), RegisterError> {
        let name = accepted.dataset.name();
        let mut backoff = Backoff::default();
        for _ in 0..ATTEMPTS {
            let wanted = table(accepted);
            let answer = match self.patiently(run, || self.catalog.table(name)).await? {
                None => {
                    self.may_change(run)?;
                    self.catalog.create_table(&wanted).await
                }
                Some(found) if is_current(&found, &wanted, accepted.version) => return Ok(()),
                Some(found) => {
                    self.may_change(run)?;
                    // Parameters that others added (crawlers, statistics) are theirs, and stay.
                    let Table { version, parameters, .. } = found;
                    self.catalog.update_table(&Table { version, parameters, ..wanted }).await
                }
            };
            match answer {
                Ok(()) => return Ok(()),
                // Somebody else was at work, or nobody knows: look again.
                Err(error) => self.back_off(&mut backoff, error, run).await?,
            }
        }
        Err(RegisterError::contention(name, None, ATTEMPTS))
    }
}

fn is_current(found: &Table, wanted: &Table, version: u32) -> bool {
    if found.schema_version.is_some_and(|found| found > version) {
        return true;
    }
    found.schema_version == wanted.schema_version
        && found.columns == wanted.columns
        && found.partition_keys == wanted.partition_keys
        && found.location == wanted.location
        && found.description == wanted.description
}

/// The table of a dataset under this definition.
pub fn table(Accepted { version, dataset }: &Accepted) -> Table {
    Table {
        name: dataset.name().clone(),
        description: dataset.description().map(str::to_owned),
        columns: columns(dataset),
        partition_keys: dataset.granularity().keys().iter().copied().map(PartitionKey::string).collect(),
        location: key::table_prefix(dataset.name()),
        schema_version: Some(*version),
        parameters: BTreeMap::new(),
        version: None,
    }
}

/// The columns of the table, and of every partition written from now on.
pub(crate) fn columns(dataset: &Dataset) -> Vec<TableColumn> {
    let column = |(name, data_type, comment): (&str, &domain::DataType, Option<&str>)| TableColumn {
        name: name.to_owned(),
        data_type: data_type.to_string(),
        comment: comment.map(str::to_owned),
    };
    dataset.stored_columns().map(column).collect()
}
