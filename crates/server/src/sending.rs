//! Whether a connection's client takes its answers.
//!
//! It is judged where bytes are written. While a write waits for the client, hyper polls neither the request that is under way nor
//! its timers, so nothing within the service can tell.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::{
    pace::{Pace, Patience},
    port::Clock,
};
use tokio::time::Instant;

/// How long a client may take nothing of its answers while another client waits for its place.
const STUCK: Duration = Duration::from_secs(1);

/// How slowly a client may take what is left for it, once its connection is to end.
const LEAVING: Pace = Pace { longest: Duration::from_secs(2), rate: 64 << 10 };

/// How often it is looked at whether it takes it so slowly.
const LOOK: Duration = Duration::from_millis(250);

/// What is known of the bytes that go to one client.
#[derive(Debug, Default)]
pub(crate) struct Sending(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Since when a part of an answer waits for the client, and nothing of it is taken.
    blocked: Option<Instant>,
    /// All bytes that were taken.
    taken: u64,
    /// What is left of the client's time, once its connection is to end.
    leaving: Option<Patience>,
}

impl Sending {
    /// A part of an answer waits for the client, since then.
    pub(crate) fn waits(&self, since: Instant) {
        self.state().blocked = Some(since);
    }

    /// So many bytes are taken, or the connection is lost.
    pub(crate) fn went_on(&self, bytes: u64) {
        let mut state = self.state();
        let waited = state.blocked.take().map(|since| since.elapsed()).unwrap_or_default();
        state.taken = state.taken.saturating_add(bytes);
        if let Some(patience) = &mut state.leaving {
            patience.went_on(waited, bytes);
        }
    }

    /// The connection is to end: from now on its client has less time for what is left.
    pub(crate) fn leaves(&self) {
        self.state().leaving.get_or_insert_with(|| Patience::new(LEAVING));
    }

    /// How many bytes the client has taken.
    pub(crate) fn taken(&self) -> u64 {
        self.state().taken
    }

    /// How long the client may go on taking nothing before it is stuck. `None` if it is, or if no part of an answer waits
    /// for it.
    pub(crate) fn until_stuck(&self) -> Option<Duration> {
        STUCK.checked_sub(self.state().blocked?.elapsed()).filter(|left| !left.is_zero())
    }

    /// Whether the client has taken nothing of its answers for a second.
    pub(crate) fn is_stuck(&self) -> bool {
        self.state().blocked.is_some_and(|since| since.elapsed() >= STUCK)
    }

    /// Comes back when the connection is to end, and its client takes what is left too slowly.
    pub(crate) async fn grows_late(&self) {
        while !self.is_late() {
            aws::SystemClock.sleep(LOOK).await;
        }
    }

    fn is_late(&self) -> bool {
        let state = self.state();
        let (Some(since), Some(patience)) = (state.blocked, state.leaving) else { return false };
        since.elapsed() >= patience.left()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes so many bytes after each pause of so many milliseconds; answers how long it was waited for.
    async fn waited(pause: u64, bytes: u64) -> Option<Duration> {
        let (sending, began) = (Sending::default(), Instant::now());
        sending.leaves();
        for _ in 0..100 {
            sending.waits(Instant::now());
            let late = tokio::time::timeout(Duration::from_millis(pause), sending.grows_late()).await;
            if late.is_ok() {
                return Some(began.elapsed());
            }
            sending.went_on(bytes);
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_to_leave_takes_the_rest_at_a_pace() {
        for (pause, bytes, expected) in [
            (10_000, 0, Some(2)),
            (100, 0, Some(2)),
            (500, 1, Some(2)),
            (500, 16 << 10, Some(3)),
            (500, 32 << 10, None),
            (100, 8 << 10, None),
            (1_900, 1 << 20, None),
        ] {
            let waited = waited(pause, bytes).await;
            assert_eq!(waited.map(|waited| waited.as_secs()), expected, "{bytes} bytes after {pause} ms");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_else_is_late_and_only_who_takes_nothing_is_stuck() {
        let sending = Sending::default();
        sending.waits(Instant::now());
        tokio::time::advance(STUCK * 9 / 10).await;
        assert!(!sending.is_stuck() && sending.until_stuck().is_some());
        sending.went_on(1);
        sending.waits(Instant::now());
        tokio::time::advance(STUCK * 9 / 10).await;
        assert!(!sending.is_stuck());
        tokio::time::advance(STUCK).await;
        assert!(sending.is_stuck() && sending.until_stuck().is_none());
        tokio::time::advance(10 * STUCK).await;
        assert!(!sending.is_late(), "it is not to leave");
        sending.went_on(0);
        sending.leaves();
        tokio::time::advance(10 * STUCK).await;
        assert!(!sending.is_stuck() && !sending.is_late(), "nothing waits for its client");
        assert_eq!(sending.taken(), 1);
    }
}
