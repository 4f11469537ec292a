//! How each Lambda of the lake starts, and the one place that sees each of its invocations.
//!
//! [`start`] reads the settings that the function has, and no others'; starts the log; makes what the handler works with;
//! and handles invocations until the Lambda service stops the process. A function is a name, a constructor and a handler:
//!
//! ```ignore
//! fn main() -> ExitCode {
//!     aws::lambda::start("compact", compact::Context::new, compact::handle)
//! }
//! ```
//!
//! # Events
//!
//! The runtime would parse the body of an invocation by `serde`, and hand over what it made of it. For `ingest`, which reads
//! its events itself and in one pass, that is a second pass over every byte of every event, only to learn that it is JSON. So
//! the runtime gets the body `null` to parse, and each function reads its event from the bytes ([`FromBody`]).
//!
//! # Measurements
//!
//! A handler fills in a report while it works. [`invoke`] hands it on once for each invocation, with how it ended and how
//! long it took, whether it succeeds, fails or panics: whatever is to be counted for each invocation is counted there.
//!
//! A function of a lake with a name (`TRIBUTARY_LAKE`) writes each measurement as a line from which CloudWatch makes metrics;
//! without a name, metrics of two lakes would mix, and it is an ordinary line of the log. `docs/metrics.md` has the table. The
//! local lake, which calls the handlers itself, makes the same measurements ([`Watch`]) and keeps them for Prometheus.

mod body;
mod emf;
mod invocation;

use std::{cell::Cell, error::Error, process::ExitCode};

use domain::{
    facts::Facts,
    settings::{FunctionSettings, InvalidSetting, LogSettings},
};
use lambda_runtime::{Diagnostic, LambdaEvent, Runtime, layers::TracingLayer, service_fn};
use serde::{Serialize, de::IgnoredAny};

use crate::{Aws, SystemClock, telemetry, variable};

use body::Bodies;

pub use body::FromBody;
pub use invocation::{Invocation, Outcome, Watch, invoke, log};

/// Runs a function: see the module. A setting that is not valid ends it at once, with a message on standard error that names
/// the variable.
///
/// `new` makes the clients and asks nobody anything yet. `handle` gets the event, what `new` made, and a report to fill in.
/// An error of it is the invocation's: the function goes on with the next one.
pub fn start<S, C, E, R, A, X>(
    name: &'static str,
    new: impl FnOnce(&Aws, &S) -> C,
    handle: impl AsyncFn(LambdaEvent<E>, &C, &mut R) -> Result<A, X>,
) -> ExitCode
where
    S: FunctionSettings,
    E: FromBody,
    R: Facts + Default,
    A: Serialize,
    X: Error + Into<Diagnostic>,
{
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{name} cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(async {
        let (settings, logs) = match prepare::<S>(variable) {
            Ok(settings) => settings,
            Err(error) => {
                // The settings say how to log, so there may be no log yet.
                eprintln!("{name} cannot start: {error}");
                return ExitCode::FAILURE;
            }
        };
        let context = new(&Aws::of_function(), &settings);
        let tell = |invocation: &Invocation<'_, R>| match &logs.lake {
            Some(lake) => emf::write(invocation, lake),
            None => log(invocation),
        };
        match run(name, &context, &handle, &tell).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!(error = domain::chain(&*error), "{name} stops");
                ExitCode::FAILURE
            }
        }
    })
}

/// The function's settings, and those of the log, which is started once both are valid.
fn prepare<S: FunctionSettings>(
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<(S, LogSettings), InvalidSetting> {
    let logs = LogSettings::read(&lookup)?;
    let settings = S::read(&lookup)?;
    telemetry::init(&logs)?;
    Ok((settings, logs))
}

async fn run<C, E, R, A, X>(
    name: &'static str,
    context: &C,
    handle: &impl AsyncFn(LambdaEvent<E>, &C, &mut R) -> Result<A, X>,
    tell: &impl Fn(&Invocation<'_, R>),
) -> Result<(), lambda_runtime::Error>
where
    E: FromBody,
    R: Default,
    A: Serialize,
    X: Error + Into<Diagnostic>,
{
    let (bodies, warm) = (Bodies::default(), Cell::new(false));
    let handler = service_fn(async |empty: LambdaEvent<IgnoredAny>| {
        let (body, invocation) = (bodies.take(), empty.context);
        let read = || {
            let event = E::from_body(&body);
            // The event has copies of what it needs: the body is not kept while it is worked on.
            drop(body);
            event
        };
        let cold = !warm.replace(true);
        invoke(name, cold, (read, invocation), context, handle, &SystemClock, tell).await
    });
    Runtime::new(handler).layer(bodies.clone()).layer(TracingLayer::new()).run().await
}

#[cfg(test)]
mod tests;
