//! `tributary dataset status`: what is asked for and live, what is in the table, what waits, what was refused, and
//! what of it is wrong.

mod catalog;
mod facts;
mod files;
mod follow;
mod landing;
mod log;
mod problem;
mod quarantined;
mod scan;
mod text;

use std::collections::BTreeSet;

use aws::SystemClock;
use chrono::{DateTime, Utc};
use clap::Args;
use domain::{DatasetName, key, port::Clock};
use futures::{StreamExt, stream};
use serde::Serialize;

use crate::{
    failure::Failure,
    lake::{LakeError, RemoteLake},
    output,
    survey::{self, State, Survey, Surveyed},
};

pub(crate) use follow::{Followed, Follower};

use facts::Facts;
use problem::Problem;
use quarantined::Quarantined;

/// How many datasets are looked at at the same time.
const DATASETS: usize = 4;

/// Say how the datasets are: what is live, how fresh, what is in landing and in quarantine, and what is wrong.
///
/// It reads the bucket, which is the truth, and compares the catalog with it. Where there is more than it looks
/// at, it says so.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset status
  tributary dataset status bookings
  tributary dataset status --exit-code --json > status.json || alert

Freshness is when the newest event landed that queries see. LANDING is what was accepted and is not in the table yet.")]
pub(crate) struct StatusOptions {
    /// One dataset [default: all of them].
    #[arg(value_name = "NAME")]
    name: Option<DatasetName>,
    /// End with status 1 if something is wrong.
    #[arg(long)]
    exit_code: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Everything that is known of the lake.
#[derive(Debug, Serialize)]
struct Report {
    at: DateTime<Utc>,
    datasets: Vec<DatasetReport>,
    /// Events of no known dataset.
    #[serde(skip_serializing_if = "Option::is_none")]
    unrouted: Option<Quarantined>,
    /// What is wrong with no dataset in particular.
    problems: Vec<Problem>,
}

/// Everything that is known of one dataset.
#[derive(Debug, Serialize)]
struct DatasetReport {
    #[serde(flatten)]
    facts: Facts,
    problems: Vec<Problem>,
}

pub(super) async fn run(options: StatusOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let spinner = output::spinner("looking at the lake");
    let report = look(&lake, options.name.as_ref(), SystemClock.now()).await;
    spinner.finish_and_clear();
    let Some(report) = report.map_err(|error| lake.failure(error))? else {
        let name = options.name.as_ref().map_or("", DatasetName::as_str);
        return Err(Failure::Input(format!(
            "there is no dataset {name}, and nobody asks for one: `tributary dataset list` lists them"
        )));
    };
    if options.json {
        output::print_json(&report)?;
    } else if options.name.is_some() {
        for dataset in &report.datasets {
            output::print(&text::one(dataset, report.at))?;
        }
    } else {
        output::print(&text::all(&report))?;
    }
    let problems =
        report.problems.len() + report.datasets.iter().map(|dataset| dataset.problems.len()).sum::<usize>();
    if options.exit_code && problems > 0 {
        return Err(Failure::NotDone(output::counted(problems as u64, "problem")));
    }
    Ok(())
}

async fn look(
    lake: &RemoteLake,
    name: Option<&DatasetName>,
    now: DateTime<Utc>,
) -> Result<Option<Report>, LakeError> {
    let mut report = Report { at: now, datasets: Vec::new(), unrouted: None, problems: Vec::new() };
    let surveyed = match name {
        Some(name) => match survey::one(&lake.store, name).await? {
            Some(surveyed) => vec![surveyed],
            None => return Ok(None),
        },
        None => {
            let survey = survey::all(&lake.store).await?;
            report.problems.extend(unknown(lake, &survey).await?);
            report.problems.extend(survey.strangers.iter().map(|key| Problem::stranger(key)));
            let unrouted = quarantined::read(&lake.store, None, now).await?;
            report.problems.extend(problem::refused(None, &unrouted, now));
            report.unrouted = Some(unrouted);
            survey.datasets
        }
    };
    let looks = surveyed.into_iter().map(|surveyed| report_on(lake, surveyed, now));
    let mut looks = stream::iter(looks).buffered(DATASETS);
    while let Some(dataset) = looks.next().await {
        report.datasets.push(dataset?);
    }
    Ok(Some(report))
}

/// Datasets that something is in the bucket of, without a definition.
async fn unknown(lake: &RemoteLake, survey: &Survey) -> Result<Vec<Problem>, LakeError> {
    let mut used = scan::datasets(&lake.store, key::LANDING).await?;
    used.extend(scan::datasets(&lake.store, key::COMMITS).await?);
    let known: BTreeSet<&DatasetName> = survey
        .datasets
        .iter()
        .filter(|known| known.state != State::NotRequested || known.live.is_some())
        .map(|known| &known.name)
        .chain(&survey.dropped)
        .collect();
    let unknown = used.iter().filter(|name| !known.contains(name));
    Ok(unknown.map(Problem::unknown).collect())
}

async fn report_on(
    lake: &RemoteLake,
    surveyed: Surveyed,
    now: DateTime<Utc>,
) -> Result<DatasetReport, LakeError> {
    let facts = facts::gather(&lake.store, &lake.catalog, surveyed, now).await?;
    let problems = problem::problems(&facts, now);
    Ok(DatasetReport { facts, problems })
}
