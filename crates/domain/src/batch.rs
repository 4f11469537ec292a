//! The name of a batch: a hash of what is in it, so that the same batch always has the same key.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of the SHA-256 that make a name: 160 bits, so that a sender cannot make two batches collide.
const HASH_BYTES: usize = 20;

/// A batch's name: 40 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BatchName(String);

/// The text is not the name of a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid batch name {0:?}: expected 40 lower-case hexadecimal digits")]
pub struct InvalidBatchName(String);

impl BatchName {
    /// The name of a batch of these events; see [`Namer`].
    pub fn of<'a>(
        dataset: impl fmt::Display,
        place: &str,
        events: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Self {
        let mut namer = Namer::new(dataset, place);
        events.into_iter().for_each(|(id, payload)| namer.event(id, payload));
        namer.name()
    }

    /// Reads a name out of a key.
    pub fn parse(text: &str) -> Option<Self> {
        let hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 2 * HASH_BYTES && text.bytes().all(hexadecimal)).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hashes a batch while it is put together: the place (a dataset or none, and a partition or a day) and each event's
/// id and payload, in order. `_ingested_at` is left out: a redelivered batch has the same name.
#[derive(Debug, Clone)]
pub struct Namer(Sha256);

impl Namer {
    /// For a batch of this place.
    pub fn new(dataset: impl fmt::Display, place: &str) -> Self {
        let mut namer = Self(Sha256::new());
        namer.field(dataset.to_string().as_bytes());
        namer.field(place.as_bytes());
        namer
    }

    /// Adds the next event.
    pub fn event(&mut self, id: &str, payload: &[u8]) {
        self.field(id.as_bytes());
        self.field(payload);
    }

    /// Lengths first: no two different lists of fields feed the hash the same bytes.
    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The name of what was added.
    pub fn name(self) -> BatchName {
        let digest = self.0.finalize();
        let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 });
        let digits = digest.iter().take(HASH_BYTES).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
        BatchName(digits.collect())
    }
}

impl fmt::Display for BatchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BatchName {
    type Error = InvalidBatchName;
    fn try_from(text: String) -> Result<Self, InvalidBatchName> {
        Self::parse(&text).ok_or(InvalidBatchName(text))
    }
}

impl From<BatchName> for String {
    fn from(name: BatchName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(events: &[(&str, &str)]) -> BatchName {
        BatchName::of("d", "dt=2026-11-23", events.iter().map(|(id, body)| (*id, body.as_bytes())))
    }

    #[test]
    fn the_same_events_in_the_same_order_have_the_same_name() {
        assert_eq!(name(&[("1", "a"), ("2", "b")]), name(&[("1", "a"), ("2", "b")]));
        assert_ne!(name(&[("1", "a"), ("2", "b")]), name(&[("2", "b"), ("1", "a")]));
    }

    #[test]
    fn moving_a_boundary_between_fields_changes_the_name() {
        assert_ne!(name(&[("1", "ab")]), name(&[("1a", "b")]));
        assert_ne!(name(&[("1", "a"), ("2", "b")]), name(&[("1", "a2b")]));
    }
}
