//! `tributary dev`.

mod watch;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use local::{DatasetFiles, Lake, LakeOptions, QueryFiles, ServeOptions};
use serde_json::json;

use crate::{args::DevOptions, failure::Failure, log, output, stop::Stop};

use watch::Watch;

/// Where the definitions are in a checkout of the project.
const DATASETS: &str = "infra/datasets";
/// And the named queries.
const QUERIES: &str = "infra/queries";

pub(crate) async fn run(options: DevOptions) -> Result<(), Failure> {
    log::start()?;
    // Named queries of the project are about its own datasets.
    let queries_default = options.datasets.is_none().then_some(QUERIES);
    let directories = Directories {
        datasets: directory(options.datasets, Some(DATASETS)),
        queries: directory(options.queries, queries_default),
    };
    let settings = local::settings()?;
    let database = settings.database.clone();
    // Before they are read: what is saved meanwhile is new.
    let watch = Watch::new(&directories, &database);
    let datasets = match &directories.datasets {
        Some(directory) => DatasetFiles::read(directory)?,
        None => DatasetFiles::default(),
    };
    let names: Vec<String> = datasets.names().map(ToString::to_string).collect();
    let queries = match &directories.queries {
        Some(directory) => QueryFiles::read(directory, &database)?,
        None => QueryFiles::default(),
    };
    let DevOptions { data, aws, http, allow_host, json, .. } = options;
    if let Err(error) = local::raise_open_files() {
        output::note(&format!(
            "warning: the limit on open files stays as it is, and with it the number of connections: {error}"
        ));
    }
    let serving = ServeOptions { allowed_hosts: allow_host, ..ServeOptions::default() };
    let mut stop = Stop::watch()?;
    let lake =
        Lake::start(LakeOptions { data: data.clone(), aws, http, datasets, queries, settings, serving })
            .await?;
    let text = if json { machine_text(&lake) } else { person_text(&lake, &data, &names) };
    // Who started it may have closed its standard output; the lake is what matters.
    let _closed = output::print(&text);
    for (option, address) in [("--aws", aws), ("--http", http)] {
        if is_exposed(&address) {
            output::note(&format!(
                "warning: {option} {address} is open to other machines: whoever reaches it can read and write \
                 everything, without credentials"
            ));
        }
    }
    for not_live in lake.not_live() {
        let (dataset, reason) = (&not_live.dataset, &not_live.reason);
        output::note(&format!("warning: dataset {dataset} stays as it was: {reason}"));
    }
    stop.unless_requested(watch.run(&lake)).await;
    stop.stop(lake).await;
    Ok(())
}

/// Where the files are that the lake follows.
#[derive(Debug)]
struct Directories {
    datasets: Option<PathBuf>,
    queries: Option<PathBuf>,
}

/// The directory that somebody named, or else the default one, if it is there.
fn directory(named: Option<PathBuf>, default: Option<&str>) -> Option<PathBuf> {
    named.or_else(|| default.map(PathBuf::from).filter(|default| default.is_dir()))
}

/// Whether others than this machine may reach the address.
fn is_exposed(address: &SocketAddr) -> bool {
    !address.ip().to_canonical().is_loopback()
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

#[cfg(test)]
mod tests {
    use super::is_exposed;

    #[test]
    fn only_the_loopback_is_for_this_machine_alone() {
        for (address, expected) in [
            ("127.0.0.1:4566", false),
            ("127.9.9.9:0", false),
            ("[::1]:4566", false),
            ("[::ffff:127.0.0.1]:1", false),
            ("0.0.0.0:4566", true),
            ("[::]:4566", true),
            ("192.168.1.5:4566", true),
        ] {
            assert_eq!(is_exposed(&address.parse().unwrap()), expected, "{address}");
        }
    }
}
