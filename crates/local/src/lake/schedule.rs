//! The schedule: at once, for what a stop left behind, and then every minute, for what notifications missed.

use std::{sync::Arc, time::Duration};

use super::{Stopped, invoke, lambdas::Lambdas};
use aws::SystemClock;
use domain::port::Clock;

const EVERY: Duration = Duration::from_secs(60);

pub(super) async fn run(lambdas: Arc<Lambdas>, mut stopped: Stopped) {
    loop {
        if let Err(error) = compact::handle(invoke::event(invoke::schedule()), &lambdas.compact).await {
            tracing::error!(error = aws::chain(&error), "the scheduled run of compact failed");
        }
        if let Err(error) = register::handle(invoke::event(invoke::schedule()), &lambdas.register).await {
            tracing::error!(error = aws::chain(&error), "the scheduled run of register failed");
        }
        tokio::select! {
            () = SystemClock.sleep(EVERY) => {}
            () = stopped.wait() => return,
        }
    }
}
