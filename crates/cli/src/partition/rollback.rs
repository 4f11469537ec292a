//! `tributary partition rollback`: back to the files of an older generation.

use std::time::Duration;

use aws::SystemClock;
use clap::Args;
use compact::{CompactError, Refused, RollbackError};
use domain::{DatasetName, Generation, Partition, port::Clock, run::Run};

use super::log::Entry;
use crate::{failure::Failure, lake::RemoteLake, output, visible};

/// Undo a bad merge or rebuild: make the files of an older generation the newest one again.
///
/// It is a new commit with copies of the older files, and can itself be undone. It is refused where events came in
/// since, which the older files do not have, where a repair dropped twins since, and where the files are gone. `register` points the catalog at it, as at
/// any other commit; this ends when queries see it, or says that they do not yet.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary partition log bookings dt=2026-11-23/hour=10
  tributary partition rollback bookings dt=2026-11-23/hour=10 --to 41

Exit status: 0 done and visible to queries, 1 failed, refused, or not visible in time, 2 wrong options or no such generation.")]
pub(crate) struct RollbackOptions {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: DatasetName,
    /// The partition, as dt=YYYY-MM-DD, dt=YYYY-MM-DD/hour=HH, dt=YYYY-MM or dt=all.
    #[arg(value_name = "PARTITION")]
    partition: Partition,
    /// The generation to go back to.
    #[arg(long, value_name = "GENERATION")]
    to: u64,
    /// How long to wait at most until queries see it; 0 to look once.
    #[arg(long, value_name = "SECONDS", default_value_t = visible::PATIENCE)]
    timeout: u64,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: RollbackOptions) -> Result<(), Failure> {
    let RollbackOptions { dataset, partition, to, timeout, json } = options;
    let lake = RemoteLake::from_environment().await?;
    let spinner = output::spinner("copying");
    let run = Run::new(SystemClock.now(), None);
    let answer = lake.compactor().rollback(&dataset, &partition, Generation::new(to), &run).await;
    spinner.finish_and_clear();
    let commit = answer.map_err(|error| match error {
        RollbackError::Failed(CompactError::OtherGranularity(other)) => Failure::Input(other.to_string()),
        RollbackError::Failed(error) => lake.failure(error),
        RollbackError::Refused(refused @ (Refused::NotInLog { .. } | Refused::IsHead(_))) => Failure::Input(
            format!("{refused}: `tributary partition log {dataset} {partition}` lists the generations"),
        ),
        RollbackError::Refused(refused) => Failure::NotDone(refused.to_string()),
    })?;
    if json {
        output::print_json(&Entry::from(&commit))?;
    } else {
        output::print(&format!(
            "{dataset}/{partition} is at generation {}: the {} of generation {to}, in {}.",
            commit.generation.number(),
            output::counted(commit.rows, "row"),
            output::counted(commit.files.len() as u64, "file"),
        ))?;
    }
    let (ports, patience) = ((&lake.store, &lake.catalog), Duration::from_secs(timeout));
    let spinner = output::spinner("waiting until queries see it");
    let late = visible::until_visible(ports, &SystemClock, &dataset, vec![partition], patience).await;
    spinner.finish_and_clear();
    if late.map_err(|error| lake.failure(error))?.is_empty() {
        return Ok(());
    }
    Err(Failure::NotDone(format!(
        "committed, and queries do not see it yet: `register` had not pointed the catalog at it within {timeout} s. \
         `tributary dataset status {dataset}` says when it has"
    )))
}
