//! `tributary doctor`: bucket, commits and catalog, held against each other.

mod catalog;
mod deep;
mod definitions;
mod difference;
mod examine;
mod examiner;
mod files;
mod heavy;
mod listing;
mod mend;
mod partition;
mod scope;
mod text;
mod vacuum;

use aws::SystemClock;
use clap::Args;
use domain::{DatasetName, Partition};

use crate::{
    failure::Failure,
    lake::{self, RemoteLake},
    log, output,
    stop::interruptible,
};

pub(crate) use difference::Difference;
pub(crate) use files::compare as compare_files;

use examine::Step;
use examiner::Examiner;
use mend::Deployment;
use scope::Scope;

/// Compare bucket, commits and catalog, and say how to mend what differs. It changes nothing.
///
/// It reads every commit log's head, lists every data file, and asks Glue for every partition. With --deep it also
/// reads the identity of every row, and looks for twins: rows that are the same event. What is on its way
/// meanwhile, a commit of a moment ago or an event that just landed, is no difference. The lake is the one that the
/// environment names: TRIBUTARY_BUCKET and TRIBUTARY_DATABASE, AWS_REGION and the SDK's other variables. With
/// AWS_ENDPOINT_URL it is that of `tributary dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary doctor
  tributary doctor --dataset bookings
  tributary doctor --dataset bookings --partition dt=2026-11-23/hour=10
  tributary doctor --dataset bookings --deep
  tributary doctor --json | jq -r '.differences[] | [.kind, .dataset, .partition] | @tsv'

Exit status: 0 no difference, 1 differences, or the lake did not answer, 2 wrong options, 130 interrupted.")]
pub(crate) struct DoctorOptions {
    /// One dataset [default: all of them].
    #[arg(long, value_name = "NAME")]
    dataset: Option<DatasetName>,
    /// One partition of it.
    #[arg(long, value_name = "PARTITION", requires = "dataset")]
    partition: Option<Partition>,
    /// Read the identity columns of every data file, and count rows against distinct identities.
    #[arg(long)]
    deep: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(options: DoctorOptions) -> Result<(), Failure> {
    log::start()?;
    interruptible(look(options)).await
}

async fn look(options: DoctorOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let scope = Scope { dataset: options.dataset, partition: options.partition };
    if let (Some(dataset), Some(partition)) = (&scope.dataset, &scope.partition) {
        lake.check_partition(dataset, partition).await?;
    }
    let bar = output::spinner("listing the lake");
    let progress = |step: Step| match step {
        Step::Partitions(number) => output::into_bar(&bar, number, "partitions"),
        Step::Partition => bar.inc(1),
    };
    let examiner = Examiner {
        store: &lake.store,
        catalog: &lake.catalog,
        clock: &SystemClock,
        retention: lake.settings.compact.retention,
        scope: &scope,
    };
    let report = examiner.examine(&progress).await;
    bar.finish_and_clear();
    let Some(mut report) = report.map_err(|error| lake.failure(error))? else {
        let name = scope.dataset.as_ref().map_or("", DatasetName::as_str);
        return Err(Failure::Input(format!(
            "there is no dataset {name}, and nothing of it in the bucket: `tributary dataset list` lists them"
        )));
    };
    if options.deep {
        let bar = output::spinner("listing the partitions");
        let progress = |step: Step| match step {
            Step::Partitions(number) => output::into_bar(&bar, number, "partitions read"),
            Step::Partition => bar.inc(1),
        };
        let found = deep::examine(&lake.store, &lake.compactor(), &SystemClock, &scope, &progress).await;
        bar.finish_and_clear();
        report.differences.extend(found.map_err(|error| lake.failure(error))?);
        report.differences.sort();
    }
    let deployment = Deployment {
        bucket: &lake.settings.bucket,
        database: &lake.settings.database,
        lake: lake.settings.logs.lake.as_deref().unwrap_or(domain::version::PRODUCT),
        is_local: lake::local_endpoint().is_some(),
    };
    if options.json {
        output::print_json(&text::machine(&report, &deployment))?;
    } else {
        output::print(&text::person(&report, &deployment))?;
    }
    match report.differences.len() {
        0 => Ok(()),
        differences => Err(Failure::NotDone(output::counted(differences as u64, "difference"))),
    }
}

#[cfg(test)]
mod tests;
