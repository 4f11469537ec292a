//! How far the model goes, and which deliberate bugs it has.

use crate::{
    model::Action,
    state::{Event, Ticks},
};

/// The bounds of one exploration.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// What has happened already.
    pub(crate) begins_with: &'static [Action],
    /// The batches that may be put, and the events in each. One in several batches is redelivered and regrouped.
    pub(crate) batches: &'static [&'static [Event]],
    /// How many puts there are; a batch that was cleaned may be put again.
    pub(crate) puts: u8,
    /// How many commits may consume nothing.
    pub(crate) merges: u8,
    /// How often a fault of old may double a row of the head.
    pub(crate) faults: u8,
    /// How often a person may give up all rows of the head.
    pub(crate) discards: u8,
    /// Whether anything is cleaned.
    pub(crate) cleans: bool,
    /// How many of each process there may be at a time. Each may crash at any point, and starts again any number of
    /// times.
    pub(crate) compactors: usize,
    pub(crate) registers: usize,
    pub(crate) vacuums: usize,
    pub(crate) readers: usize,
    /// Without times a process may take as long as it likes for anything, and the grace is nothing.
    pub(crate) times: Option<Times>,
}

/// Lengths of time, in ticks. What is so many ticks ago may be up to one more or less, and the model takes whichever
/// is worse.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    /// How long a consumed batch stays in landing.
    pub(crate) grace: Ticks,
    /// Until when a run can change something: the age that it may have when it checks, and the minutes that a request
    /// takes.
    pub(crate) life: Ticks,
    /// How long what is garbage is kept.
    pub(crate) retention: Ticks,
    /// How long a reader reads.
    pub(crate) query: Ticks,
}

/// A rule of the protocol that is left out, to see that the model would find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A commit replaces what is under its number.
    CommitOverwrites,
    /// What was consumed is deleted by the list of one's own commit.
    CleanByOwnList,
    /// A compactor commits and deletes however old its run is.
    NoAgeCheck,
    /// A register writes however old its run is.
    NoAgeCheckInRegister,
    /// What was never committed is not vacuumed. (No bug by itself.)
    LeftoversStay,
    /// A register does not look again after it wrote.
    NoSecondLook,
    /// Whatever has been there for the retention is garbage, unless it is the head.
    VacuumByAge,
    /// Twins are looked for among the inputs only.
    DedupeWithinInputs,
    /// A discard lists what is still in landing as consumed.
    DiscardKeepsConsumed,
    /// A run that was overtaken ends well.
    StopAt412,
    /// A run that has committed ends, and does not look once more.
    NoLookAfterCommit,
    /// A put without an answer is taken for one that did not happen.
    LostReplyIsFailure,
    /// The vacuum notes what the catalog names at once.
    NoteAtOnce,
    /// The vacuum asks for the time when it has looked at everything, not before.
    ClockReadLate,
}
