//! `tributary dev`.

use std::path::Path;

use local::{DatasetFiles, Lake, LakeOptions};
use serde_json::json;

use crate::{args::DevOptions, failure::Failure, log, stop};

/// Where the definitions are in a checkout of the project.
const DATASETS: &str = "infra/datasets";

pub(crate) async fn run(options: DevOptions) -> Result<(), Failure> {
    log::start()?;
    let datasets = match &options.datasets {
        Some(directory) => DatasetFiles::read(directory)?,
        None if Path::new(DATASETS).is_dir() => DatasetFiles::read(Path::new(DATASETS))?,
        None => DatasetFiles::default(),
    };
    let names: Vec<String> = datasets.names().map(ToString::to_string).collect();
    let settings = local::settings()?;
    let DevOptions { data, aws, http, json, .. } = options;
    let lake = Lake::start(LakeOptions { data: data.clone(), aws, http, datasets, settings }).await?;
    let config = lake.config();
    if json {
        let addresses = json!({
            "aws": lake.aws_endpoint(),
            "http": lake.http_endpoint(),
            "region": config.region,
            "topic": config.topic_arn(),
            "bucket": config.bucket,
            "database": config.database,
            "workgroup": config.workgroup,
        });
        println!("{addresses}");
    } else {
        println!("AWS   {}  (export AWS_ENDPOINT_URL)", lake.aws_endpoint());
        println!("HTTP  {}", lake.http_endpoint());
        println!("Topic {}", config.topic_arn());
        println!("Data  {}  Datasets: {}", data.display(), listed(&names));
        println!("For development only: it checks no credentials. Ctrl-C stops it.");
    }
    for not_live in lake.not_live() {
        eprintln!("warning: dataset {} stays as it was: {}", not_live.dataset, not_live.reason);
    }
    stop::requested().await?;
    stop::stop(lake).await
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none (name a directory of <dataset>.json files with --datasets)".to_owned()
    } else {
        names.join(", ")
    }
}
