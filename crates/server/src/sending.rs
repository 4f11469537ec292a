//! Whether a connection's client takes its answers.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// How long a client may take nothing of its answers while another client waits for its place.
const STUCK: Duration = Duration::from_secs(1);

/// Whether a part of an answer waits for its client, and how long that client has taken nothing of it.
#[derive(Debug, Default)]
pub(crate) struct Sending(Mutex<Option<Instant>>);

impl Sending {
    /// How long the client may go on taking nothing before it is stuck. `None` if it is, or if no part of an answer waits
    /// for it.
    pub(crate) fn until_stuck(&self) -> Option<Duration> {
        STUCK.checked_sub(self.since()?.elapsed()).filter(|left| !left.is_zero())
    }

    /// Whether the client has taken nothing of its answers for a second.
    pub(crate) fn is_stuck(&self) -> bool {
        self.since().is_some_and(|since| since.elapsed() >= STUCK)
    }

    fn since(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}
