//! How old a run may be when it changes something, and how long it may go on.

use chrono::{DateTime, TimeDelta, Utc};

use crate::sabotage::{self, Bug};

/// A run older than this changes nothing any more: a process that was frozen wakes up harmless.
///
/// The grace is shorter, and half the retention longer, than this.
pub const MAX_AGE: TimeDelta = TimeDelta::hours(1);

/// A run older than this cannot change anything any more, whatever it last checked: S3 takes no request that was signed
/// more than 15 minutes ago.
pub const MAX_LIFE: TimeDelta = TimeDelta::minutes(60 + 15);

/// One invocation's work on one partition or dataset.
#[derive(Debug, Clone, Copy)]
pub struct Run {
    started: DateTime<Utc>,
    deadline: Option<DateTime<Utc>>,
}

/// The run must not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Expired {
    /// It is older than [`MAX_AGE`].
    #[error("the run is older than an hour: it must not change anything any more")]
    TooOld,
    /// The invocation is about to be ended.
    #[error("the invocation's deadline is near: the rest is left to the next one")]
    Deadline,
}

impl Run {
    /// A run that starts now and should be over by `deadline`.
    pub fn new(started: DateTime<Utc>, deadline: Option<DateTime<Utc>>) -> Self {
        Self { started, deadline }
    }

    /// To be asked before every commit, delete and catalog update.
    pub fn may_change(&self, now: DateTime<Utc>) -> Result<(), Expired> {
        if now - self.started < MAX_AGE || sabotage::is_on(Bug::NoAgeCheck) {
            Ok(())
        } else {
            Err(Expired::TooOld)
        }
    }

    /// To be asked before a piece of work that may take `needed`.
    pub fn may_begin(&self, now: DateTime<Utc>, needed: TimeDelta) -> Result<(), Expired> {
        match self.deadline {
            Some(deadline) if now + needed > deadline => Err(Expired::Deadline),
            _ => self.may_change(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ages_and_its_deadline_counts_for_new_work_only() {
        let start = DateTime::UNIX_EPOCH;
        let run = Run::new(start, Some(start + TimeDelta::minutes(10)));
        let later = start + TimeDelta::minutes(9);
        assert_eq!(run.may_begin(later, TimeDelta::seconds(60)), Ok(()));
        assert_eq!(run.may_begin(later, TimeDelta::seconds(61)), Err(Expired::Deadline));
        assert_eq!(run.may_change(start + TimeDelta::minutes(59)), Ok(()));
        assert_eq!(run.may_change(start + MAX_AGE), Err(Expired::TooOld));
    }
}
