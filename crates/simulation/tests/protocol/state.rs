//! What the model knows: the bucket, the catalog, the messages under way, and where each process is.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CommitKind,
    invariant::{self, Log},
};

/// An event, by its identity.
pub(crate) type Event = u8;
/// A landing batch; [`crate::bounds::Bounds::batches`] says which events it has.
pub(crate) type Batch = u8;
/// Model time, and how long ago something was. It stops where it makes no more difference.
pub(crate) type Ticks = u8;

/// The directory of a generation: its number, and the attempt that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Location {
    pub(crate) generation: u64,
    pub(crate) writer: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Commit {
    pub(crate) location: Location,
    /// In order; an event twice is what I3 forbids, unless a fault let it in.
    pub(crate) rows: Vec<Event>,
    /// How long ago each batch was consumed.
    pub(crate) consumed: BTreeMap<Batch, Ticks>,
    /// Of those, what this very commit consumed: nothing in a merge.
    pub(crate) newly: BTreeSet<Batch>,
    /// What it did to the rows of its parent.
    pub(crate) less: Less,
}

/// What of a parent's rows a commit leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Less {
    Nothing,
    /// Twins.
    Repair,
    /// What a person gave up: all of them.
    Discard,
}

impl Commit {
    pub(crate) fn kind(&self) -> CommitKind {
        match (self.less, self.newly.is_empty()) {
            (Less::Repair, _) => CommitKind::Repair,
            (Less::Discard, _) => CommitKind::Discard,
            (Less::Nothing, true) => CommitKind::Merge,
            (Less::Nothing, false) => CommitKind::Append,
        }
    }

    pub(crate) fn has_twins(&self) -> bool {
        self.rows.windows(2).any(|pair| pair[0] == pair[1])
    }
}

/// A commit in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Logged {
    pub(crate) commit: Commit,
    /// For how long it has been in the log.
    pub(crate) age: Ticks,
    /// Since when it has in truth been garbage, whatever the vacuum has noted.
    pub(crate) garbage: Option<Ticks>,
}

/// A process at work. One that is not is `None`: a crash forgets everything.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Run<S> {
    pub(crate) step: S,
    /// Since when the run is going on.
    pub(crate) age: Ticks,
    /// Of a compactor: the batch whose message started it, as long as that is to be done.
    pub(crate) message: Option<Batch>,
}

/// Where a compactor is. To look once more after a commit, or after it was overtaken, is to begin anew, as after a
/// crash: the message is there again, of the same batch. (A new run is younger, so it may do more.)
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Compact {
    /// Has read the head, which may be another one by now.
    Head(Option<Commit>),
    /// Has written its files.
    Built(Commit),
    /// Has put the commit, and had no answer.
    Unsure(Commit),
    /// Deletes these, one after the other. Its message is done.
    Deleting(BTreeSet<Batch>),
    /// With a deliberate bug only: about to clean by the list of its own commit.
    Committed(Commit),
}

impl Compact {
    /// The commit that it has in mind.
    pub(crate) fn commit(&self) -> Option<&Commit> {
        match self {
            Self::Head(commit) => commit.as_ref(),
            Self::Built(commit) | Self::Unsure(commit) | Self::Committed(commit) => Some(commit),
            Self::Deleting(_) => None,
        }
    }

    pub(crate) fn commit_mut(&mut self) -> Option<&mut Commit> {
        match self {
            Self::Head(commit) => commit.as_mut(),
            Self::Built(commit) | Self::Unsure(commit) | Self::Committed(commit) => Some(commit),
            Self::Deleting(_) => None,
        }
    }
}

/// Where a vacuum is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Vacuum {
    /// With a deliberate bug only: has listed the commits and looked at the catalog, and not yet at the clock.
    Looked { commits: Vec<Location>, named: Option<u64> },
    /// Deletes these, one after the other.
    Deleting(Vec<Garbage>),
}

/// What a vacuum deletes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Garbage {
    Files(Location),
    Commit(u64),
}

/// A mark of the vacuum's notes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Mark {
    pub(crate) below: u64,
    pub(crate) since: Ticks,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// How many batches may still be put.
    pub(crate) puts: u8,
    /// How many merges may still be made.
    pub(crate) merges: u8,
    /// How many faults may still be.
    pub(crate) faults: u8,
    /// How often a person may still give up rows.
    pub(crate) discards: u8,
    pub(crate) acknowledged: BTreeSet<Event>,
    /// What a person gave up: it may come back, and need not.
    pub(crate) given_up: BTreeSet<Event>,
    pub(crate) landing: BTreeSet<Batch>,
    /// Messages for compactors, each of a landed batch, in order.
    pub(crate) landed: Vec<Batch>,
    /// Messages for registers, of commits.
    pub(crate) committed: u8,
    pub(crate) log: BTreeMap<u64, Logged>,
    /// The directories with data files, and their age.
    pub(crate) files: BTreeMap<Location, Ticks>,
    pub(crate) catalog: Option<Location>,
    pub(crate) notes: Vec<Mark>,
    pub(crate) compactors: Vec<Option<Run<Compact>>>,
    /// Registers that have read the head, which may be another one by now.
    pub(crate) registers: Vec<Option<Run<Location>>>,
    pub(crate) vacuums: Vec<Option<Run<Vacuum>>>,
    /// Readers that have resolved the partition, and have yet to read the files.
    pub(crate) readers: Vec<Option<Run<Location>>>,
    /// Rules that some step broke.
    pub(crate) broken: BTreeSet<&'static str>,
}

impl State {
    /// A message that is to be done: again, or for the first time.
    pub(crate) fn send(&mut self, message: Option<Batch>) {
        self.landed.extend(message);
        self.landed.sort_unstable();
    }

    /// Whether somebody who has looked is about to delete the batch from landing.
    pub(crate) fn is_doomed(&self, batch: Batch) -> bool {
        let mut runs = self.compactors.iter().flatten();
        runs.any(|run| matches!(&run.step, Compact::Deleting(batches) if batches.contains(&batch)))
    }

    /// The events of a batch that was put are owed from now on. But for those that a person gave up, where somebody had
    /// looked before, and deletes the batch yet: the command says how long to wait.
    pub(crate) fn acknowledge(&mut self, batch: Batch, events: impl Iterator<Item = Event>) {
        let is_doomed = self.is_doomed(batch);
        let is_owed = |event: &Event| !is_doomed || !self.given_up.contains(event);
        let owed: Vec<Event> = events.filter(is_owed).collect();
        self.acknowledged.extend(owed);
    }

    /// The numbers of all commits, debris among them.
    pub(crate) fn numbers(&self) -> BTreeSet<u64> {
        self.log.keys().copied().collect()
    }

    /// What of them is the log.
    pub(crate) fn live(&self) -> Option<Log> {
        invariant::log(&self.numbers())
    }

    pub(crate) fn head(&self) -> Option<&Commit> {
        self.log.get(&self.live()?.head).map(|logged| &logged.commit)
    }

    /// Whether this directory is the one of its number's commit.
    pub(crate) fn is_committed(&self, location: Location) -> bool {
        self.log.get(&location.generation).is_some_and(|logged| logged.commit.location == location)
    }

    /// What the catalog names, and has a commit.
    pub(crate) fn named(&self) -> Option<u64> {
        self.catalog.filter(|location| self.is_committed(*location)).map(|location| location.generation)
    }

    /// Whatever directory somebody has in mind.
    fn remembered(&self) -> BTreeSet<Location> {
        let mut locations: BTreeSet<Location> = self.catalog.into_iter().collect();
        locations.extend(self.log.values().map(|logged| logged.commit.location));
        let runs = self.compactors.iter().flatten();
        locations.extend(runs.filter_map(|run| run.step.commit()).map(|commit| commit.location));
        locations.extend(self.registers.iter().chain(&self.readers).flatten().map(|run| run.step));
        for run in self.vacuums.iter().flatten() {
            match &run.step {
                Vacuum::Looked { commits, .. } => locations.extend(commits),
                Vacuum::Deleting(queue) => {
                    locations.extend(queue.iter().filter_map(|garbage| match garbage {
                        Garbage::Files(location) => Some(*location),
                        Garbage::Commit(_) => None,
                    }));
                }
            }
        }
        locations
    }

    /// A directory for a new attempt: the lowest name that nothing has.
    pub(crate) fn fresh(&self, generation: u64) -> Location {
        let used = self.remembered();
        let is_free = |location: &Location| !used.contains(location) && !self.files.contains_key(location);
        let names = (0..=u8::MAX).map(|writer| Location { generation, writer });
        names.into_iter().find(is_free).unwrap_or(Location { generation, writer: u8::MAX })
    }

    /// Forgets the files that were never committed and whose writer is gone: nothing will ever come of them, but that
    /// they are vacuumed.
    pub(crate) fn forget_leftovers(&mut self) {
        let remembered = self.remembered();
        self.files.retain(|location, _| remembered.contains(location));
    }
}
