//! How long a request waits.

use std::{future::Future, pin::pin, time::Duration};

use chrono::TimeDelta;
use domain::port::Clock;
use futures::future::{Either, select};

use crate::{ports::Ports, request::preferences::Preferences, service::Api};

/// How long after the wait the engine may still take to say that it has the query.
const SLACK: Duration = Duration::from_secs(5);
/// The least that a query is waited for which cannot go on without its request, unless its caller prefers less: with no
/// wait, no such query would ever be answered.
const LEAST_WATCHED: Duration = Duration::from_secs(10);
/// How long before the deadline of its process a request stops waiting.
const MARGIN: TimeDelta = TimeDelta::seconds(3);

/// How long before the deadline a query must be stopped that nobody can come back to: stopping it takes up to a second
/// (`execution::flight`), and the handler needs the last half second for the answer.
pub(in crate::service) const TO_STOP: TimeDelta = TimeDelta::milliseconds(1_600);
/// How long before the deadline the answer must be known.
pub(in crate::service) const TO_ANSWER: TimeDelta = TimeDelta::milliseconds(700);

/// How long a request waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::service) struct Patience {
    /// For its query.
    pub(in crate::service) wait: Duration,
    /// After that, for the engine to say that it has the query.
    pub(in crate::service) slack: Duration,
}

impl<P: Ports> Api<P> {
    /// The wait of this request: the setting's, or what the caller prefers if that is shorter. A query that cannot go on
    /// without its request is waited for even if the setting or the caller says not to wait.
    pub(crate) fn wait(&self, preferences: &Preferences) -> Duration {
        let preferred = match preferences.wait {
            Some(seconds) => Duration::from_secs(seconds),
            None if preferences.respond_async => Duration::ZERO,
            None => Duration::MAX,
        };
        if !self.is_watched(&preferences.caller) {
            return preferred.min(self.settings.wait);
        }
        let longest = self.settings.wait.max(LEAST_WATCHED);
        if preferred.is_zero() { longest } else { preferred.min(longest) }
    }

    /// How much longer this request waits that has waited for so long, so that its answer comes before its process ends.
    pub(in crate::service) fn patience(&self, preferences: &Preferences, waited: TimeDelta) -> Patience {
        let wait = self.wait(preferences).saturating_sub(waited.to_std().unwrap_or_default());
        let Some(deadline) = preferences.deadline else { return Patience { wait, slack: SLACK } };
        let left = (deadline.0 - self.clock().now()).max(TimeDelta::zero());
        let margin = MARGIN.min(left / 2);
        // What is left of the margin is for the record of a query that goes on.
        let slack = (margin / 2).to_std().unwrap_or_default().min(SLACK);
        Patience { wait: wait.min((left - margin).to_std().unwrap_or_default()), slack }
    }

    /// The outcome of the work; `None` if it takes until so long before the deadline of the process. The work is dropped
    /// then. Without a deadline it takes as long as it takes.
    pub(in crate::service) async fn in_time<T>(
        &self,
        preferences: &Preferences,
        before: TimeDelta,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        let Some(deadline) = preferences.deadline else { return Some(work.await) };
        let left = (deadline.0 - self.clock().now() - before).to_std().unwrap_or_default();
        match select(pin!(work), pin!(self.clock().sleep(left))).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{access::Caller, http::routes::tests::World, request::preferences::Deadline};

    /// To enter a query in an account takes time, which is of the same wait.
    #[tokio::test(start_paused = true)]
    async fn who_has_waited_waits_less() {
        let api = World::new().await.serve().api;
        for (deadline, prefer, waited, wait) in [
            (None, None, 0, 20),
            (None, None, 5, 15),
            (None, Some(8), 5, 3),
            (None, None, 30, 0),
            (Some(29), None, 5, 15),
            (Some(10), None, 5, 7),
            (Some(10), None, 15, 5),
        ] {
            let deadline = deadline.map(|seconds| Deadline(api.clock().now() + TimeDelta::seconds(seconds)));
            let preferences =
                Preferences { deadline, wait: prefer, caller: Caller::anybody(), ..Preferences::default() };
            let patience = api.patience(&preferences, TimeDelta::seconds(waited));
            assert_eq!(patience.wait, Duration::from_secs(wait), "{waited} of {preferences:?}");
        }
    }
}
