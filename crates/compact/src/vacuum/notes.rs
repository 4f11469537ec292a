//! The notes of one partition in the bucket. Who writes them works alone: a refused write means another vacuum.

use bytes::Bytes;
use domain::{
    DatasetName, Partition, key,
    port::{ObjectStore, PutMode, StoreError, Version},
    vacuum::Notes,
};

use super::{error::VacuumError, plan::Plan};

/// The notes as found, with the version that a write must replace.
#[derive(Debug)]
pub(super) struct Noted(Option<(Notes, Version)>);

impl Noted {
    pub(super) fn notes(&self) -> Option<&Notes> {
        self.0.as_ref().map(|(notes, _)| notes)
    }
}

pub(super) async fn read<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
) -> Result<Noted, VacuumError> {
    let key = key::vacuum(dataset, partition);
    match store.get_versioned(&key).await {
        Ok((bytes, version)) => Ok(Noted(Some((Notes::parse(&key, &bytes)?, version)))),
        Err(StoreError::NotFound { .. }) => Ok(Noted(None)),
        Err(error) => Err(error.into()),
    }
}

/// Writes what the plan notes, where that is new or something is to be deleted by it. Answers whether this vacuum may
/// go on; if not, another one is at work.
pub(super) async fn write<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
    noted: &Noted,
    plan: &Plan,
) -> Result<bool, VacuumError> {
    let key = key::vacuum(dataset, partition);
    if plan.garbage.is_empty() {
        if noted.notes().is_some() {
            forget(store, key).await?;
        }
        return Ok(true);
    }
    if noted.notes() == Some(&plan.notes) && plan.expired.is_empty() {
        return Ok(true);
    }
    let body = serde_json::to_vec_pretty(&plan.notes).map_err(VacuumError::Encode)?;
    let mode = match &noted.0 {
        Some((_, version)) => PutMode::Update(version.clone()),
        None => PutMode::Create,
    };
    match store.put(&key, Bytes::from(body), mode).await {
        Ok(()) => Ok(true),
        Err(StoreError::AlreadyExists { .. } | StoreError::Conflict { .. } | StoreError::NotFound { .. }) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Nothing is garbage any more. To lose the notes of another vacuum this way is safe: the retention begins anew.
async fn forget<S: ObjectStore>(store: &S, key: String) -> Result<(), StoreError> {
    for failure in store.delete(&[key]).await? {
        tracing::warn!(
            key = failure.key,
            error = domain::chain(&failure.error),
            "vacuum notes that nothing needs could not be deleted"
        );
    }
    Ok(())
}
