//! A partition in the catalog: pointed at its head.

use std::{collections::BTreeMap, time::Duration};

use chrono::SecondsFormat;
use domain::{
    Commit, Dataset, DatasetName, Partition, commit, key,
    port::{
        BYTES_PARAMETER, COMMITTED_AT_PARAMETER, Catalog, CatalogError, CatalogPartition, Clock,
        GENERATION_PARAMETER, ItemError, ObjectStore, ROWS_PARAMETER, StoreError, Upsert,
    },
    run::Run,
    schemas,
};

use crate::{
    error::RegisterError,
    service::{ATTEMPTS, Register},
    table,
};

/// How long to wait where somebody else is at work on the same partition.
const PAUSE: Duration = Duration::from_millis(50);

impl<S: ObjectStore, C: Catalog, K: Clock> Register<S, C, K> {
    /// Points the partition at its head; re-reads the head and repeats if it moved meanwhile. Answers
    /// whether anything was changed. A partition without commits is left alone.
    pub async fn project(
        &self,
        name: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<bool, RegisterError> {
        let mut changed = false;
        for _ in 0..ATTEMPTS {
            let Some(head) = self.head(name, partition).await? else {
                return Ok(changed);
            };
            let accepted = schemas::load(&*self.store, name).await?;
            let accepted = accepted.ok_or_else(|| RegisterError::UnknownDataset(name.clone()))?;
            let wanted = entry(&head, &accepted.dataset);
            let found = match self.catalog.partition(name, &wanted.values).await {
                // The commit came before its table, or somebody dropped the table.
                Err(CatalogError::NotFound { .. }) => {
                    self.ensure_table(&accepted, run).await?;
                    continue;
                }
                found => found?,
            };
            if found.as_ref().is_some_and(|found| is_current(found, &wanted)) {
                return Ok(changed);
            }
            self.may_change(run)?;
            let mode = if found.is_some() { Upsert::Replace } else { Upsert::Create };
            let wanted = with_others_parameters(wanted, found);
            let answer = self.catalog.write_partitions(name, mode, std::slice::from_ref(&wanted)).await;
            match answer.map(|items| items.into_iter().next()) {
                Ok(None) => changed = true,
                // Somebody else created or dropped it, or changes it right now: look again, a little later.
                Ok(Some(ItemError { error, .. })) | Err(error) if is_race(&error) => {
                    self.clock.sleep(PAUSE).await;
                }
                Ok(Some(ItemError { error, .. })) | Err(error) => return Err(error.into()),
            }
        }
        Err(RegisterError::contention(name, Some(partition), ATTEMPTS))
    }

    /// The head of the log; read again where it was vacuumed between the listing and the read.
    async fn head(&self, name: &DatasetName, partition: &Partition) -> Result<Option<Commit>, RegisterError> {
        for _ in 0..ATTEMPTS {
            let objects = self.store.list_all(&key::commits_prefix(name, partition)).await?;
            let Some(generation) = commit::head(objects.iter().map(|object| object.key.as_str())) else {
                return Ok(None);
            };
            let key = key::commit(name, partition, generation);
            match self.store.get(&key).await {
                Ok(bytes) => return Ok(Some(Commit::parse(&key, &bytes)?)),
                Err(StoreError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(RegisterError::contention(name, Some(partition), ATTEMPTS))
    }
}

fn entry(head: &Commit, dataset: &Dataset) -> CatalogPartition {
    let parameters = [
        (GENERATION_PARAMETER, head.generation.number().to_string()),
        (ROWS_PARAMETER, head.rows.to_string()),
        (BYTES_PARAMETER, head.bytes().to_string()),
        (COMMITTED_AT_PARAMETER, head.committed_at.to_rfc3339_opts(SecondsFormat::Millis, true)),
    ];
    CatalogPartition {
        values: head.partition.values(),
        location: head.location.clone(),
        columns: table::columns(dataset),
        parameters: parameters.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
    }
}

/// A replacement replaces all parameters: those that others added (statistics) are theirs, and stay.
fn with_others_parameters(wanted: CatalogPartition, found: Option<CatalogPartition>) -> CatalogPartition {
    let mut parameters = found.map(|found| found.parameters).unwrap_or_default();
    parameters.extend(wanted.parameters);
    CatalogPartition { parameters, ..wanted }
}

fn is_race(error: &CatalogError) -> bool {
    matches!(
        error,
        CatalogError::AlreadyExists { .. } | CatalogError::NotFound { .. } | CatalogError::Conflict { .. }
    )
}

fn is_current(found: &CatalogPartition, wanted: &CatalogPartition) -> bool {
    let has = |parameters: &BTreeMap<String, String>, (key, value): (&String, &String)| {
        parameters.get(key) == Some(value)
    };
    found.location == wanted.location
        && found.columns == wanted.columns
        && wanted.parameters.iter().all(|parameter| has(&found.parameters, parameter))
}
