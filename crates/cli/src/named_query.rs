//! `tributary named-query`: reviewed SQL under a name, from its two files into the lake, and run.

mod apply;
mod check;
mod list;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use local::{QueryFileError, QueryFiles};

use crate::{
    ask::{self, NamedRowsOptions},
    failure::Failure,
    log,
    stop::interruptible,
};

/// Check, apply, list and run named queries: reviewed SQL under a name, with typed parameters.
///
/// A named query is two files, NAME.json with its parameters and NAME.sql with its SELECT. The lake is the one that the
/// environment names: TRIBUTARY_BUCKET and TRIBUTARY_DATABASE, AWS_REGION and the SDK's other variables. With
/// AWS_ENDPOINT_URL it is that of `tributary dev`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tributary named-query check infra/queries/*.json
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 tributary named-query apply busiest-flights.json
  tributary named-query list
  tributary named-query run passengers-of-flight --parameter flight=1001 --limit 20

Exit status: 0 done, 1 failed, 2 wrong options, files or parameters, 130 interrupted.")]
pub(crate) struct NamedQueryOptions {
    #[command(subcommand)]
    command: NamedQueryCommand,
}

#[derive(Debug, Subcommand)]
enum NamedQueryCommand {
    Check(check::CheckOptions),
    Apply(apply::ApplyOptions),
    List(list::ListOptions),
    Run(NamedRowsOptions),
}

pub(crate) async fn run(options: NamedQueryOptions) -> Result<(), Failure> {
    match options.command {
        NamedQueryCommand::Check(options) => check::run(&options),
        NamedQueryCommand::Apply(options) => {
            log::start()?;
            interruptible(apply::run(options)).await
        }
        NamedQueryCommand::List(options) => {
            log::start()?;
            interruptible(list::run(options)).await
        }
        NamedQueryCommand::Run(options) => ask::named(options).await,
    }
}

/// Reads a query by either of its two files.
fn read(path: &Path, database: &str) -> Result<QueryFiles, QueryFileError> {
    let definition = match path.extension() {
        Some(ending) if ending == "sql" => path.with_extension("json"),
        _ => PathBuf::from(path),
    };
    QueryFiles::read_file(&definition, database)
}
