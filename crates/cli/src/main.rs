//! The `tributary` command.
// The nested futures of the SDK are deeper than the compiler follows by default.
#![recursion_limit = "256"]

mod args;
mod ask;
mod compact;
mod dataset;
mod demo;
mod dev;
mod doctor;
mod failure;
mod inputs;
mod key;
mod lake;
mod lake_error;
mod log;
mod named_query;
mod output;
mod partition;
mod publish;
mod quarantine;
mod restore;
mod runtime;
mod stop;
mod survey;
mod trace;
mod undelivered;
mod visible;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    match runtime::run(command(args.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::note(&format!("error: {}", failure.told()));
            failure.exit_code()
        }
    }
}

async fn command(command: Command) -> Result<(), Failure> {
    match command {
        Command::Dev(options) => dev::run(options).await,
        Command::Demo(options) => demo::run(options).await,
        Command::Dataset(options) => dataset::run(options).await,
        Command::Partition(options) => partition::run(options).await,
        Command::Compact(options) => compact::run(options).await,
        Command::Quarantine(options) => quarantine::run(options).await,
        Command::Restore(options) => restore::run(options).await,
        Command::Undelivered(options) => undelivered::run(options).await,
        Command::Rows(options) => ask::rows(options).await,
        Command::Query(options) => ask::query(options).await,
        Command::Publish(options) => publish::run(options).await,
        Command::Key(options) => key::run(options).await,
        Command::NamedQuery(options) => named_query::run(options).await,
        Command::Doctor(options) => doctor::run(options).await,
        Command::Trace(options) => trace::run(options).await,
    }
}
