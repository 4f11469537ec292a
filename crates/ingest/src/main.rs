//! The `ingest` Lambda.
// The nested futures of the SDK are deeper than the compiler follows by default.
#![recursion_limit = "256"]

use std::process::ExitCode;

use lambda_runtime::{LambdaEvent, Runtime, layers::TracingLayer, service_fn};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let context = match ingest::Context::try_from_env().await {
        Ok(context) => context,
        Err(error) => {
            // The settings say how to log, so there is no log yet.
            eprintln!("ingest cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let bodies = ingest::Bodies::default();
    let handler = service_fn(async |empty: LambdaEvent<IgnoredAny>| {
        ingest::handle(LambdaEvent::new(bodies.take(), empty.context), &context).await
    });
    match Runtime::new(handler).layer(TracingLayer::new()).layer(bodies.clone()).run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = domain::chain(&*error), "ingest stops");
            ExitCode::FAILURE
        }
    }
}
