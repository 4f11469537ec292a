//! A call to store, catalog or clock on its way: asked, done, answered, each at a moment of the scheduler's choice.

use std::fmt;

use chrono::{DateTime, Utc};
use futures::channel::oneshot;

use crate::{lake::Lake, ledger::VALID_FOR, process::ProcessId};

/// What can be answered instead of the truth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Throttled, timed out, cut off: nothing is known.
    Unavailable,
    /// S3's 409: another conditional write is under way.
    Conflict,
}

/// What is to be done, and how failures of it look.
pub(crate) struct Request<T> {
    pub(crate) name: &'static str,
    pub(crate) key: String,
    /// Whether it changes anything.
    pub(crate) changes: bool,
    /// Whether a 409 can be the answer to it, without any effect.
    pub(crate) conflicts: bool,
    pub(crate) perform: Perform<T>,
    pub(crate) failed: fn(&str, Failure) -> T,
}

pub(crate) type Perform<T> = Box<dyn FnMut(&mut Lake) -> Option<T> + Send>;

/// A request with the way back to who made it.
pub(crate) struct Held<T> {
    request: Request<T>,
    answer: Option<T>,
    reply: Option<oneshot::Sender<T>>,
}

impl<T> Held<T> {
    pub(crate) fn new(request: Request<T>) -> (Self, oneshot::Receiver<T>) {
        let (reply, answer) = oneshot::channel();
        (Self { request, answer: None, reply: Some(reply) }, answer)
    }
}

/// The same whatever the answer's type.
pub(crate) trait Pending: Send {
    fn name(&self) -> &'static str;
    fn key(&self) -> &str;
    fn changes(&self) -> bool;
    fn conflicts(&self) -> bool;
    /// Does it, now.
    fn perform(&mut self, lake: &mut Lake);
    /// Decides on another answer than the truth.
    fn fail(&mut self, failure: Failure);
    fn is_answered(&self) -> bool;
    /// Wakes who waits for it.
    fn deliver(&mut self);
    /// Whether nobody waits for it any more.
    fn is_abandoned(&self) -> bool;
}

impl<T: Send> Pending for Held<T> {
    fn name(&self) -> &'static str {
        self.request.name
    }

    fn key(&self) -> &str {
        &self.request.key
    }

    fn changes(&self) -> bool {
        self.request.changes
    }

    fn conflicts(&self) -> bool {
        self.request.conflicts
    }

    fn perform(&mut self, lake: &mut Lake) {
        self.answer = (self.request.perform)(lake);
        if self.answer.is_none() {
            self.fail(Failure::Unavailable);
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.answer = Some((self.request.failed)(&self.request.key, failure));
    }

    fn is_answered(&self) -> bool {
        self.answer.is_some()
    }

    fn deliver(&mut self) {
        if let (Some(answer), Some(reply)) = (self.answer.take(), self.reply.take()) {
            let _if_somebody_waits = reply.send(answer);
        }
    }

    fn is_abandoned(&self) -> bool {
        self.reply.as_ref().is_none_or(oneshot::Sender::is_canceled)
    }
}

/// A call that was made.
pub(crate) struct Call {
    pub(crate) number: u64,
    pub(crate) process: ProcessId,
    pub(crate) made_at: DateTime<Utc>,
    /// A sleep ends then; other calls have none.
    pub(crate) due: Option<DateTime<Utc>>,
    /// It was sent twice, and the other one is still on its way.
    pub(crate) again: bool,
    pub(crate) pending: Box<dyn Pending>,
}

impl Call {
    pub(crate) fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.pending.changes() && now - self.made_at > VALID_FOR
    }

    /// Whether the scheduler can go on with it: a sleeper only when its time has come, and an answer only where
    /// somebody is awake to take it.
    pub(crate) fn can_move(&self, now: DateTime<Utc>, awake: bool) -> bool {
        match self.due {
            Some(due) => awake && due <= now,
            None => awake || !self.pending.is_answered(),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.pending.name(), self.pending.key())
    }
}
