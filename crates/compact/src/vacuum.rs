//! Step 6 of the protocol: what has been garbage for the retention goes, and what was never committed.

mod delete;
mod error;
mod listing;
mod notes;
mod plan;
mod sweep;

use std::{iter, sync::Arc};

use chrono::TimeDelta;
use domain::{
    Commit, DatasetName, Generation, Partition, key,
    port::{Catalog, Clock, ObjectStore, StoreError},
    run::Run,
    sabotage::{self, Bug},
    settings::CompactSettings,
    target::{CatalogTarget, Target},
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
    /// Where commits are published besides the catalog.
    targets: Vec<Arc<dyn Target>>,
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

/// What all targets together name of a partition.
#[derive(Debug, Default)]
struct Named {
    /// Their locations, whatever these are.
    locations: Vec<String>,
    /// The oldest generation whose location that is. `None` if any target names nothing, or something that is no
    /// generation.
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
        Self { store, catalog, clock, retention: settings.as_ref().retention, targets: Vec::new() }
    }

    /// The same, which keeps what this target names too.
    #[must_use]
    pub fn with_target(mut self, target: Arc<dyn Target>) -> Self {
        self.targets.push(target);
        self
    }

    /// Deletes what of one partition has been garbage for the retention, files first, commit last; then what was
    /// never committed and is older than the retention. What is younger than the retention is never deleted, nor is
    /// anything while a target cannot be asked. May be ended at any point: the next vacuum goes on.
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
    /// younger than the retention may still get its commit; what a target names is left to whoever named it.
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

    /// What the targets name. Each may have readers of its own, so a generation is kept until all of them are past it.
    async fn named(&self, dataset: &DatasetName, partition: &Partition) -> Result<Named, VacuumError> {
        let catalog: Arc<dyn Target> = Arc::new(CatalogTarget::new(Arc::clone(&self.catalog)));
        let mut named: Option<Named> = None;
        for target in iter::once(&catalog).chain(&self.targets) {
            let own = self.named_by(&**target, dataset, partition).await?;
            named = Some(match named {
                Some(others) => others.and(own),
                None => own,
            });
            if sabotage::is_on(Bug::VacuumByCatalog) {
                break;
            }
        }
        Ok(named.unwrap_or_default())
    }

    /// What one target names. A location that somebody's hand put there names no generation, and neither does one
    /// whose commit is gone, or is another writer's.
    async fn named_by(
        &self,
        target: &dyn Target,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Named, VacuumError> {
        let mut all: Option<Named> = None;
        for naming in target.named(dataset, partition).await? {
            let generation = match key::generation_of(&naming.location) {
                Some((of, in_, generation, _)) if of == *dataset && in_ == *partition => {
                    let commit = self.commit(dataset, partition, generation).await?;
                    commit.filter(|commit| commit.location == naming.location).map(|commit| commit.generation)
                }
                _ => None,
            };
            let own = Named { locations: vec![naming.location], generation };
            all = Some(match all {
                Some(others) => others.and(own),
                None => own,
            });
        }
        Ok(all.unwrap_or_default())
    }
}

impl Named {
    /// Both together.
    fn and(mut self, other: Self) -> Self {
        self.locations.extend(other.locations);
        let both = self.generation.zip(other.generation);
        Self { locations: self.locations, generation: both.map(|(own, other)| own.min(other)) }
    }

    /// Whether a target names this directory, with whatever scheme and with or without the last `/`.
    fn is(&self, location: &str) -> bool {
        let location = location.trim_end_matches('/');
        self.locations.iter().any(|named| named.trim_end_matches('/').ends_with(location))
    }
}

#[cfg(test)]
mod tests;
