//! `tributary named-query check`: whether files are named queries, without a lake.

use std::path::PathBuf;

use clap::Args;
use query::NamedQuery;
use serde::Serialize;

use super::read;
use crate::{failure::Failure, output};

/// Validate named queries, without a lake: the definition, its parameters, and that the SQL only reads.
///
/// Whether the datasets and columns exist is not known here; `named-query run` says so.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary named-query check infra/queries/*.json
  tributary named-query check busiest-flights.json --json

Exit status: 0 valid, 2 not valid.")]
pub(super) struct CheckOptions {
    /// Definitions, each with its NAME.sql beside it.
    #[arg(required = true, value_name = "NAME.json")]
    files: Vec<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is printed of one file.
#[derive(Debug, Serialize)]
struct Checked {
    file: String,
    name: Option<String>,
    parameters: Vec<String>,
    datasets: Vec<String>,
    error: Option<String>,
}

pub(super) fn run(options: &CheckOptions) -> Result<(), Failure> {
    let database = aws::settings()?.database;
    let mut checked: Vec<Checked> = Vec::with_capacity(options.files.len());
    for path in &options.files {
        let file = path.display().to_string();
        match read(path, &database) {
            Ok(files) => {
                for (name, object) in files.objects() {
                    let query = NamedQuery::from_json(name, object, &database);
                    let query = query.map_err(|error| Failure::Input(domain::chain(&error)))?;
                    checked.push(Checked {
                        file: file.clone(),
                        name: Some(name.to_string()),
                        parameters: query.parameters().map(|(name, _)| name.to_owned()).collect(),
                        datasets: query.datasets().map(ToString::to_string).collect(),
                        error: None,
                    });
                }
            }
            Err(error) => checked.push(Checked {
                file,
                name: None,
                parameters: Vec::new(),
                datasets: Vec::new(),
                error: Some(domain::chain(&error)),
            }),
        }
    }
    if options.json {
        output::print_json(&serde_json::json!({ "named_queries": checked }))?;
    } else {
        let texts: Vec<String> = checked.iter().map(text).collect();
        output::print(&texts.join("\n"))?;
    }
    match checked.iter().filter(|file| file.error.is_some()).count() {
        0 => Ok(()),
        invalid => Err(Failure::Input(format!("{invalid} of {} not valid", checked.len()))),
    }
}

fn text(checked: &Checked) -> String {
    match (&checked.error, &checked.name) {
        (None, Some(name)) => {
            let parameters = output::counted(checked.parameters.len() as u64, "parameter");
            let datasets = checked.datasets.join(", ");
            format!("{}: valid, named query {name} of {parameters}, reads {datasets}", checked.file)
        }
        (error, _) => format!("{}: NOT valid: {}", checked.file, error.as_deref().unwrap_or_default()),
    }
}
