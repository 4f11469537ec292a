//! `tributary partition log`: the commit log of a partition.

use aws::SystemClock;
use chrono::{DateTime, Utc};
use clap::Args;
use domain::{Commit, CommitKind, DatasetName, Partition, commit::Discarded, port::Clock};
use serde::Serialize;

use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Side, Table},
};

/// Print the generations of a partition, newest first.
///
/// The first one is the head: its rows are what the partition has. Older ones are kept for the retention, for the
/// queries that read them; a gap ends the log.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary partition log bookings dt=2026-11-23/hour=10
  tributary partition log passengers dt=2026-11-23 --json | jq '.[0].rows'")]
pub(crate) struct LogOptions {
    /// The dataset.
    #[arg(value_name = "DATASET")]
    dataset: DatasetName,
    /// The partition, as dt=YYYY-MM-DD, dt=YYYY-MM-DD/hour=HH, dt=YYYY-MM or dt=all.
    #[arg(value_name = "PARTITION")]
    partition: Partition,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What is said of a generation.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    generation: u64,
    kind: CommitKind,
    rows: u64,
    bytes: u64,
    files: usize,
    /// Of these, those that later generations carry over unread.
    sealed: usize,
    duplicates_dropped: u64,
    conflicting: u64,
    schema_version: u32,
    /// What a person gave up with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    discarded: Option<Discarded>,
    /// Landing batches that it lists as consumed.
    consumed: usize,
    committed_at: DateTime<Utc>,
    location: String,
    writer: String,
}

impl From<&Commit> for Entry {
    fn from(commit: &Commit) -> Self {
        Self {
            generation: commit.generation.number(),
            kind: commit.kind,
            rows: commit.rows,
            bytes: commit.bytes(),
            files: commit.files.len(),
            sealed: commit.files.iter().filter(|file| file.sealed).count(),
            duplicates_dropped: commit.duplicates_dropped,
            conflicting: commit.conflicting,
            schema_version: commit.schema_version,
            discarded: commit.discarded.clone(),
            consumed: commit.consumed.len(),
            committed_at: commit.committed_at,
            location: commit.location.clone(),
            writer: commit.writer.to_string(),
        }
    }
}

pub(super) async fn run(options: LogOptions) -> Result<(), Failure> {
    let LogOptions { dataset, partition, json } = options;
    let lake = RemoteLake::from_environment().await?;
    let log = lake.compactor().log(&dataset, &partition).await.map_err(|error| lake.failure(error))?;
    if log.is_empty() {
        lake.check_partition(&dataset, &partition).await?;
        return Err(Failure::Input(format!(
            "nothing was committed in {dataset}/{partition}: `tributary dataset status {dataset}` says what there is"
        )));
    }
    let entries: Vec<Entry> = log.iter().map(Entry::from).collect();
    if json {
        output::print_json(&entries)?;
    } else {
        output::print(&text(&entries, SystemClock.now()))?;
    }
    Ok(())
}

fn text(entries: &[Entry], now: DateTime<Utc>) -> String {
    let mut table = Table::new([
        ("GENERATION", Side::Right),
        ("KIND", Side::Left),
        ("ROWS", Side::Right),
        ("BYTES", Side::Right),
        ("FILES", Side::Right),
        ("DUPLICATES", Side::Right),
        ("CONFLICTING", Side::Right),
        ("VERSION", Side::Right),
        ("AGE", Side::Left),
    ]);
    for entry in entries {
        let sealed = if entry.sealed == 0 { String::new() } else { format!(" ({} sealed)", entry.sealed) };
        table.push([
            entry.generation.to_string(),
            words(entry.kind).to_owned(),
            output::count(entry.rows),
            output::bytes(entry.bytes),
            format!("{}{sealed}", entry.files),
            output::count(entry.duplicates_dropped),
            output::count(entry.conflicting),
            entry.schema_version.to_string(),
            output::span(now - entry.committed_at),
        ]);
    }
    table.to_string()
}

fn words(kind: CommitKind) -> &'static str {
    match kind {
        CommitKind::Append => "append",
        CommitKind::Merge => "merge",
        CommitKind::Rebuild => "rebuild",
        CommitKind::Repair => "repair",
        CommitKind::Rollback => "rollback",
        CommitKind::Discard => "discard",
    }
}
