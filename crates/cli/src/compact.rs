//! `tributary compact`: what `compact` does, now and in this process.

mod find;

use std::time::Duration;

use aws::SystemClock;
use clap::Args;
use compact::{CompactError, Report};
use domain::{
    DatasetName, Partition,
    port::{Clock, StoreError},
    run::Run,
    schemas,
};
use serde::Serialize;

use crate::{
    failure::Failure,
    lake::RemoteLake,
    log,
    output::{self, Side, Table},
    stop::interruptible,
    visible,
};

/// Compact the partitions of a dataset now, in this process.
///
/// What has landed goes into the table without waiting for more, and small files are merged. With --rebuild,
/// partitions are rewritten to the current definition, sort order and file size, and values of columns that were
/// added since are taken from `_extra`. With --repair, rows that have the identity of another row are dropped. The
/// earliest ingested row stays, then the first in order of file and row. `tributary doctor --deep` says where there are
/// twins. A repair cannot be rolled back, and versions that do not know it stop at its commit: upgrade them first. The
/// deployed function may be at work at the same time, and this may be stopped
/// and run again at any time. It ends when queries see what was committed, or says of which partitions they do not yet.
/// It works in the memory that TRIBUTARY_MEMORY_BUDGET says, and writes files of
/// TRIBUTARY_TARGET_FILE_SIZE: set them as `compact` has them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary compact bookings
  tributary compact bookings --partition dt=2026-11-23/hour=10
  tributary compact bookings --rebuild
  tributary compact bookings --repair

Exit status: 0 done and visible to queries, 1 a partition failed or is not visible in time, 2 wrong options, 130 interrupted.")]
pub(crate) struct CompactOptions {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: DatasetName,
    /// Only this partition, as dt=YYYY-MM-DD, dt=YYYY-MM-DD/hour=HH, dt=YYYY-MM or dt=all.
    #[arg(long, value_name = "PARTITION")]
    partition: Option<Partition>,
    /// Rewrite everything that is in the table, in place of what has landed.
    #[arg(long)]
    rebuild: bool,
    /// Drop twins from what is in the table, in place of compacting what has landed.
    #[arg(long, conflicts_with = "rebuild")]
    repair: bool,
    /// How long to wait at most until queries see what was committed; 0 to look once.
    #[arg(long, value_name = "SECONDS", default_value_t = visible::PATIENCE)]
    timeout: u64,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is done to each partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Compact,
    Rebuild,
    Repair,
}

impl What {
    fn doing(self) -> &'static str {
        match self {
            Self::Compact => "compacting",
            Self::Rebuild => "rebuilding",
            Self::Repair => "repairing",
        }
    }
}

/// What became of all of them.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    partitions: Vec<Done>,
    failed: Vec<Failed>,
    /// Partitions that were not begun, since the lake did not answer.
    left: usize,
    /// Partitions of which queries do not see the newest generation yet.
    not_visible: Vec<Partition>,
}

#[derive(Debug, Serialize)]
struct Done {
    partition: Partition,
    /// Generations committed.
    committed: u32,
    /// Landing batches consumed.
    batches: usize,
    /// Rows of the last generation committed; 0 if none was.
    rows: u64,
    duplicates_dropped: u64,
    /// Of those, how many differed in content from the row that stays.
    conflicting: u64,
    /// Bytes of Parquet written.
    encoded_bytes: u64,
    /// Bytes of Parquet that the store copied.
    copied_bytes: u64,
    /// Whether landed batches have to wait for the grace.
    waiting: bool,
}

#[derive(Debug, Serialize)]
struct Failed {
    partition: Partition,
    error: String,
}

pub(crate) async fn run(options: CompactOptions) -> Result<(), Failure> {
    log::start()?;
    interruptible(compact(options)).await
}

async fn compact(options: CompactOptions) -> Result<(), Failure> {
    let dataset = &options.dataset;
    let lake = RemoteLake::from_environment().await?;
    let live = schemas::load(&lake.store, dataset).await.map_err(|error| lake.failure(error))?;
    let Some(live) = live else {
        return Err(Failure::Input(format!(
            "there is no dataset {dataset} that is live: `tributary dataset list` lists what there is"
        )));
    };
    if let Some(partition) = &options.partition {
        lake.check_partition(dataset, partition).await?;
    }
    let spinner = output::spinner("listing");
    let found = find::partitions(&lake.store, dataset, options.partition.as_ref()).await;
    spinner.finish_and_clear();
    let found = found.map_err(|error| lake.failure(error))?;
    if let (Some(partition), true) = (&options.partition, found.is_empty()) {
        return Err(Failure::Input(format!("nothing has landed or was committed in {dataset}/{partition}")));
    }
    let (found, others): (Vec<Partition>, Vec<Partition>) =
        found.into_iter().partition(|partition| live.dataset.check_partition(partition).is_ok());
    if !others.is_empty() {
        // As a purge leaves them where the dataset came back with other partitions.
        let others = output::counted(others.len() as u64, "partition");
        output::note(&format!(
            "{others} that {dataset} cannot have are left alone: `tributary doctor` says what is wrong"
        ));
    }
    let what = match (options.rebuild, options.repair) {
        (false, false) => What::Compact,
        (true, _) => What::Rebuild,
        (false, true) => What::Repair,
    };
    let mut outcome = work(&lake, dataset, found, what).await;
    let committed = outcome.partitions.iter().filter(|done| done.committed > 0);
    let committed: Vec<Partition> = committed.map(|done| done.partition.clone()).collect();
    let spinner = output::spinner("waiting until queries see it");
    let patience = Duration::from_secs(options.timeout);
    let ports = (&lake.store, &lake.catalog);
    // Also what the functions have just committed, so that nothing was left to do here.
    let looked_at = outcome.partitions.iter().map(|done| done.partition.clone()).collect();
    let seen = visible::until_visible(ports, &SystemClock, dataset, looked_at, patience).await;
    spinner.finish_and_clear();
    let (not_visible, unseen) = match seen {
        Ok(late) => (late, None),
        // What was committed is committed, and is printed.
        Err(error) => (committed, Some(lake.failure(error))),
    };
    outcome.not_visible = not_visible;
    if options.json {
        output::print_json(&outcome)?;
    } else {
        output::print(&text(&outcome, what))?;
    }
    for Failed { partition, error } in &outcome.failed {
        output::note(&format!("warning: {partition}: {}", output::one_line(error)));
    }
    let not_done = outcome.failed.len() + outcome.left;
    let late = outcome.not_visible.len();
    match (not_done, unseen, late) {
        (0, Some(failure), 1..) => Err(failure),
        (0, None, 1..) => Err(Failure::NotDone(format!(
            "committed, and queries do not see it yet in {}: `register` had not pointed the catalog at it within {} s. \
             `tributary dataset status {dataset}` says when it has",
            output::counted(late as u64, "partition"),
            options.timeout
        ))),
        (0, _, 0) => Ok(()),
        (not_done, ..) => {
            Err(Failure::NotDone(format!("{} not compacted", output::counted(not_done as u64, "partition"))))
        }
    }
}

/// One after the other: each may take all the memory there is.
async fn work(lake: &RemoteLake, dataset: &DatasetName, found: Vec<Partition>, what: What) -> Outcome {
    let compactor = lake.compactor();
    let bar = output::bar(found.len(), what.doing());
    let mut outcome = Outcome { left: found.len(), ..Outcome::default() };
    for partition in found {
        // Each its own: a run may be an hour old at most.
        let run = Run::new(SystemClock.now(), None);
        let answer = match what {
            What::Compact => compactor.compact_now(dataset, &partition, &run).await,
            What::Rebuild => compactor.rebuild(dataset, &partition, &run).await,
            What::Repair => compactor.repair(dataset, &partition, &run).await,
        };
        outcome.left -= 1;
        bar.inc(1);
        match answer {
            Ok(report) => outcome.partitions.push(Done::new(partition, report)),
            Err(error) => {
                let is_hopeless = is_hopeless(&error);
                outcome.failed.push(Failed { partition, error: domain::chain(&error) });
                if is_hopeless {
                    break;
                }
            }
        }
    }
    bar.finish_and_clear();
    outcome
}

/// A lake that does not answer will not do so for the next partition either.
fn is_hopeless(error: &CompactError) -> bool {
    matches!(error, CompactError::Store(StoreError::Unavailable { .. }))
}

impl Done {
    fn new(partition: Partition, report: Report) -> Self {
        Self {
            partition,
            committed: report.committed,
            batches: report.batches,
            rows: report.rows,
            duplicates_dropped: report.duplicates_dropped,
            conflicting: report.conflicting,
            encoded_bytes: report.encoded_bytes,
            copied_bytes: report.copied_bytes,
            waiting: report.waiting,
        }
    }
}

fn text(outcome: &Outcome, what: What) -> String {
    let changed: Vec<&Done> = outcome.partitions.iter().filter(|done| done.committed > 0).collect();
    let looked = output::counted(outcome.partitions.len() as u64, "partition");
    let mut lines = Vec::new();
    if !changed.is_empty() {
        let mut table = Table::new([
            ("PARTITION", Side::Left),
            ("GENERATIONS", Side::Right),
            ("BATCHES", Side::Right),
            ("ROWS", Side::Right),
            ("DUPLICATES", Side::Right),
            ("WRITTEN", Side::Right),
            ("COPIED", Side::Right),
        ]);
        for done in &changed {
            table.push([
                done.partition.to_string(),
                done.committed.to_string(),
                output::count(done.batches as u64),
                output::count(done.rows),
                output::count(done.duplicates_dropped),
                output::bytes(done.encoded_bytes),
                output::bytes(done.copied_bytes),
            ]);
        }
        lines.push(format!("{table}\n"));
    }
    for done in outcome.partitions.iter().filter(|done| done.waiting) {
        lines.push(format!("{}: what has landed waits until consumed batches are cleaned", done.partition));
    }
    for partition in &outcome.not_visible {
        lines.push(format!("{partition}: committed, and queries do not see it yet"));
    }
    if what == What::Repair && !changed.is_empty() {
        let sum = |count: fn(&Done) -> u64| changed.iter().map(|done| count(done)).sum();
        lines.push(format!(
            "Dropped {}, of which {} differed from the row that stays.",
            output::counted(sum(|done| done.duplicates_dropped), "twin"),
            output::count(sum(|done| done.conflicting))
        ));
    }
    lines.push(match changed.len() {
        0 if what == What::Repair => format!("No twins in {looked}."),
        0 => format!("Nothing to do in {looked}."),
        _ => format!("{} of {looked} changed.", output::count(changed.len() as u64)),
    });
    lines.join("\n")
}
