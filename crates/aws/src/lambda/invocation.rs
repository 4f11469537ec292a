//! One invocation, and what is told of it.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    facts::{Facts, InWords},
    port::Clock,
};
use lambda_runtime::{Context, LambdaEvent};

use crate::deadline;

/// What came of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It has an answer. The answer to SQS may name messages that have failed: the report counts them.
    Answered,
    /// It has failed, for this reason.
    Failed(String),
    /// It has neither: it panicked, or was given up where it stood.
    BrokenOff,
}

/// A measurement of one invocation: what it reports, and what can be said of it from outside.
#[derive(Debug)]
pub struct Invocation<'a, R> {
    /// The function's name: `ingest`, `compact`, `register` or `query`.
    pub function: &'static str,
    /// Its id, which the Lambda service gave it.
    pub request_id: &'a str,
    /// Whether it was the first one of its process.
    pub cold: bool,
    /// What came of it.
    pub outcome: &'a Outcome,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// How long it took, the reading of its event included.
    pub took: TimeDelta,
    /// How long before its deadline it ended; `None` if it has no deadline.
    pub left: Option<TimeDelta>,
    /// What it did. Where it did not end well, what it had reported until then.
    pub report: &'a R,
}

/// Handles one invocation, and tells once what came of it: after an answer, after an error, after a panic.
///
/// `event` reads the event, and has what the runtime knows of the invocation.
pub async fn invoke<C, E, R, A, X>(
    function: &'static str,
    cold: bool,
    event: (impl FnOnce() -> E, Context),
    context: &C,
    handle: &impl AsyncFn(LambdaEvent<E>, &C, &mut R) -> Result<A, X>,
    clock: &impl Clock,
    tell: impl Fn(&Invocation<'_, R>),
) -> Result<A, X>
where
    R: Default,
    X: Error,
{
    let (read, invocation) = event;
    let deadline = deadline::from_millis(invocation.deadline);
    let (begun, request_id) = (clock.now(), invocation.request_id.clone());
    let (outcome, report) = (Outcome::BrokenOff, R::default());
    let mut watch =
        Watch { function, request_id, cold, begun, deadline, outcome, report, clock, tell: &tell };
    let answer = handle(LambdaEvent::new(read(), invocation), context, &mut watch.report).await;
    watch.outcome = match &answer {
        Ok(_) => Outcome::Answered,
        Err(error) => Outcome::Failed(domain::chain(error)),
    };
    answer
}

/// Tells of the invocation when it goes, whichever way.
struct Watch<'a, R, K: Clock, T: Fn(&Invocation<'_, R>)> {
    function: &'static str,
    request_id: String,
    cold: bool,
    begun: DateTime<Utc>,
    deadline: DateTime<Utc>,
    outcome: Outcome,
    report: R,
    clock: &'a K,
    tell: &'a T,
}

impl<R, K: Clock, T: Fn(&Invocation<'_, R>)> Drop for Watch<'_, R, K, T> {
    fn drop(&mut self) {
        let now = self.clock.now();
        let has_deadline = self.deadline != DateTime::<Utc>::MAX_UTC;
        (self.tell)(&Invocation {
            function: self.function,
            request_id: &self.request_id,
            cold: self.cold,
            outcome: &self.outcome,
            ended: now,
            took: now - self.begun,
            left: has_deadline.then(|| self.deadline - now),
            report: &self.report,
        });
    }
}

/// Writes the line of an invocation into the log.
pub fn log<R: Facts>(invocation: &Invocation<'_, R>) {
    let Invocation { function, cold, outcome, took, left, report, .. } = invocation;
    let (took_ms, left_ms) = (took.num_milliseconds(), left.map(|left| left.num_milliseconds()));
    let (cold_start, report) = (*cold, InWords(*report));
    match outcome {
        Outcome::Answered => {
            tracing::info!(function, cold_start, took_ms, left_ms, %report, "invocation answered");
        }
        Outcome::Failed(error) => {
            tracing::warn!(function, cold_start, took_ms, left_ms, error, %report, "invocation failed");
        }
        Outcome::BrokenOff => {
            tracing::error!(function, cold_start, took_ms, left_ms, %report, "invocation broken off");
        }
    }
}
