//! The one source of chance in a test (SplitMix64).

use crate::{memory::SeededIds, port::Ids};

/// What the seed decides, in order.
#[derive(Debug)]
pub struct Random(SeededIds);

impl Random {
    /// The sequence of a seed: the same seed gives the same one.
    pub fn new(seed: u64) -> Self {
        Self(SeededIds::new(seed))
    }

    /// Another sequence, which this one's place decides. This one goes on as if nobody had asked: what is drawn from the
    /// other changes nothing else that a seed stands for.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self(self.0.fork())
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }

    /// A number below `bound`; 0 if that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.bits() % bound).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// Yes in so many of a thousand cases.
    pub fn chance(&mut self, permille: usize) -> bool {
        self.below(1_000) < permille
    }

    /// One of them. `None` if there is none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// An index, each as likely as its weight says.
    pub fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }
}
