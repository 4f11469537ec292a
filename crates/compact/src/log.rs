//! The commit log: find the head, and add to it.

use std::time::Duration;

use bytes::Bytes;
use domain::{
    Commit, DatasetName, Generation, Partition,
    commit::{self, LastGeneration, WriterId},
    key,
    port::{Clock, ObjectStore, PutMode, Source, StoreError},
    sabotage::{self, Bug},
};

use crate::error::CompactError;

/// How long to wait after each 409 before the same commit is put again.
const CONFLICT_PAUSES: [Duration; 4] = [
    Duration::from_millis(20),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
];

/// The head of a partition's log, or `None` if nothing was committed yet.
pub(crate) async fn head<S: ObjectStore>(
    store: &S,
    dataset: &DatasetName,
    partition: &Partition,
) -> Result<Option<Commit>, CompactError> {
    let objects = store.list_all(&key::commits_prefix(dataset, partition)).await?;
    match commit::head(dataset, partition, objects.iter().map(|object| object.key.as_str())) {
        None => Ok(None),
        Some(generation) => read(store, &key::commit(dataset, partition, generation)).await.map(Some),
    }
}

/// The next number after a head, which must not have the last one.
pub(crate) fn next(head: Option<&Commit>) -> Result<Generation, LastGeneration> {
    head.map_or(Ok(Generation::FIRST), |head| head.generation.next())
}

/// What became of an attempt to commit.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// The commit is in the log.
    Committed,
    /// The number belongs to another writer, for good.
    Overtaken,
}

/// Puts the commit, create-if-absent. After an error it is open whether the commit is in the log, or will be:
/// then its files must stay.
pub(crate) async fn append<S: ObjectStore>(
    store: &S,
    clock: &impl Clock,
    commit: &Commit,
) -> Result<Attempt, CompactError> {
    let key = commit.key();
    let body = Bytes::from(serde_json::to_vec_pretty(commit).map_err(build_error)?);
    let mode = match sabotage::is_on(Bug::CommitWithoutPrecondition) {
        false => PutMode::Create,
        true => PutMode::Overwrite,
    };
    let mut pauses = CONFLICT_PAUSES.iter();
    loop {
        let unsure = match store.put(&key, body.clone(), mode.clone()).await {
            Ok(()) => return Ok(Attempt::Committed),
            // The reply to our own success may have been lost, so it is the writer that counts.
            Err(StoreError::AlreadyExists { .. }) => return who(store, &key, &commit.writer).await,
            Err(unsure @ (StoreError::Conflict { .. } | StoreError::Unavailable { .. })) => unsure,
            Err(refused) => return Err(refused.into()),
        };
        if sabotage::is_on(Bug::LostReplyIsFailure) {
            return Ok(Attempt::Overtaken);
        }
        match who(store, &key, &commit.writer).await {
            Err(CompactError::Store(StoreError::NotFound { .. })) => {}
            settled => return settled,
        }
        // The other write may have failed, and the same commit may be put again: it has the same writer.
        match (&unsure, pauses.next()) {
            (StoreError::Conflict { .. }, Some(pause)) => clock.sleep(*pause).await,
            _ => return Err(unsure.into()),
        }
    }
}

async fn who<S: ObjectStore>(store: &S, key: &str, ours: &WriterId) -> Result<Attempt, CompactError> {
    let found = read(store, key).await?;
    let is_ours = found.writer == *ours && !sabotage::is_on(Bug::ForgetOneself);
    Ok(if is_ours { Attempt::Committed } else { Attempt::Overtaken })
}

/// One commit. `NotFound` if it is not there.
pub(crate) async fn read<S: ObjectStore>(store: &S, key: &str) -> Result<Commit, CompactError> {
    let bytes = store.get(key).await?;
    Ok(Commit::parse(key, &bytes)?)
}

/// A failure of Arrow, Parquet or JSON while building.
pub(crate) fn build_error(error: impl Into<Source>) -> CompactError {
    CompactError::Build(error.into())
}
