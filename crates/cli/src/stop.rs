//! Ctrl-C and SIGTERM.

use std::pin::pin;

use futures::future::{Either, select};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;

/// Comes back when the process is asked to stop.
pub(crate) async fn requested() -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Signal)?;
    match select(pin!(tokio::signal::ctrl_c()), pin!(terminate.recv())).await {
        Either::Left((interrupted, _)) => interrupted.map_err(Failure::Signal),
        Either::Right(_) => Ok(()),
    }
}

/// Stops the lake; a second Ctrl-C does not wait for it.
pub(crate) async fn stop(lake: local::Lake) -> Result<(), Failure> {
    match select(pin!(lake.stop()), pin!(requested())).await {
        Either::Left(_) => Ok(()),
        Either::Right((impatient, _)) => impatient,
    }
}
