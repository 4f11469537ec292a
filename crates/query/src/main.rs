//! The `query` Lambda: the HTTP API over Athena, behind API Gateway.
// The nested futures of the SDK are deeper than the compiler follows by default.
#![recursion_limit = "256"]

use std::process::ExitCode;

fn main() -> ExitCode {
    aws::lambda::start("query", query::Function::new, query::handle)
}
