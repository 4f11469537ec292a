//! What a commit says of itself, looked at before anybody reckons with it.

use std::collections::HashSet;

use super::Commit;
use crate::key;

/// The most rows, and the most bytes, that a commit may speak of. Sums over all partitions of a lake stay below 2^64.
pub(super) const MOST: u64 = 1 << 48;

/// What a commit says that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenClaim {
    /// A number, or a sum over its files, that no partition has.
    #[error("it says {0}, and {most} at the most are possible", most = MOST)]
    TooMany(String),
    /// Its directory is not the one that its dataset, partition, number and writer have.
    #[error("its location is {found:?}, and that of its generation is {expected:?}")]
    Location {
        /// What it says.
        found: String,
        /// The directory of its generation.
        expected: String,
    },
    /// Each row is in one file, and so each file is in the list once.
    #[error("it lists the file {0:?} twice")]
    Twice(String),
}

/// Fails if the numbers of a commit are too large, its location is not its own, or it lists a file twice.
pub(super) fn check(commit: &Commit) -> Result<(), BrokenClaim> {
    let discarded = commit.discarded.as_ref().map_or(0, |discarded| discarded.rows);
    for (what, number) in [
        ("rows", commit.rows),
        ("duplicates_dropped", commit.duplicates_dropped),
        ("conflicting", commit.conflicting),
        ("discarded rows", discarded),
    ] {
        if number > MOST {
            return Err(BrokenClaim::TooMany(format!("{number} {what}")));
        }
    }
    let (mut rows, mut bytes) = (0_u64, 0_u64);
    let mut keys = HashSet::with_capacity(commit.files.len());
    for file in &commit.files {
        // No sum is above the bound before its next summand, which saturates where it has to.
        (rows, bytes) = (rows.saturating_add(file.rows), bytes.saturating_add(file.bytes));
        for (what, sum) in [("rows", rows), ("bytes", bytes)] {
            if sum > MOST {
                return Err(BrokenClaim::TooMany(format!("{sum} {what} in its files")));
            }
        }
        if !keys.insert(file.key.as_str()) {
            return Err(BrokenClaim::Twice(file.key.clone()));
        }
    }
    let expected =
        key::generation_prefix(&commit.dataset, &commit.partition, commit.generation, &commit.writer);
    if commit.location != expected {
        return Err(BrokenClaim::Location { found: commit.location.clone(), expected });
    }
    Ok(())
}
