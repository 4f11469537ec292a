//! The Lambda `query`: the HTTP API over Athena, behind API Gateway.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let context = match query::Context::try_from_env().await {
        Ok(context) => context,
        Err(error) => {
            // Logging is set up by the settings, so this may be before there is any.
            eprintln!("query cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match query::run(&context).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = domain::chain(&*error), "query stops");
            ExitCode::FAILURE
        }
    }
}
