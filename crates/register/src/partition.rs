//! One partition: what the catalog says of it follows the head.

use domain::{
    DatasetName, Partition,
    port::{Catalog, CatalogError, Clock, Ids, ItemError, ObjectStore, Upsert},
    run::Run,
    sabotage::{self, Bug},
    schemas,
};

use crate::{
    backoff::Backoff,
    entry::{entry, is_current, with_others},
    error::RegisterError,
    service::{ATTEMPTS, Register},
};

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Points the partition at its head; re-reads the head and repeats if it moved meanwhile. Answers
    /// whether anything was changed. A partition without commits is left alone. One that the dataset cannot have is
    /// [`RegisterError::OtherGranularity`].
    pub async fn project(
        &self,
        name: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<bool, RegisterError> {
        let (mut changed, mut tried, mut backoff) = (false, false, Backoff::default());
        let values = partition.values();
        for _ in 0..ATTEMPTS {
            let look = || self.patiently(run, || self.catalog.partition(name, &values));
            // After a write, the entry first and the head after it. A write of this run that timed out may land at any
            // time, over a newer one of somebody else: the other way round, it could land between the two and look current.
            let early = if tried { Some(look().await) } else { None };
            let head = self.head(name, partition).await?;
            let accepted = schemas::load(&*self.store, name).await?;
            if let Some(accepted) = &accepted
                && let Err(other) = accepted.dataset.check_partition(partition)
            {
                return match &head {
                    // What a purge has left of a dataset that came back with other partitions.
                    Some(head) if head.is_given_up() => Ok(changed),
                    _ => Err(other.into()),
                };
            }
            let Some(head) = head else {
                return Ok(changed);
            };
            let Some(accepted) = accepted else {
                // Its commits stay where they are, unless somebody purges it.
                return match schemas::dropped(&*self.store, name).await? {
                    Some(_) => Ok(changed),
                    None => Err(RegisterError::UnknownDataset(name.clone())),
                };
            };
            let wanted = entry(&head, &accepted);
            let found = match early {
                Some(found) => found,
                None => look().await,
            };
            let found = match found {
                // The commit came before its table, or somebody dropped the table.
                Err(RegisterError::Catalog(CatalogError::NotFound { .. })) => {
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
            let wanted = with_others(wanted, found.as_ref());
            tried = true;
            let answer = self.catalog.write_partitions(name, mode, std::slice::from_ref(&wanted)).await;
            match answer.map(|items| items.into_iter().next()) {
                // The second look: between the look and this write others may have written what is newer, and Glue
                // has no condition that would have told.
                Ok(None) if sabotage::is_on(Bug::NoSecondLook) => return Ok(true),
                Ok(None) => changed = true,
                // Somebody else created or dropped it, or changes it right now; or nobody knows. Look again.
                Ok(Some(ItemError { error, .. })) | Err(error) => {
                    self.back_off(&mut backoff, error, run).await?;
                }
            }
        }
        Err(RegisterError::contention(name, Some(partition), ATTEMPTS))
    }
}
