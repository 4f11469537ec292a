//! A lake in memory, for the tests.

use std::sync::Arc;

use bytes::Bytes;
use chrono::Days;
use domain::{
    Commit, CommitKind, DatasetName, Generation, Partition,
    commit::{FORMAT, WriterId},
    key,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{Catalog, CatalogPartition, Clock, Ids, ObjectStore, PutMode},
    run::Run,
};

use crate::{Acceptance, Register};

pub(crate) type MemoryRegister = Register<MemoryStore, MemoryCatalog, ManualClock, SeededIds>;

pub(crate) struct World {
    pub(crate) register: MemoryRegister,
    pub(crate) dataset: DatasetName,
    pub(crate) partition: Partition,
}

pub(crate) const DEFINITION: &str = r#"{"name": "seats", "identity": ["seat"], "description": "Sold", "columns": [
    {"name": "seat", "type": "bigint", "required": true, "comment": "its number"}]}"#;

impl World {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let register = Register::new(Arc::default(), Arc::default(), clock, Arc::new(SeededIds::new(1)));
        let (dataset, partition) = (DatasetName::new("seats").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { register, dataset, partition }
    }

    /// One whose dataset is live.
    pub(crate) async fn live() -> Self {
        let world = Self::new();
        assert!(matches!(world.request(DEFINITION).await, Acceptance::Live { version: 1, new: true }));
        world
    }

    /// The same bucket with another catalog.
    pub(crate) fn with_catalog(self, catalog: Arc<MemoryCatalog>) -> Self {
        let Register { store, clock, ids, .. } = self.register;
        Self { register: Register::new(store, catalog, clock, ids), ..self }
    }

    pub(crate) fn run(&self) -> Run {
        Run::new(self.register.clock.now(), None)
    }

    pub(crate) async fn request(&self, definition: &str) -> Acceptance {
        let key = key::definition(&self.dataset);
        self.register.store.put(&key, Bytes::from(definition.to_owned()), PutMode::Overwrite).await.unwrap();
        self.register.accept(&self.dataset, &self.run()).await.unwrap()
    }

    pub(crate) async fn commit(&self, number: u64) -> Commit {
        self.commit_to(&self.partition, number).await
    }

    pub(crate) async fn commit_to(&self, partition: &Partition, number: u64) -> Commit {
        let commit = self.built(partition, number);
        let body = serde_json::to_vec(&commit).unwrap();
        self.register.store.put(&commit.key(), body.into(), PutMode::Create).await.unwrap();
        commit
    }

    /// A commit that is not in the bucket yet.
    pub(crate) fn built(&self, partition: &Partition, number: u64) -> Commit {
        let (generation, writer) = (Generation::new(number), WriterId::from(self.register.ids.ulid()));
        Commit {
            format: FORMAT,
            kind: CommitKind::Append,
            dataset: self.dataset.clone(),
            partition: partition.clone(),
            generation,
            schema_version: 1,
            location: key::generation_prefix(&self.dataset, partition, generation, &writer),
            files: Vec::new(),
            consumed: Vec::new(),
            rows: number * 10,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at: self.register.clock.now(),
            newest_landed_at: None,
        }
    }

    /// So many days, one commit each.
    pub(crate) async fn days(&self, days: u64) -> Vec<Partition> {
        let mut partitions = Vec::new();
        for day in 0..days {
            let day = self.partition.day().checked_sub_days(Days::new(day)).unwrap();
            let partition: Partition = format!("dt={day}").parse().unwrap();
            self.commit_to(&partition, 1).await;
            partitions.push(partition);
        }
        partitions
    }

    pub(crate) async fn project(&self) -> bool {
        self.register.project(&self.dataset, &self.partition, &self.run()).await.unwrap()
    }

    pub(crate) async fn entry(&self, partition: &Partition) -> Option<CatalogPartition> {
        self.register.catalog.partition(&self.dataset, &partition.values()).await.unwrap()
    }

    pub(crate) async fn registered(&self) -> Option<(String, u64)> {
        let found = self.entry(&self.partition).await?;
        let generation = found.generation()?.number();
        Some((found.location, generation))
    }
}
