use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    CommitKind, Consumed,
    batch::BatchName,
    generation::WriterId,
    memory::{ManualClock, MemoryCatalog, MemoryStore, SeededIds},
    port::{
        Catalog, CatalogPartition, EntryState, Ids, PartitionKey, PartitionState, PutMode, Table, Upsert,
    },
};

use super::{survey::survey, *};

const DAY: &str = "dt=2026-11-23";

fn start() -> DateTime<Utc> {
    "2026-11-23T10:00:00Z".parse().unwrap()
}

fn name(text: &str) -> DatasetName {
    DatasetName::new(text).unwrap()
}

fn batch(dataset: &DatasetName, number: u64) -> BatchName {
    BatchName::of(dataset, DAY, [("id", &number.to_be_bytes()[..])])
}

fn commit(dataset: &DatasetName, partition: &str, generation: u64, consumed: &[u64]) -> Commit {
    let (partition, generation): (Partition, _) = (partition.parse().unwrap(), Generation::new(generation));
    let writer = WriterId::from(SeededIds::new(1).ulid());
    let consumed = consumed.iter().map(|number| Consumed { batch: batch(dataset, *number), at: start() });
    Commit {
        format: 1,
        kind: CommitKind::Append,
        location: key::generation_prefix(dataset, &partition, generation, &writer),
        dataset: dataset.clone(),
        partition,
        generation,
        schema_version: 1,
        files: Vec::new(),
        consumed: consumed.collect(),
        rows: 0,
        duplicates_dropped: 0,
        conflicting: 0,
        discarded: None,
        writer,
        committed_at: start(),
        newest_landed_at: None,
    }
}

/// A bucket and a catalog with a clock.
struct World {
    clock: Arc<ManualClock>,
    store: MemoryStore<ManualClock>,
    catalog: MemoryCatalog,
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(ManualClock::new(start()));
        let store = MemoryStore::with_clock(Arc::clone(&clock));
        Self { clock, store, catalog: MemoryCatalog::default() }
    }

    async fn put(&self, key: &str, body: impl Into<String>) {
        let body: String = body.into();
        self.store.put(key, body.into(), PutMode::Overwrite).await.unwrap();
    }

    async fn land(&self, dataset: &DatasetName, partition: &str, number: u64) {
        let key = key::landing(dataset, &partition.parse().unwrap(), &batch(dataset, number));
        self.put(&key, "").await;
    }

    async fn commit(&self, commit: &Commit) {
        self.put(&commit.key(), serde_json::to_string(commit).unwrap()).await;
    }

    async fn register(&self, dataset: &DatasetName, generation: u64) {
        let table = Table {
            name: dataset.clone(),
            description: None,
            columns: Vec::new(),
            partition_keys: vec![PartitionKey::string("dt")],
            location: key::table_prefix(dataset),
            schema_version: None,
            parameters: BTreeMap::new(),
            version: None,
        };
        self.catalog.create_table(&table).await.unwrap();
        let values = vec!["2026-11-23".to_owned()];
        let state = EntryState::Registered(PartitionState {
            generation: Generation::new(generation),
            schema_version: 1,
            rows: 0,
            bytes: 0,
            committed_at: start(),
            newest_landed_at: None,
        });
        let entry = CatalogPartition { state, ..CatalogPartition::by_hand(values, "somewhere/") };
        let failed = self.catalog.write_partitions(dataset, Upsert::Create, &[entry]).await.unwrap();
        assert!(failed.is_empty());
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    async fn seen(&self, dataset: &DatasetName) -> Option<Seen> {
        let seen = survey(&self.store, &self.catalog, self.clock.now()).await.unwrap();
        seen.into_iter().find(|(name, _)| name == dataset).map(|(_, seen)| seen)
    }
}

#[tokio::test]
async fn what_waits_is_seen_with_its_age() {
    let (world, seats) = (World::new(), name("seats"));
    assert_eq!(world.seen(&seats).await, None);
    world
        .put("schemas/seats/000001.json", r#"{"name": "seats", "columns": [{"name": "a", "type": "int"}]}"#)
        .await;
    assert_eq!(world.seen(&seats).await, Some(Seen::default()));
    world.land(&seats, DAY, 1).await;
    world.pass(10);
    world.land(&seats, DAY, 2).await;
    world.pass(20);
    let waiting = Seen { oldest_landing: 30_000, landing_objects: 2, ..Seen::default() };
    assert_eq!(world.seen(&seats).await, Some(waiting));

    world.commit(&commit(&seats, DAY, 1, &[1])).await;
    world.pass(5);
    let committed = Seen {
        oldest_landing: 25_000,
        landing_objects: 1,
        partitions: 1,
        generations: 1,
        unregistered: 1,
        register_lag: 5_000,
    };
    assert_eq!(world.seen(&seats).await, Some(committed));
    world.register(&seats, 1).await;
    let registered = Seen { unregistered: 0, register_lag: 0, ..committed };
    assert_eq!(world.seen(&seats).await, Some(registered));

    world.commit(&commit(&seats, DAY, 2, &[1, 2])).await;
    world.pass(1);
    let consumed =
        Seen { partitions: 1, generations: 2, unregistered: 1, register_lag: 1_000, ..Seen::default() };
    assert_eq!(world.seen(&seats).await, Some(consumed));

    // A partition that the dataset cannot have is register's and doctor's to pass over, and so it is here.
    world.commit(&commit(&seats, "dt=2026-11-23/hour=10", 1, &[])).await;
    world.land(&seats, "dt=2026-11-23/hour=11", 3).await;
    assert_eq!(world.seen(&seats).await, Some(consumed));

    // A commit that cannot be read stops its partition: all that has landed there waits.
    world.put(&key::commit(&seats, &DAY.parse().unwrap(), Generation::new(3)), "{").await;
    let stopped = world.seen(&seats).await.unwrap();
    assert_eq!((stopped.oldest_landing, stopped.landing_objects, stopped.generations), (36_000, 2, 3));
}

#[tokio::test]
async fn events_of_a_damaged_definition_wait_and_those_of_no_dataset_are_not_seen() {
    let (world, damaged, stranger) = (World::new(), name("damaged"), name("stranger"));
    world.put("schemas/damaged/000001.json", "{").await;
    world.land(&damaged, DAY, 1).await;
    world.land(&stranger, DAY, 1).await;
    world.pass(7);
    let waiting = Seen { oldest_landing: 7_000, landing_objects: 1, ..Seen::default() };
    assert_eq!(world.seen(&damaged).await, Some(waiting));
    assert_eq!(world.seen(&stranger).await, None);
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_an_error_and_no_empty_lake() {
    let world = World::new();
    world.store.fail_next(1);
    assert!(survey(&world.store, &world.catalog, start()).await.is_err());
}

#[test]
fn a_batch_is_as_fresh_as_its_commit_is_registered_and_counts_once() {
    let (freshness, seats, flights) = (Freshness::default(), name("seats"), name("flights"));
    let at = |seconds: i64| start() + TimeDelta::seconds(seconds);
    let place = |dataset: &DatasetName| (dataset.clone(), DAY.parse::<Partition>().unwrap());
    freshness.landed(place(&seats), batch(&seats, 1), at(0));
    freshness.landed(place(&seats), batch(&seats, 2), at(10));
    freshness.landed(place(&flights), batch(&seats, 1), at(0));
    // It was not seen to land: the process is younger.
    assert_eq!(freshness.visible(&commit(&seats, DAY, 1, &[1, 9]), at(4)), [4_000]);
    assert_eq!(freshness.visible(&commit(&seats, DAY, 2, &[1, 2]), at(11)), [1_000]);
    assert!(freshness.visible(&commit(&seats, DAY, 3, &[1, 2]), at(12)).is_empty());
    assert!(freshness.visible(&commit(&flights, DAY, 1, &[]), at(12)).is_empty());
    // A clock that was set back.
    freshness.landed(place(&seats), batch(&seats, 3), at(20));
    assert_eq!(freshness.visible(&commit(&seats, DAY, 4, &[3]), at(15)), [0]);
}

#[tokio::test]
async fn a_message_counts_as_queued_until_it_is_gone_and_invocations_are_measured_however_they_end() {
    let settings = Settings::read(|_| None).unwrap();
    let (measures, _to_observe) = Measures::new("http://127.0.0.1:9", &settings);
    let has = |line: &str| {
        let text = measures.recorder.text();
        let labels = r#"system="tributary",environment="default",function="#;
        let line = line.replacen('{', &format!("{{{labels}"), 1);
        assert!(text.lines().any(|of| of == line), "{line}\nis not in\n{text}");
    };
    has(r#"tributary_queue_messages{"compact"} 0"#);
    has(r#"tributary_dead_letters_total{"compact"} 0"#);
    let (first, second) = (measures.queued("compact"), measures.queued("compact"));
    has(r#"tributary_queue_messages{"compact"} 2"#);
    drop((first, second));
    has(r#"tributary_queue_messages{"compact"} 0"#);
    measures.given_up("compact", 3);
    has(r#"tributary_dead_letters_total{"compact"} 3"#);

    for end in [Some(true), Some(false), None] {
        let mut watch = measures.watch::<compact::Done>("compact", &Context::default());
        watch.report.partitions = 2;
        match end {
            Some(true) => watch.end(&Ok::<(), std::fmt::Error>(())),
            Some(false) => watch.end(&Err::<(), _>(std::fmt::Error)),
            None => drop(watch),
        }
    }
    has(r#"tributary_invocations_total{"compact"} 3"#);
    has(r#"tributary_invocations_failed_total{"compact"} 1"#);
    has(r#"tributary_invocations_broken_off_total{"compact"} 1"#);
    has(r#"tributary_cold_starts_total{"compact"} 1"#);
    has(r#"tributary_partitions_compacted_total{"compact"} 6"#);
    has(r#"tributary_invocations_total{"register"} 0"#);
}
