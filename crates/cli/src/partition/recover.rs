//! `tributary partition recover`: on without data files that are lost.

mod plan;

use aws::{S3Origin, SystemClock};
use clap::Args;
use compact::Discard;
use domain::{Commit, DatasetName, Partition, port::Clock, run::Run};
use serde::Serialize;

use crate::{failure::Failure, lake::RemoteLake, output};

use plan::{Plan, Planner};

/// Bring back data files of a partition that are lost, or go on without them.
///
/// A partition stops when a data file of its newest generation is gone, or has another size: `tributary doctor` and
/// `tributary dataset status` say so. Without --yes this only says which rows are lost, and what of them can be had again.
/// With --yes it first brings back the files of which the bucket has a noncurrent version. Of those that are lost for good,
/// it gives up the rows, in a new generation that says how many, of which files, and why. Events that are still in landing
/// are then taken once more, so that theirs come back.
///
/// If there is a replica or a backup, `tributary restore` loses nothing: try it first. What is given up cannot be rolled
/// back. Versions of the functions that do not know such a commit stop at it: upgrade them first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary partition recover bookings dt=2026-11-23/hour=10
  tributary partition recover bookings dt=2026-11-23/hour=10 --yes
  tributary partition recover bookings dt=2026-11-23/hour=10 --yes --reason 'deleted by mistake, ticket 4711'

Exit status: 0 done, or no file is lost, 1 failed, or not confirmed by --yes, 2 wrong options, 130 interrupted.")]
pub(crate) struct RecoverOptions {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: DatasetName,
    /// The partition, as dt=YYYY-MM-DD or dt=YYYY-MM-DD/hour=HH.
    #[arg(value_name = "PARTITION")]
    partition: Partition,
    /// Do it.
    #[arg(long)]
    yes: bool,
    /// Why, for the commit.
    #[arg(long, value_name = "TEXT", default_value = "its data files were lost")]
    reason: String,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Report {
    done: bool,
    #[serde(flatten)]
    plan: Plan,
    /// The generation that goes on without what is lost, if one was needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    /// Rows that the partition has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows_now: Option<u64>,
}

pub(super) async fn run(options: RecoverOptions) -> Result<(), Failure> {
    let RecoverOptions { dataset, partition, yes, reason, .. } = &options;
    let lake = RemoteLake::from_environment().await?;
    let origin: S3Origin = lake.origin(&lake.settings.bucket, None, None).await;
    let compactor = lake.compactor();
    let planner = Planner { store: &lake.store, compactor: &compactor, versions: &origin };
    let spinner = output::spinner("looking at the data files");
    let plan = planner.plan(dataset, partition).await;
    spinner.finish_and_clear();
    let Some((plan, restorable)) = plan.map_err(|error| lake.failure(error))? else {
        lake.check_partition(dataset, partition).await?;
        return Err(Failure::Input(format!(
            "nothing was committed in {dataset}/{partition}: `tributary dataset status {dataset}` says what there is"
        )));
    };
    let mut report = Report { done: false, plan, generation: None, rows_now: None };
    if report.plan.lost.is_empty() {
        return print(&report, &options);
    }
    if let Some(to) = report.plan.same_rows {
        print(&report, &options)?;
        return Err(Failure::NotDone(format!(
            "generation {to} has the same rows and all its files: `tributary partition rollback {dataset} {partition} \
             --to {to}` loses nothing"
        )));
    }
    if !yes {
        print(&report, &options)?;
        return Err(Failure::NotDone("nothing was changed: add --yes if this is what you want".to_owned()));
    }

    let spinner = output::spinner("recovering");
    let recovered = async {
        for object in &restorable {
            origin.copy(object).await?;
        }
        let run = Run::new(SystemClock.now(), None);
        let discarded = compactor.discard(Discard::LostFiles, reason, dataset, partition, &run).await?;
        if discarded.is_some() && report.plan.landed_batches > 0 {
            compactor.compact_now(dataset, partition, &run).await?;
        }
        let head = compactor.log(dataset, partition).await?.into_iter().next();
        Ok::<_, crate::lake::LakeError>((discarded, head))
    }
    .await;
    spinner.finish_and_clear();
    let (discarded, head): (Option<Commit>, Option<Commit>) =
        recovered.map_err(|error| lake.failure(error))?;
    report.done = true;
    report.generation = discarded.map(|commit| commit.generation.number());
    report.rows_now = head.map(|head| head.rows);
    print(&report, &options)
}

fn print(report: &Report, options: &RecoverOptions) -> Result<(), Failure> {
    if options.json {
        output::print_json(report)?
    } else {
        output::print(&text(report, options))?
    };
    Ok(())
}

fn text(report: &Report, options: &RecoverOptions) -> String {
    let RecoverOptions { dataset, partition, .. } = options;
    let Report { done, plan, generation, rows_now } = report;
    let place = format!("{dataset}/{partition}");
    if plan.lost.is_empty() {
        return format!("No data file of {place} is lost: nothing to do.");
    }
    let mut lines = vec![format!(
        "Generation {} of {place} has {} in {}; of these are lost:",
        plan.head,
        output::counted(plan.rows, "row"),
        output::counted(plan.files as u64, "file")
    )];
    for file in &plan.lost {
        let fate = match (file.restorable, done) {
            (true, true) => ": brought back from a noncurrent version",
            (true, false) => ": the bucket has a noncurrent version of it",
            (false, _) => "",
        };
        lines.push(format!("  {}, {}{fate}", file.key, output::counted(file.rows, "row")));
    }
    lines.extend(plan.versions_error.as_ref().map(|error| {
        format!("Whether there are noncurrent versions is not known: {}", output::one_line(error))
    }));
    let rows = output::counted(plan.rows_lost, "row");
    lines.push(match (plan.rows_lost, done) {
        (0, true) => "No row is lost.".to_owned(),
        (0, false) => "No row would be lost.".to_owned(),
        (_, true) => format!("{rows} given up."),
        (_, false) => format!("{rows} would be given up."),
    });
    if plan.rows_lost > 0 && plan.landed_batches > 0 {
        let objects = output::counted(plan.landed_batches as u64, "consumed object");
        lines.push(match done {
            true => {
                format!("In landing: {objects}, taken once more, so that the rows of their events are back.")
            }
            false => format!(
                "In landing: {objects}. They would be taken once more: the rows of their events come back."
            ),
        });
    }
    if let (Some(generation), Some(rows)) = (generation, rows_now) {
        let rows = output::counted(*rows, "row");
        lines.push(format!("Generation {generation} says what was given up. {place} has {rows} now."));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
