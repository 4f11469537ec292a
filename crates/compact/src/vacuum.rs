//! Step 6 of the protocol: what has been garbage for the retention goes, and what was never committed.

mod delete;
mod error;
mod listing;
mod notes;
mod plan;
mod sweep;

use std::sync::Arc;

use chrono::TimeDelta;
use domain::{
    Commit, DatasetName, Generation, Partition, key,
    port::{Catalog, CatalogError, Clock, ObjectStore, StoreError},
    run::Run,
    settings::CompactSettings,
};

pub use error::VacuumError;
pub use sweep::Swept;

use delete::Deleter;
use listing::{Directory, Listing};
use plan::{Plan, Times};

/// Vacuums partitions through the ports. Any number of these may work on one partition.
#[derive(Debug)]
pub struct Vacuum<S, C, K> {
    pub(crate) store: Arc<S>,
    pub(crate) catalog: Arc<C>,
    pub(crate) clock: Arc<K>,
    retention: TimeDelta,
}

/// What a vacuum of one partition did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Vacuumed {
    /// Generations deleted: their files, and their commit.
    pub generations: usize,
    /// Directories without a commit deleted.
    pub uncommitted: usize,
    /// Objects deleted below `tables/`.
    pub objects: usize,
    /// Their size.
    pub bytes: u64,
    /// Objects that could not be deleted; the log names them, and the next vacuum tries again.
    pub failed: usize,
    /// Generations that are garbage, and not yet for the retention.
    pub waiting: usize,
    /// Whether another vacuum was at work, so that this one deleted nothing.
    pub yielded: bool,
}

/// What the catalog has of a partition.
#[derive(Debug, Default)]
struct Named {
    /// Its location, whatever that is.
    location: Option<String>,
    /// The generation whose location that is, if there is such a commit.
    generation: Option<Generation>,
}

impl<S: ObjectStore, C: Catalog, K: Clock> Vacuum<S, C, K> {
    /// A service over these ports.
    pub fn new(
        store: Arc<S>,
        catalog: Arc<C>,
        clock: Arc<K>,
        settings: &impl AsRef<CompactSettings>,
    ) -> Self {
        Self { store, catalog, clock, retention: settings.as_ref().retention }
    }

    /// Deletes what of one partition has been garbage for the retention, files first, commit last; then what was
    /// never committed and is older than the retention. What is younger than the retention is never deleted, nor is
    /// anything while the catalog cannot be asked. May be ended at any point: the next vacuum goes on.
    pub async fn vacuum(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        run: &Run,
    ) -> Result<Vacuumed, VacuumError> {
        // Read before anything is looked at: what is older than the retention now has its commit by now, if ever it
        // gets one. Who wrote it would have to commit within an hour, and the retention is over two.
        let now = self.clock.now();
        run.may_change(now)?;
        let listing = Listing::of(&*self.store, dataset, partition).await?;
        if let Some(head) = listing.head {
            // A newer version may share files among generations, or what not: it is not this one's to delete.
            let key = key::commit(dataset, partition, head);
            self.commit(dataset, partition, head).await?.ok_or(StoreError::NotFound { key })?;
        }
        let named = self.named(dataset, partition).await?;
        let noted = notes::read(&*self.store, dataset, partition).await?;
        let times = Times { now, named_at: self.clock.now(), retention: self.retention };
        let plan = Plan::new(&listing, named.generation, noted.notes(), times);
        let leftovers = self.leftovers(dataset, partition, &listing, &named, &plan).await?;

        let mut done = Vacuumed { waiting: plan.waiting(), ..Vacuumed::default() };
        run.may_change(self.clock.now())?;
        if !notes::write(&*self.store, dataset, partition, &noted, &plan).await? {
            done.yielded = true;
            return Ok(done);
        }
        let deleter = Deleter { store: &*self.store, clock: &*self.clock, run };
        let is_expired = |directory: &&Directory| plan.expired.contains(&directory.generation);
        let garbage: Vec<&Directory> = listing.directories.values().filter(is_expired).collect();
        let held = deleter.objects(&garbage, &mut done).await?;
        // The commit last, and only where nothing of the generation is left: until then the next vacuum finds it.
        let is_held = |directory: &&&Directory| held.contains(directory.location.as_str());
        let held = garbage.iter().filter(is_held).map(|directory| directory.generation).collect();
        let gone: Vec<Generation> = plan.expired.difference(&held).copied().collect();
        deleter.commits(dataset, partition, &gone, &mut done).await?;
        let held = deleter.objects(&leftovers, &mut done).await?;
        done.uncommitted = leftovers.len() - held.len();
        Ok(done)
    }

    /// The directories that are nobody's: without a commit, or another writer's commit has their number. What is
    /// younger than the retention may still get its commit; what the catalog names is left to whoever named it.
    async fn leftovers<'a>(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        listing: &'a Listing,
        named: &Named,
        plan: &Plan,
    ) -> Result<Vec<&'a Directory>, VacuumError> {
        let mut leftovers = Vec::new();
        for directory in listing.directories.values() {
            let (generation, location) = (directory.generation, &directory.location);
            if plan.expired.contains(&generation) || !plan.has_outlived(directory) || named.is(location) {
                continue;
            }
            if listing.commits.contains_key(&generation) {
                match self.commit(dataset, partition, generation).await? {
                    Some(commit) if commit.location != *location => {}
                    // Its own; or another vacuum is just done with it.
                    Some(_) | None => continue,
                }
            }
            leftovers.push(directory);
        }
        Ok(leftovers)
    }

    /// The commit of this number, if it is there.
    async fn commit(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        generation: Generation,
    ) -> Result<Option<Commit>, VacuumError> {
        let key = key::commit(dataset, partition, generation);
        match self.store.get(&key).await {
            Ok(bytes) => Ok(Some(Commit::parse(&key, &bytes)?)),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What the catalog names. A location that somebody's hand put there names no generation, and neither does one
    /// whose commit is gone, or is another writer's.
    async fn named(&self, dataset: &DatasetName, partition: &Partition) -> Result<Named, VacuumError> {
        let location = match self.catalog.partition(dataset, &partition.values()).await {
            Ok(Some(found)) => found.location,
            Ok(None) | Err(CatalogError::NotFound { .. }) => return Ok(Named::default()),
            Err(refused @ CatalogError::Failed { .. }) => {
                // Glue refuses to look for a partition that has not the table's keys: one that is left of a dataset that was
                // dropped, and came back with other partitions.
                let table = self.catalog.table(dataset).await?;
                let keys = table.map_or(0, |table| table.partition_keys.len());
                return if keys == partition.values().len() {
                    Err(refused.into())
                } else {
                    Ok(Named::default())
                };
            }
            Err(error) => return Err(error.into()),
        };
        let generation = match key::generation_of(&location) {
            Some((of, in_, generation, _)) if of == *dataset && in_ == *partition => {
                let commit = self.commit(dataset, partition, generation).await?;
                commit.filter(|commit| commit.location == location).map(|commit| commit.generation)
            }
            _ => None,
        };
        Ok(Named { location: Some(location), generation })
    }
}

impl Named {
    /// Whether the catalog names this directory, with whatever scheme and with or without the last `/`.
    fn is(&self, location: &str) -> bool {
        let named = self.location.as_deref().unwrap_or_default().trim_end_matches('/');
        named.ends_with(location.trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests;
