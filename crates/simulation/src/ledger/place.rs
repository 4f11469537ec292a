use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{Commit, batch::BatchName, invariant, key};

use super::Event;
use crate::process::ProcessId;

/// What is known of one partition.
#[derive(Debug, Default)]
pub(crate) struct PlaceLedger {
    pub(super) acknowledged: BTreeSet<Event>,
    /// The landing objects that are there.
    pub(crate) landing: BTreeMap<BatchName, BTreeSet<Event>>,
    /// All that ever were: a name stands for its content.
    pub(super) batches: BTreeMap<BatchName, BTreeSet<Event>>,
    /// Those that some head listed as consumed.
    pub(super) consumed: BTreeSet<BatchName>,
    /// The commit objects that are there, by number.
    pub(super) commits: BTreeMap<u64, Arc<Committed>>,
    /// Every commit there ever was, by its location.
    pub(super) history: BTreeMap<String, Arc<Committed>>,
    /// Since when a location has been garbage.
    pub(super) garbage: BTreeMap<String, DateTime<Utc>>,
    /// The data files that are there.
    pub(super) files: BTreeMap<String, File>,
    pub(super) catalog: Published,
    pub(super) second: Published,
    /// Whether there is a second target.
    pub(super) has_second: bool,
    /// The head when each process last looked, and when that was.
    pub(super) looks: BTreeMap<ProcessId, (u64, DateTime<Utc>)>,
    /// Every location that a person wrote into a target.
    pub(super) by_hand: BTreeSet<String>,
    /// Every location that a fault of old wrote: its rows are twice there.
    pub(crate) by_fault: BTreeSet<String>,
    /// Data files that somebody deleted.
    pub(super) lost: BTreeSet<String>,
    /// What each discard gave up, by its number.
    pub(super) given_up: Vec<(u64, BTreeSet<Event>)>,
    /// Batches that a purge took, and that have not landed again since.
    pub(super) purged: BTreeSet<BatchName>,
    /// Locations whose commit a purge took.
    pub(super) abandoned: BTreeSet<String>,
    /// What each process has put into landing, or found there. Whether it is owed: not once a discard has given it up
    /// since, as nobody is told of that before the acknowledgement.
    pub(super) stored: BTreeMap<(ProcessId, Event), bool>,
}

/// A generation that was committed.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) commit: Commit,
    /// The rows of its files, when it was committed.
    pub(crate) rows: Vec<Event>,
    /// The same by file.
    pub(super) by_file: BTreeMap<String, Vec<Event>>,
}

#[derive(Debug)]
pub(super) struct File {
    pub(super) body: Bytes,
    pub(super) written_at: DateTime<Utc>,
    pub(super) written_by: ProcessId,
}

/// Where commits are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TargetId {
    /// Glue.
    Catalog,
    /// Another one, which goes its own way.
    Second,
}

/// What is published to a target.
#[derive(Debug, Default)]
pub(super) struct Published {
    pub(super) named: Option<Named>,
    /// The head at the time when the target was last written.
    pub(super) head_when_named: u64,
}

/// What a target names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) location: String,
    /// No service wrote it.
    pub(super) by_hand: bool,
}

impl Committed {
    pub(super) fn number(&self) -> u64 {
        self.commit.generation.number()
    }
}

impl PlaceLedger {
    pub(super) fn new(has_second: bool) -> Self {
        Self { has_second, ..Self::default() }
    }

    /// The targets that there are.
    pub(crate) fn targets(&self) -> &'static [TargetId] {
        match self.has_second {
            true => &[TargetId::Catalog, TargetId::Second],
            false => &[TargetId::Catalog],
        }
    }

    fn published(&self, target: TargetId) -> &Published {
        match target {
            TargetId::Catalog => &self.catalog,
            TargetId::Second => &self.second,
        }
    }

    pub(super) fn published_mut(&mut self, target: TargetId) -> &mut Published {
        match target {
            TargetId::Catalog => &mut self.catalog,
            TargetId::Second => &mut self.second,
        }
    }

    pub(super) fn head_when_named(&self, target: TargetId) -> u64 {
        self.published(target).head_when_named
    }

    pub(crate) fn head(&self) -> Option<&Arc<Committed>> {
        self.commits.values().next_back()
    }

    pub(crate) fn head_number(&self) -> u64 {
        self.head().map_or(0, |head| head.number())
    }

    pub(super) fn numbers(&self) -> BTreeSet<u64> {
        self.commits.keys().copied().collect()
    }

    pub(crate) fn acknowledged(&self) -> &BTreeSet<Event> {
        &self.acknowledged
    }

    /// The generation that was committed at a location, whether it is still there or not.
    pub(crate) fn committed_at(&self, location: &str) -> Option<&Arc<Committed>> {
        self.history.get(location)
    }

    /// Whether a person ever pointed a target there.
    pub(crate) fn was_by_hand(&self, location: &str) -> bool {
        self.by_hand.contains(location)
    }

    /// What the target names, whoever wrote it.
    pub(crate) fn any_location(&self, target: TargetId) -> Option<&str> {
        self.published(target).named.as_ref().map(|named| named.location.as_str())
    }

    /// What the target names, unless a person wrote that.
    pub(super) fn location(&self, target: TargetId) -> Option<&str> {
        let named = self.published(target).named.as_ref();
        named.filter(|named| !named.by_hand).map(|named| named.location.as_str())
    }

    /// Whether the target is as somebody's hand left it, or a loss.
    pub(super) fn is_by_hand(&self, target: TargetId) -> bool {
        self.published(target).named.as_ref().is_none_or(|named| named.by_hand)
    }

    /// The generation that the target names.
    pub(super) fn named_number(&self, target: TargetId) -> Option<u64> {
        let (.., generation, _) = key::generation_of(self.any_location(target)?)?;
        Some(generation.number())
    }

    /// The oldest generation that a target names. `None` while any of them names none: it may come to name any.
    fn oldest_named(&self) -> Option<u64> {
        let named: Option<Vec<u64>> =
            self.targets().iter().map(|target| self.named_number(*target)).collect();
        named?.into_iter().min()
    }

    /// The committed generations a person may point the catalog at: not those that are about to be deleted, which
    /// nobody could prevent.
    pub(crate) fn young(&self, since: DateTime<Utc>) -> Vec<String> {
        let committed = self.commits.values().map(|committed| &committed.commit.location);
        committed
            .filter(|location| self.garbage.get(*location).is_none_or(|at| *at >= since))
            .cloned()
            .collect()
    }

    /// Keeps up with what is garbage now, for all targets. A hand in a target makes garbage, and takes none back: nobody can
    /// know how long it was there.
    pub(super) fn sort_garbage(&mut self, now: DateTime<Utc>) {
        let (head, named) = (self.head_number(), self.oldest_named());
        let by_hand = self.targets().iter().any(|target| self.is_by_hand(*target));
        for committed in self.commits.values() {
            let location = &committed.commit.location;
            if invariant::is_garbage(committed.number(), head, named) {
                self.garbage.entry(location.clone()).or_insert(now);
            } else if !by_hand {
                self.garbage.remove(location);
            }
        }
    }
}
