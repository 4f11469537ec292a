//! `tributary key`: who may ask the HTTP API, and what.

mod amount;
mod create;
mod list;
mod revoke;

use clap::{Args, Subcommand};
use domain::access::{AccessError, Allowed, Key};
use serde_json::{Value, json};

use crate::{failure::Failure, lake::RemoteLake, log as logs, stop::interruptible};

/// Make, list and revoke the keys of the HTTP API.
///
/// Each change leaves a line in the log, on standard error, with the key's id and audit=key-created or audit=key-revoked.
/// The lake is the one that the environment names: TRIBUTARY_BUCKET, AWS_REGION and the SDK's other variables.
/// With AWS_ENDPOINT_URL it is that of `tributary dev`. Once there is a key, nobody is answered without one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary key create reports --dataset '*'
  tributary key create partner --dataset bookings --format csv --max-rows 1000 --requests-per-minute 60 --days 90
  tributary key create dashboard --dataset '*' --max-bytes-scanned 1GB --max-queries 5 --daily-dollars 0.50
  tributary key list
  tributary key revoke 0123abcd

Exit status: 0 done, 1 failed, 2 wrong options, or no such key, 130 interrupted.")]
pub(crate) struct KeyOptions {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    Create(create::CreateOptions),
    List(list::ListOptions),
    Revoke(revoke::RevokeOptions),
}

pub(crate) async fn run(options: KeyOptions) -> Result<(), Failure> {
    logs::start()?;
    interruptible(async {
        match options.command {
            KeyCommand::Create(options) => create::run(options).await,
            KeyCommand::List(options) => list::run(options).await,
            KeyCommand::Revoke(options) => revoke::run(options).await,
        }
    })
    .await
}

/// What other input would help with, and what not.
fn failure(lake: &RemoteLake, error: AccessError) -> Failure {
    match error {
        AccessError::InvalidName
        | AccessError::Expired
        | AccessError::BudgetWithoutBound
        | AccessError::BudgetOfNothing
        | AccessError::BudgetBelowBound { .. } => Failure::Input(error.to_string()),
        AccessError::Unknown(_) => Failure::Input(format!("{error}: `tributary key list` shows them")),
        AccessError::TooMany | AccessError::Contended => Failure::NotDone(error.to_string()),
        other => lake.failure(other),
    }
}

/// A key for machines: everything but its hash.
fn machine(key: &Key, now: chrono::DateTime<chrono::Utc>) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "state": key.state(now).as_str(),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "rights": key.rights,
    })
}

/// `*`, or the names.
fn listed<T: ToString>(allowed: &Allowed<T>) -> String {
    match allowed {
        Allowed::Every => "*".to_owned(),
        Allowed::These(these) if these.is_empty() => "-".to_owned(),
        Allowed::These(these) => these.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}
