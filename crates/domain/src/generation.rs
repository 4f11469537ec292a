//! What tells a generation of a partition from others: its number, who wrote it, and how it came from its parent.

use std::fmt;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

/// The last number that has ten digits.
const LAST: u64 = 9_999_999_999;

/// There is no number after the last one that a key has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("generation {0} is followed by none: the keys of commits have ten digits")]
pub struct LastGeneration(pub Generation);

/// The number of a generation, counted from 1. Ten digits in keys, so that text order is number order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Generation(u64);

impl Generation {
    /// The first generation of a partition.
    pub const FIRST: Self = Self(1);

    /// A generation of this number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The generation after this one. The last of ten digits has none: a key of eleven digits is read by nobody.
    pub fn next(self) -> Result<Self, LastGeneration> {
        if self.0 < LAST { Ok(Self(self.0 + 1)) } else { Err(LastGeneration(self)) }
    }

    /// The plain number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// Reads the ten digits of a key.
    pub fn parse(text: &str) -> Option<Self> {
        digits(text, 10).map(Self)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:010}", self.0)
    }
}

/// Who wrote a generation: a ULID, fresh for each attempt, so that a lost reply is recognised as one's own
/// success and no two attempts write the same data file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WriterId(Ulid);

/// The text is not a ULID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid writer {0:?}: expected a ULID of 26 characters")]
pub struct InvalidWriter(String);

impl WriterId {
    /// Reads the canonical 26 characters.
    pub fn new(text: &str) -> Result<Self, InvalidWriter> {
        match Ulid::from_string(text) {
            // The decoder forgives lower case and look-alikes; keys must not.
            Ok(ulid) if ulid.to_string() == text => Ok(Self(ulid)),
            _ => Err(InvalidWriter(text.to_owned())),
        }
    }
}

impl From<Ulid> for WriterId {
    fn from(ulid: Ulid) -> Self {
        Self(ulid)
    }
}

impl fmt::Display for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for WriterId {
    type Error = InvalidWriter;
    fn try_from(text: String) -> Result<Self, InvalidWriter> {
        Self::new(&text)
    }
}

impl From<WriterId> for String {
    fn from(writer: WriterId) -> Self {
        writer.to_string()
    }
}

/// How a generation came from its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommitKind {
    /// The rows of the parent plus newly consumed ones.
    Append,
    /// Exactly the parent's rows, in other files.
    Merge,
    /// Exactly the parent's rows, rewritten to the current definition.
    Rebuild,
    /// The parent's rows less twins by identity, which a fault once let in.
    Repair,
    /// Exactly the parent's rows: back to older files.
    Rollback,
    /// The parent's rows less those that a person gave up: see [`Discarded`](crate::commit::Discarded).
    Discard,
}

impl CommitKind {
    /// The format that a commit of this kind is written in: the lowest that has it, so that older versions read what
    /// they can.
    pub fn format(self) -> u32 {
        match self {
            Self::Append | Self::Merge | Self::Rebuild | Self::Rollback => 1,
            Self::Repair => 2,
            Self::Discard => 3,
        }
    }

    /// Whether every event of the parent, and no other, is in a generation of this kind, and in as many rows.
    pub fn keeps_rows(self) -> bool {
        match self {
            Self::Merge | Self::Rebuild | Self::Rollback => true,
            Self::Append | Self::Repair | Self::Discard => false,
        }
    }
}

/// A number of exactly `width` digits.
pub(crate) fn digits(text: &str, width: usize) -> Option<u64> {
    (text.len() == width && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_next_number_is_one_that_keys_are_read_with() {
        for number in [1, 9, 10, 99_999_999, LAST - 1] {
            let next = Generation::new(number).next().unwrap();
            assert_eq!((next.number(), Generation::parse(&next.to_string())), (number + 1, Some(next)));
        }
        for number in [LAST, LAST + 1, u64::MAX] {
            let last = Generation::new(number);
            assert_eq!(last.next(), Err(LastGeneration(last)));
        }
    }

    #[test]
    fn writers_are_canonical_ulids() {
        assert!(WriterId::new("01JD0000000000000000000000").is_ok());
        for bad in
            ["", "01jd0000000000000000000000", "../0000000000000000000000", "O1JD0000000000000000000000"]
        {
            assert!(WriterId::new(bad).is_err(), "{bad:?} was accepted");
        }
    }
}
