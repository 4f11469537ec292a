//! Lines of quarantine that somebody gives up.

use domain::{
    key::QuarantineKey,
    port::{Clock, ObjectStore},
    quarantine::Rejected,
};

use super::{
    ReplayError,
    held::{Held, Rest, Settled},
};
use crate::{Ingest, service::SLICE};

/// How often an object is read again that somebody else has changed.
const ATTEMPTS: usize = 10;

/// What became of an object's lines that were given up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Discarded {
    /// Lines that are gone, or would be.
    pub discarded: usize,
    /// Lines that stay.
    pub kept: usize,
}

impl<S: ObjectStore, K: Clock> Ingest<S, K> {
    /// Deletes the chosen lines of one object for good; with `dry_run` it only counts them. What is not chosen stays in the
    /// object, byte for byte. An object that is gone has nothing to be discarded. If somebody else changes the object
    /// meanwhile, it is read again: what is counted was there, and is gone.
    ///
    /// # Errors
    ///
    /// If the store fails, if the object is damaged, or if others change it again and again. It stays as it is then.
    pub async fn discard<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        chosen: F,
        dry_run: bool,
    ) -> Result<Discarded, ReplayError> {
        self.discard_in_slices(object, chosen, dry_run, SLICE).await
    }

    /// The same. Of the lines that stay, so many bytes are in memory unpacked at once, and one line more.
    pub(super) async fn discard_in_slices<F: Fn(&Rejected) -> bool>(
        &self,
        object: &QuarantineKey,
        chosen: F,
        dry_run: bool,
        slice: usize,
    ) -> Result<Discarded, ReplayError> {
        for _ in 0..ATTEMPTS {
            let Some(held) = self.hold(object).await? else { return Ok(Discarded::default()) };
            let (done, rest) = self.without(&held, &chosen, slice)?;
            // One without lines is what a process left that ended before it deleted it.
            let is_settled = done.discarded == 0 && done.kept > 0;
            if is_settled || dry_run || self.settle(&held, rest).await? == Settled::Done {
                return Ok(done);
            }
        }
        Err(ReplayError::Overtaken { key: object.to_string() })
    }

    /// Reads an object to its end: how many lines are chosen, and what stays without them.
    fn without<F: Fn(&Rejected) -> bool>(
        &self,
        held: &Held,
        chosen: &F,
        slice: usize,
    ) -> Result<(Discarded, Rest), ReplayError> {
        let (mut done, mut rest, mut kept) = (Discarded::default(), Rest::default(), Vec::new());
        let mut lines = held.lines()?;
        while let Some(rejected) = lines.read()? {
            if chosen(&rejected) {
                done.discarded += 1;
                continue;
            }
            done.kept += 1;
            kept.extend_from_slice(&lines.text);
            kept.push(b'\n');
            if kept.len() >= slice {
                rest.push(&held.key, &kept, &self.packer).map_err(|error| held.failed(error))?;
                kept.clear();
            }
        }
        rest.push(&held.key, &kept, &self.packer).map_err(|error| held.failed(error))?;
        Ok((done, rest))
    }
}
