//! Numbers that look random and follow from the seed and an event's position alone.

use domain::{memory::SeededIds, port::Ids};

#[derive(Debug)]
pub(crate) struct Random(SeededIds);

impl Random {
    /// Each position has a sequence of its own.
    pub(crate) fn new(seed: u64, position: u64) -> Self {
        // A multiplier that is not the generator's own step: else a position's second number were the next one's first.
        Self(SeededIds::new(seed ^ (position + 1).wrapping_mul(0xd134_2543_de82_ef95)))
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0.random()
    }

    /// From 0 on, below this.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.random() % bound
    }

    /// One of the words of a list with a bar between them.
    pub(crate) fn pick<'t>(&mut self, words: &'t str) -> &'t str {
        let count = words.bytes().filter(|byte| *byte == b'|').count() as u64 + 1;
        let index = self.below(count) as usize;
        words.split('|').nth(index).unwrap_or_default()
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}
