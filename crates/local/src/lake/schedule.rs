//! The schedule: at once, for what a stop left behind, and then every minute, for what notifications missed and for
//! the vacuum.

use std::{sync::Arc, time::Duration};

use super::{Stopped, invoke, lambdas::Lambdas};
use crate::ResultExpiry;
use aws::SystemClock;
use aws_lambda_events::sqs::SqsBatchResponse;
use compact::CompactError;
use domain::port::Clock;
use serde_json::Value;
use tokio::task::JoinError;

const EVERY: Duration = Duration::from_secs(60);

pub(super) async fn run(lambdas: Arc<Lambdas>, mut stopped: Stopped) {
    loop {
        sweep(&lambdas).await;
        let measures = Arc::clone(&lambdas.measures);
        let registered = lambdas.register.invoke(|context| async move {
            let event = invoke::event(invoke::schedule());
            let mut watch = measures.watch::<register::Reconciled>("register", &event.context);
            let answer = register::handle(event, &context, &mut watch.report).await;
            watch.end(&answer);
            answer
        });
        report("register", registered.await);
        // Last: only what the catalog no longer names is garbage.
        report("compact", compact_by(&lambdas, invoke::vacuum()).await);
        tokio::select! {
            () = SystemClock.sleep(EVERY) => {}
            () = stopped.wait() => return,
        }
    }
}

/// Compacts what is due. It leaves alone what the notifications' run is at.
pub(super) async fn sweep(lambdas: &Lambdas) {
    report("compact", compact_by(lambdas, invoke::schedule()).await);
}

/// Invokes `compact` with this event.
async fn compact_by(
    lambdas: &Lambdas,
    event: Value,
) -> Result<Result<SqsBatchResponse, CompactError>, JoinError> {
    let measures = Arc::clone(&lambdas.measures);
    let invocation = lambdas.compact.invoke(|context| async move {
        let event = invoke::event(event);
        let mut watch = measures.watch::<compact::Done>("compact", &event.context);
        let answer = compact::handle(event, &context, &mut watch.report).await;
        watch.end(&answer);
        answer
    });
    invocation.await
}

/// Deletes old results, at once and then every minute.
pub(super) async fn expire(results: ResultExpiry, mut stopped: Stopped) {
    loop {
        if let Err(error) = results.run().await {
            tracing::error!(error = domain::chain(&error), "old results stay");
        }
        tokio::select! {
            () = SystemClock.sleep(EVERY) => {}
            () = stopped.wait() => return,
        }
    }
}

/// A panic ends its invocation, as in a Lambda, and not the schedule.
fn report<T, E: std::error::Error>(function: &str, invocation: Result<Result<T, E>, JoinError>) {
    let error = match invocation {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => domain::chain(&error),
        Err(panic) => panic.to_string(),
    };
    tracing::error!(function, error, "a scheduled run failed");
}
