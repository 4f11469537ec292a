//! `tributary restore`: what was deleted from the bucket comes back, from another bucket or from its own past.

mod origin;
mod perform;
mod plan;
mod text;

use aws::S3Origin;
use chrono::{DateTime, Utc};
use clap::{ArgGroup, Args};
use domain::DatasetName;

use crate::{failure::Failure, lake::RemoteLake, log, output, stop::interruptible};

use perform::perform;
use plan::Planner;

/// Bring back what was deleted from the lake's bucket: from a replica or a backup, or from the bucket's own versions.
///
/// Stop the functions first (docs/runbooks.md says how), and start them afterwards. It brings back definitions, named
/// queries and API keys; the newest commit of each partition, with its data files; events that are in no table yet; and
/// quarantine. It overwrites nothing. Data files come before the commit that names them, so it may be stopped and
/// run again at any time. Where the lake has begun another log of a partition meanwhile, it brings back nothing of that
/// partition and says so. Commits are written with the condition that the bucket's policy demands; everything else is
/// copied by S3 itself. Older generations, results, and what keys have used are not brought back.
///
/// `register` makes tables and partitions of the catalog again by itself. Then `tributary doctor` says whether
/// anything differs.
#[derive(Debug, Args)]
#[command(
    group(ArgGroup::new("source").required(true).multiple(true).args(["from", "at"])),
    after_help = "\
Examples:
  tributary restore --from my-lake-replica --dry-run
  tributary restore --from my-lake-replica --from-region eu-west-1
  tributary restore --at 2026-11-27T09:30:00Z
  tributary restore --at 2026-11-27T09:30:00Z --dataset bookings --json

Exit status: 0 done, 1 something could not be restored, 2 wrong options, 130 interrupted."
)]
pub(crate) struct RestoreOptions {
    /// The bucket to restore from [default: the lake's own, with --at].
    #[arg(long, value_name = "BUCKET")]
    from: Option<String>,
    /// The region of that bucket [default: the lake's].
    #[arg(long, value_name = "REGION", requires = "from")]
    from_region: Option<String>,
    /// The bucket as it was at this moment, for example 2026-11-27T09:30:00Z; it has to have versioning.
    #[arg(long, value_name = "TIME")]
    at: Option<DateTime<Utc>>,
    /// One dataset [default: all of them, and what belongs to none].
    #[arg(long, value_name = "NAME")]
    dataset: Option<DatasetName>,
    /// Only say what would be restored.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: RestoreOptions) -> Result<(), Failure> {
    log::start()?;
    interruptible(restore(options)).await
}

async fn restore(options: RestoreOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let own = &lake.settings.bucket;
    if options.at.is_none() && options.from.as_ref() == Some(own) {
        return Err(Failure::Input(format!(
            "{own} is the lake's own bucket: name another one with --from, or a moment with --at"
        )));
    }
    let bucket = options.from.as_ref().unwrap_or(own);
    let origin: S3Origin = lake.origin(bucket, options.from_region.as_deref(), options.at).await;
    let planner = Planner { store: &lake.store, origin: &origin, dataset: options.dataset.as_ref() };
    let spinner = output::spinner("comparing the buckets");
    let plan = planner.plan().await;
    spinner.finish_and_clear();
    let plan = plan.map_err(|error| lake.failure(error))?;
    let report = if options.dry_run {
        text::Report::planned(&plan)
    } else {
        let bar = output::bar(plan.len(), "restoring");
        let failed = perform(&lake.store, &origin, &plan, &|| bar.inc(1)).await;
        bar.finish_and_clear();
        text::Report::performed(&plan, failed)
    };
    if options.json {
        output::print_json(&report)?;
    } else {
        output::print(&report.text())?;
    }
    match report.left() {
        0 => Ok(()),
        left => Err(Failure::NotDone(format!(
            "{}: the lines with ! say what is not restored",
            output::counted(left, "problem")
        ))),
    }
}

#[cfg(test)]
mod tests;
