//! What a run owes whoever started it.

use std::collections::HashSet;

use domain::{Commit, batch::BatchName};

use crate::inputs::Listing;

/// The batches that had landed and were not consumed when the run first looked. What it was started for is among
/// them, or had been consumed before; what lands later has a notification of its own, and the schedule.
#[derive(Debug, Default)]
pub(crate) struct Owed(Option<HashSet<BatchName>>);

impl Owed {
    /// Takes note of the run's first look. The later ones change nothing.
    pub(crate) fn look(&mut self, listing: &Listing) {
        // What is left off one listing is on a later one, unless it has been consumed by then.
        if self.0.is_none() && listing.is_whole() {
            self.0 = Some(listing.fresh.iter().map(|landed| landed.batch.clone()).collect());
        }
    }

    /// Whether a listing shows that all of it has been consumed, by whomever.
    pub(crate) fn is_consumed(&self, listing: &Listing) -> bool {
        let Some(owed) = &self.0 else { return false };
        listing.is_whole() && !listing.fresh.iter().any(|landed| owed.contains(&landed.batch))
    }

    /// Whether this commit lists all of it.
    pub(crate) fn is_in(&self, commit: &Commit) -> bool {
        let Some(owed) = &self.0 else { return false };
        let listed: HashSet<&BatchName> = commit.consumed.iter().map(|entry| &entry.batch).collect();
        owed.iter().all(|batch| listed.contains(batch))
    }
}
