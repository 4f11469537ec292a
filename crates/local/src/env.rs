//! The injected clock and ids, with their types erased: every part of the server holds a copy.

use std::{fmt, sync::Arc};

use chrono::{DateTime, SecondsFormat, Utc};
use domain::port::{Clock, Ids};

/// Time and randomness for one server.
#[derive(Clone)]
pub(crate) struct Env {
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    random: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl Env {
    pub(crate) fn new<C: Clock, I: Ids>(clock: Arc<C>, ids: Arc<I>) -> Self {
        Self { now: Arc::new(move || clock.now()), random: Arc::new(move || ids.random()) }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.now)()
    }

    /// Seconds since 1970 with milliseconds: how AWS JSON writes a time.
    pub(crate) fn epoch_seconds(&self) -> f64 {
        epoch_seconds(self.now())
    }

    /// A random (version 4) UUID.
    pub(crate) fn uuid(&self) -> String {
        uuid_v4((self.random)(), (self.random)())
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}

/// Seconds since 1970 with milliseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit into 52 bits for 140,000 years")]
pub(crate) fn epoch_seconds(time: DateTime<Utc>) -> f64 {
    time.timestamp_millis() as f64 / 1_000.0
}

/// `2026-11-23T10:05:00.123Z`.
pub(crate) fn iso_millis(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn uuid_v4(high: u64, low: u64) -> String {
    let high = high & !0xf000 | 0x4000;
    let low = low & !(0b11 << 62) | 0b10 << 62;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::uuid_v4;

    #[test]
    fn uuids_are_of_version_4_whatever_the_bits() {
        assert_eq!(uuid_v4(0, 0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid_v4(u64::MAX, u64::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
