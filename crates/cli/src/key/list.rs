//! `tributary key list`: the keys there are, without their secrets, which nobody has.

use aws::SystemClock;
use chrono::{DateTime, Utc};
use clap::Args;
use domain::{
    access::{self, Key, KeyState, Keys},
    port::Clock,
};
use serde_json::{Value, json};

use super::{failure, listed, machine};
use crate::{
    failure::Failure,
    lake::RemoteLake,
    output::{self, Side, Table},
};

/// List the keys of the HTTP API. Keys that were revoked or have expired stay in the list.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary key list
  tributary key list --json | jq -r '.keys[] | select(.state == \"active\") | .id'")]
pub(crate) struct ListOptions {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(options: ListOptions) -> Result<(), Failure> {
    let lake = RemoteLake::from_environment().await?;
    let keys = access::load(&lake.store).await.map_err(|error| failure(&lake, error))?;
    let keys = keys.unwrap_or_default();
    let now = SystemClock.now();
    if options.json {
        let keys: Vec<Value> = keys.keys.iter().map(|key| machine(key, now)).collect();
        output::print_json(&json!({ "keys": keys }))?;
    } else {
        output::print(&person(&keys, now))?;
    }
    Ok(())
}

fn person(keys: &Keys, now: DateTime<Utc>) -> String {
    if keys.keys.is_empty() {
        return "No keys. `tributary key create NAME --dataset DATASET` makes one.".to_owned();
    }
    let mut table = Table::new([
        ("ID", Side::Left),
        ("NAME", Side::Left),
        ("STATE", Side::Left),
        ("CREATED", Side::Left),
        ("DATASETS", Side::Left),
        ("BOUNDS", Side::Left),
    ]);
    for key in &keys.keys {
        table.push([
            key.id.to_string(),
            output::one_line(&key.name),
            state(key, now),
            day(key.created_at),
            listed(&key.rights.datasets),
            bounds(key),
        ]);
    }
    table.to_string()
}

fn state(key: &Key, now: DateTime<Utc>) -> String {
    let word = key.state(now).as_str();
    match (key.state(now), key.expires_at, key.revoked_at) {
        (KeyState::Active, Some(end), _) => format!("{word} until {}", day(end)),
        (KeyState::Active, None, _) => word.to_owned(),
        (KeyState::Revoked, _, since) => format!("{word} {}", since.map(day).unwrap_or_default()),
        (KeyState::Expired, since, _) => format!("{word} {}", since.map(day).unwrap_or_default()),
    }
}

/// What it allows beside the datasets, as far as somebody said so.
fn bounds(key: &Key) -> String {
    let rights = &key.rights;
    let all = [
        Some(format!("queries {}", listed(&rights.named_queries))).filter(|text| !text.ends_with('*')),
        Some(format!("formats {}", listed(&rights.formats))).filter(|text| !text.ends_with('*')),
        rights.free_sql.then(|| "free SQL".to_owned()),
        rights.max_rows.map(|rows| output::counted(rows, "row")),
        rights.max_bytes_scanned.map(|bytes| format!("{} scanned", output::bytes(bytes))),
        rights.requests_per_minute.map(|rate| format!("{rate}/min")),
        rights.max_queries.map(|queries| format!("{queries} at a time")),
        rights.daily_bytes.map(|bytes| format!("{} a day", output::bytes(bytes))),
        rights.daily_dollars.map(|dollars| format!("{dollars} USD a day")),
    ];
    let said: Vec<String> = all.into_iter().flatten().collect();
    if said.is_empty() { "-".to_owned() } else { said.join(", ") }
}

fn day(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%d").to_string()
}
