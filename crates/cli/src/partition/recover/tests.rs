use std::sync::Arc;

use aws::OriginObject;
use bytes::Bytes;
use compact::Compactor;
use domain::{
    CommitKind, Consumed, DataFile, Generation,
    batch::BatchName,
    commit::WriterId,
    key,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{Ids, ObjectStore, PutMode, StoreError},
    settings::Settings,
};

use super::{plan::Versions, *};

/// A bucket that keeps versions, or none.
#[derive(Default)]
struct Past(Option<Vec<OriginObject>>);

impl Versions for Past {
    async fn versions(&self, prefix: &str) -> Result<Vec<OriginObject>, StoreError> {
        let refused = || StoreError::Failed { key: prefix.to_owned(), source: "NotImplemented".into() };
        self.0.clone().ok_or_else(refused)
    }
}

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    ids: Arc<SeededIds>,
    compactor: Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds>,
    clock: Arc<ManualClock>,
    dataset: DatasetName,
    partition: Partition,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(Arc::clone(&clock)));
        let ids = Arc::new(SeededIds::new(1));
        let settings = Settings::read(|_| None).unwrap();
        let compactor = Compactor::new(Arc::clone(&store), Arc::clone(&clock), Arc::clone(&ids), &settings);
        let (dataset, partition) = (DatasetName::new("seats").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { store, ids, compactor, clock, dataset, partition }
    }

    async fn put(&self, key: &str, body: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.store.put(key, body, PutMode::Overwrite).await.unwrap();
    }

    /// A generation of two files with 3 and 4 rows, which has consumed a batch that is still in landing.
    async fn commit(&self, kind: CommitKind, number: u64) -> Commit {
        let (generation, writer) = (Generation::new(number), WriterId::from(self.ids.ulid()));
        let location = key::generation_prefix(&self.dataset, &self.partition, generation, &writer);
        let file = |part: u32, rows| DataFile {
            key: key::data_file(&location, part),
            rows,
            bytes: 7,
            sealed: false,
        };
        let files = vec![file(0, 3), file(1, 4)];
        for file in &files {
            self.put(&file.key, "parquet").await;
        }
        let batch = BatchName::parse(&"0".repeat(40)).unwrap();
        self.put(&key::landing(&self.dataset, &self.partition, &batch), "packed").await;
        let commit = Commit {
            format: 1,
            kind,
            dataset: self.dataset.clone(),
            partition: self.partition.clone(),
            generation,
            schema_version: 1,
            location,
            files,
            consumed: vec![Consumed { batch, at: self.clock.now() }],
            rows: 7,
            duplicates_dropped: 0,
            conflicting: 0,
            discarded: None,
            newest_landed_at: None,
            writer,
            committed_at: self.clock.now(),
        };
        self.put(&commit.key(), &serde_json::to_string(&commit).unwrap()).await;
        commit
    }

    async fn lose(&self, file: &DataFile) {
        assert!(self.store.delete(std::slice::from_ref(&file.key)).await.unwrap().is_empty());
    }

    async fn plan(&self, past: &Past) -> Option<(Plan, Vec<OriginObject>)> {
        let planner = Planner { store: &*self.store, compactor: &self.compactor, versions: past };
        planner.plan(&self.dataset, &self.partition).await.unwrap()
    }
}

#[tokio::test]
async fn nothing_is_lost_where_all_files_are_there() {
    let world = World::new();
    assert_eq!(world.plan(&Past::default()).await, None);
    world.commit(CommitKind::Append, 1).await;
    let (plan, restorable) = world.plan(&Past::default()).await.unwrap();
    assert_eq!((plan.lost, plan.rows_lost, restorable), (Vec::new(), 0, Vec::new()));
}

#[tokio::test]
async fn a_lost_file_is_counted_unless_a_version_of_its_size_is_there() {
    let world = World::new();
    let head = world.commit(CommitKind::Append, 1).await;
    world.lose(&head.files[0]).await;
    let (plan, _) = world.plan(&Past::default()).await.unwrap();
    assert_eq!((plan.rows, plan.rows_lost, plan.landed_batches, plan.same_rows), (7, 3, 1, None));
    assert!(plan.versions_error.unwrap().contains("NotImplemented"));

    let version =
        |size, id: &str| OriginObject { key: head.files[0].key.clone(), size, version: Some(id.to_owned()) };
    let damaged = Past(Some(vec![version(9, "damaged")]));
    assert_eq!(world.plan(&damaged).await.unwrap().0.rows_lost, 3);
    let kept = Past(Some(vec![version(9, "damaged"), version(7, "good")]));
    let (plan, restorable) = world.plan(&kept).await.unwrap();
    assert_eq!((plan.rows_lost, plan.lost[0].restorable), (0, true));
    assert_eq!(restorable, [version(7, "good")]);
}

#[tokio::test]
async fn a_generation_with_the_same_rows_is_better_than_a_loss() {
    let world = World::new();
    let first = world.commit(CommitKind::Append, 1).await;
    let head = world.commit(CommitKind::Merge, 2).await;
    world.lose(&head.files[0]).await;
    assert_eq!(world.plan(&Past::default()).await.unwrap().0.same_rows, Some(1));
    world.lose(&first.files[1]).await;
    assert_eq!(world.plan(&Past::default()).await.unwrap().0.same_rows, None, "its files are gone too");
}

#[tokio::test]
async fn the_report_says_how_much_is_lost() {
    let world = World::new();
    let head = world.commit(CommitKind::Append, 1).await;
    world.lose(&head.files[1]).await;
    let (plan, _) = world.plan(&Past(Some(Vec::new()))).await.unwrap();
    let options = RecoverOptions {
        dataset: world.dataset.clone(),
        partition: world.partition.clone(),
        yes: false,
        reason: String::new(),
        json: false,
    };
    let mut report = Report { done: false, plan, generation: None, rows_now: None };
    let file = &head.files[1].key;
    assert_eq!(
        text(&report, &options),
        format!(
            "Generation 1 of seats/dt=2026-11-23 has 7 rows in 2 files; of these are lost:\n  {file}, 4 rows\n\
             4 rows would be given up.\n\
             In landing: 1 consumed object. They would be taken once more: the rows of their events come back."
        )
    );
    report = Report { done: true, generation: Some(2), rows_now: Some(5), ..report };
    let done = text(&report, &options);
    assert!(done.contains("4 rows given up."), "{done}");
    assert!(
        done.ends_with("Generation 2 says what was given up. seats/dt=2026-11-23 has 5 rows now."),
        "{done}"
    );
}
