//! `tributary dataset show`: a definition as it was accepted.

use clap::Args;
use domain::{
    DatasetName, Granularity,
    key::{self, ParsedKey},
    port::{ObjectStore, StoreError},
    schemas::{self, Accepted},
};

use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Side, Table},
};

/// Show a dataset's definition as it was accepted, and which versions there are.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset show bookings
  tributary dataset show bookings --version 2
  tributary dataset show bookings --json > bookings.json    (valid for check and apply)")]
pub(crate) struct ShowOptions {
    /// The dataset.
    #[arg(value_name = "NAME")]
    name: DatasetName,
    /// An older version [default: what is live].
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,
    /// Print the definition as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: ShowOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let versions = versions(&lake.store, &options.name).await.map_err(|error| lake.failure(error))?;
    let Some((newest, _)) = versions.last() else {
        return Err(Failure::NotDone(format!(
            "no definition of {0} was ever accepted: `tributary dataset status {0}` says whether one is asked for",
            options.name
        )));
    };
    let version = options.version.unwrap_or(*newest);
    if !versions.iter().any(|(known, _)| *known == version) {
        let known = listed(&versions);
        return Err(Failure::Input(format!("{} has no version {version}; versions: {known}", options.name)));
    }
    let accepted = schemas::load_version(&lake.store, &options.name, version).await;
    let accepted = accepted.map_err(|error| lake.failure(error))?;
    if options.json {
        output::print_json(accepted.dataset.definition())?;
    } else {
        output::print(&person(&accepted, &versions))?;
    }
    Ok(())
}

type Version = (u32, chrono::DateTime<chrono::Utc>);

async fn versions<S: ObjectStore>(store: &S, name: &DatasetName) -> Result<Vec<Version>, StoreError> {
    let objects = store.list_all(&format!("{}{name}/", key::SCHEMAS)).await?;
    let versions = objects.iter().filter_map(|object| match ParsedKey::parse(&object.key) {
        Ok(ParsedKey::Schema(_, version)) => Some((version, object.last_modified)),
        _ => None,
    });
    Ok(versions.collect())
}

fn listed(versions: &[Version]) -> String {
    let texts: Vec<String> = versions.iter().map(|(version, _)| version.to_string()).collect();
    texts.join(", ")
}

fn person(accepted: &Accepted, versions: &[Version]) -> String {
    let dataset = &accepted.dataset;
    let mut lines = vec![format!("{} version {}", dataset.name(), accepted.version)];
    lines.extend(dataset.description().map(|words| format!("  {words}")));
    let mut table = Table::new([
        ("COLUMN", Side::Left),
        ("TYPE", Side::Left),
        ("REQUIRED", Side::Left),
        ("FROM", Side::Left),
        ("COMMENT", Side::Left),
    ]);
    for column in dataset.columns() {
        let is_renamed = column.field != column.name.as_str();
        table.push([
            column.name.to_string(),
            column.data_type.to_string(),
            if column.required { "yes" } else { "" }.to_owned(),
            if is_renamed { output::one_line(&column.field) } else { String::new() },
            column.comment.clone().unwrap_or_default(),
        ]);
    }
    lines.push(format!("\n{table}\n"));
    let identity: Vec<&str> = dataset.identity().map(|column| column.name.as_str()).collect();
    let identity = if identity.is_empty() { "the message".to_owned() } else { identity.join(", ") };
    let time = dataset.event_time().map_or("the time of the publish", |column| column.name.as_str());
    let by = match dataset.granularity() {
        Granularity::None => "in one partition".to_owned(),
        by => format!("partitioned by {} of {time}", by.as_str()),
    };
    lines.push(format!("Events are the same by {identity}, {by}."));
    lines.push(format!("Rows are in the order of {}.", dataset.sort_order().join(", ")));
    let accepted =
        versions.iter().map(|(version, at)| format!("{version} ({})", at.format("%Y-%m-%d %H:%M")));
    lines.push(format!("Versions: {}.", accepted.collect::<Vec<_>>().join(", ")));
    lines.join("\n")
}
