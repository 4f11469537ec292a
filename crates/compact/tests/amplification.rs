//! What a byte that lands costs afterwards: a thousand small batches through one partition.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use compact::{Compactor, Report};
use domain::{
    Commit, DatasetName, Partition,
    batch::BatchName,
    key, landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{Clock, Ids, ObjectStore, PutMode},
    run::Run,
    settings::{CompactSettings, Settings},
};

const BATCHES: u64 = 1_000;
const EVENTS: u64 = 60;

const DEFINITION: &str = r#"{"name": "orders", "identity": ["order_id"], "event_time": "ordered_at", "columns": [
    {"name": "order_id", "type": "string", "required": true}, {"name": "ordered_at", "type": "timestamp", "required": true},
    {"name": "customer", "type": "bigint"}, {"name": "amount", "type": "decimal(12,2)"},
    {"name": "currency", "type": "string"}, {"name": "items", "type": "array<struct<sku:string,count:int>>"}]}"#;

struct World {
    store: Arc<MemoryStore<ManualClock>>,
    clock: Arc<ManualClock>,
    compactor: Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds>,
    random: SeededIds,
    dataset: DatasetName,
    partition: Partition,
}

impl World {
    async fn new(target_file_size: u64) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = Arc::new(MemoryStore::with_clock(clock.clone()));
        store.put("schemas/orders/000001.json", DEFINITION.into(), PutMode::Create).await.unwrap();
        let settings = CompactSettings { target_file_size, ..Settings::read(|_| None).unwrap().compact };
        let compactor = Compactor::new(store.clone(), clock.clone(), Arc::new(SeededIds::new(1)), &settings);
        let (dataset, partition) = (DatasetName::new("orders").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { store, clock, compactor, random: SeededIds::new(2), dataset, partition }
    }

    fn event(&self, number: u64) -> String {
        let random = self.random.random();
        format!(
            r#"{{"order_id":"{:016x}{number:08x}","ordered_at":"2026-11-23T{:02}:{:02}:{:02}.{:03}Z","customer":{},"amount":{}.{:02},"currency":"{}","items":[{{"sku":"SKU-{}","count":{}}}],"note":"{:x}"}}"#,
            random,
            number / 3_600 % 24,
            number / 60 % 60,
            number % 60,
            random % 1_000,
            random % 100_000,
            random % 10_000,
            random % 100,
            ["EUR", "USD", "CHF"][(random % 3) as usize],
            random % 5_000,
            random % 9 + 1,
            self.random.random(),
        )
    }

    /// Lands one batch. Answers the bytes of its object.
    async fn land(&self, batch: u64) -> u64 {
        let events: Vec<String> = (0..EVENTS).map(|event| self.event(batch * EVENTS + event)).collect();
        let mut text = Vec::new();
        for event in &events {
            landing::Writer::new(self.clock.now()).line(None, event, &mut text);
        }
        let named = events.iter().map(|event| ("", event.as_bytes()));
        let name = BatchName::of(&self.dataset, &self.partition.to_string(), named);
        let body = zstd::bulk::compress(&text, 1).unwrap();
        let bytes = body.len() as u64;
        let key = key::landing(&self.dataset, &self.partition, &name);
        self.store.put(&key, body.into(), PutMode::Create).await.unwrap();
        bytes
    }

    async fn compact(&self) -> Report {
        let run = Run::new(self.clock.now(), None);
        self.compactor.compact(&self.dataset, &self.partition, &run).await.unwrap()
    }

    async fn head(&self) -> Commit {
        let commits =
            self.store.list_all(&key::commits_prefix(&self.dataset, &self.partition)).await.unwrap();
        let key = &commits.last().unwrap().key;
        Commit::parse(key, &self.store.get(key).await.unwrap()).unwrap()
    }

    /// Superseded generations, as the vacuum would: they fill the memory of this test.
    async fn forget(&self, head: &Commit) {
        let objects = self.store.list_all("tables/").await.unwrap();
        let old = objects.into_iter().map(|object| object.key).filter(|key| !key.starts_with(&head.location));
        self.store.delete(&old.collect::<Vec<_>>()).await.unwrap();
    }
}

#[derive(Debug, Default)]
struct Costs {
    landed: u64,
    encoded: u64,
    copied: u64,
    commits: u64,
    most_small_files: usize,
    sealed_files: usize,
}

async fn drive(world: &World, seconds_apart: i64) -> Costs {
    let mut costs = Costs::default();
    for batch in 0..BATCHES {
        costs.landed += world.land(batch).await;
        world.clock.advance(chrono::TimeDelta::seconds(seconds_apart));
        let report = world.compact().await;
        costs.encoded += report.encoded_bytes;
        costs.copied += report.copied_bytes;
        costs.commits += u64::from(report.committed);
        if report.committed > 0 {
            let head = world.head().await;
            world.forget(&head).await;
            let small = head.files.iter().filter(|file| !file.sealed).count();
            costs.most_small_files = costs.most_small_files.max(small);
            costs.sealed_files = head.files.len() - small;
        }
    }
    world.clock.advance(chrono::TimeDelta::minutes(5));
    world.compact().await;
    assert_eq!(world.head().await.rows, BATCHES * EVENTS);
    costs
}

fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

#[tokio::test]
async fn a_thousand_small_batches_are_rewritten_a_few_times_each() {
    let costs = drive(&World::new(128 << 20).await, 1).await;
    let (encoded, copied) = (ratio(costs.encoded, costs.landed), ratio(costs.copied, costs.landed));
    println!(
        "nothing sealed: {encoded:.2} bytes encoded and {copied:.1} copied for a byte landed: {costs:?}"
    );
    assert_eq!((costs.commits, costs.sealed_files), (BATCHES, 0));
    assert!(encoded < 6.0, "{encoded:.2} bytes were encoded for each byte landed");
    assert!(costs.most_small_files < 16, "{} small files", costs.most_small_files);
}

/// Where much is sealed, commits wait until the new bytes are 5 percent of it, or for five minutes: so they copy at most
/// 20 sealed bytes for each one that lands, or everything once in five minutes.
#[tokio::test]
async fn sealed_files_are_copied_no_more_often_than_the_waiting_rule_allows() {
    let costs = drive(&World::new(512 << 10).await, 1).await;
    let (encoded, copied) = (ratio(costs.encoded, costs.landed), ratio(costs.copied, costs.landed));
    println!(
        "sealed at 256 KiB: {encoded:.2} bytes encoded and {copied:.1} copied for a byte landed: {costs:?}"
    );
    assert!(costs.sealed_files > 2 && costs.commits < BATCHES, "{costs:?}");
    assert!(encoded < 6.0, "{encoded:.2} bytes were encoded for each byte landed");
    // Small files are copied too: at most 15 of up to a quarter of a megabyte, but in tiers, so that they are a file's worth.
    let bound = 20 * costs.landed + costs.commits * (512 << 10);
    assert!(costs.copied <= bound, "{} bytes copied, {bound} are allowed", costs.copied);
    assert!(costs.most_small_files < 16, "{} small files", costs.most_small_files);
}
