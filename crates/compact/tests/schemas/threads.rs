//! The same bytes of any schema, whatever the number of threads.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use chrono::TimeDelta;
use compact::Compactor;
use domain::{
    batch::BatchName,
    drawn::{Drawn, Identity, Random},
    key, landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{Clock, ObjectStore, PutMode},
    run::Run,
    settings::{CompactSettings, Settings},
};
use futures::executor::block_on;

const SEEDS: u64 = 16;

/// Batches of a landing directory at a time, and events of a batch, at the most.
const BATCHES: usize = 24;
const EVENTS: usize = 30;

type Store = MemoryStore<ManualClock>;

/// Lands one batch of some events, some of them twins.
async fn land(drawn: &Drawn, store: &Store, clock: &ManualClock, random: &mut Random) {
    clock.advance(TimeDelta::milliseconds(10));
    let partition = drawn.partition(clock.now()).unwrap();
    let (mut text, mut named) = (Vec::new(), Vec::new());
    for _ in 0..=random.below(EVENTS) {
        let mark = random.bits() % drawn.marks().min(200);
        let event = drawn.event(mark, &partition, random);
        let id = match drawn.identity() {
            Identity::Columns => None,
            Identity::CloudEvent => Some(format!("/drawn {mark}")),
            Identity::Message => Some(format!("message-{mark}:0")),
        };
        landing::Writer::new(clock.now()).line(id.as_deref(), &event, &mut text);
        named.push((id.unwrap_or_default(), event));
    }
    let named = named.iter().map(|(id, event)| (id.as_str(), event.as_bytes()));
    let batch = BatchName::of(drawn.dataset().name(), &partition.to_string(), named);
    let key = key::landing(drawn.dataset().name(), &partition, &batch);
    store.put(&key, zstd::bulk::compress(&text, 1).unwrap().into(), PutMode::Overwrite).await.unwrap();
}

/// A partition of a drawn dataset, after batches have landed and were compacted three times: every object that is there,
/// and what the schedule was.
async fn objects(seed: u64, threads: usize) -> (BTreeMap<String, Bytes>, String) {
    let random = &mut Random::new(seed);
    let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
    let store: Arc<Store> = Arc::new(MemoryStore::with_clock(clock.clone()));
    let drawn = Drawn::new("drawn", random).unwrap();
    let (row_group, parts) =
        (*random.pick(&[7, 500, 1 << 20]).unwrap(), *random.pick(&[1, 20_000, 1 << 30]).unwrap());
    let settings = CompactSettings {
        target_file_size: *random.pick(&[6_000, 1 << 27]).unwrap(),
        memory_budget: *random.pick(&[1 << 29, 100_000, 20_000]).unwrap(),
        threads,
        ..Settings::read(|_| None).unwrap().compact
    };
    let words =
        format!("seed {seed}, {row_group} rows a group, parts of {parts} bytes, {:?}", drawn.definition());
    let compactor = Compactor::new(store.clone(), clock.clone(), Arc::new(SeededIds::new(seed)), &settings);
    let compactor = compactor.with_row_groups_of(row_group).with_parts_of(parts);
    let definition = serde_json::to_vec(drawn.definition()).unwrap();
    let name = drawn.dataset().name();
    store.put(&key::schema(name, 1), definition.into(), PutMode::Create).await.unwrap();
    let partition = drawn.partition(clock.now()).unwrap();
    for _ in 0..3 {
        for _ in 0..random.below(BATCHES) {
            land(&drawn, &store, &clock, random).await;
        }
        let run = Run::new(clock.now(), None);
        compactor.compact_now(name, &partition, &run).await.unwrap();
    }
    let mut objects = BTreeMap::new();
    for object in store.list_all("").await.unwrap() {
        let body = store.get(&object.key).await.unwrap();
        objects.insert(object.key, body);
    }
    (objects, words)
}

#[test]
fn files_and_commits_do_not_depend_on_the_number_of_threads() {
    let mut files = 0;
    for seed in 0..SEEDS {
        let (expected, words) = block_on(objects(seed, 1));
        files += expected.keys().filter(|key| key.starts_with("tables/")).count();
        for threads in [2, 5] {
            let (found, _) = block_on(objects(seed, threads));
            let keys = |objects: &BTreeMap<String, Bytes>| objects.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(&found), keys(&expected), "{threads} threads, {words}");
            for (key, body) in &expected {
                assert!(found[key] == *body, "{key} is another one with {threads} threads, {words}");
            }
        }
    }
    assert!(files > 30, "{files} files are too few to say anything");
}
