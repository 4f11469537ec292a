//! SIGTERM, as Kubernetes, ECS and systemd send it, and SIGINT of a terminal.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::ServerError;

/// Watches for the signals from when it is made.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(crate) fn watch() -> Result<Self, ServerError> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(ServerError::Signal)?,
            terminate: signal(SignalKind::terminate()).map_err(ServerError::Signal)?,
        })
    }

    /// Comes back at the next signal.
    pub(crate) async fn requested(&mut self) {
        tokio::select! {
            _signal = self.interrupt.recv() => {}
            _signal = self.terminate.recv() => {}
        }
    }
}
