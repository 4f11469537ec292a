//! `tributary partition`: the generations of one partition, for a person to see, to go back to, and to go on from.

mod log;
mod recover;
mod rollback;

use clap::{Args, Subcommand};

use crate::{failure::Failure, log as logs, stop::interruptible};

/// See the generations of a partition, go back to an older one, and go on without data files that are lost.
///
/// The lake is the one that the environment names: TRIBUTARY_BUCKET, AWS_REGION and the SDK's other variables.
/// With AWS_ENDPOINT_URL it is that of `tributary dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary partition log bookings dt=2026-11-23/hour=10
  tributary partition rollback bookings dt=2026-11-23/hour=10 --to 41
  tributary partition recover bookings dt=2026-11-23/hour=10

Exit status: 0 done, 1 failed or refused, 2 wrong options, 130 interrupted.")]
pub(crate) struct PartitionOptions {
    #[command(subcommand)]
    command: PartitionCommand,
}

#[derive(Debug, Subcommand)]
enum PartitionCommand {
    Log(log::LogOptions),
    Rollback(rollback::RollbackOptions),
    Recover(recover::RecoverOptions),
}

pub(crate) async fn run(options: PartitionOptions) -> Result<(), Failure> {
    logs::start()?;
    interruptible(async {
        match options.command {
            PartitionCommand::Log(options) => log::run(options).await,
            PartitionCommand::Rollback(options) => rollback::run(options).await,
            PartitionCommand::Recover(options) => recover::run(options).await,
        }
    })
    .await
}
