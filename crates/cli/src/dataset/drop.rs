//! `tributary dataset drop`: a dataset goes, and its data with it where that is asked for.

mod found;

use aws::SystemClock;
use chrono::{DateTime, Utc};
use clap::Args;
use compact::{DropOutcome as Outcome, Dropper};
use domain::{DatasetName, port::Clock, run::MAX_LIFE, schemas};
use serde::Serialize;

use crate::{failure::Failure, lake::RemoteLake, output};

use found::Found;

/// Drop a dataset: its definitions and its table and, with --purge, all of its data.
///
/// Without --yes it only says what would go. Without --purge the rows, what has landed and what is in quarantine stay in
/// the bucket. A definition that may follow the dropped one brings them back; another one is refused as long as there
/// are rows or landed events. With --purge they are deleted for good, quarantine included: replay from it first what you
/// need. The name is then free for any definition, whose versions go on counting.
///
/// Events that arrive after the drop go to quarantine/_unrouted, as those of any unknown dataset. Functions that had
/// begun before it may finish: none of them brings a purged row back, but for 75 minutes one may leave an object behind.
/// Run the command again afterwards, and only a note of the drop is left. It may be stopped and run again at any time, but
/// not once the dataset was asked for again: that drops the new one.
///
/// Where definitions are deployed from files, delete the file too: else the next deployment, or the next start of
/// `tributary dev`, asks for the dataset again. API keys and named queries that name the dataset stay as they are.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset drop bookings
  tributary dataset drop bookings --yes
  tributary dataset drop bookings --purge --yes

Exit status: 0 dropped, 1 failed, or not confirmed by --yes, 2 wrong options or no such dataset, 130 interrupted.")]
pub(crate) struct DropOptions {
    /// The dataset.
    #[arg(value_name = "NAME")]
    name: DatasetName,
    /// Delete its data as well: rows, landed events and quarantine.
    #[arg(long)]
    purge: bool,
    /// Do it.
    #[arg(long)]
    yes: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is printed.
#[derive(Debug, Serialize)]
struct Report<'a> {
    dataset: &'a DatasetName,
    /// Whether it was done.
    dropped: bool,
    purge: bool,
    /// What there was.
    found: &'a Found,
    /// Until when functions that had begun before may leave something behind.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_work_until: Option<DateTime<Utc>>,
}

pub(super) async fn run(options: DropOptions) -> Result<(), Failure> {
    let DropOptions { name, purge, yes, json } = &options;
    let lake = RemoteLake::from_environment().await?;
    let spinner = output::spinner("looking at the dataset");
    let found = found::look(&lake.store, &lake.catalog, name).await;
    spinner.finish_and_clear();
    let found = found.map_err(|error| lake.failure(error))?;
    if found.is_nothing() {
        return Err(Failure::Input(format!(
            "there is no dataset {name}, and nothing of it in the bucket: `tributary dataset list` lists them"
        )));
    }
    let mut report =
        Report { dataset: name, dropped: false, purge: *purge, found: &found, at_work_until: None };
    if !yes {
        print(&report, *json)?;
        return Err(Failure::NotDone(format!("{name} was not dropped: add --yes if this is what you want")));
    }
    let spinner = output::spinner(if *purge { "dropping and purging" } else { "dropping" });
    let compactor = lake.compactor();
    let dropper = Dropper {
        store: &lake.store,
        catalog: &lake.catalog,
        // A deployment has none but the catalog.
        targets: &[],
        compactor: &compactor,
        clock: &SystemClock,
        name,
    };
    let outcome = dropper.drop(*purge).await;
    spinner.finish_and_clear();
    match outcome.map_err(|error| lake.failure(error))? {
        Outcome::Dropped => {}
        Outcome::NeedsPurge => {
            return Err(Failure::NotDone(format!(
                "the accepted definition of {name} is lost or cannot be read, so nobody could read its rows again: \
                 restore it (`tributary restore`), or delete the rows too with --purge"
            )));
        }
        Outcome::AskedForAgain => {
            return Err(Failure::NotDone(format!(
                "somebody asked for {name} again while it was being dropped: run the command again if it is to go"
            )));
        }
    }
    report.dropped = true;
    let note = schemas::dropped(&lake.store, name).await.map_err(|error| lake.failure(error))?;
    let until = note.map(|note| note.at + MAX_LIFE);
    report.at_work_until = until.filter(|until| SystemClock.now() < *until);
    print(&report, *json)
}

fn print(report: &Report<'_>, json: bool) -> Result<(), Failure> {
    if json {
        output::print_json(report)?
    } else {
        output::print(&text(report))?
    };
    Ok(())
}

fn text(report: &Report<'_>) -> String {
    let Report { dataset, dropped, purge, found, at_work_until } = report;
    let mut lines = Vec::new();
    let (gone, kept) = match (dropped, purge) {
        (true, _) => ("was deleted", "stays in the bucket"),
        (false, true) => ("would be deleted", "would stay"),
        (false, false) => ("would be deleted", "would stay in the bucket, unless --purge is given"),
    };
    lines.push(match dropped {
        true => format!("{dataset} is dropped:"),
        false => format!("Dropping {dataset} means:"),
    });
    lines.push(format!("  definition  {}, {gone}", found.definition()));
    lines.push(format!("  table       {}, {gone}", if found.table { "in the catalog" } else { "none" }));
    let fate = if *purge { gone } else { kept };
    for (what, amount) in found.data() {
        lines.push(format!("  {what:<11} {amount}, {fate}"));
    }
    if let Some(until) = at_work_until {
        let until = until.format("%Y-%m-%dT%H:%M:%SZ");
        lines.push(match purge {
            true => format!(
                "Functions that had begun before may leave an object behind until {until}: run this again then, and \
                 only a note of the drop is left. Not if somebody has asked for {dataset} again by then: it would be \
                 dropped once more."
            ),
            false => format!("Functions that had begun before may finish until {until}."),
        });
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests;
