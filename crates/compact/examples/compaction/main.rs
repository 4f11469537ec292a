//! Compaction as it is measured: `scripts/bench compact` and `scripts/bench merge` run this beside other engines.
//!
//! `compaction land DIRECTORY [OPTIONS]` makes events from a seed: landing batches below DIRECTORY/bucket, and the same
//! events without our envelope below DIRECTORY/plain, for engines that read JSON lines. `compaction compact BUCKET BUDGET
//! THREADS` compacts them. `compaction files DIRECTORY [OPTIONS]` makes sorted Parquet files, one of each landing batch,
//! as one generation of a partition below DIRECTORY/bucket, and `compaction merge BUCKET BUDGET THREADS` merges them.
//! `compaction stream BUDGET THREADS WINDOW VISITS SECONDS [OPTIONS]` compacts in memory what lands over so many seconds of
//! a clock that does not wait, and counts the calls to the store: `scripts/bench cost`. Each prints one line of JSON.
//!
//! Options, each with a number: `--seed`, `--events`, `--objects`, `--bytes` of an event, `--duplicates` in percent,
//! `--disorder` in seconds, `--nesting` levels of structs.

mod counting;
#[path = "../shared/disk.rs"]
mod disk;
mod events;
mod files;
mod land;
#[path = "../shared/process.rs"]
mod process;
mod random;
mod run;
mod shape;
mod stream;

use std::path::Path;

use shape::Shape;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = match words[..] {
        ["land", directory, ref options @ ..] => {
            let shape = Shape::read(options)?;
            land::land(Path::new(directory), &shape).await?
        }
        ["files", directory, ref options @ ..] => {
            let shape = Shape::read(options)?;
            files::make(Path::new(directory), &shape).await?
        }
        ["compact" | "merge", bucket, budget, threads] => run::run(bucket, budget, threads).await?,
        ["stream", budget, threads, window, visits, seconds, ref options @ ..] => {
            let shape = Shape::read(options)?;
            let times = [window.parse::<u64>()?.max(1), visits.parse()?, seconds.parse::<u64>()?.max(1)];
            stream::play([budget, threads], times, &shape).await?
        }
        _ => return Err("usage: see the top of main.rs".into()),
    };
    println!("{said}");
    Ok(())
}
