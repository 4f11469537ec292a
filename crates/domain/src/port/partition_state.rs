//! What a catalog says of a partition beside its location and its columns.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};

use crate::commit::{Commit, Generation};

/// What `register` writes of a partition: which generation its location is, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionState {
    /// The generation that the location is.
    pub generation: Generation,
    /// The version of the definition that the columns are of.
    pub schema_version: u32,
    /// The rows of that generation.
    pub rows: u64,
    /// The bytes of its files.
    pub bytes: u64,
    /// When it was committed, to the millisecond.
    pub committed_at: DateTime<Utc>,
    /// When the newest batch landed whose events it has, to the millisecond. The heads of older versions do not say it.
    pub newest_landed_at: Option<DateTime<Utc>>,
}

impl PartitionState {
    /// The state of a partition whose head this is, under this version of the definition.
    pub fn of(head: &Commit, schema_version: u32) -> Self {
        Self {
            generation: head.generation,
            schema_version,
            rows: head.rows,
            bytes: head.bytes(),
            // As the catalog keeps them: else what is read back would never be what was written.
            committed_at: head.committed_at.trunc_subsecs(3),
            newest_landed_at: head.newest_landed_at.map(|at| at.trunc_subsecs(3)),
        }
    }

    /// When the newest of its events landed; where nobody wrote that down, when it was committed.
    pub fn fresh_at(&self) -> DateTime<Utc> {
        self.newest_landed_at.unwrap_or(self.committed_at)
    }
}

/// Who wrote an entry of the catalog, and what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum EntryState {
    /// `register` did, and says this.
    Registered(PartitionState),
    /// It names no generation, so somebody else wrote it. Without a commit, `register` removes it.
    #[default]
    ByHand,
    /// It names a generation, so `register` wrote it; but not all of it can be read, so somebody changed it since. It
    /// says nothing that may be used. `register` writes it again. Without a commit it stays, since data may be lost.
    Damaged(DamagedEntry),
}

impl EntryState {
    /// What `register` says; `None` where it does not, or where somebody damaged that.
    pub fn registered(&self) -> Option<&PartitionState> {
        match self {
            Self::Registered(state) => Some(state),
            Self::ByHand | Self::Damaged(_) => None,
        }
    }
}

/// What of an entry of `register`'s cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its parameter {parameter} is missing, or is not as register writes it")]
pub struct DamagedEntry {
    /// The first parameter that is wrong.
    pub parameter: &'static str,
}

/// What others wrote into an entry, as statistics of its columns. The lake does not read it. Whoever replaces an entry
/// gives it back as it was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others(BTreeMap<String, String>);

impl Others {
    /// The parameters one by one, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Others {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(parameters: T) -> Self {
        Self(parameters.into_iter().collect())
    }
}
