//! The real clock and real randomness: the one place that asks the machine for them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::port::{Clock, Entropy, Ids, Source};
use ulid::Ulid;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

// This is what everybody else is to be injected with.
#[allow(clippy::disallowed_methods)]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// ULIDs with the operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn ulid(&self) -> Ulid {
        Ulid::generate()
    }

    fn random(&self) -> u64 {
        // The low half of a ULID's 80 random bits.
        let bytes = Ulid::generate().to_bytes();
        let mut low = [0; 8];
        low.copy_from_slice(&bytes[8..]);
        u64::from_le_bytes(low)
    }
}

/// The operating system's generator, which is fit for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Source> {
        getrandom::fill(bytes).map_err(Source::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_contracts_hold() {
        domain::contract::clock::clock(&SystemClock).await;
        domain::contract::clock::ids(&RandomIds);
        domain::contract::clock::entropy(&OsEntropy);
    }
}
