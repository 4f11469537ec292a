//! What is lost of a partition, and what of it can be had again.

use std::collections::BTreeSet;

use aws::{OriginObject, S3Origin};
use compact::{Compactor, Lost};
use domain::{
    Commit, DatasetName, Partition,
    port::{Clock, Ids, ObjectStore, StoreError},
};
use serde::Serialize;

use crate::lake::LakeError;

/// A bucket's past.
pub(super) trait Versions: Sync {
    /// Every version of the objects below the prefix, the newest first.
    fn versions(&self, prefix: &str) -> impl Future<Output = Result<Vec<OriginObject>, StoreError>> + Send;
}

impl Versions for S3Origin {
    async fn versions(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        Self::versions(self, prefix).await
    }
}

/// Through which ports to look.
pub(super) struct Planner<'a, S, K, I, V> {
    pub(super) store: &'a S,
    pub(super) compactor: &'a Compactor<S, K, I>,
    pub(super) versions: &'a V,
}

/// What is lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Plan {
    /// The newest generation.
    pub(super) head: u64,
    /// Its rows.
    pub(super) rows: u64,
    /// Its files.
    pub(super) files: usize,
    pub(super) lost: Vec<LostFile>,
    /// Rows of the files that cannot be brought back.
    pub(super) rows_lost: u64,
    /// Consumed batches that are still in landing: of their events none is lost.
    pub(super) landed_batches: usize,
    /// The generation before, if it has the same rows and all its files: a rollback to it loses nothing.
    pub(super) same_rows: Option<u64>,
    /// Why noncurrent versions were not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) versions_error: Option<String>,
}

/// A data file that is gone, or has another size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LostFile {
    pub(super) key: String,
    pub(super) rows: u64,
    /// Whether the bucket has a noncurrent version of it.
    pub(super) restorable: bool,
}

impl<S: ObjectStore, K: Clock, I: Ids, V: Versions> Planner<'_, S, K, I, V> {
    /// The plan, and the versions to bring back. `None` if nothing was committed.
    pub(super) async fn plan(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Option<(Plan, Vec<OriginObject>)>, LakeError> {
        let Some(lost) = self.compactor.lost(dataset, partition).await? else { return Ok(None) };
        let Lost { head, files, still_landed } = &lost;
        let mut plan = Plan {
            head: head.generation.number(),
            rows: head.rows,
            files: head.files.len(),
            lost: Vec::new(),
            rows_lost: 0,
            landed_batches: *still_landed,
            same_rows: None,
            versions_error: None,
        };
        if files.is_empty() {
            return Ok(Some((plan, Vec::new())));
        }
        plan.same_rows = self.same_rows(head).await?;
        let versions = match self.versions.versions(&head.location).await {
            Ok(versions) => versions,
            // Without versioning, or without the right to see versions, there is only what is given up.
            Err(error) => {
                plan.versions_error = Some(domain::chain(&error));
                Vec::new()
            }
        };
        let mut restorable = Vec::new();
        for file in files {
            let version = versions.iter().find(|found| found.key == file.key && found.size == file.bytes);
            restorable.extend(version.cloned());
            let restorable = version.is_some();
            plan.lost.push(LostFile { key: file.key.clone(), rows: file.rows, restorable });
            if !restorable {
                plan.rows_lost += file.rows;
            }
        }
        Ok(Some((plan, restorable)))
    }

    /// The generation before the head, if the head only has its rows in other files, and all of its own are there.
    async fn same_rows(&self, head: &Commit) -> Result<Option<u64>, LakeError> {
        if !head.kind.keeps_rows() {
            return Ok(None);
        }
        let log = self.compactor.log(&head.dataset, &head.partition).await?;
        let Some(before) = log.iter().find(|commit| commit.generation < head.generation) else {
            return Ok(None);
        };
        let found = self.store.list_all(&before.location).await?;
        let found: BTreeSet<(&str, u64)> =
            found.iter().map(|object| (object.key.as_str(), object.size)).collect();
        let is_whole = before.files.iter().all(|file| found.contains(&(file.key.as_str(), file.bytes)));
        Ok((is_whole && before.rows == head.rows).then_some(before.generation.number()))
    }
}
