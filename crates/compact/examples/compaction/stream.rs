//! A stream of events that is compacted as it lands: what that takes of calls and of processor time.

use std::sync::Arc;

use chrono::TimeDelta;
use compact::Compactor;
use domain::{
    memory::{ManualClock, MemoryStore, SeededIds},
    port::Clock,
    run::Run,
    settings::Settings,
};
use serde_json::{Value, json};

use crate::{
    counting::Counting,
    land::{batch, dataset, define, now, partition, put},
    process,
    shape::Shape,
};

/// Lands the shape's objects evenly over so many seconds of a clock that does not wait. Each `window` seconds `visits` runs
/// follow one another, as notifications make them: the first one finds what is new. Landing itself is not counted.
pub(crate) async fn play(
    [budget, threads]: [&str; 2],
    [window, visits, seconds]: [u64; 3],
    shape: &Shape,
) -> Result<Value, Box<dyn std::error::Error>> {
    let settings = Settings::read(|name| match name {
        "TRIBUTARY_MEMORY_BUDGET" => Some(budget.to_owned()),
        "TRIBUTARY_THREADS" => Some(threads.to_owned()),
        _ => None,
    })?;
    let (dataset, partition) = (dataset()?, partition()?);
    let clock = Arc::new(ManualClock::new(now()?));
    let store = Arc::new(Counting::new(MemoryStore::with_clock(Arc::clone(&clock))));
    define(&*store, shape).await?;
    let ids = Arc::new(SeededIds::new(1));
    let compactor = Compactor::new(Arc::clone(&store), Arc::clone(&clock), ids, &settings);
    let (mut commits, mut runs, mut cpu, mut landed) = (0, 0_u64, 0.0, 0);
    let (mut rows, mut encoded, mut copied) = (0, 0, 0);
    let mut calls = [0; 5];
    for end in (1..=seconds.div_ceil(window)).map(|windows| windows * window) {
        let due = (shape.objects * end / seconds).min(shape.objects);
        for object in landed..due {
            put(&*store, object, &batch(shape, object)?.0).await?;
        }
        // Where nothing landed, nothing notifies.
        let visits = visits.min(due - landed);
        landed = due;
        clock.advance(TimeDelta::try_seconds(i64::try_from(window)?).ok_or("too long a window")?);
        store.take();
        let before = process::cpu_seconds()?;
        for _ in 0..visits {
            let report = compactor.compact(&dataset, &partition, &Run::new(clock.now(), None)).await?;
            commits += report.committed;
            rows = rows.max(report.rows);
            encoded += report.encoded_bytes;
            copied += report.copied_bytes;
            runs += 1;
        }
        cpu += process::cpu_seconds()? - before;
        let made = store.take();
        let made = [made.gets, made.puts, made.copies, made.lists, made.deletes];
        calls.iter_mut().zip(made).for_each(|(all, more)| *all += more);
    }
    let [gets, puts, copies, lists, deletes] = calls;
    Ok(json!({
        "events": shape.events, "seconds": seconds, "objects": shape.objects, "runs": runs, "commits": commits,
        "rows": rows, "cpu": cpu, "gets": gets, "puts": puts, "copies": copies, "lists": lists, "deletes": deletes,
        "encoded": encoded, "copied": copied,
    }))
}
