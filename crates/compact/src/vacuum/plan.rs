//! What may be deleted: a pure decision, by the invariants.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Generation,
    invariant::{self, Fate},
    run::MAX_LIFE,
    sabotage::{self, Bug},
    vacuum::{self, Notes},
};

use super::listing::{Directory, Listing};

/// What may be noted when this is the oldest generation that a target names.
fn noted(listing: &Listing, named: Generation, now: DateTime<Utc>) -> Option<Generation> {
    let commits = listing.commits.iter().map(|(generation, at)| (generation.number(), *at));
    let is_settled = |at: &DateTime<Utc>| now - *at >= MAX_LIFE;
    vacuum::noted(named.number(), commits, is_settled).map(Generation::new)
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// Before anything was looked at.
    pub(super) now: DateTime<Utc>,
    /// After the targets had answered.
    pub(super) named_at: DateTime<Utc>,
    pub(super) retention: TimeDelta,
}

#[derive(Debug)]
pub(super) struct Plan {
    /// Committed generations that are garbage.
    pub(super) garbage: BTreeSet<Generation>,
    /// Those of them that may be deleted.
    pub(super) expired: BTreeSet<Generation>,
    /// What is to be noted, if anything is garbage.
    pub(super) notes: Notes,
    times: Times,
}

impl Plan {
    pub(super) fn new(
        listing: &Listing,
        named: Option<Generation>,
        notes: Option<&Notes>,
        times: Times,
    ) -> Self {
        let mut notes = notes.cloned().unwrap_or_default();
        let named = if sabotage::is_on(Bug::VacuumByHead) { listing.head } else { named };
        // While a target names nothing, nothing is garbage, and the notes go as a whole. What they name is noted once
        // no register can have anything older in mind.
        let noted = named.and_then(|named| noted(listing, named, times.now));
        if let Some(noted) = noted {
            notes.observe(noted, times.named_at);
        }
        let is_garbage = |generation: &Generation| {
            if sabotage::is_on(Bug::VacuumByAge) {
                return Some(*generation) < listing.head;
            }
            listing.head.is_some_and(|head| {
                invariant::is_garbage(generation.number(), head.number(), named.map(Generation::number))
            })
        };
        let garbage = listing.commits.keys().copied().filter(is_garbage).collect();
        let mut plan = Self { garbage, expired: BTreeSet::new(), notes, times };
        // Under an expired number there may be a young directory: a stale run's, which the commit keeps from being
        // committed; or what somebody restored. Both wait until they are old, and the commit with them.
        let young: BTreeSet<Generation> = listing
            .directories
            .values()
            .filter(|directory| !plan.has_outlived(directory))
            .map(|directory| directory.generation)
            .collect();
        // Where nothing could be observed, nothing is deleted either.
        let observed = plan.garbage.iter().copied().filter(|_| noted.is_some());
        plan.expired =
            observed.filter(|number| plan.has_expired(*number) && !young.contains(number)).collect();
        plan.notes.forget(times.now, times.retention);
        plan
    }

    /// Garbage that is not yet deleted.
    pub(super) fn waiting(&self) -> usize {
        self.garbage.len() - self.expired.len()
    }

    /// Whether the directory is older than the retention, with all that is in it.
    pub(super) fn has_outlived(&self, directory: &Directory) -> bool {
        sabotage::is_on(Bug::VacuumYoungLeftovers) || self.may_delete(Fate::Uncommitted(directory.newest))
    }

    /// Whether a generation that is garbage has been so for the retention.
    fn has_expired(&self, garbage: Generation) -> bool {
        sabotage::is_on(Bug::VacuumByAge)
            || self.may_delete(self.notes.since(garbage).map_or(Fate::Live, Fate::Garbage))
    }

    fn may_delete(&self, fate: Fate<DateTime<Utc>>) -> bool {
        let Times { now, retention, .. } = self.times;
        invariant::may_delete_data(fate, |since| now - *since >= retention).is_ok()
    }
}
