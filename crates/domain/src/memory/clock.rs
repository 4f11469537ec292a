use std::{sync::Mutex, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use ulid::Ulid;

use super::lock;
use crate::port::{Clock, Entropy, Ids, Source};

/// A clock that stands still until it is moved. A sleep moves it by its own length and comes back at once.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves it forward.
    pub fn advance(&self, by: TimeDelta) {
        *lock(&self.0) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *lock(&self.0)
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX));
        tokio::task::yield_now().await;
    }
}

/// Ids and randomness from a seed (SplitMix64): the same seed gives the same sequence.
#[derive(Debug)]
pub struct SeededIds(Mutex<u64>);

impl SeededIds {
    /// A sequence that only the seed decides.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// Another sequence, which this one's place decides. This one goes on as if nobody had asked.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(*lock(&self.0) ^ 0xd1b5_4a32_d192_ed03)
    }
}

impl Ids for SeededIds {
    fn ulid(&self) -> Ulid {
        // No time in it: simulated ids need to be unique and replayable, and nothing sorts by them.
        Ulid::from_parts(self.random() & 0xffff_ffff_ffff, u128::from(self.random()))
    }

    fn random(&self) -> u64 {
        let mut state = lock(&self.0);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// As random as its seed: for tests and nobody else.
impl Entropy for SeededIds {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Source> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.random().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
