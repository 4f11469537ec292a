//! Ctrl-C and SIGTERM.

use std::pin::pin;

use futures::future::{Either, select};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::Failure;

/// The work's outcome, or that it was interrupted. Not for what reads files: that would not let go.
pub(crate) async fn interruptible<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let mut stop = Stop::watch()?;
    stop.unless_requested(work).await.unwrap_or(Err(Failure::Interrupted))
}

/// Watches for the signals from when it is made: to be made before there is anything to be cleaned up.
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    pub(crate) fn watch() -> Result<Self, Failure> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::Signal)?,
            terminate: signal(SignalKind::terminate()).map_err(Failure::Signal)?,
        })
    }

    /// Comes back when the process is asked to stop.
    pub(crate) async fn requested(&mut self) {
        select(pin!(self.interrupt.recv()), pin!(self.terminate.recv())).await;
    }

    /// The work's outcome, or `None` if the process is asked to stop first.
    pub(crate) async fn unless_requested<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        match select(pin!(work), pin!(self.requested())).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        }
    }

    /// Stops the lake; a second Ctrl-C does not wait for it.
    pub(crate) async fn stop(&mut self, lake: local::Lake) {
        self.unless_requested(lake.stop()).await;
    }
}
