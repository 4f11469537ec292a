//! `tributary quarantine`: the events that were refused, for a person to work with.

mod discard;
mod find;
mod list;
mod map;
mod read;
mod reason;
mod replay;
mod selection;
mod show;
mod summary;

use clap::{Args, Subcommand};

use crate::{failure::Failure, log, stop::interruptible};

pub(crate) use find::find;
pub(crate) use read::{bodies, lines};
pub(crate) use reason::group;
pub(crate) use selection::{Place, Selection};
pub(crate) use summary::Summary;

/// See which events were refused, and why; replay them, as they are or changed; discard what nobody needs.
///
/// The lake is the one that the environment names: TRIBUTARY_BUCKET, AWS_REGION and the SDK's other variables.
/// With AWS_ENDPOINT_URL it is that of `tributary dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary quarantine list --since 2026-11-20
  tributary quarantine show --dataset bookings --reason 'column price'
  tributary quarantine replay --dataset bookings --dry-run
  tributary quarantine replay --dataset weather --map 'temp=trim_suffix(\"C\")' --dry-run
  tributary quarantine discard --dataset bookings --reason 'column price'

Exit status: 0 done, 1 failed, not confirmed, or an object is damaged, 2 wrong options, 130 interrupted.")]
pub(crate) struct QuarantineOptions {
    #[command(subcommand)]
    command: QuarantineCommand,
}

#[derive(Debug, Subcommand)]
enum QuarantineCommand {
    List(list::ListOptions),
    Show(show::ShowOptions),
    Replay(replay::ReplayOptions),
    Discard(discard::DiscardOptions),
}

pub(crate) async fn run(options: QuarantineOptions) -> Result<(), Failure> {
    log::start()?;
    interruptible(async {
        match options.command {
            QuarantineCommand::List(options) => list::run(options).await,
            QuarantineCommand::Show(options) => show::run(options).await,
            QuarantineCommand::Replay(options) => replay::run(options).await,
            QuarantineCommand::Discard(options) => discard::run(options).await,
        }
    })
    .await
}
