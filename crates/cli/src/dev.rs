//! `tributary dev`.

use std::{io::Write, path::Path};

use local::{DatasetFiles, Lake, LakeOptions, QueryFiles};
use serde_json::json;

use crate::{args::DevOptions, failure::Failure, log, stop::Stop};

/// Where the definitions are in a checkout of the project.
const DATASETS: &str = "infra/datasets";
/// And the named queries.
const QUERIES: &str = "infra/queries";

pub(crate) async fn run(options: DevOptions) -> Result<(), Failure> {
    log::start()?;
    let datasets = match &options.datasets {
        Some(directory) => DatasetFiles::read(directory)?,
        None if Path::new(DATASETS).is_dir() => DatasetFiles::read(Path::new(DATASETS))?,
        None => DatasetFiles::default(),
    };
    let names: Vec<String> = datasets.names().map(ToString::to_string).collect();
    let settings = local::settings()?;
    let queries = match &options.queries {
        Some(directory) => QueryFiles::read(directory, &settings.database)?,
        // They are about the project's own datasets.
        None if options.datasets.is_none() && Path::new(QUERIES).is_dir() => {
            QueryFiles::read(Path::new(QUERIES), &settings.database)?
        }
        None => QueryFiles::default(),
    };
    let DevOptions { data, aws, http, json, .. } = options;
    let mut stop = Stop::watch()?;
    let lake =
        Lake::start(LakeOptions { data: data.clone(), aws, http, datasets, queries, settings }).await?;
    let text = if json { machine_text(&lake) } else { person_text(&lake, &data, &names) };
    // Who started it may have closed its standard output; the lake is what matters.
    let _closed = writeln!(std::io::stdout(), "{text}");
    for not_live in lake.not_live() {
        let (dataset, reason) = (&not_live.dataset, &not_live.reason);
        let _closed = writeln!(std::io::stderr(), "warning: dataset {dataset} stays as it was: {reason}");
    }
    stop.requested().await;
    stop.stop(lake).await;
    Ok(())
}

fn machine_text(lake: &Lake) -> String {
    let config = lake.config();
    json!({
        "aws": lake.aws_endpoint(),
        "http": lake.http_endpoint(),
        "region": config.region,
        "topic": config.topic_arn(),
        "bucket": config.bucket,
        "database": config.database,
        "workgroup": config.workgroup,
    })
    .to_string()
}

fn person_text(lake: &Lake, data: &Path, datasets: &[String]) -> String {
    format!(
        "AWS   {}  (export AWS_ENDPOINT_URL)\nHTTP  {}\nTopic {}\nData  {}  Datasets: {}\n\
         For development only: it checks no credentials. Ctrl-C stops it.",
        lake.aws_endpoint(),
        lake.http_endpoint(),
        lake.config().topic_arn(),
        data.display(),
        listed(datasets),
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none (name a directory of <dataset>.json files with --datasets)".to_owned()
    } else {
        names.join(", ")
    }
}
