//! Deleting, in bounded steps, each after its own look at the age of the run.

use std::collections::{BTreeSet, HashSet};

use domain::{
    DatasetName, Generation, Partition, key,
    port::{Clock, ObjectMeta, ObjectStore},
    run::Run,
};

use super::{Vacuumed, error::VacuumError, listing::Directory};

/// How many objects one step deletes: what S3 takes in one call.
const BATCH: usize = 1_000;

#[derive(Debug)]
pub(super) struct Deleter<'a, S, K> {
    pub(super) store: &'a S,
    pub(super) clock: &'a K,
    pub(super) run: &'a Run,
}

impl<S: ObjectStore, K: Clock> Deleter<'_, S, K> {
    /// Deletes what is in these directories. Answers the locations where something is left.
    pub(super) async fn objects<'d>(
        &self,
        directories: &[&'d Directory],
        done: &mut Vacuumed,
    ) -> Result<BTreeSet<&'d str>, VacuumError> {
        let in_directory = |directory: &&'d Directory| {
            let Directory { location, objects, .. } = directory;
            objects.iter().map(|object| (location.as_str(), object))
        };
        let objects: Vec<(&str, &ObjectMeta)> = directories.iter().flat_map(in_directory).collect();
        let mut held = BTreeSet::new();
        for batch in objects.chunks(BATCH) {
            let keys: Vec<String> = batch.iter().map(|(_, object)| object.key.clone()).collect();
            let left = self.delete(&keys).await?;
            done.failed += left.len();
            for (location, object) in batch {
                if left.contains(&object.key) {
                    held.insert(*location);
                } else {
                    done.objects += 1;
                    done.bytes += object.size;
                }
            }
        }
        Ok(held)
    }

    /// Deletes the commits of these generations.
    pub(super) async fn commits(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        generations: &[Generation],
        done: &mut Vacuumed,
    ) -> Result<(), VacuumError> {
        for batch in generations.chunks(BATCH) {
            let keys: Vec<String> =
                batch.iter().map(|generation| key::commit(dataset, partition, *generation)).collect();
            let left = self.delete(&keys).await?.len();
            done.failed += left;
            done.generations += keys.len() - left;
        }
        Ok(())
    }

    /// Answers what is still there.
    async fn delete(&self, keys: &[String]) -> Result<HashSet<String>, VacuumError> {
        self.run.may_change(self.clock.now())?;
        let failures = self.store.delete(keys).await?;
        let left = failures.into_iter().map(|failure| {
            tracing::warn!(
                key = failure.key,
                error = domain::chain(&failure.error),
                "an object could not be vacuumed"
            );
            failure.key
        });
        Ok(left.collect())
    }
}
