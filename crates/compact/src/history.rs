//! The live log of a partition.

use domain::{
    Commit, DatasetName, Generation, Partition, commit, key,
    port::{Clock, Ids, ObjectStore, StoreError},
};
use futures::{StreamExt, stream};

use crate::{CompactError, Compactor, log};

/// How many commits are read at the same time.
const READS: usize = 16;

impl<S: ObjectStore, K: Clock, I: Ids> Compactor<S, K, I> {
    /// The commits of the live log, newest first: down from the head to the first gap (I2). Empty if nothing was
    /// committed. What the vacuum deletes meanwhile is left out.
    pub async fn log(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Vec<Commit>, CompactError> {
        match self.live(dataset, partition).await? {
            None => Ok(Vec::new()),
            Some((oldest, head)) => self.commits(dataset, partition, oldest, head).await,
        }
    }

    /// The lowest generation of the live log, and the head.
    pub(crate) async fn live(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
    ) -> Result<Option<(Generation, Generation)>, CompactError> {
        let objects = self.store.list_all(&key::commits_prefix(dataset, partition)).await?;
        Ok(commit::log(dataset, partition, objects.iter().map(|object| object.key.as_str())))
    }

    /// The commits from the head down to `oldest`, or to the first one that is gone. `NotFound` if the head is.
    pub(crate) async fn commits(
        &self,
        dataset: &DatasetName,
        partition: &Partition,
        oldest: Generation,
        head: Generation,
    ) -> Result<Vec<Commit>, CompactError> {
        let numbers = (oldest.number()..=head.number()).rev();
        let keys: Vec<String> =
            numbers.map(|number| key::commit(dataset, partition, Generation::new(number))).collect();
        let mut reads = stream::iter(keys.iter().map(|key| log::read(&*self.store, key))).buffered(READS);
        let mut commits = Vec::new();
        while let Some(read) = reads.next().await {
            match read {
                Err(CompactError::Store(StoreError::NotFound { .. })) if !commits.is_empty() => break,
                read => commits.push(read?),
            }
        }
        Ok(commits)
    }
}

#[cfg(test)]
mod tests {
    use domain::port::StoreError;

    use crate::{CompactError, testing::World};

    async fn numbers(world: &World) -> Vec<u64> {
        let log = world.compactor().log(&world.dataset, &world.partition).await.unwrap();
        log.iter().map(|commit| commit.generation.number()).collect()
    }

    #[tokio::test]
    async fn the_log_is_read_from_the_head_to_the_first_gap() {
        let world = World::new().await;
        assert!(numbers(&world).await.is_empty());
        for number in [1, 2, 4, 5, 6] {
            world.commit(number).await;
        }
        assert_eq!(numbers(&world).await, [6, 5, 4]);
    }

    #[tokio::test]
    async fn what_is_vacuumed_meanwhile_is_left_out_and_a_damaged_commit_is_an_error() {
        let world = World::new().await;
        for number in 1..=5 {
            world.commit(number).await;
        }
        let gone = "commits/seats/dt=2026-11-23/0000000003.json";
        world.intrude(gone, move |store| {
            crate::testing::ready(domain::port::ObjectStore::delete(store, &[gone.to_owned()])).unwrap();
        });
        assert_eq!(numbers(&world).await, [5, 4]);

        let head = "commits/seats/dt=2026-11-23/0000000005.json";
        world.intrude(head, move |store| {
            crate::testing::ready(domain::port::ObjectStore::delete(store, &[head.to_owned()])).unwrap();
        });
        let error = world.compactor().log(&world.dataset, &world.partition).await.unwrap_err();
        assert!(matches!(error, CompactError::Store(StoreError::NotFound { .. })), "{error}");

        world.put("commits/seats/dt=2026-11-23/0000000004.json", "{}").await;
        let error = world.compactor().log(&world.dataset, &world.partition).await.unwrap_err();
        assert!(matches!(error, CompactError::Commit(_)), "{error}");
    }
}
