//! The commit log of a partition: what a commit says, which one is the head, what may be cleaned.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    batch::BatchName,
    invariant,
    key::{self, ParsedKey},
    name::DatasetName,
    partition::Partition,
};

mod claims;

pub use crate::generation::{CommitKind, Generation, InvalidWriter, LastGeneration, WriterId};
pub use claims::BrokenClaim;

/// The newest commit format this code reads. Format 2 added [`CommitKind::Repair`], format 3 [`CommitKind::Discard`]; see
/// [`CommitKind::format`].
pub const FORMAT: u32 = 3;

/// The most entries a commit lists as consumed; what is beyond waits for a later commit.
pub const MAX_CONSUMED: usize = 10_000;

/// One Parquet file of a generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataFile {
    /// Its object key.
    pub key: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// Big enough to be carried over by copy instead of being rewritten.
    pub sealed: bool,
}

/// A landing batch whose events are in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consumed {
    /// The batch.
    pub batch: BatchName,
    /// When the commit that consumed it was made.
    pub at: DateTime<Utc>,
}

/// What a person gave up with a commit of kind [`CommitKind::Discard`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discarded {
    /// How many rows of the parent are not in this generation.
    pub rows: u64,
    /// The parent's data files that had them.
    pub files: Vec<String>,
    /// Why, in words.
    pub reason: String,
}

/// One commit object: create-if-absent makes it the commit point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The format of this object, see [`FORMAT`].
    pub format: u32,
    /// How it came from its parent.
    pub kind: CommitKind,
    /// The dataset.
    pub dataset: DatasetName,
    /// The partition.
    pub partition: Partition,
    /// Its number: the parent's plus one.
    pub generation: Generation,
    /// The version of the definition that the files follow.
    pub schema_version: u32,
    /// The directory with the files, ending in `/`.
    pub location: String,
    /// The files: all of the partition's rows, and nothing else.
    pub files: Vec<DataFile>,
    /// Landing batches whose events are in the files, until their objects are seen to be gone.
    pub consumed: Vec<Consumed>,
    /// Rows in all files.
    pub rows: u64,
    /// Events dropped by this commit because their twin was there already.
    pub duplicates_dropped: u64,
    /// Of those, how many differed from their twin in content.
    #[serde(default)]
    pub conflicting: u64,
    /// What was given up: in a commit of kind `discard`, and in no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discarded: Option<Discarded>,
    /// The attempt that made it.
    pub writer: WriterId,
    /// When.
    pub committed_at: DateTime<Utc>,
    /// When the newest batch landed whose events are in the files. A commit that adds no events has its parent's. A
    /// commit without it is of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_landed_at: Option<DateTime<Utc>>,
}

/// Why a commit object cannot be used. The partition stops; the others go on.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableCommit {
    /// Written by a newer version.
    #[error(
        "commit {key} has format {found}; this version reads up to {FORMAT}: upgrade before working on this partition"
    )]
    NewerFormat {
        /// The object.
        key: String,
        /// Its format.
        found: u32,
    },
    /// Not a commit.
    #[error("commit {key} does not parse")]
    Malformed {
        /// The object.
        key: String,
        /// Where it went wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A commit that says it is another one.
    #[error("commit {key} describes {dataset}/{partition} generation {generation}")]
    Misplaced {
        /// The object.
        key: String,
        /// What it says.
        dataset: DatasetName,
        /// What it says.
        partition: Partition,
        /// What it says.
        generation: Generation,
    },
    /// A commit that says what cannot be.
    #[error("commit {key} is broken: {reason}")]
    Broken {
        /// The object.
        key: String,
        /// What it says.
        reason: BrokenClaim,
    },
}

impl Commit {
    /// Reads the object at `key`. A newer format, a commit that belongs elsewhere, and one that says what cannot be
    /// ([`BrokenClaim`]) are errors. So sums of what the commit says do not overflow.
    pub fn parse(key: &str, bytes: &[u8]) -> Result<Self, UnreadableCommit> {
        #[derive(Deserialize)]
        struct Probe {
            format: u32,
        }
        let malformed = |source| UnreadableCommit::Malformed { key: key.to_owned(), source };
        // The format first: a newer one may have anything else in it.
        let probe: Probe = serde_json::from_slice(bytes).map_err(malformed)?;
        if probe.format > FORMAT {
            return Err(UnreadableCommit::NewerFormat { key: key.to_owned(), found: probe.format });
        }
        let commit: Self = serde_json::from_slice(bytes).map_err(malformed)?;
        if commit.key() == key {
            return match claims::check(&commit) {
                Ok(()) => Ok(commit),
                Err(reason) => Err(UnreadableCommit::Broken { key: key.to_owned(), reason }),
            };
        }
        let Self { dataset, partition, generation, .. } = commit;
        Err(UnreadableCommit::Misplaced { key: key.to_owned(), dataset, partition, generation })
    }

    /// The key this commit has in the bucket.
    pub fn key(&self) -> String {
        key::commit(&self.dataset, &self.partition, self.generation)
    }

    /// Size of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).fold(0, u64::saturating_add)
    }

    /// When the newest of its events arrived, as far as is known: where that was not written down, when it was committed.
    pub fn fresh_at(&self) -> DateTime<Utc> {
        self.newest_landed_at.unwrap_or(self.committed_at)
    }

    /// Whether a person gave up all of it: it is an empty generation that a purge, or the loss of all data files, has left.
    pub fn is_given_up(&self) -> bool {
        self.kind == CommitKind::Discard && self.files.is_empty()
    }

    /// Whether this commit already holds the batch's events.
    pub fn has_consumed(&self, batch: &BatchName) -> bool {
        self.consumed.iter().any(|entry| entry.batch == *batch)
    }
}

/// The live part of a partition's log (I2), from the keys of a listing: its lowest generation, and its highest, the
/// head. `None` if nothing was committed. The keys of other partitions do not count: the prefix of a day is that of its
/// hours too.
pub fn log<'a>(
    dataset: &DatasetName,
    partition: &Partition,
    keys: impl IntoIterator<Item = &'a str>,
) -> Option<(Generation, Generation)> {
    let generations = keys.into_iter().filter_map(|key| match ParsedKey::parse(key) {
        Ok(ParsedKey::Commit(of, at, generation)) if of == *dataset && at == *partition => {
            Some(generation.number())
        }
        _ => None,
    });
    let log = invariant::log(&generations.collect())?;
    Some((Generation::new(log.oldest), Generation::new(log.head)))
}

/// The head of a partition's log (I2): its highest generation among the keys of a listing, if there is one.
pub fn head<'a>(
    dataset: &DatasetName,
    partition: &Partition,
    keys: impl IntoIterator<Item = &'a str>,
) -> Option<Generation> {
    log(dataset, partition, keys).map(|(_, head)| head)
}

/// What may be deleted from landing: [`invariant::cleanable`] of the head.
pub fn cleanable(head: &Commit, now: DateTime<Utc>, grace: TimeDelta) -> impl Iterator<Item = &BatchName> {
    let consumed = head.consumed.iter().map(|entry| (&entry.batch, entry.at));
    invariant::cleanable(consumed, move |at| now - *at >= grace)
}

#[cfg(test)]
mod tests;
