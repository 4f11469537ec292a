//! One invocation, and what is told of it.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    facts::{Facts, InWords},
    metric::{self, Metric, prometheus::Family},
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
    let mut watch = Watch::begin(function, cold, &invocation, clock, tell);
    let answer = handle(LambdaEvent::new(read(), invocation), context, &mut watch.report).await;
    watch.end(&answer);
    answer
}

/// An invocation that is under way. It tells once what came of it, when it ends or is dropped: [`invoke`] has one, and so
/// does whoever calls a handler without the runtime.
pub struct Watch<'a, R, K: Clock, T: Fn(&Invocation<'_, R>)> {
    /// What the invocation has done so far: the handler fills it in.
    pub report: R,
    function: &'static str,
    request_id: String,
    cold: bool,
    begun: DateTime<Utc>,
    deadline: DateTime<Utc>,
    outcome: Outcome,
    clock: &'a K,
    tell: T,
}

impl<'a, R: Default, K: Clock, T: Fn(&Invocation<'_, R>)> Watch<'a, R, K, T> {
    /// The invocation begins now.
    pub fn begin(function: &'static str, cold: bool, invocation: &Context, clock: &'a K, tell: T) -> Self {
        Self {
            report: R::default(),
            function,
            request_id: invocation.request_id.clone(),
            cold,
            begun: clock.now(),
            deadline: deadline::from_millis(invocation.deadline),
            outcome: Outcome::BrokenOff,
            clock,
            tell,
        }
    }

    /// The invocation ends now, with this answer.
    pub fn end<A, X: Error>(mut self, answer: &Result<A, X>) {
        self.outcome = match answer {
            Ok(_) => Outcome::Answered,
            Err(error) => Outcome::Failed(domain::chain(error)),
        };
    }
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

/// What can be said of every invocation, and its report: the measurements of the one instrumentation, wherever they go.
impl<R: Facts> Facts for Invocation<'_, R> {
    fn each(&self, number: &mut dyn FnMut(&'static Metric, u64)) {
        number(&metric::INVOCATIONS, 1);
        number(&metric::INVOCATIONS_FAILED, matches!(self.outcome, Outcome::Failed(_)).into());
        number(&metric::INVOCATIONS_BROKEN_OFF, matches!(self.outcome, Outcome::BrokenOff).into());
        number(&metric::COLD_STARTS, self.cold.into());
        number(&metric::INVOCATION_MS, millis(self.took));
        if let Some(left) = self.left {
            number(&metric::DEADLINE_LEFT_MS, millis(left));
        }
        self.report.each(number);
    }

    fn each_of(&self, number: &mut dyn FnMut(&'static Family, &[&str], u64)) {
        self.report.each_of(number);
    }
}

/// A clock that was set back makes no negative duration.
fn millis(duration: TimeDelta) -> u64 {
    u64::try_from(duration.num_milliseconds()).unwrap_or_default()
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
