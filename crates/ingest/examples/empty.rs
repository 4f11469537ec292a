//! A Lambda that does nothing: it answers each event with `null`. `scripts/bench cold` measures how much longer than this
//! one the lake's own functions take to start.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(async |_: LambdaEvent<Value>| Ok::<Value, Error>(Value::Null))).await
}
