//! `tributary dataset`: definitions, on their way from a file into the lake, and what became of them.

mod apply;
mod check;
mod compare;
mod drop;
mod files;
mod infer;
mod list;
mod show;
mod status;
mod warnings;

use crate::{failure::Failure, log, stop::interruptible};
use clap::{Args, Subcommand};

pub(crate) use status::{Followed, Follower};

/// Check and apply dataset definitions, see what is live, and drop what was a mistake.
///
/// The lake is the one that the environment names: TRIBUTARY_BUCKET and TRIBUTARY_DATABASE, AWS_REGION and the
/// SDK's other variables. With AWS_ENDPOINT_URL it is that of `tributary dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary dataset infer sample.ndjson > bookings.json
  tributary dataset check bookings.json
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 tributary dataset apply bookings.json
  tributary dataset status bookings
  tributary dataset drop bookings --purge

Exit status: 0 done, 1 failed or refused, 2 wrong options or definitions, 130 interrupted.")]
pub(crate) struct DatasetOptions {
    #[command(subcommand)]
    command: DatasetCommand,
}

#[derive(Debug, Subcommand)]
enum DatasetCommand {
    Check(check::CheckOptions),
    Apply(apply::ApplyOptions),
    List(list::ListOptions),
    Show(show::ShowOptions),
    Status(status::StatusOptions),
    Infer(infer::InferOptions),
    Drop(drop::DropOptions),
}

pub(crate) async fn run(options: DatasetOptions) -> Result<(), Failure> {
    log::start()?;
    match options.command {
        DatasetCommand::Check(options) => check::run(options).await,
        DatasetCommand::Apply(options) => apply::run(options).await,
        DatasetCommand::List(options) => interruptible(list::run(options)).await,
        DatasetCommand::Show(options) => interruptible(show::run(options)).await,
        DatasetCommand::Status(options) => interruptible(status::run(options)).await,
        DatasetCommand::Infer(options) => infer::run(&options),
        DatasetCommand::Drop(options) => interruptible(drop::run(options)).await,
    }
}
