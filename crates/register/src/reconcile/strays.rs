//! Partitions of the catalog of which nothing is committed: somebody's hand, or a loss.

use domain::{
    DatasetName, Partition,
    port::{Catalog, CatalogError, CatalogPartition, Clock, EntryState, Ids, ObjectStore},
    run::Run,
};

use super::Outcome;
use crate::{error::RegisterError, service::Register};

/// Partitions that are removed at a time: what one of Glue's calls takes.
const BATCH: usize = 25;

/// How many lost partitions of a table are logged one by one.
const NAMED: usize = 20;

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Removes what somebody added by hand, and reports what this lake wrote and has no commits of any more: that is a
    /// loss, which nobody should find tidied away. An error is about the table as a whole, or says that there is no time
    /// for more.
    pub(super) async fn tidy(
        &self,
        name: &DatasetName,
        strays: Vec<CatalogPartition>,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        let (lost, by_hand): (Vec<_>, Vec<_>) = strays.into_iter().partition(is_ours);
        for stray in lost.iter().take(NAMED) {
            tracing::error!(
                dataset = %name,
                partition = stray.values.join("/"),
                location = stray.location,
                "the commits of a partition are gone, and with them its data: it stays in the catalog as it is"
            );
        }
        if lost.len() > NAMED {
            tracing::error!(dataset = %name, partitions = lost.len(), "the commits of many partitions are gone");
        }
        outcome.done.lost += lost.len();
        let by_hand: Vec<_> = by_hand.into_iter().map(|stray| stray.values).collect();
        for batch in by_hand.chunks(BATCH) {
            self.may_begin(run)?;
            match self.remove(name, batch, run, outcome).await {
                Ok(()) => {}
                Err(expired @ RegisterError::Expired(_)) => return Err(expired),
                Err(error) => outcome.note(name, None, error),
            }
        }
        Ok(())
    }

    async fn remove(
        &self,
        name: &DatasetName,
        batch: &[Vec<String>],
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        let mut removed = Vec::new();
        for values in batch {
            // As late as can be: a first commit may have come, and the entry may be ours by now.
            match self.patiently(run, || self.catalog.partition(name, values)).await? {
                Some(found) if !is_ours(&found) => removed.push(values.clone()),
                _ => {}
            }
        }
        if removed.is_empty() {
            return Ok(());
        }
        let asked = removed.clone();
        let errors = self.patiently(run, || self.catalog.delete_partitions(name, &asked)).await?;
        for item in errors {
            removed.retain(|values| *values != item.values);
            // Gone is what it was to be.
            if !matches!(item.error, CatalogError::NotFound { .. }) {
                let partition = Partition::from_values(&item.values).ok();
                outcome.note(name, partition.as_ref(), item.error.into());
            }
        }
        outcome.done.removed += removed.len();
        for values in removed {
            tracing::warn!(
                dataset = %name,
                partition = values.join("/"),
                "a partition that somebody added by hand is removed from the catalog: nothing is committed of it"
            );
        }
        // The second look: Glue deletes without a condition, and what was deleted may have been ours after all.
        let catalog = self.catalog_target();
        for partition in asked.iter().filter_map(|values| Partition::from_values(values).ok()) {
            match self.project_to(&catalog, name, &partition, run).await {
                Ok(changed) => outcome.done.changed += usize::from(changed),
                Err(error) => outcome.note(name, Some(&partition), error),
            }
        }
        Ok(())
    }
}

/// Whether this lake wrote the entry, though somebody may have damaged it since.
fn is_ours(entry: &CatalogPartition) -> bool {
    match entry.state {
        EntryState::Registered(_) | EntryState::Damaged(_) => true,
        EntryState::ByHand => false,
    }
}
