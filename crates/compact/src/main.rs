//! The `compact` Lambda.
// The nested futures of the SDK are deeper than the compiler follows by default.
#![recursion_limit = "256"]

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let settings = aws::settings()?;
    aws::init_telemetry(&settings);
    let context = compact::Context::new(&aws::Aws::from_environment().await, &settings);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| compact::handle(event, &context).await))
        .await
}
