//! How much memory a compactor takes, whatever has landed: `scripts/bench budget`.
//!
//! `budget land DIRECTORY MIB` writes landing batches of 5 MiB, unpacked, and prints how many events. `budget compact
//! DIRECTORY BUDGET` compacts them and prints one line: seconds, seconds of processor time, generations, rows, files, bytes
//! landed, encoded and copied, and the peak of this process's resident memory in KiB.

#[path = "../shared/disk.rs"]
mod disk;
#[path = "../shared/process.rs"]
mod process;

use std::{sync::Arc, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};
use compact::Compactor;
use domain::{
    Commit, DatasetName, Partition,
    batch::BatchName,
    key, landing,
    memory::SeededIds,
    port::{Clock, Ids, ObjectStore, PutMode},
    run::Run,
    settings::Settings,
};

use disk::Disk;

const BATCH: usize = 5 << 20;

const DEFINITION: &str = r#"{"name": "orders", "identity": ["order_id"], "event_time": "ordered_at", "columns": [
    {"name": "order_id", "type": "string", "required": true}, {"name": "ordered_at", "type": "timestamp", "required": true},
    {"name": "customer", "type": "bigint"}, {"name": "amount", "type": "decimal(12,2)"},
    {"name": "currency", "type": "string"}, {"name": "items", "type": "array<struct<sku:string,count:int>>"},
    {"name": "note", "type": "string"}]}"#;

/// The objects' own times are of the disk; nothing here waits.
#[derive(Debug)]
struct Midnight;

impl Clock for Midnight {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    async fn sleep(&self, _: std::time::Duration) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let dataset = DatasetName::new("orders")?;
    let partition: Partition = "dt=2026-11-23".parse()?;
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["land", directory, mib] => land(&Disk::new(directory), &dataset, &partition, mib.parse()?).await,
        ["compact", directory, budget] => compact(directory, &dataset, &partition, budget).await,
        _ => Err("usage: budget land DIRECTORY MIB | budget compact DIRECTORY BUDGET".into()),
    }
}

async fn land(
    store: &Disk,
    dataset: &DatasetName,
    partition: &Partition,
    mib: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    store.put(&key::schema(dataset, 1), DEFINITION.into(), PutMode::Overwrite).await?;
    let (random, writer) = (SeededIds::new(7), landing::Writer::new(Midnight.now()));
    let (mut text, mut number, mut batches) = (Vec::with_capacity(BATCH), 0_u64, 0);
    while batches * BATCH < mib << 20 {
        text.clear();
        while text.len() < BATCH {
            number += 1;
            writer.line(None, &event(&random, number), &mut text);
        }
        let name = BatchName::of(dataset, &partition.to_string(), [("", &number.to_be_bytes()[..])]);
        let body = zstd::bulk::compress(&text, 1)?;
        store.put(&key::landing(dataset, partition, &name), body.into(), PutMode::Create).await?;
        batches += 1;
    }
    println!("{number}");
    Ok(())
}

/// An order of about 350 bytes.
fn event(random: &SeededIds, number: u64) -> String {
    let (a, b) = (random.random(), random.random());
    format!(
        r#"{{"order_id":"{a:016x}{number:016x}","ordered_at":"2026-11-23T{:02}:{:02}:{:02}.{:03}Z","customer":{},"amount":{}.{:02},"currency":"{}","items":[{{"sku":"SKU-{:06}","count":{}}},{{"sku":"SKU-{:06}","count":1}}],"note":"left at the door of number {}, ring twice, {b:x}","channel":"web","agent":"Mozilla/5.0"}}"#,
        a % 24,
        a / 24 % 60,
        a / 1_440 % 60,
        a % 1_000,
        b % 1_000_000,
        b % 10_000,
        b % 100,
        ["EUR", "USD", "CHF"][(a % 3) as usize],
        a % 50_000,
        b % 9 + 1,
        b % 50_000,
        a % 300,
    )
}

async fn compact(
    directory: &str,
    dataset: &DatasetName,
    partition: &Partition,
    budget: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::read(|name| (name == "TRIBUTARY_MEMORY_BUDGET").then(|| budget.to_owned()))?;
    let store = Arc::new(Disk::new(directory));
    let landed = store.list_all(&key::landing_prefix(dataset, partition)).await?;
    let landed: u64 = landed.iter().map(|object| object.size).sum();
    let compactor = Compactor::new(store.clone(), Arc::new(Midnight), Arc::new(SeededIds::new(1)), &settings);
    let (began, cpu_before) = (Instant::now(), process::cpu_seconds()?);
    let report = compactor.compact_now(dataset, partition, &Run::new(Midnight.now(), None)).await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), process::cpu_seconds()? - cpu_before);
    let commits = store.list_all(&key::commits_prefix(dataset, partition)).await?;
    let head = commits.last().ok_or("nothing was committed")?;
    let head = Commit::parse(&head.key, &store.get(&head.key).await?)?;
    let peak = process::peak_kib()?;
    println!(
        "{seconds:.1} {cpu:.1} {} {} {} {landed} {} {} {peak}",
        report.committed,
        head.rows,
        head.files.len(),
        report.encoded_bytes,
        report.copied_bytes,
    );
    Ok(())
}
