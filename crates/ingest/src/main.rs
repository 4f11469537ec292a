//! The `ingest` Lambda.
// The nested futures of the SDK are deeper than the compiler follows by default.
#![recursion_limit = "256"]

use std::process::ExitCode;

fn main() -> ExitCode {
    aws::lambda::start("ingest", ingest::Context::new, ingest::handle)
}
