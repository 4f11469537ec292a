//! `tributary dataset check`: whether definitions are valid, and what they will surprise with.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::{
    compare::{Verdict, compare},
    files::{self, DefinitionFile},
    warnings::{Warning, warnings},
};
use crate::{failure::Failure, lake::RemoteLake, output, stop::interruptible};

/// Validate definitions, without a lake; with --live, say what the lake would make of them.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset check infra/datasets/*.json
  tributary dataset infer sample.ndjson | tributary dataset check -
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 tributary dataset check --live bookings.json

Exit status: 0 valid, 1 valid but refused by the lake, 2 not valid.")]
pub(crate) struct CheckOptions {
    /// Definition files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare with what is live in the lake.
    #[arg(long)]
    live: bool,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is printed of one file.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    dataset: Option<String>,
    columns: usize,
    error: Option<String>,
    warnings: Vec<Warning>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live: Option<Verdict>,
}

pub(super) async fn run(options: CheckOptions) -> Result<(), Failure> {
    let files = files::read_all(&options.files)?;
    let checked = interruptible(all(&files, options.live)).await?;
    if options.json {
        output::print_json(&serde_json::json!({ "definitions": checked }))?;
    } else {
        let texts: Vec<String> = checked.iter().map(text).collect();
        output::print(&texts.join("\n"))?;
    }
    let count = |predicate: fn(&Checked) -> bool| checked.iter().filter(|file| predicate(file)).count();
    let invalid = count(|file| file.error.is_some());
    let refused = count(|file| matches!(file.live, Some(Verdict::Refused { .. } | Verdict::Damaged { .. })));
    match (invalid, refused) {
        (0, 0) => Ok(()),
        (0, refused) => {
            Err(Failure::NotDone(format!("{refused} of {} would not become live", checked.len())))
        }
        (invalid, _) => Err(Failure::Input(format!("{invalid} of {} not valid", checked.len()))),
    }
}

async fn all(files: &[DefinitionFile], live: bool) -> Result<Vec<Checked>, Failure> {
    let lake = if live { Some(RemoteLake::from_environment().await?) } else { None };
    let mut checked = Vec::with_capacity(files.len());
    for file in files {
        checked.push(check(file, lake.as_ref()).await?);
    }
    Ok(checked)
}

async fn check(file: &DefinitionFile, lake: Option<&RemoteLake>) -> Result<Checked, Failure> {
    let path = file.path.display().to_string();
    let dataset = match &file.dataset {
        Ok(dataset) => dataset,
        Err(error) => {
            let error = Some(domain::chain(error));
            return Ok(Checked {
                file: path,
                dataset: None,
                columns: 0,
                error,
                warnings: vec![],
                live: None,
            });
        }
    };
    let mut warnings = warnings(dataset);
    if !file.is_well_named(dataset) {
        warnings.push(Warning::file_name(dataset));
    }
    let live = match lake {
        Some(lake) => {
            let verdict = compare(&lake.store, dataset, &file.body).await;
            Some(verdict.map_err(|error| lake.failure(error))?)
        }
        None => None,
    };
    let (name, columns) = (Some(dataset.name().to_string()), dataset.columns().len());
    Ok(Checked { file: path, dataset: name, columns, error: None, warnings, live })
}

fn text(checked: &Checked) -> String {
    let mut lines = match (&checked.error, &checked.dataset) {
        (None, Some(name)) => {
            vec![format!(
                "{}: valid, dataset {name} of {}",
                checked.file,
                output::counted(checked.columns as u64, "column")
            )]
        }
        (error, _) => vec![format!("{}: NOT valid: {}", checked.file, error.as_deref().unwrap_or_default())],
    };
    lines.extend(checked.warnings.iter().map(|warning| format!("  warning: {}", warning.message)));
    lines.extend(checked.live.iter().map(|verdict| format!("  in the lake: {}", verdict.words())));
    lines.join("\n")
}
