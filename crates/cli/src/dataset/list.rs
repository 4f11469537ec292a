//! `tributary dataset list`: which datasets there are.

use clap::Args;
use domain::Dataset;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Side, Table},
    survey::{self, Survey, Surveyed},
};

/// List the datasets of the lake, and whether what is asked for is live.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset list
  tributary dataset list --json | jq -r '.datasets[] | select(.state != \"live\") | .name'

States: live; waiting (register has not accepted the request yet); refused (an older version may be live); not
requested (its definition is gone from datasets/, what was live stays); damaged (schemas/ cannot be read).")]
pub(crate) struct ListOptions {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: ListOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let spinner = output::spinner("reading the definitions");
    let survey = survey::all(&lake.store).await;
    spinner.finish_and_clear();
    let survey = survey.map_err(|error| lake.failure(error))?;
    if options.json {
        let datasets: Vec<Value> = survey.datasets.iter().map(machine).collect();
        output::print_json(&json!({ "datasets": datasets, "strangers": survey.strangers }))?;
    } else {
        output::print(&person(&survey))?;
    }
    Ok(())
}

fn machine(surveyed: &Surveyed) -> Value {
    let dataset = surveyed.live.as_ref().map(|live| &live.dataset);
    json!({
        "name": surveyed.name,
        "state": surveyed.state.words(),
        "reasons": surveyed.state.reasons(),
        "requested_at": surveyed.requested_at,
        "version": surveyed.live.as_ref().map(|live| live.version),
        "columns": dataset.map(|dataset| dataset.columns().len()),
        "partition_by": dataset.map(Dataset::granularity),
        "description": dataset.and_then(|dataset| dataset.description()),
    })
}

fn person(survey: &Survey) -> String {
    if survey.datasets.is_empty() && survey.strangers.is_empty() {
        return "No datasets. `tributary dataset apply FILE` asks for one.".to_owned();
    }
    let mut table = Table::new([
        ("DATASET", Side::Left),
        ("VERSION", Side::Right),
        ("COLUMNS", Side::Right),
        ("BY", Side::Left),
        ("STATE", Side::Left),
    ]);
    for Surveyed { name, live, state, .. } in &survey.datasets {
        let dataset = live.as_ref().map(|live| &live.dataset);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let mut words = state.words().to_owned();
        if let [first, ..] = state.reasons().as_slice() {
            words = format!("{words}: {}", output::one_line(first));
        }
        table.push([
            name.to_string(),
            or_dash(live.as_ref().map(|live| live.version.to_string())),
            or_dash(dataset.map(|dataset| dataset.columns().len().to_string())),
            or_dash(dataset.map(|dataset| dataset.granularity().as_str().to_owned())),
            words,
        ]);
    }
    let strangers = survey.strangers.iter().map(|key| {
        format!("\n{} is in datasets/ and no definition: call it <dataset>.json", output::one_line(key))
    });
    format!("{table}{}", strangers.collect::<String>())
}
