//! A lake of one partition, whose bucket can be made to fail.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use chrono::TimeDelta;
use domain::{
    Commit, CommitKind, DataFile, DatasetName, Generation, Partition,
    commit::{FORMAT, WriterId},
    key, landing,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{
        Catalog, CatalogPartition, Clock, DeleteFailure, Ids, ListPage, ObjectMeta, ObjectStore,
        PartitionKey, PutMode, StoreError, Table, Upsert, Version,
    },
    run::{MAX_LIFE, Run},
    settings::{CompactSettings, Settings},
    vacuum::Notes,
};

use futures::FutureExt;

use crate::{
    compactor::Compactor,
    vacuum::{Vacuum, VacuumError, Vacuumed},
};

/// The landing line of an event, with its line break.
pub(crate) fn line(data: &str) -> String {
    let mut out = Vec::new();
    landing::Writer::new("2026-11-23T10:05:00.5Z".parse().unwrap()).line(Some("m:0"), data, &mut out);
    String::from_utf8(out).unwrap()
}

type Inner = MemoryStore<ManualClock>;
type Intruder = Box<dyn FnOnce(&Inner) + Send>;

/// The bucket, with what can go wrong.
#[derive(Default)]
pub(crate) struct Faults {
    /// After so many calls nothing works any more, as after a crash.
    pub(crate) crash_after: Option<u64>,
    /// Keys that cannot be deleted.
    pub(crate) stuck: BTreeSet<String>,
    /// What somebody else does right before a call about this prefix or key.
    pub(crate) intruders: BTreeMap<String, Intruder>,
    /// Every deletion, in order.
    pub(crate) deleted: Vec<String>,
}

pub(crate) struct Bucket {
    pub(crate) inner: Inner,
    pub(crate) faults: Mutex<Faults>,
}

impl Bucket {
    fn call(&self, key: &str) -> Result<(), StoreError> {
        let mut faults = self.faults.lock().unwrap();
        let intruder = faults.intruders.remove(key);
        if let Some(left) = &mut faults.crash_after {
            match left.checked_sub(1) {
                Some(fewer) => *left = fewer,
                None => {
                    return Err(StoreError::Unavailable { key: key.to_owned(), source: "crashed".into() });
                }
            }
        }
        drop(faults);
        if let Some(intruder) = intruder {
            intruder(&self.inner);
        }
        Ok(())
    }
}

impl ObjectStore for Bucket {
    async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        self.call(key)?;
        self.inner.get(key).await
    }

    async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        self.call(key)?;
        self.inner.get_range(key, range).await
    }

    async fn get_versioned(&self, key: &str) -> Result<(Bytes, Version), StoreError> {
        self.call(key)?;
        self.inner.get_versioned(key).await
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StoreError> {
        self.call(key)?;
        self.inner.head(key).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<(), StoreError> {
        self.call(to)?;
        self.inner.copy(from, to).await
    }

    async fn put(&self, key: &str, body: Bytes, mode: PutMode) -> Result<(), StoreError> {
        // Named apart from the read of the same key.
        self.call(&format!("put {key}"))?;
        self.inner.put(key, body, mode).await
    }

    async fn delete(&self, keys: &[String]) -> Result<Vec<DeleteFailure>, StoreError> {
        let mut failures = Vec::new();
        for key in keys {
            // Each a call of its own: a crash in the midst of one leaves the rest.
            self.call(key)?;
            if self.faults.lock().unwrap().stuck.contains(key) {
                let error = StoreError::Failed { key: key.clone(), source: "AccessDenied".into() };
                failures.push(DeleteFailure { key: key.clone(), error });
                continue;
            }
            self.faults.lock().unwrap().deleted.push(key.clone());
            self.inner.delete(std::slice::from_ref(key)).await?;
        }
        Ok(failures)
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<ListPage, StoreError> {
        self.call(prefix)?;
        self.inner.list(prefix, after).await
    }
}

/// What a future of the bucket in memory comes to: they never wait.
pub(crate) fn ready<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

pub(crate) struct World {
    pub(crate) bucket: Arc<Bucket>,
    pub(crate) catalog: Arc<MemoryCatalog>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ids: Arc<SeededIds>,
    pub(crate) dataset: DatasetName,
    pub(crate) partition: Partition,
}

pub(crate) const HOUR: TimeDelta = TimeDelta::hours(1);
/// The default retention.
pub(crate) const RETENTION: TimeDelta = TimeDelta::hours(6);

impl World {
    pub(crate) async fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let inner = MemoryStore::with_clock(clock.clone());
        let dataset = DatasetName::new("seats").unwrap();
        let catalog = MemoryCatalog::default();
        let table = Table {
            name: dataset.clone(),
            description: None,
            columns: Vec::new(),
            partition_keys: vec![PartitionKey::string("dt")],
            location: "tables/seats/".into(),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        catalog.create_table(&table).await.unwrap();
        Self {
            bucket: Arc::new(Bucket { inner, faults: Mutex::default() }),
            catalog: Arc::new(catalog),
            clock,
            ids: Arc::new(SeededIds::new(1)),
            dataset,
            partition: "dt=2026-11-23".parse().unwrap(),
        }
    }

    pub(crate) fn service(&self) -> Vacuum<Bucket, MemoryCatalog, ManualClock> {
        let settings = Settings::read(|_| None).unwrap();
        Vacuum::new(self.bucket.clone(), self.catalog.clone(), self.clock.clone(), &settings)
    }

    pub(crate) fn compactor(&self) -> Compactor<Bucket, ManualClock, SeededIds> {
        // One thread, so that nothing has to be waited for.
        let settings = CompactSettings { threads: 1, ..Settings::read(|_| None).unwrap().compact };
        Compactor::new(self.bucket.clone(), self.clock.clone(), self.ids.clone(), &settings)
    }

    pub(crate) fn run(&self) -> Run {
        Run::new(self.clock.now(), None)
    }

    pub(crate) async fn vacuum(&self) -> Result<Vacuumed, VacuumError> {
        self.service().vacuum(&self.dataset, &self.partition, &self.run()).await
    }

    pub(crate) fn faults<T>(&self, change: impl FnOnce(&mut Faults) -> T) -> T {
        change(&mut self.bucket.faults.lock().unwrap())
    }

    /// Somebody does this right before the next call about this prefix or key (`put KEY` for a write of it).
    pub(crate) fn intrude(&self, before: &str, what: impl FnOnce(&Inner) + Send + 'static) {
        self.faults(|faults| faults.intruders.insert(before.to_owned(), Box::new(what)));
    }

    /// A commit of this number by a new writer, nothing of it stored.
    pub(crate) fn commit_of(&self, number: u64) -> Commit {
        let (generation, writer) = (Generation::new(number), WriterId::from(self.ids.ulid()));
        let location = key::generation_prefix(&self.dataset, &self.partition, generation, &writer);
        let file = |part| DataFile { key: key::data_file(&location, part), rows: 1, bytes: 4, sealed: false };
        Commit {
            format: FORMAT,
            kind: CommitKind::Append,
            dataset: self.dataset.clone(),
            partition: self.partition.clone(),
            generation,
            schema_version: 1,
            files: vec![file(0), file(1)],
            location,
            consumed: Vec::new(),
            rows: 2,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            writer,
            committed_at: self.clock.now(),
            newest_landed_at: None,
        }
    }

    /// The files of a generation, without its commit.
    pub(crate) async fn write(&self, commit: &Commit) {
        for file in &commit.files {
            self.put(&file.key, "rows").await;
        }
    }

    pub(crate) async fn commit(&self, number: u64) -> Commit {
        self.commit_as(CommitKind::Append, number).await
    }

    pub(crate) async fn commit_as(&self, kind: CommitKind, number: u64) -> Commit {
        let commit = Commit { kind, ..self.commit_of(number) };
        self.write(&commit).await;
        self.put(&commit.key(), serde_json::to_vec(&commit).unwrap()).await;
        commit
    }

    pub(crate) async fn put(&self, key: &str, body: impl Into<Bytes>) {
        self.bucket.inner.put(key, body.into(), PutMode::Overwrite).await.unwrap();
    }

    /// Points the catalog at a location.
    pub(crate) async fn name(&self, location: &str) {
        self.name_just_now(location).await;
        // Long enough for it to be noted.
        self.clock.advance(MAX_LIFE);
    }

    pub(crate) async fn name_just_now(&self, location: &str) {
        let values = self.partition.values();
        let partition = CatalogPartition::by_hand(values.clone(), location);
        let known = self.catalog.partition(&self.dataset, &values).await.unwrap().is_some();
        let mode = if known { Upsert::Replace } else { Upsert::Create };
        assert!(self.catalog.write_partitions(&self.dataset, mode, &[partition]).await.unwrap().is_empty());
    }

    /// The numbers that have a commit.
    pub(crate) fn committed(&self) -> Vec<u64> {
        let numbers = self.bucket.inner.keys().into_iter().filter_map(|key| {
            let file = key.strip_prefix("commits/seats/dt=2026-11-23/")?.strip_suffix(".json")?.to_owned();
            file.parse().ok()
        });
        numbers.collect()
    }

    /// The locations with files.
    pub(crate) fn locations(&self) -> BTreeSet<String> {
        let keys = self.bucket.inner.keys().into_iter().filter(|key| key.starts_with("tables/"));
        keys.map(|key| key[..=key.rfind('/').unwrap()].to_owned()).collect()
    }

    pub(crate) async fn notes(&self) -> Option<Notes> {
        let key = key::vacuum(&self.dataset, &self.partition);
        let bytes = self.bucket.inner.get(&key).await.ok()?;
        Some(Notes::parse(&key, &bytes).unwrap())
    }
}
