//! `tributary named-query apply`: puts named queries into the lake.

use std::path::PathBuf;

use clap::Args;
use domain::{
    key,
    port::{ObjectStore, PutMode},
    schemas,
};
use query::NamedQuery;
use serde::Serialize;

use super::read;
use crate::{failure::Failure, lake::RemoteLake, output};

/// Put named queries into the lake, in place of those of the same names.
///
/// All of them are checked first: if one is not valid, none is put. The API runs them as soon as it reads the bucket again:
/// at once in `tributary dev`, and within TRIBUTARY_CATALOG_CACHE (5s by default) elsewhere. Where Terraform deploys the
/// queries of a directory, its next apply puts those of its directory back.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 tributary named-query apply busiest-flights.json
  tributary named-query apply infra/queries/*.json --json

Exit status: 0 in the lake, 1 failed, 2 not valid, 130 interrupted.")]
pub(super) struct ApplyOptions {
    /// Definitions, each with its NAME.sql beside it.
    #[arg(required = true, value_name = "NAME.json")]
    files: Vec<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What became of one query.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    New,
    Changed,
    Unchanged,
}

#[derive(Debug, Serialize)]
struct Applied {
    name: String,
    state: State,
    /// Datasets that it reads and that are not live.
    missing: Vec<String>,
}

pub(super) async fn run(options: ApplyOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let database = &lake.settings.database;
    let mut all = Vec::with_capacity(options.files.len());
    for path in &options.files {
        all.push(read(path, database)?);
    }
    let mut applied = Vec::with_capacity(all.len());
    for (name, object) in all.iter().flat_map(local::QueryFiles::objects) {
        let query = NamedQuery::from_json(name, object, database);
        let query = query.map_err(|error| Failure::Input(domain::chain(&error)))?;
        let mut missing = Vec::new();
        for dataset in query.datasets() {
            let live = schemas::load(&lake.store, dataset).await.map_err(|error| lake.failure(error))?;
            if live.is_none() {
                missing.push(dataset.to_string());
            }
        }
        let key = key::named_query(name);
        let before = lake.store.find(&key).await.map_err(|error| lake.failure(error))?;
        let state = match &before {
            None => State::New,
            Some(before) if before == object => State::Unchanged,
            Some(_) => State::Changed,
        };
        if !matches!(state, State::Unchanged) {
            let put = lake.store.put(&key, object.clone(), PutMode::Overwrite).await;
            put.map_err(|error| lake.failure(error))?;
        }
        applied.push(Applied { name: name.to_string(), state, missing });
    }
    if options.json {
        output::print_json(&serde_json::json!({ "named_queries": applied }))?;
    } else {
        let texts: Vec<String> = applied.iter().map(text).collect();
        output::print(&texts.join("\n"))?;
    }
    for Applied { name, missing, .. } in applied.iter().filter(|applied| !applied.missing.is_empty()) {
        output::note(&format!(
            "warning: {name} reads {}, of which there is no dataset that is live: until then it fails",
            missing.join(", ")
        ));
    }
    Ok(())
}

fn text(applied: &Applied) -> String {
    let name = &applied.name;
    match applied.state {
        State::New => format!("{name}: new, at /v1/named-queries/{name}/rows"),
        State::Changed => format!("{name}: changed"),
        State::Unchanged => format!("{name}: is in the lake already"),
    }
}
