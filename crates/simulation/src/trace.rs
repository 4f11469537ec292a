//! What happened, step by step.

use std::fmt::Write;

use chrono::{DateTime, Utc};

/// One line a step, and a hash of them all, by which two runs of a seed are compared.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    /// Kept only where somebody is going to read them: a seed that fails is run once more.
    lines: Option<Vec<String>>,
    hash: u64,
    steps: u64,
}

impl Trace {
    pub(crate) fn new(keep: bool) -> Self {
        Self { lines: keep.then(Vec::new), hash: 0xcbf2_9ce4_8422_2325, steps: 0 }
    }

    /// Notes a step. `what` is a number that says which, for the hash; `words` say it to a person.
    pub(crate) fn step(&mut self, now: DateTime<Utc>, what: u64, words: impl FnOnce() -> String) {
        self.steps += 1;
        for word in [what, now.timestamp_millis().unsigned_abs()] {
            self.hash = (self.hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        }
        if let Some(lines) = &mut self.lines {
            let mut line = now.format("%m-%d %H:%M:%S%.3f ").to_string();
            let _infallible = line.write_str(&words());
            lines.push(line);
        }
    }

    pub(crate) fn into_parts(self) -> (Vec<String>, u64, u64) {
        (self.lines.unwrap_or_default(), self.hash, self.steps)
    }
}
