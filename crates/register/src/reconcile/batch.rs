//! Partitions that differ, in batches.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    DatasetName, Generation, Partition,
    port::{Catalog, CatalogError, CatalogPartition, Clock, Ids, ItemError, ObjectStore, Upsert},
    run::Run,
    sabotage::{self, Bug},
    schemas,
    target::{entry, with_others},
};
use futures::{StreamExt, stream};

use super::{Outcome, plan::Differing};
use crate::{backoff::Backoff, entry::is_listed, error::RegisterError, service::Register};

/// Partitions of one batch: what one of Glue's calls takes. Between the read of the heads and the second look there
/// is no more than this.
const BATCH: usize = 100;

/// How many commit logs are looked at at the same time.
pub(super) const READS: usize = 16;

/// What a batch is about to write.
#[derive(Debug, Default)]
struct Writes {
    create: Vec<CatalogPartition>,
    replace: Vec<CatalogPartition>,
    /// The generations that are written.
    heads: BTreeMap<Partition, Generation>,
}

/// What became of it.
#[derive(Debug, Default)]
struct Written {
    changed: BTreeSet<Partition>,
    /// Others were at work on these: each is looked at by itself.
    again: BTreeSet<Partition>,
}

impl<S: ObjectStore, C: Catalog, K: Clock, I: Ids> Register<S, C, K, I> {
    /// Points these partitions at their heads. An error is about the table as a whole, or says that there is no time for
    /// more.
    pub(super) async fn write_all(
        &self,
        name: &DatasetName,
        mut differing: Vec<Differing>,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        while !differing.is_empty() {
            self.may_begin(run)?;
            let later = differing.split_off(differing.len().min(BATCH));
            self.write_batch(name, differing, run, outcome).await?;
            differing = later;
        }
        Ok(())
    }

    async fn write_batch(
        &self,
        name: &DatasetName,
        batch: Vec<Differing>,
        run: &Run,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        let writes = self.read_heads(name, batch, outcome).await?;
        let mut written = Written::default();
        for (mode, items) in [(Upsert::Create, writes.create), (Upsert::Replace, writes.replace)] {
            // After an error too: the call may have been done, with its reply lost.
            if let Err(error) = self.write_items(name, mode, items, run, &mut written, outcome).await {
                outcome.note(name, None, error);
            }
        }
        if !sabotage::is_on(Bug::NoSecondLook) {
            written.again.extend(self.moved(name, writes.heads, outcome).await);
        }
        let catalog = self.catalog_target();
        for partition in written.again {
            self.may_begin(run)?;
            match self.project_to(&catalog, name, &partition, run).await {
                Ok(true) => drop(written.changed.insert(partition)),
                Ok(false) => {}
                Err(error) => outcome.note(name, Some(&partition), error),
            }
        }
        outcome.done.changed += written.changed.len();
        Ok(())
    }

    /// Reads the heads, and says what has to be written. One that cannot be read does not hold back the others.
    async fn read_heads(
        &self,
        name: &DatasetName,
        batch: Vec<Differing>,
        outcome: &mut Outcome,
    ) -> Result<Writes, RegisterError> {
        // Each batch by the newest definition: a long run may see it evolve.
        let Some(accepted) = schemas::load(&*self.store, name).await? else {
            // Perhaps it was dropped since the run began.
            return match schemas::dropped(&*self.store, name).await? {
                Some(_) => Ok(Writes::default()),
                None => Err(RegisterError::UnknownDataset(name.clone())),
            };
        };
        let reads = batch.into_iter().map(|differing| async move {
            let head = self.listed_head(name, &differing.partition, differing.head).await;
            (differing, head)
        });
        let mut reads = stream::iter(reads).buffered(READS);
        let mut writes = Writes::default();
        while let Some((Differing { partition, found, .. }, head)) = reads.next().await {
            let head = match head {
                Ok(Some(head)) => head,
                // Gone since the listing: the next run says what became of it.
                Ok(None) => continue,
                Err(error) => {
                    outcome.note(name, Some(&partition), error);
                    continue;
                }
            };
            let wanted = entry(&head, &accepted);
            match &found {
                // A head that goes back to another one's files does not look current, and is.
                Some(found) if is_listed(found, &wanted) => continue,
                Some(_) => writes.replace.push(with_others(wanted, found.as_ref())),
                None => writes.create.push(wanted),
            }
            writes.heads.insert(partition, head.generation);
        }
        Ok(writes)
    }

    /// Writes the items; those that are throttled are written again, a little later.
    async fn write_items(
        &self,
        name: &DatasetName,
        mode: Upsert,
        mut items: Vec<CatalogPartition>,
        run: &Run,
        written: &mut Written,
        outcome: &mut Outcome,
    ) -> Result<(), RegisterError> {
        let mut backoff = Backoff::default();
        while !items.is_empty() {
            let answer = self.patiently(run, || self.catalog.write_partitions(name, mode, &items)).await;
            let answer = match answer {
                // One item may spoil the call for all of them: each by itself, and it is the only one to fail.
                Err(RegisterError::Catalog(error @ CatalogError::Failed { .. })) => {
                    tracing::warn!(dataset = %name, error = domain::chain(&error), "a batch is refused");
                    let partitions =
                        items.iter().filter_map(|item| Partition::from_values(&item.values).ok());
                    written.again.extend(partitions);
                    return Ok(());
                }
                answer => answer?,
            };
            let mut errors: BTreeMap<_, _> =
                answer.into_iter().map(|ItemError { values, error }| (values, error)).collect();
            let (mut throttled, mut later) = (None, Vec::new());
            for item in items {
                let Ok(partition) = Partition::from_values(&item.values) else { continue };
                match errors.remove(&item.values) {
                    None => drop(written.changed.insert(partition)),
                    Some(
                        CatalogError::AlreadyExists { .. }
                        | CatalogError::NotFound { .. }
                        | CatalogError::Conflict { .. },
                    ) => drop(written.again.insert(partition)),
                    Some(error @ CatalogError::Unavailable { .. }) => {
                        later.push(item);
                        throttled = Some(error);
                    }
                    Some(error @ CatalogError::Failed { .. }) => {
                        outcome.note(name, Some(&partition), error.into());
                    }
                }
            }
            if let Some(error) = errors.into_values().next() {
                // Of none that was asked for: then nobody knows which ones were written.
                written.again.append(&mut written.changed);
                return Err(error.into());
            }
            items = later;
            if let Some(error) = throttled {
                self.back_off(&mut backoff, error, run).await?;
            }
        }
        Ok(())
    }

    /// The second look: those whose heads are others by now. Glue has no condition that would have refused the write of
    /// an older generation over a newer one.
    async fn moved(
        &self,
        name: &DatasetName,
        heads: BTreeMap<Partition, Generation>,
        outcome: &mut Outcome,
    ) -> BTreeSet<Partition> {
        let looks = heads.into_iter().map(|(partition, generation)| async move {
            let now = self.head_number(name, &partition).await;
            (partition, now.map(|now| now != Some(generation)))
        });
        let mut looks = stream::iter(looks).buffered(READS);
        let mut moved = BTreeSet::new();
        while let Some((partition, has_moved)) = looks.next().await {
            match has_moved {
                Ok(true) => drop(moved.insert(partition)),
                Ok(false) => {}
                Err(error) => outcome.note(name, Some(&partition), error.into()),
            }
        }
        moved
    }
}
