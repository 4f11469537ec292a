mod again;
mod damaged;
mod meddled;
mod overtaken;
mod targets;

use std::sync::Arc;

use bytes::Bytes;
use chrono::TimeDelta;
use compact::{Compactor, DropError};
use domain::{
    Commit, CommitKind, DataFile, Generation, Partition,
    commit::WriterId,
    key,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{Catalog, Ids, ObjectStore, PutMode},
    run::Run,
    schemas::Dropped,
    settings::Settings,
};
use register::{Acceptance, Register, RejectedDefinition};

use super::*;

use meddled::Meddled;

const DEFINITION: &str = r#"{"name": "seats", "columns": [{"name": "seat", "type": "bigint"}]}"#;
const OTHER: &str = r#"{"name": "seats", "columns": [{"name": "seat", "type": "string"}]}"#;
const LANDED: &str = "landing/seats/dt=2026-11-23/0123456789abcdef0123456789abcdef01234567.ndjson.zst";
const LATER: &str = "landing/seats/dt=2026-11-24/0123456789abcdef0123456789abcdef01234567.ndjson.zst";
const REFUSED: &str = "quarantine/seats/dt=2026-11-23/0123456789abcdef0123456789abcdef01234567.ndjson.zst";

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    catalog: Arc<MemoryCatalog>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
    name: DatasetName,
}

impl World {
    /// A live dataset without data.
    async fn live() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(Arc::clone(&clock)));
        let name = DatasetName::new("seats").unwrap();
        let world = Self { store, catalog: Arc::default(), clock, ids: Arc::new(SeededIds::new(1)), name };
        assert!(matches!(world.ask(DEFINITION).await, Acceptance::Live { version: 1, .. }));
        world
    }

    /// The same with two generations of a partition, landed events in it and in another one, and refused events.
    async fn filled() -> Self {
        let world = Self::live().await;
        world.commit(1).await;
        world.commit(2).await;
        for key in [LANDED, LATER, REFUSED, "vacuum/seats/dt=2026-11-23.json"] {
            world.put(key, "packed").await;
        }
        world
    }

    async fn put(&self, key: &str, body: &str) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        self.store.put(key, body, PutMode::Overwrite).await.unwrap();
    }

    fn register(&self) -> Register<MemoryStore<ManualClock>, MemoryCatalog, ManualClock, SeededIds> {
        let (store, catalog) = (Arc::clone(&self.store), Arc::clone(&self.catalog));
        Register::new(store, catalog, Arc::clone(&self.clock), Arc::clone(&self.ids))
    }

    fn compactor(&self) -> Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds> {
        let settings = Settings::read(|_| None).unwrap();
        Compactor::new(Arc::clone(&self.store), Arc::clone(&self.clock), Arc::clone(&self.ids), &settings)
    }

    fn run(&self) -> Run {
        Run::new(self.clock.now(), None)
    }

    /// What becomes of a definition that somebody asks for.
    async fn ask(&self, definition: &str) -> Acceptance {
        self.put("datasets/seats.json", definition).await;
        self.register().accept(&self.name, &self.run()).await.unwrap()
    }

    /// A generation of ten rows.
    async fn commit(&self, number: u64) -> Commit {
        let (partition, generation): (Partition, _) =
            ("dt=2026-11-23".parse().unwrap(), Generation::new(number));
        let writer = WriterId::from(self.ids.ulid());
        let location = key::generation_prefix(&self.name, &partition, generation, &writer);
        let file = DataFile { key: key::data_file(&location, 0), rows: 10, bytes: 7, sealed: false };
        self.put(&file.key, "parquet").await;
        let commit = Commit {
            format: 1,
            kind: CommitKind::Append,
            dataset: self.name.clone(),
            partition,
            generation,
            schema_version: 1,
            location,
            files: vec![file],
            consumed: Vec::new(),
            rows: 10,
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

    async fn drop(&self, purge: bool) -> Outcome {
        let compactor = self.compactor();
        let dropper = Dropper {
            store: &*self.store,
            catalog: &*self.catalog,
            targets: &[],
            compactor: &compactor,
            clock: &*self.clock,
            name: &self.name,
        };
        dropper.drop(purge).await.unwrap()
    }

    /// A purge through this store.
    async fn drop_by(&self, store: Meddled) -> Result<Outcome, DropError> {
        let store = Arc::new(store);
        let settings = Settings::read(|_| None).unwrap();
        let compactor =
            Compactor::new(Arc::clone(&store), Arc::clone(&self.clock), Arc::clone(&self.ids), &settings);
        let dropper = Dropper {
            store: &*store,
            catalog: &*self.catalog,
            targets: &[],
            compactor: &compactor,
            clock: &*self.clock,
            name: &self.name,
        };
        dropper.drop(true).await
    }

    async fn has_table(&self) -> bool {
        self.catalog.table(&self.name).await.unwrap().is_some()
    }

    async fn found(&self) -> Found {
        found::look(&*self.store, &*self.catalog, &self.name).await.unwrap()
    }
}

#[tokio::test]
async fn a_dataset_without_data_leaves_a_free_name() {
    let world = World::live().await;
    world.put(REFUSED, "packed").await;
    assert_eq!(world.drop(false).await, Outcome::Dropped);
    assert!(!world.has_table().await);
    assert_eq!(world.store.keys(), [REFUSED, "schemas/seats/dropped.json"]);
    // Any definition will do, and its version is a new one.
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 2, new: true }));
    assert!(world.has_table().await);
}

#[tokio::test]
async fn without_purge_the_data_stays_and_only_what_may_follow_is_accepted_again() {
    let world = World::filled().await;
    let before = world.store.keys();
    assert_eq!(world.drop(false).await, Outcome::Dropped);
    let mut expected: Vec<String> = before
        .into_iter()
        .filter(|key| !key.starts_with("datasets/") && !key.starts_with("schemas/"))
        .collect();
    expected.push("schemas/seats/dropped.json".to_owned());
    expected.sort();
    assert_eq!(world.store.keys(), expected);
    assert!(!world.has_table().await);

    let again = world.ask(OTHER).await;
    let Acceptance::Rejected(rejected @ RejectedDefinition::Dropped { .. }) = &again else {
        panic!("{again:?}")
    };
    assert!(rejected.to_string().contains("tributary dataset drop seats --purge --yes"), "{rejected}");
    assert!(matches!(world.ask(DEFINITION).await, Acceptance::Live { version: 2, new: true }));
    world.register().reconcile(&world.run()).await.unwrap();
    assert_eq!(world.catalog.partitions(&world.name).await.unwrap().len(), 1, "its rows are back");
}

#[tokio::test]
async fn what_is_dropped_is_nobodys_error() {
    let world = World::filled().await;
    assert_eq!(world.drop(false).await, Outcome::Dropped);
    let partition: Partition = "dt=2026-11-23".parse().unwrap();
    world.register().reconcile(&world.run()).await.unwrap();
    assert!(!world.register().project(&world.name, &partition, &world.run()).await.unwrap());
    let report = world.compactor().compact(&world.name, &partition, &world.run()).await.unwrap();
    assert_eq!((report.committed, report.cleaned), (0, 0), "what landed waits");
    world.compactor().sweep(&world.run()).await.unwrap();
    assert!(world.store.keys().iter().any(|key| key == LANDED));
    assert!(!world.has_table().await);
}

#[tokio::test]
async fn a_purge_leaves_empty_heads_and_after_75_minutes_only_its_note() {
    let world = World::filled().await;
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert_eq!(
        world.store.keys(),
        [
            "commits/seats/dt=2026-11-23/0000000003.json",
            "commits/seats/dt=2026-11-24/0000000001.json",
            "schemas/seats/dropped.json"
        ]
    );
    let head = world.store.get("commits/seats/dt=2026-11-23/0000000003.json").await.unwrap();
    let head = Commit::parse("commits/seats/dt=2026-11-23/0000000003.json", &head).unwrap();
    let discarded = head.discarded.unwrap();
    assert_eq!((head.rows, discarded.rows, discarded.reason.as_str()), (0, 10, "the dataset was dropped"));
    assert_eq!(world.drop(true).await, Outcome::Dropped, "once more changes nothing");
    world.clock.advance(TimeDelta::minutes(76));
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert_eq!(world.store.keys(), ["schemas/seats/dropped.json"]);
    let other = DatasetName::new("nobody").unwrap();
    let nothing = found::look(&*world.store, &*world.catalog, &other).await.unwrap();
    assert!(nothing.is_nothing() && !world.found().await.is_nothing());
    // What somebody restores of before is not live by that.
    world.put("schemas/seats/000001.json", DEFINITION).await;
    assert_eq!(world.found().await.live_version, None);
    assert!(matches!(world.ask(OTHER).await, Acceptance::Live { version: 2, new: true }));
}

/// The first commit of a purge.
const FIRST: &str = "commits/seats/dt=2026-11-23/0000000003.json";

/// All lines of its batches were refused.
#[tokio::test]
async fn a_partition_without_rows_is_purged_too() {
    let world = World::live().await;
    let commit = world.commit(1).await;
    world.store.delete(&[commit.files[0].key.clone()]).await.unwrap();
    let empty = Commit { files: Vec::new(), rows: 0, ..commit };
    world.put(&empty.key(), &serde_json::to_string(&empty).unwrap()).await;
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert_eq!(
        world.store.keys(),
        ["commits/seats/dt=2026-11-23/0000000002.json", "schemas/seats/dropped.json"]
    );
}

/// A commit names 10,000 batches at the most.
#[tokio::test]
async fn any_number_of_landed_batches_is_purged() {
    let world = World::live().await;
    let batches = domain::commit::MAX_CONSUMED * 2 + 1;
    for number in 0..batches {
        world.put(&format!("landing/seats/dt=2026-11-23/{number:040x}.ndjson.zst"), "").await;
    }
    assert_eq!(world.drop(true).await, Outcome::Dropped);
    assert_eq!(world.found().await.landing, found::Objects::default());
    assert!(world.store.keys().contains(&FIRST.to_owned()), "by three commits");
}

/// The sample that is looked at for twins after each vacuum.
#[tokio::test]
async fn an_inspection_passes_over_what_is_left_of_a_drop() {
    for purge in [false, true] {
        let world = World::filled().await;
        assert_eq!(world.drop(purge).await, Outcome::Dropped);
        let inspected = world.compactor().inspect(&world.run()).await.unwrap();
        assert_eq!(inspected.failed, 0, "purge: {purge}");
    }
    let world = World::filled().await;
    world.store.delete(&["schemas/seats/000001.json".to_owned()]).await.unwrap();
    assert_eq!(world.compactor().inspect(&world.run()).await.unwrap().failed, 1, "it was not dropped");
}

#[tokio::test]
async fn the_report_says_what_goes_and_what_stays() {
    let world = World::filled().await;
    let found = world.found().await;
    let report =
        Report { dataset: &world.name, dropped: false, purge: false, found: &found, at_work_until: None };
    assert_eq!(
        text(&report),
        "Dropping seats means:\n  \
           definition  version 1, would be deleted\n  \
           table       in the catalog, would be deleted\n  \
           rows        10 rows in 1 partition, 14 B, would stay in the bucket, unless --purge is given\n  \
           landing     2 objects, 12 B, would stay in the bucket, unless --purge is given\n  \
           quarantine  1 object, 6 B, would stay in the bucket, unless --purge is given"
    );
    let purged =
        text(&Report { dropped: true, purge: true, at_work_until: Some(world.clock.now()), ..report });
    assert!(purged.contains("rows        10 rows in 1 partition, 14 B, was deleted"), "{purged}");
    assert!(purged.contains("until 2026-11-23T10:00:00Z: run this again then"), "{purged}");
}
