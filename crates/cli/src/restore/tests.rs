use std::{collections::BTreeSet, sync::Arc};

use aws::OriginObject;
use bytes::Bytes;
use chrono::DateTime;
use domain::{
    Commit, CommitKind, Consumed, DataFile, Generation, Partition,
    batch::BatchName,
    commit::{FORMAT, WriterId},
    key,
    memory::{MemoryStore, SeededIds},
    port::{Ids, ObjectStore, PutMode, StoreError},
};

use super::{
    origin::Origin,
    perform::{Unrestored, perform},
    plan::{Plan, Planner},
    *,
};

/// A replica in memory, to which deletions do not go.
struct Replica {
    there: Arc<MemoryStore>,
    lake: Arc<MemoryStore>,
    /// Copies of keys with this in them fail.
    broken: Option<&'static str>,
}

impl Origin for Replica {
    async fn list(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        let objects = self.there.list_all(prefix).await?.into_iter();
        Ok(objects.map(|object| OriginObject { key: object.key, size: object.size, version: None }).collect())
    }

    async fn get(&self, object: &OriginObject) -> Result<Bytes, StoreError> {
        self.there.get(&object.key).await
    }

    async fn copy(&self, object: &OriginObject) -> Result<(), StoreError> {
        assert!(!object.key.starts_with(key::COMMITS), "the bucket's policy refuses it");
        if self.broken.is_some_and(|part| object.key.contains(part)) {
            return Err(StoreError::Failed { key: object.key.clone(), source: "AccessDenied".into() });
        }
        self.lake.put(&object.key, self.there.get(&object.key).await?, PutMode::Create).await
    }
}

/// A lake, and a replica of all that it ever had.
struct World {
    lake: Arc<MemoryStore>,
    replica: Replica,
    ids: SeededIds,
    dataset: DatasetName,
    partition: Partition,
}

impl World {
    fn new() -> Self {
        let (lake, there) = (Arc::new(MemoryStore::default()), Arc::new(MemoryStore::default()));
        let replica = Replica { there, lake: Arc::clone(&lake), broken: None };
        let (dataset, partition) = (DatasetName::new("seats").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { lake, replica, ids: SeededIds::new(1), dataset, partition }
    }

    /// Two generations, of which the newer one has consumed the first of two batches, and all else that a lake has.
    async fn full() -> Self {
        let world = Self::new();
        for key in [
            "schemas/seats/000001.json",
            "datasets/seats.json",
            "queries/busiest.json",
            "access/keys.json",
            "quarantine/seats/dt=2026-11-23/q.ndjson.zst",
            "results/old.csv",
            "access/usage/0123abcd.json",
        ] {
            world.put(key, "x").await;
        }
        world.put(&world.landing("first"), "x").await;
        world.put(&world.landing("second"), "x").await;
        world.commit(&world.replica.there.clone(), 1, &[]).await;
        world.commit(&world.replica.there.clone(), 2, &["first"]).await;
        world.fill().await;
        world
    }

    /// The lake has what the replica has.
    async fn fill(&self) {
        let here = self.lake.keys();
        for key in self.replica.there.keys().into_iter().filter(|key| !here.contains(key)) {
            let body = self.replica.there.get(&key).await.unwrap();
            self.lake.put(&key, body, PutMode::Create).await.unwrap();
        }
    }

    async fn put(&self, key: &str, body: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.replica.there.put(key, body, PutMode::Create).await.unwrap();
    }

    fn batch(name: &str) -> BatchName {
        BatchName::of("seats", "dt", [("id", name.as_bytes())])
    }

    fn landing(&self, name: &str) -> String {
        key::landing(&self.dataset, &self.partition, &Self::batch(name))
    }

    /// A generation of one file in this bucket.
    async fn commit(&self, store: &MemoryStore, number: u64, consumed: &[&str]) -> Commit {
        let (generation, writer) = (Generation::new(number), WriterId::from(self.ids.ulid()));
        let location = key::generation_prefix(&self.dataset, &self.partition, generation, &writer);
        let file = DataFile { key: key::data_file(&location, 0), rows: 3, bytes: 7, sealed: false };
        store.put(&file.key, "parquet".into(), PutMode::Create).await.unwrap();
        let at = DateTime::UNIX_EPOCH;
        let commit = Commit {
            format: FORMAT,
            kind: CommitKind::Append,
            dataset: self.dataset.clone(),
            partition: self.partition.clone(),
            generation,
            schema_version: 1,
            location,
            files: vec![file],
            consumed: consumed.iter().map(|name| Consumed { batch: Self::batch(name), at }).collect(),
            rows: 3,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at: at,
            newest_landed_at: None,
        };
        let body = serde_json::to_vec(&commit).unwrap();
        store.put(&commit.key(), body.into(), PutMode::Create).await.unwrap();
        commit
    }

    async fn delete(&self, prefix: &str) {
        let mut keys = self.lake.keys();
        keys.retain(|key| key.starts_with(prefix));
        assert!(!keys.is_empty(), "{prefix}");
        assert!(self.lake.delete(&keys).await.unwrap().is_empty());
    }

    async fn plan(&self) -> Plan {
        let planner = Planner { store: &*self.lake, origin: &self.replica, dataset: None };
        planner.plan().await.unwrap()
    }

    async fn perform(&self) -> Vec<Unrestored> {
        perform(&*self.lake, &self.replica, &self.plan().await, &|| ()).await
    }

    /// What a restore brings back.
    async fn brings(&self) -> BTreeSet<String> {
        let before: BTreeSet<String> = self.lake.keys().into_iter().collect();
        let failed = self.perform().await;
        assert!(failed.is_empty(), "{failed:?}");
        assert_eq!(self.plan().await.len(), 0, "there is nothing left to bring");
        let after: BTreeSet<String> = self.lake.keys().into_iter().collect();
        after.difference(&before).cloned().collect()
    }

    fn head(&self) -> String {
        key::commit(&self.dataset, &self.partition, Generation::new(2))
    }
}

#[tokio::test]
async fn of_a_lake_that_is_gone_comes_back_what_it_needs_and_nothing_else() {
    let world = World::full().await;
    world.delete("").await;
    let brought = world.brings().await;
    let left_out: Vec<String> =
        world.replica.there.keys().into_iter().filter(|key| !brought.contains(key)).collect();
    // The older generation, what the head has consumed, and what expires or is counted anew.
    assert!(left_out.iter().any(|key| key == &world.landing("first")), "{left_out:?}");
    assert!(left_out.iter().any(|key| key == "results/old.csv"), "{left_out:?}");
    assert!(left_out.iter().any(|key| key == "access/usage/0123abcd.json"), "{left_out:?}");
    assert_eq!(left_out.iter().filter(|key| key.contains("0000000001")).count(), 2, "{left_out:?}");
    assert_eq!(left_out.len(), 5, "{left_out:?}");
    assert!(brought.contains(&world.head()) && brought.contains(&world.landing("second")), "{brought:?}");
}

#[tokio::test]
async fn a_prefix_that_is_gone_comes_back() {
    let world = World::full().await;
    for (prefix, number) in [
        ("commits/", 1),
        ("schemas/", 1),
        ("datasets/", 1),
        ("queries/", 1),
        ("access/keys.json", 1),
        ("quarantine/", 1),
        ("tables/", 1),
        ("landing/", 1),
    ] {
        world.delete(prefix).await;
        let brought = world.brings().await;
        assert_eq!(brought.len(), number, "{prefix}: {brought:?}");
        assert!(brought.iter().all(|key| key.starts_with(prefix)), "{prefix}: {brought:?}");
    }
}

#[tokio::test]
async fn a_lake_that_went_on_keeps_its_log_and_gets_only_what_it_lacks() {
    let world = World::full().await;
    world.commit(&world.lake, 3, &["first", "second"]).await;
    assert_eq!(world.plan().await.len(), 0);
    // What landed is in its table.
    world.delete("landing/").await;
    assert_eq!(world.plan().await.len(), 0);
}

/// `compact` deletes what it has consumed after a while, and then no commit names it any more. A replica keeps it.
#[tokio::test]
async fn what_any_commit_has_consumed_does_not_come_back() {
    for prefix in ["", "landing/"] {
        let world = World::full().await;
        world.commit(&world.replica.there.clone(), 3, &["second"]).await;
        world.put(&world.landing("third"), "x").await;
        world.fill().await;
        world.delete(prefix).await;
        let mut landing = world.brings().await;
        landing.retain(|key| key.starts_with("landing/"));
        assert_eq!(landing, BTreeSet::from([world.landing("third")]), "{prefix:?}");
    }
}

#[tokio::test]
async fn of_a_partition_with_a_new_log_nothing_comes_back() {
    for number in [1, 2, 3] {
        let world = World::full().await;
        world.delete("commits/").await;
        world.delete("landing/").await;
        // `compact` went on without the log.
        for generation in 1..=number {
            world.commit(&world.lake, generation, &[]).await;
        }
        let plan = world.plan().await;
        assert_eq!((plan.commits.len(), plan.files.len(), plan.landing.len()), (0, 0, 0));
        let reason = plan.conflicts.values().next().unwrap();
        assert!(reason.contains("it has begun a new log"), "{reason}");
        let report = text::Report::planned(&plan);
        assert!(report.left() == 1 && report.text().contains("! seats/dt=2026-11-23: "), "{}", report.text());
    }
}

#[tokio::test]
async fn a_head_whose_file_is_nowhere_does_not_come_back() {
    let world = World::full().await;
    world.delete("commits/").await;
    world.delete("tables/").await;
    let mut files = world.replica.there.keys();
    files.retain(|key| key.contains("/g0000000002-"));
    assert!(world.replica.there.delete(&files).await.unwrap().is_empty());
    let plan = world.plan().await;
    assert_eq!((plan.commits.len(), plan.files.len()), (0, 0));
    let reason = plan.conflicts.values().next().unwrap();
    assert!(reason.contains("of generation 2 is neither here nor in the origin"), "{reason}");
}

#[tokio::test]
async fn no_commit_comes_before_its_files() {
    let mut world = World::full().await;
    world.delete("commits/").await;
    world.delete("tables/").await;
    world.replica.broken = Some(".parquet");
    let failed = world.perform().await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(!world.lake.keys().contains(&world.head()));
    // Run again once the right is there.
    world.replica.broken = None;
    assert!(world.brings().await.contains(&world.head()));
}

#[tokio::test]
async fn a_commit_whose_reply_was_lost_is_restored() {
    let world = World::full().await;
    world.delete("commits/").await;
    let plan = world.plan().await;
    let body = world.replica.there.get(&world.head()).await.unwrap();
    world.lake.put(&world.head(), body, PutMode::Create).await.unwrap();
    let failed = perform(&*world.lake, &world.replica, &plan, &|| ()).await;
    assert!(failed.is_empty(), "{failed:?}");
    // Another one is not overwritten.
    world.delete("commits/").await;
    world.lake.put(&world.head(), "another".into(), PutMode::Create).await.unwrap();
    let failed = perform(&*world.lake, &world.replica, &plan, &|| ()).await;
    assert_eq!(failed.len(), 1);
    assert_eq!(world.lake.get(&world.head()).await.unwrap(), "another");
}

#[tokio::test]
async fn one_dataset_brings_nothing_of_the_others() {
    let world = World::full().await;
    world.put("schemas/flights/000001.json", "x").await;
    world.put("datasets/flights.json", "x").await;
    world.delete("").await;
    let planner = Planner { store: &*world.lake, origin: &world.replica, dataset: Some(&world.dataset) };
    let plan = planner.plan().await.unwrap();
    let keys = plan.steps().into_iter().flat_map(|(_, objects)| objects).map(|object| object.key.as_str());
    let others: Vec<&str> = keys.filter(|key| !key.contains("seats")).collect();
    assert!(others.is_empty() && plan.len() == 6, "{others:?} {}", plan.len());
}
