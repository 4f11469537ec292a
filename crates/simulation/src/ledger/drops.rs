use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use domain::{
    invariant::Violation,
    key::{self, ParsedKey},
    schemas::Dropped,
};

use crate::process::ProcessId;

/// What is known of the drops of the one dataset that a schedule has.
#[derive(Debug, Default)]
pub(crate) struct Drops {
    /// How often it was dropped.
    happened: u64,
    /// The newest version that was accepted, and the newest that is dropped.
    newest: u32,
    dropped: u32,
    /// For each process that began while a version was live: how often it had been dropped by then.
    began: BTreeMap<ProcessId, u64>,
    purgers: BTreeSet<ProcessId>,
    /// The last drop says that it is done.
    pub(crate) is_done: bool,
}

impl Drops {
    pub(crate) fn begin(&mut self, process: ProcessId) {
        if self.is_live() {
            self.began.insert(process, self.happened);
        }
    }

    /// This process drops the dataset with its data.
    pub(crate) fn purge(&mut self, process: ProcessId) {
        self.purgers.insert(process);
    }

    pub(crate) fn is_live(&self) -> bool {
        self.newest > self.dropped
    }

    /// Whether the dataset has been live all the time since the process began. One with an older view may find anything,
    /// and what it reports is about a dataset that is gone.
    pub(crate) fn is_settled(&self, process: ProcessId) -> bool {
        self.began.get(&process) == Some(&self.happened)
    }

    /// Whether anybody has begun to purge.
    pub(super) fn is_purged(&self) -> bool {
        !self.purgers.is_empty()
    }

    pub(super) fn is_purged_by(&self, process: ProcessId) -> bool {
        self.purgers.contains(&process)
    }

    /// An object was written: it may be a version, or the note of a drop.
    pub(super) fn written(&mut self, key: &str, body: &Bytes) -> Result<(), Violation> {
        if let Ok(ParsedKey::Schema(_, version)) = ParsedKey::parse(key) {
            self.newest = self.newest.max(version);
        }
        if key::dropped_of(key).is_some() {
            let note: Dropped = serde_json::from_slice(body).map_err(|error| Violation {
                invariant: "drop",
                what: format!("the note of a drop was written that cannot be read: {error}"),
            })?;
            self.dropped = note.version;
            if !self.is_live() {
                self.happened += 1;
            }
        }
        Ok(())
    }
}
