//! Lines of quarantine that somebody gives up.

use domain::{
    key::QuarantineKey,
    port::{Clock, ObjectStore, StoreError},
    quarantine::{MAX_LINE, Rejected},
};

use super::{ReplayError, lines::Lines};
use crate::{Ingest, group::Place, service::SLICE, sort::Sorter};

/// What became of an object's lines that were given up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Discarded {
    /// Lines that are gone, or would be.
    pub discarded: usize,
    /// Lines that stay.
    pub kept: usize,
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Deletes the chosen lines of one object for good; with `dry_run` it only counts them. What is not chosen is stored
    /// before the object goes. An object that is gone has nothing to be discarded.
    ///
    /// # Errors
    ///
    /// If the store fails, or if the object is damaged. It stays as it is then.
    pub async fn discard<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        chosen: F,
        dry_run: bool,
    ) -> Result<Discarded, ReplayError> {
        self.discard_in_slices(object, chosen, dry_run, SLICE).await
    }

    /// The same. Of the lines that stay, so many bytes are in memory at once, and one line more. The object is read twice,
    /// since nothing is written before all of it was read.
    pub(super) async fn discard_in_slices<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        chosen: F,
        dry_run: bool,
        slice: usize,
    ) -> Result<Discarded, ReplayError> {
        let key = object.to_string();
        let failed = |source| ReplayError::Store { key: key.clone(), source };
        let packed = match self.store.get(&key).await {
            Err(StoreError::NotFound { .. }) => return Ok(Discarded::default()),
            packed => packed.map_err(failed)?,
        };
        let mut done = Discarded::default();
        let mut lines = Lines::begin(&key, &packed, MAX_LINE)?;
        while let Some(rejected) = lines.read()? {
            let count = if chosen(&rejected) { &mut done.discarded } else { &mut done.kept };
            *count += 1;
        }
        if done.discarded == 0 || dry_run {
            return Ok(done);
        }
        let known = self
            .known()
            .await
            .map_err(|source| ReplayError::Ingest { key: key.clone(), source: source.into() })?;
        let mut lines = Lines::begin(&key, &packed, MAX_LINE)?;
        let mut is_end = false;
        while !is_end {
            let mut sorter = Sorter::new(self.rules(&known), self.clock.now());
            let mut index = 0;
            while sorter.bytes() < slice {
                let Some(rejected) = lines.read()? else {
                    is_end = true;
                    break;
                };
                if !chosen(&rejected) {
                    sorter.keep(index, Place::Quarantine(object.dataset.as_ref(), object.day), &rejected);
                    index += 1;
                }
            }
            self.store_groups(sorter.end().groups).await.map_err(failed)?;
        }
        self.remove(&key).await.map_err(failed)?;
        Ok(done)
    }
}
