//! What a discard gives up, and what is left of that.

use std::collections::BTreeSet;

use domain::invariant::Violation;

use super::{
    Event,
    place::{Committed, PlaceLedger},
};
use crate::process::ProcessId;

fn wrong(what: String) -> Result<(), Violation> {
    Err(Violation { invariant: "discard", what })
}

impl PlaceLedger {
    /// Somebody deleted this data file, which a commit names.
    pub(crate) fn lose(&mut self, key: &str) {
        self.files.remove(key);
        self.lost.insert(key.to_owned());
    }

    /// Whether any file was ever lost.
    pub(crate) fn has_losses(&self) -> bool {
        !self.lost.is_empty()
    }

    /// Whether a file of this generation was lost.
    pub(crate) fn has_lost(&self, location: &str) -> bool {
        self.lost.iter().any(|key| key.starts_with(location))
    }

    /// The files of the head: those that are there, and whether any is not.
    pub(crate) fn head_files(&self) -> (Vec<String>, bool) {
        let files = self.head().into_iter().flat_map(|head| head.by_file.keys());
        let (there, gone): (Vec<&String>, Vec<&String>) =
            files.partition(|key| self.files.contains_key(*key));
        (there.into_iter().cloned().collect(), !gone.is_empty())
    }

    /// Whether the table has the event, or is to have it.
    pub(super) fn holds(&self, event: Event) -> bool {
        let head = self.head();
        let is_row = head.is_some_and(|head| head.rows.contains(&event));
        let mut fresh =
            self.landing.iter().filter(|(batch, _)| head.is_none_or(|head| !head.commit.has_consumed(batch)));
        is_row || fresh.any(|(_, events)| events.contains(&event))
    }

    /// A discard says exactly what it gives up: all rows of the files that it names, and no others. Unless it `purges`, these
    /// files are lost, and what is still in landing comes back. Of what it gives up nobody is owed anything any more.
    pub(super) fn discarded(
        &mut self,
        parent: Option<&Committed>,
        committed: &Committed,
        purges: bool,
    ) -> Result<(), Violation> {
        let Committed { commit, rows, .. } = committed;
        let number = commit.generation;
        let Some(said) = &commit.discarded else {
            return wrong(format!("discard {number} does not say what it gives up"));
        };
        let (mut gone, mut left) = (Vec::new(), Vec::new());
        for (file, rows) in parent.iter().flat_map(|parent| &parent.by_file) {
            let side = if said.files.contains(file) { &mut gone } else { &mut left };
            side.extend(rows.iter().copied());
        }
        if gone.len() as u64 != said.rows {
            return wrong(format!("discard {number} gives up {} rows, and says {}", gone.len(), said.rows));
        }
        let mut found = rows.clone();
        found.sort_unstable();
        left.sort_unstable();
        if found != left {
            return wrong(format!("discard {number} has {found:?}, and by what it says is to have {left:?}"));
        }
        if !purges && let Some(file) = said.files.iter().find(|file| !self.lost.contains(*file)) {
            return wrong(format!("discard {number} gives up {file}, which is there"));
        }
        let mut given_up: BTreeSet<Event> = gone.into_iter().collect();
        if purges {
            for entry in &commit.consumed {
                given_up.extend(self.batches.get(&entry.batch).into_iter().flatten().copied());
                self.purged.insert(entry.batch.clone());
            }
        }
        let is_owed = |batch| !purges || !commit.has_consumed(batch);
        let landed = self.landing.iter().filter(|(batch, _)| is_owed(*batch)).flat_map(|(_, events)| events);
        let stays: BTreeSet<Event> = landed.chain(rows).copied().collect();
        self.acknowledged.retain(|event| stays.contains(event) || !given_up.contains(event));
        self.not_owed(|event| given_up.contains(event) && !stays.contains(event));
        self.given_up.push((number.number(), given_up));
        Ok(())
    }

    /// A landing object was deleted by somebody who had looked at the head when it was of this number. What a discard since
    /// has given up would have come back from it, and is given up for good.
    pub(super) fn cleaned_late(&mut self, events: &BTreeSet<Event>, looked: u64) {
        let since = self.given_up.iter().filter(|(number, _)| *number > looked);
        let given_up: BTreeSet<Event> =
            since.flat_map(|(_, given_up)| given_up.intersection(events)).copied().collect();
        let lost: BTreeSet<Event> = given_up.into_iter().filter(|event| !self.holds(*event)).collect();
        self.acknowledged.retain(|event| !lost.contains(event));
        self.not_owed(|event| lost.contains(event));
    }

    /// A process has landed these events, or found them landed. Until it acknowledges them, a discard may give them up.
    pub(super) fn stored(&mut self, events: &BTreeSet<Event>, process: ProcessId) {
        self.stored.extend(events.iter().map(|event| ((process, *event), true)));
    }

    fn not_owed(&mut self, is_given_up: impl Fn(&Event) -> bool) {
        let given_up = self.stored.iter_mut().filter(|((_, event), _)| is_given_up(event));
        given_up.for_each(|(_, is_owed)| *is_owed = false);
    }

    /// Whether an event that the process acknowledges now has to be somewhere from now on: not if it was stored, and given
    /// up by a discard before this acknowledgement.
    pub(super) fn is_owed(&self, event: Event, process: ProcessId) -> bool {
        self.stored.get(&(process, event)).is_none_or(|is_owed| *is_owed) || self.holds(event)
    }
}
