use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use arrow::{array::AsArray, datatypes::Int64Type};
use chrono::TimeDelta;
use domain::{
    Commit,
    batch::BatchName,
    commit::{MAX_CONSUMED, WriterId},
    key, landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{PutMode, StoreError},
    schemas,
    settings::Settings,
};
use futures::future::join_all;

use super::*;
use crate::{
    files::Source,
    log::{self, Attempt},
};

mod claims;
mod contention;
mod generations;
mod granularity;
mod lost;
mod refused;
mod rejected;
mod runs;
mod sweeps;

const DEFINITION: &str = r#"{"name": "seats", "identity": ["seat"], "columns": [
    {"name": "seat", "type": "bigint", "required": true}, {"name": "who", "type": "string"}]}"#;

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
    dataset: DatasetName,
    partition: Partition,
}

impl World {
    async fn new() -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        store.put("schemas/seats/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
        let (dataset, partition) = (DatasetName::new("seats").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { store, clock, ids: Arc::new(SeededIds::new(1)), dataset, partition }
    }

    fn compactor(&self) -> Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds> {
        compactor(&self.store, &self.clock, &self.ids)
    }

    async fn compact(&self) -> Result<Report, CompactError> {
        let run = Run::new(self.clock.now(), None);
        self.compactor().compact(&self.dataset, &self.partition, &run).await
    }

    /// Lands one batch of these seats.
    async fn land(&self, seats: &[i64]) -> String {
        let events: Vec<String> = seats.iter().map(|seat| format!(r#"{{"seat":{seat}}}"#)).collect();
        self.land_lines(&events).await
    }

    async fn land_lines(&self, events: &[String]) -> String {
        let mut text = Vec::new();
        for event in events {
            landing::Writer::new(self.clock.now()).line(None, event, &mut text);
        }
        let named = events.iter().map(|event| ("", event.as_bytes()));
        let batch = BatchName::of(&self.dataset, &self.partition.to_string(), named);
        let key = key::landing(&self.dataset, &self.partition, &batch);
        let body = zstd::bulk::compress(&text, 3).unwrap();
        match self.store.put(&key, body.into(), PutMode::Create).await {
            Ok(()) | Err(StoreError::AlreadyExists { .. }) => key,
            Err(error) => panic!("{error}"),
        }
    }

    async fn head(&self) -> Commit {
        log::head(&*self.store, &self.dataset, &self.partition).await.unwrap().unwrap()
    }

    /// How often each seat is in the head's rows.
    async fn seats(&self) -> BTreeMap<i64, usize> {
        let accepted = schemas::load(&*self.store, &self.dataset).await.unwrap().unwrap();
        let mut seats = BTreeMap::new();
        for file in &self.head().await.files {
            let source = Source::open(&*self.store, file).await.unwrap();
            let mut batches = source.rows(&accepted.dataset.arrow_schema(), 100).unwrap();
            while let Some(batch) = batches.next().await.unwrap() {
                for seat in batch.column(0).as_primitive::<Int64Type>().values() {
                    *seats.entry(*seat).or_default() += 1;
                }
            }
        }
        seats
    }
}

fn compactor<S: ObjectStore>(
    store: &Arc<S>,
    clock: &Arc<ManualClock>,
    ids: &Arc<SeededIds>,
) -> Compactor<S, ManualClock, SeededIds> {
    let settings = Settings::read(|_| None).unwrap();
    Compactor::new(store.clone(), clock.clone(), ids.clone(), &settings)
}

fn once(seats: impl IntoIterator<Item = i64>) -> BTreeMap<i64, usize> {
    seats.into_iter().map(|seat| (seat, 1)).collect()
}

#[tokio::test]
async fn a_second_batch_makes_the_next_generation_and_both_are_in_it() {
    let world = World::new().await;
    world.land(&[2, 1]).await;
    let report = world.compact().await.unwrap();
    assert_eq!((report.committed, report.batches, report.rows), (1, 1, 2));
    world.land(&[2, 3]).await;
    let report = world.compact().await.unwrap();
    assert_eq!((report.committed, report.rows, report.duplicates_dropped), (1, 3, 1));
    let head = world.head().await;
    assert_eq!((head.generation.number(), head.consumed.len()), (2, 2));
    assert_eq!(world.seats().await, once(1..=3));
    assert_eq!(world.compact().await.unwrap(), Report::default(), "nothing new, nothing done");
}

/// Freshness is about events: to write the same ones anew makes nothing fresher.
#[tokio::test]
async fn a_commit_says_when_its_newest_event_landed_and_a_rebuild_keeps_it() {
    let world = World::new().await;
    let mut landed = world.clock.now();
    for seat in 1..=3 {
        world.clock.advance(TimeDelta::minutes(1));
        landed = world.clock.now();
        world.land(&[seat]).await;
        world.clock.advance(TimeDelta::minutes(seat));
        world.compact().await.unwrap();
        assert_eq!(world.head().await.newest_landed_at, Some(landed));
    }
    world.clock.advance(TimeDelta::minutes(20));
    let run = Run::new(world.clock.now(), None);
    world.compactor().rebuild(&world.dataset, &world.partition, &run).await.unwrap();
    let head = world.head().await;
    assert_eq!((head.kind, head.fresh_at()), (domain::CommitKind::Rebuild, landed));
    // The head of an older version does not say it.
    let older = Commit { newest_landed_at: None, ..head };
    assert_eq!(older.fresh_at(), older.committed_at);
}

#[tokio::test]
async fn consumed_batches_go_after_the_grace_and_then_from_the_list() {
    let world = World::new().await;
    let key = world.land(&[1]).await;
    world.compact().await.unwrap();
    world.clock.advance(TimeDelta::minutes(9));
    assert_eq!(world.compact().await.unwrap().cleaned, 0);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.compact().await.unwrap().cleaned, 1);
    assert!(matches!(world.store.get(&key).await, Err(StoreError::NotFound { .. })));
    assert_eq!(world.head().await.consumed.len(), 1, "only a commit changes the list");
    // The same batch comes again: its name is still listed, so it is known to be in the table.
    world.land(&[1]).await;
    assert_eq!(world.compact().await.unwrap().committed, 0);
    world.store.delete(&[key]).await.unwrap();
    world.land(&[2]).await;
    world.compact().await.unwrap();
    assert_eq!(world.head().await.consumed.len(), 1, "the object was seen to be gone");
    assert_eq!(world.seats().await, once(1..=2));
}

#[tokio::test]
async fn a_column_added_later_is_null_in_old_rows() {
    let world = World::new().await;
    world.land(&[1]).await;
    world.compact().await.unwrap();
    let wider = DEFINITION
        .replace(r#""type": "string"}"#, r#""type": "string"}, {"name": "fare", "type": "double"}"#);
    world.store.put("schemas/seats/000002.json", wider.into(), PutMode::Create).await.unwrap();
    world.land_lines(&[r#"{"seat":2,"fare":9.5}"#.into()]).await;
    world.compact().await.unwrap();
    assert_eq!(world.head().await.schema_version, 2);
    assert_eq!(world.seats().await, once(1..=2));
}

#[tokio::test]
async fn an_unreadable_commit_stops_its_partition_with_a_clear_error() {
    let world = World::new().await;
    world.land(&[1]).await;
    let key = "commits/seats/dt=2026-11-23/0000000007.json";
    world.store.put(key, r#"{"format": 9}"#.into(), PutMode::Create).await.unwrap();
    let error = world.compact().await.unwrap_err();
    assert!(matches!(error, CompactError::Commit(_)), "{error}");
    assert!(error.to_string().contains(key) && error.to_string().contains("upgrade"), "{error}");
    assert_eq!(world.store.list_all("landing/").await.unwrap().len(), 1, "nothing is lost");
}

#[tokio::test]
async fn an_expired_run_changes_nothing() {
    let world = World::new().await;
    world.land(&[1]).await;
    let before = world.store.keys();
    let run = Run::new(world.clock.now() - TimeDelta::hours(1), None);
    let late = world.compactor().compact(&world.dataset, &world.partition, &run).await;
    assert!(matches!(late, Err(CompactError::Expired(_))), "{late:?}");
    let run = Run::new(world.clock.now(), Some(world.clock.now() + TimeDelta::seconds(1)));
    let near = world.compactor().compact(&world.dataset, &world.partition, &run).await;
    assert!(matches!(near, Err(CompactError::Expired(_))), "{near:?}");
    assert_eq!(world.store.keys(), before);
}

#[tokio::test]
async fn a_full_list_of_consumed_batches_waits_for_the_grace_and_then_goes_on() {
    let world = World::new().await;
    let count = i64::try_from(MAX_CONSUMED).unwrap() + 5;
    for seat in 0..count {
        world.land(&[seat]).await;
    }
    let first = world.compact().await.unwrap();
    assert_eq!((first.batches, first.waiting), (MAX_CONSUMED, true));
    let generation = world.head().await.generation;
    assert!(world.compact().await.unwrap().waiting);
    assert_eq!(world.head().await.generation, generation, "a commit that consumes nothing is not made");
    world.clock.advance(TimeDelta::minutes(10));
    let second = world.compact().await.unwrap();
    assert_eq!((second.batches, second.waiting), (5, false));
    assert_eq!(world.seats().await.len() as i64, count);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_compactors_and_senders_lose_and_double_nothing() {
    let world = Arc::new(World::new().await);
    let senders = (0..5_i64).map(|sender| {
        let world = world.clone();
        tokio::spawn(async move {
            for n in 0..20 {
                // Every seat is landed by two senders, in different batches.
                let seat = sender * 10 + n;
                world.land(&[seat, seat + 1_000]).await;
                tokio::task::yield_now().await;
            }
        })
    });
    let compactors = (0..5).map(|_| {
        let world = world.clone();
        tokio::spawn(async move {
            let mut committed = 0;
            for _ in 0..20 {
                // Whoever is overtaken by appends has its work done by them: nobody gives up.
                committed += world.compact().await.unwrap().committed;
            }
            committed
        })
    });
    let (sent, compacted) = futures::join!(join_all(senders), join_all(compactors));
    sent.into_iter().for_each(|sender| sender.unwrap());
    let committed: u32 = compacted.into_iter().map(|compactor| compactor.unwrap()).sum();
    let last = world.compact().await.unwrap().committed;
    assert_eq!(u64::from(committed + last), world.head().await.generation.number());
    assert_eq!(world.seats().await, once((0..60).chain(1_000..1_060)));
    let objects = world.store.list_all("tables/").await.unwrap();
    let directories: BTreeSet<_> = objects
        .iter()
        .map(|object| key::generation_of(&object.key).unwrap())
        .map(|of| (of.2, of.3.to_string()))
        .collect();
    let directories = directories.len() as u64;
    assert_eq!(directories, world.head().await.generation.number(), "overtaken writers cleaned up");
}
