//! The schedule: whatever notifications missed.

use std::collections::BTreeSet;

use domain::{
    DatasetName, Partition,
    key::{self, ParsedKey},
    port::{Clock, Ids, ObjectStore},
    run::Run,
};

use crate::{CompactError, Compactor, Report};

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// Every partition with landing objects: those to be consumed, and those to be cleaned.
    pub async fn due(&self) -> Result<BTreeSet<(DatasetName, Partition)>, CompactError> {
        let objects = self.store.list_all(key::LANDING).await?;
        let partitions = objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
            Ok(ParsedKey::Landing(dataset, partition, _)) => Some((dataset, partition)),
            _ => None,
        });
        Ok(partitions.collect())
    }

    /// Compacts every partition that is due, one after the other. One that fails does not hold back the
    /// others; the first failure is the answer.
    pub async fn sweep(&self, run: &Run) -> Result<Vec<Report>, CompactError> {
        let mut reports = Vec::new();
        let mut first_error = None;
        for (dataset, partition) in self.due().await? {
            match self.compact(&dataset, &partition, run).await {
                Ok(report) => reports.push(report),
                // There is no time for the others either.
                Err(expired @ CompactError::Expired(_)) => return Err(first_error.unwrap_or(expired)),
                Err(error) => {
                    tracing::error!(
                        %dataset, %partition, error = domain::chain(&error),
                        "a partition could not be compacted"
                    );
                    first_error.get_or_insert(error);
                }
            }
        }
        first_error.map_or(Ok(reports), Err)
    }
}
