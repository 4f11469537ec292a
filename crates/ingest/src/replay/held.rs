//! A quarantine object that somebody works on.
//!
//! `replay` and `discard` read an object, and afterwards less is in it. What stays replaces the object by one write, on
//! the condition that nobody has changed it since it was read. So of several people who work on one object at the same
//! time, one succeeds and the others learn of it: no line that was given up, or that landed, is written back.

use bytes::Bytes;
use domain::{
    key::QuarantineKey,
    port::{Clock, ObjectStore, PutMode, StoreError, Version},
    quarantine::MAX_LINE,
};

use super::{ReplayError, lines::Lines};
use crate::{Ingest, pack::Packer};

/// An object as it was read.
pub(super) struct Held {
    pub(super) key: String,
    packed: Bytes,
    version: Version,
}

/// The lines of an object that stay, packed as they are found: packed they take about what the object took.
#[derive(Default)]
pub(super) struct Rest(Vec<u8>);

/// What became of the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It has what stays, and no other lines.
    Done,
    /// Somebody else has changed it since it was read: nothing was written.
    Overtaken,
}

impl Held {
    /// Its lines, from the first one on.
    pub(super) fn lines(&self) -> Result<Lines<'_>, ReplayError> {
        Lines::begin(&self.key, &self.packed, MAX_LINE)
    }

    pub(super) fn failed(&self, source: StoreError) -> ReplayError {
        ReplayError::Store { key: self.key.clone(), source }
    }
}

impl Rest {
    /// Adds lines, each with its line break, as a frame of their own.
    pub(super) fn push(&mut self, key: &str, lines: &[u8], packer: &Packer) -> Result<(), StoreError> {
        if !lines.is_empty() {
            self.0.extend_from_slice(&frame(key, lines, packer)?);
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn frame(key: &str, lines: &[u8], packer: &Packer) -> Result<Bytes, StoreError> {
    packer.pack(lines).map_err(|source| StoreError::Failed { key: key.to_owned(), source: source.into() })
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Reads an object. `None` if it is gone: somebody else has replayed or discarded all of it.
    pub(super) async fn hold(&self, object: &QuarantineKey) -> Result<Option<Held>, ReplayError> {
        let key = object.to_string();
        match self.store.get_versioned(&key).await {
            Ok((packed, version)) => Ok(Some(Held { key, packed, version })),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(source) => Err(ReplayError::Store { key, source }),
        }
    }

    /// Leaves only these lines in the object, or deletes it if there are none, unless somebody else has changed it.
    pub(super) async fn settle(&self, held: &Held, rest: Rest) -> Result<Settled, ReplayError> {
        let is_empty = rest.is_empty();
        let gone = if is_empty { Settled::Done } else { Settled::Overtaken };
        // An object without lines is written before it is deleted, since a deletion has no condition.
        let body = if is_empty {
            frame(&held.key, b"", &self.packer).map_err(|error| held.failed(error))?
        } else {
            Bytes::from(rest.0)
        };
        match self.store.put(&held.key, body.clone(), PutMode::Update(held.version.clone())).await {
            Ok(()) => {}
            Err(StoreError::NotFound { .. }) => return Ok(gone),
            Err(StoreError::Conflict { .. }) => match self.store.get(&held.key).await {
                // It was this write whose reply was lost, or another one of the same lines.
                Ok(found) if found == body => {}
                Ok(_) => return Ok(Settled::Overtaken),
                Err(StoreError::NotFound { .. }) => return Ok(gone),
                Err(error) => return Err(held.failed(error)),
            },
            Err(error) => return Err(held.failed(error)),
        }
        if is_empty {
            // Only `ingest` and `compact` could write under this name, only if nothing is there, and only the lines that
            // the object had: so nobody's lines are deleted with it.
            let failures = self.store.delete(std::slice::from_ref(&held.key)).await;
            let failures = failures.map_err(|error| held.failed(error))?;
            if let Some(failure) = failures.into_iter().next() {
                return Err(held.failed(failure.error));
            }
        }
        Ok(Settled::Done)
    }
}
