//! `tributary dataset apply`: asks for definitions, and waits until they are live.

mod wait;

use std::{path::PathBuf, time::Duration};

use aws::SystemClock;
use clap::Args;
use domain::{
    Dataset, key,
    port::{ObjectStore, PutMode, StoreError},
};
use serde::Serialize;

use super::{
    compare::{Verdict, compare},
    files::{self, DefinitionFile},
    warnings::warnings,
};
use crate::{failure::Failure, lake::RemoteLake, output, stop::interruptible};

use wait::{Outcome, Request};

/// Ask for definitions, and wait until they are live.
///
/// All of them are checked first, as `register` would: if one is not valid or would be refused, none is asked
/// for. What is live already stays as it is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset apply bookings.json
  tributary dataset apply infra/datasets/*.json --no-wait
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 tributary dataset apply bookings.json

Exit status: 0 live (or, with --no-wait, asked for), 1 refused or not live in time, 2 not valid.")]
pub(crate) struct ApplyOptions {
    /// Definition files; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Do not wait until `register` has accepted them.
    #[arg(long)]
    no_wait: bool,
    /// How long to wait for each.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    timeout: u64,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is printed of one dataset.
#[derive(Debug, Serialize)]
struct Applied {
    dataset: String,
    #[serde(flatten)]
    outcome: Outcome,
}

pub(super) async fn run(options: ApplyOptions) -> Result<(), Failure> {
    let files = files::read_all(&options.files)?;
    let valid = valid(&files)?;
    let applied = interruptible(all(&valid, &options)).await?;
    report(&applied, &options)
}

async fn all(valid: &[(&DefinitionFile, &Dataset)], options: &ApplyOptions) -> Result<Vec<Applied>, Failure> {
    let lake = RemoteLake::from_environment().await?;
    let mut verdicts = Vec::with_capacity(valid.len());
    for (file, dataset) in valid {
        let verdict = compare(&lake.store, dataset, &file.body).await;
        let verdict = verdict.map_err(|error| lake.failure(error))?;
        if let Verdict::Next { .. } = verdict {
            for warning in warnings(dataset) {
                output::note(&format!("warning: {}: {}", file.path.display(), warning.message));
            }
        }
        verdicts.push(verdict);
    }
    let mut applied = Vec::with_capacity(valid.len());
    let may_go_live = |verdict: &Verdict| matches!(verdict, Verdict::Live { .. } | Verdict::Next { .. });
    if verdicts.iter().all(may_go_live) {
        for ((file, dataset), verdict) in valid.iter().zip(&verdicts) {
            let outcome = apply(&lake, file, dataset, verdict, options).await;
            applied.push(Applied { dataset: dataset.name().to_string(), outcome: outcome? });
        }
    } else {
        for ((_, dataset), verdict) in valid.iter().zip(&verdicts) {
            let outcome = Outcome::not_asked(verdict);
            applied.push(Applied { dataset: dataset.name().to_string(), outcome });
        }
    }
    Ok(applied)
}

fn valid(files: &[DefinitionFile]) -> Result<Vec<(&DefinitionFile, &Dataset)>, Failure> {
    let mut invalid = Vec::new();
    let mut valid = Vec::with_capacity(files.len());
    for file in files {
        match &file.dataset {
            Ok(dataset) => valid.push((file, dataset)),
            Err(error) => {
                invalid.push(format!("{} is not valid: {}", file.path.display(), domain::chain(error)));
            }
        }
    }
    if !invalid.is_empty() {
        return Err(Failure::Input(format!("{}; nothing was asked for", invalid.join("\n"))));
    }
    Ok(valid)
}

async fn apply(
    lake: &RemoteLake,
    file: &DefinitionFile,
    dataset: &Dataset,
    verdict: &Verdict,
    options: &ApplyOptions,
) -> Result<Outcome, Failure> {
    let key = key::definition(dataset.name());
    let is_live = matches!(verdict, Verdict::Live { .. });
    let requested = match lake.store.get(&key).await {
        Err(StoreError::NotFound { .. }) => None,
        found => Some(found.map_err(|error| lake.failure(error))?),
    };
    // What waits is asked for again: that makes a new notification, should the first one have been lost.
    if !is_live || requested.as_ref() != Some(&file.body) {
        let put = lake.store.put(&key, file.body.clone(), PutMode::Overwrite).await;
        put.map_err(|error| lake.failure(error))?;
    }
    match verdict {
        Verdict::Live { version } => Ok(Outcome::Unchanged { version: *version }),
        Verdict::Next { version, .. } if options.no_wait => Ok(Outcome::Requested { version: *version }),
        _ => {
            let spinner = output::spinner(format!("waiting until register accepts {}", dataset.name()));
            let request = Request { dataset, body: &file.body };
            let timeout = Duration::from_secs(options.timeout);
            let outcome = wait::until_live(&lake.store, &SystemClock, request, timeout).await;
            spinner.finish_and_clear();
            outcome.map_err(|error| lake.failure(error))
        }
    }
}

fn report(applied: &[Applied], options: &ApplyOptions) -> Result<(), Failure> {
    if options.json {
        output::print_json(&serde_json::json!({ "datasets": applied }))?;
    } else {
        for Applied { dataset, outcome } in applied {
            output::print(&format!("{dataset}: {outcome}"))?;
        }
    }
    let failed = applied.iter().filter(|applied| !applied.outcome.is_good()).count();
    match failed {
        0 => Ok(()),
        failed => Err(Failure::NotDone(format!("{failed} of {} not applied", applied.len()))),
    }
}
