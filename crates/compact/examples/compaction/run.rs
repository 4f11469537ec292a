//! One run of the compactor over a bucket of files, from the first listing to the last commit; then the run that cleans.

use std::{sync::Arc, time::Instant};

use chrono::TimeDelta;
use compact::Compactor;
use domain::{
    Commit, key,
    memory::{ManualClock, SeededIds},
    port::{Clock, ObjectStore},
    run::Run,
    settings::Settings,
};
use serde_json::{Value, json};

use crate::{
    counting::Counting,
    disk::Disk,
    land::{dataset, now, partition},
    process,
};

/// Compacts what landed, or merges the files of a partition where nothing did. Answers what that took and what is there
/// now.
pub(crate) async fn run(
    bucket: &str,
    budget: &str,
    threads: &str,
) -> Result<Value, Box<dyn std::error::Error>> {
    let settings = Settings::read(|name| match name {
        "TRIBUTARY_MEMORY_BUDGET" => Some(budget.to_owned()),
        "TRIBUTARY_THREADS" => Some(threads.to_owned()),
        _ => None,
    })?;
    let (dataset, partition) = (dataset()?, partition()?);
    let (store, clock) = (Arc::new(Counting::new(Disk::new(bucket))), Arc::new(ManualClock::new(now()?)));
    let ids = Arc::new(SeededIds::new(1));
    let compactor = Compactor::new(store.clone(), clock.clone(), ids, &settings);

    let (began, cpu_before) = (Instant::now(), process::cpu_seconds()?);
    let report = compactor.compact_now(&dataset, &partition, &Run::new(clock.now(), None)).await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), process::cpu_seconds()? - cpu_before);
    let (peak_kib, store_seconds) = (process::peak_kib()?, store.take().seconds);

    // What was consumed is deleted by the first run after the grace.
    clock.advance(settings.compact.grace + TimeDelta::seconds(1));
    let began = Instant::now();
    let cleaned = compactor.compact_now(&dataset, &partition, &Run::new(clock.now(), None)).await?.cleaned;
    let clean_seconds = began.elapsed().as_secs_f64();

    let commits = store.list_all(&key::commits_prefix(&dataset, &partition)).await?;
    let head = commits.last().ok_or("nothing was committed")?;
    let head = Commit::parse(&head.key, &store.get(&head.key).await?)?;
    let files: Vec<&str> = head.files.iter().map(|file| file.key.as_str()).collect();
    Ok(json!({
        "seconds": seconds, "cpu": cpu, "peak_kib": peak_kib, "store_seconds": store_seconds,
        "clean_seconds": clean_seconds, "cleaned": cleaned, "rows": head.rows, "bytes": head.bytes(),
        "files": files, "generations": report.committed, "duplicates": report.duplicates_dropped,
        "encoded": report.encoded_bytes, "copied": report.copied_bytes,
    }))
}
