//! Deliberate bugs, to prove that the simulation finds them. Without the feature `sabotage`, which nothing but the
//! simulation's tests turns on, none of them can be on, and nothing of them is in the program.

/// One bug, named by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// `ingest` reports a message as handled though the store refused its events.
    AcknowledgeUnstored,
    /// `compact` cleans by the list of its own last commit instead of the head's.
    CleanByOwnList,
    /// `compact` commits without the precondition: whoever comes last wins.
    CommitWithoutPrecondition,
    /// `compact` takes a lost reply to its commit for a failure, and deletes its files.
    LostReplyIsFailure,
    /// `compact` takes every 412 for another writer's success, its own included.
    ForgetOneself,
    /// `compact` stops at a 412 instead of looking again.
    StopWhenOvertaken,
    /// `compact` drops twins within a batch only, and not those of rows that are in the table.
    TwinsWithinBatchOnly,
    /// `compact` drops twins within each part of its inputs, and those of rows that are in the table, and not those of
    /// rows of earlier parts.
    TwinsWithinPartOnly,
    /// `compact` looks for twins by the bounds of the file's first column instead of the identity's.
    BoundsOfAnotherColumn,
    /// `repair` looks for twins within each file only.
    RepairWithinFilesOnly,
    /// Nobody checks how old a run is before it changes anything.
    NoAgeCheck,
    /// `register` writes, and does not look at the head once more.
    NoSecondLook,
    /// `vacuum` takes a generation for garbage since it was committed.
    VacuumByAge,
    /// `vacuum` takes everything below the head for garbage, whatever the catalog names.
    VacuumByHead,
    /// `vacuum` asks the catalog what it names, and no other target.
    VacuumByCatalog,
    /// `vacuum` deletes uncommitted directories at once, though their commits may be on their way.
    VacuumYoungLeftovers,
    /// A discard of lost files lists what is still in landing as consumed, as any other commit does.
    DiscardKeepsConsumed,
    /// A discard of lost files gives up the files that are there too.
    DiscardAllFiles,
    /// A discard does not say one of the rows that it gives up.
    DiscardOneUntold,
    /// A purge deletes the data, and commits no empty generation before.
    PurgeWithoutCommit,
    /// `ingest` names the batches of a dataset that was dropped as it did before.
    BatchNamesOfBefore,
}

#[cfg(feature = "sabotage")]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static ON: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Does the work with this bug on, on this thread.
    pub fn with<T>(bug: Bug, work: impl FnOnce() -> T) -> T {
        let before = ON.replace(Some(bug));
        let done = work();
        ON.set(before);
        done
    }

    /// Whether the bug is on.
    pub fn is_on(bug: Bug) -> bool {
        ON.get() == Some(bug)
    }
}

#[cfg(feature = "sabotage")]
pub use switch::{is_on, with};

/// Whether the bug is on: it is not.
#[cfg(not(feature = "sabotage"))]
pub const fn is_on(_: Bug) -> bool {
    false
}
