//! The time of a schedule: one for all, moved by nobody but the scheduler.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use domain::port::Clock;

/// When every schedule begins: 2026-11-23T10:00:00Z.
const BEGIN: i64 = 1_795_428_000_000;

/// Milliseconds since 1970.
#[derive(Debug)]
pub(crate) struct Time(AtomicI64);

impl Default for Time {
    fn default() -> Self {
        Self(AtomicI64::new(BEGIN))
    }
}

impl Time {
    pub(crate) fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }
}

/// For the store, which dates its objects. Nobody sleeps on this one.
impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::Relaxed)).unwrap_or_default()
    }

    async fn sleep(&self, _: std::time::Duration) {}
}
