//! `tributary undelivered`: the messages that SNS could not hand over to the queue of `ingest`.

mod message;
mod queues;
mod replay;

use clap::{Args, Subcommand};

use crate::{failure::Failure, log, stop::interruptible};

/// Replay the messages that SNS could not deliver to the queue of `ingest`.
///
/// SNS puts them into the queue `undelivered` after 23 days of attempts, or at once where it may not send. SQS moves
/// messages back only from the dead-letter queue of another queue (StartMessageMoveTask), and this one is the
/// dead-letter queue of a subscription.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary undelivered replay --dry-run
  tributary undelivered replay

Exit status: 0 done, 1 failed, 2 wrong options, or no such queue, 130 interrupted.")]
pub(crate) struct UndeliveredOptions {
    #[command(subcommand)]
    command: UndeliveredCommand,
}

#[derive(Debug, Subcommand)]
enum UndeliveredCommand {
    Replay(replay::ReplayOptions),
}

pub(crate) async fn run(options: UndeliveredOptions) -> Result<(), Failure> {
    log::start()?;
    interruptible(async {
        match options.command {
            UndeliveredCommand::Replay(options) => replay::run(options).await,
        }
    })
    .await
}
