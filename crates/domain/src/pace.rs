//! How slow the other side of a connection may be. It may pause, and has to keep a least pace on the whole: who moves a byte
//! now and then would keep a connection, and what is in memory for it, for ever.

use std::time::Duration;

/// The bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The longest wait in which nothing moves.
    pub longest: Duration,
    /// How many bytes a second move at least, on average.
    pub rate: u64,
}

/// What is left of the time that one connection may be waited for.
///
/// Waits use it up, and bytes give it back, up to the longest wait. So all waits for one transfer together are no longer than
/// the longest one and what its bytes take at the least pace, and no byte of an earlier transfer counts for a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    pace: Pace,
    left: Duration,
}

impl Patience {
    /// All of it.
    pub fn new(pace: Pace) -> Self {
        Self { pace, left: pace.longest }
    }

    /// How long the next wait may be.
    pub fn left(&self) -> Duration {
        self.left
    }

    /// A wait is over that took so long, and ended with so many bytes.
    pub fn went_on(&mut self, waited: Duration, bytes: u64) {
        let earned = bytes.saturating_mul(1_000_000_000) / self.pace.rate.max(1);
        let left = self.left.saturating_sub(waited).saturating_add(Duration::from_nanos(earned));
        self.left = left.min(self.pace.longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(30);

    /// What is left after these waits, each of so many seconds and bytes.
    fn left(waits: &[(u64, u64)]) -> u64 {
        let mut patience = Patience::new(Pace { longest: LONGEST, rate: 1_000 });
        for (seconds, bytes) in waits {
            patience.went_on(Duration::from_secs(*seconds), *bytes);
        }
        patience.left().as_secs()
    }

    #[test]
    fn who_is_slow_is_not_waited_for_and_who_is_quick_may_pause() {
        assert_eq!(left(&[]), 30);
        assert_eq!(left(&[(29, 0)]), 1);
        assert_eq!(left(&[(29, 60)]), 1, "a byte now and then gains nothing");
        assert_eq!(left(&[(1, 1); 31]), 0, "nor do many");
        assert_eq!(left(&[(10, 10_000); 1_000]), 30, "as quick as it must be");
        assert_eq!(left(&[(20, 10_000), (20, 10_000)]), 10);
        assert_eq!(left(&[(0, 1 << 40), (30, 0)]), 0, "what came quickly is no reason to wait for ever");
        assert_eq!(left(&[(100, 5_000)]), 5, "a wait that was too long is no debt");
        assert_eq!(left(&[(0, u64::MAX)]), 30);
    }

    #[test]
    fn no_byte_is_too_small_to_count() {
        let mut patience = Patience::new(Pace { longest: LONGEST, rate: 8_192 });
        patience.went_on(LONGEST, 0);
        for _ in 0..8_192 {
            patience.went_on(Duration::ZERO, 1);
        }
        assert!(patience.left() > Duration::from_millis(999), "{:?}", patience.left());
        let mut without = Patience::new(Pace { longest: LONGEST, rate: 0 });
        without.went_on(LONGEST, 1);
        assert_eq!(without.left(), Duration::from_secs(1), "a pace of nothing is one of a byte a second");
    }
}
