//! What is written does not depend on the number of threads, byte for byte.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use compact::Compactor;
use domain::{
    DatasetName, Partition,
    batch::BatchName,
    drawn::Random,
    key, landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{Clock, ObjectStore, PutMode},
    run::Run,
    settings::{CompactSettings, Settings},
};

const DEFINITION: &str = r#"{"name": "orders", "identity": ["order_id"], "event_time": "ordered_at", "columns": [
    {"name": "order_id", "type": "string", "required": true}, {"name": "ordered_at", "type": "timestamp", "required": true},
    {"name": "customer", "type": "bigint"}, {"name": "amount", "type": "decimal(12,2)"},
    {"name": "currency", "type": "string"}, {"name": "items", "type": "array<struct<sku:string,count:int>>"}]}"#;

/// Some of the identities come twice, some fields are left out, some are unknown, and texts are of any length.
fn event(random: &mut Random) -> String {
    let (order, second) = (random.below(30_000) as u64, random.between(10, 59));
    let order = order.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (customer, cents) = (random.below(1_000), random.below(90) + 10);
    let currency = "EUR USD CHF ".repeat(random.below(4));
    let note = if random.chance(300) { r#","note":[1.10]"# } else { "" };
    let items = if random.chance(700) { r#","items":[{"sku":"ñ","count":1},{"sku":"x"}]"# } else { "" };
    format!(
        r#"{{"order_id":"{order:016x}","ordered_at":"2026-11-23T10:05:{second}Z","customer":{customer},"amount":7.{cents},"currency":"{currency}"{items}{note}}}"#
    )
}

/// Batches of very different sizes: threads take them in another order each time.
fn batches(count: usize, random: &mut Random) -> Vec<Vec<String>> {
    let mut batch = |_: usize| {
        let most = [10, 100, 1_000][random.below(3)];
        (0..=random.below(most)).map(|_| event(random)).collect()
    };
    (0..count).map(&mut batch).collect()
}

/// The table after two generations: every key with its bytes.
async fn tables(generations: &[Vec<Vec<String>>], threads: usize) -> BTreeMap<String, Bytes> {
    let clock = Arc::new(ManualClock::new("2026-11-23T10:06:00Z".parse().unwrap()));
    let store = Arc::new(MemoryStore::with_clock(clock.clone()));
    store.put("schemas/orders/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
    let (dataset, partition) = (DatasetName::new("orders").unwrap(), "dt=2026-11-23".parse().unwrap());
    // So small that there are several groups of batches, runs, files and row groups.
    let settings = CompactSettings {
        threads,
        memory_budget: 2 << 20,
        target_file_size: 64 << 10,
        ..Settings::read(|_| None).unwrap().compact
    };
    let compactor = Compactor::new(store.clone(), clock.clone(), Arc::new(SeededIds::new(1)), &settings);
    let compactor = compactor.with_row_groups_of(2_000);
    for batches in generations {
        for events in batches {
            land(&store, &clock, &dataset, &partition, events).await;
        }
        let run = Run::new(clock.now(), None);
        let report = compactor.compact_now(&dataset, &partition, &run).await.unwrap();
        assert!(report.committed > 0 && report.duplicates_dropped > 0, "{report:?}");
    }
    let mut objects = BTreeMap::new();
    for object in store.list_all("tables/").await.unwrap() {
        let bytes = store.get(&object.key).await.unwrap();
        objects.insert(object.key, bytes);
    }
    objects
}

async fn land(
    store: &MemoryStore<ManualClock>,
    clock: &ManualClock,
    dataset: &DatasetName,
    partition: &Partition,
    events: &[String],
) {
    let mut text = Vec::new();
    for event in events {
        landing::Writer::new(clock.now()).line(None, event, &mut text);
    }
    let named = events.iter().map(|event| ("", event.as_bytes()));
    let name = BatchName::of(dataset, &partition.to_string(), named);
    let body = zstd::bulk::compress(&text, 1).unwrap();
    store.put(&key::landing(dataset, partition, &name), body.into(), PutMode::Create).await.unwrap();
}

#[tokio::test]
async fn any_number_of_threads_writes_the_same_bytes() {
    let mut random = Random::new(17);
    let generations = [batches(80, &mut random), batches(40, &mut random)];
    let one = tables(&generations, 1).await;
    assert!(one.len() >= 2, "a file of each generation at the least: {:?}", one.keys());
    for threads in [2, 3, 4] {
        let found = tables(&generations, threads).await;
        assert!(
            found.keys().eq(one.keys()),
            "{threads} threads: {:?}, and not {:?}",
            found.keys(),
            one.keys()
        );
        for (key, bytes) in &found {
            assert!(one[key] == *bytes, "{threads} threads: {key} differs");
        }
    }
}
