//! How long a request waits.

use std::time::Duration;

use chrono::TimeDelta;
use domain::port::Clock;

use super::Api;
use crate::{ports::Ports, preferences::Preferences};

/// How long after the wait the engine may still take to say that it has the query.
const SLACK: Duration = Duration::from_secs(5);
/// How long before the deadline of its process a request stops waiting.
const MARGIN: TimeDelta = TimeDelta::seconds(3);

/// How long a request waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Patience {
    /// For its query.
    pub(super) wait: Duration,
    /// After that, for the engine to say that it has the query.
    pub(super) slack: Duration,
}

impl<P: Ports> Api<P> {
    /// The wait of this request: the setting's, or what the caller prefers if that is shorter.
    pub(crate) fn wait(&self, preferences: &Preferences) -> Duration {
        let preferred = match preferences.wait {
            Some(seconds) => Duration::from_secs(seconds),
            None if preferences.respond_async => Duration::ZERO,
            None => Duration::MAX,
        };
        // A query that cannot go on without its request is waited for, whatever the caller prefers.
        let is_ignored = preferred.is_zero() && self.is_watched(&preferences.caller);
        if is_ignored { self.settings.wait } else { preferred.min(self.settings.wait) }
    }

    /// How long this request waits, so that its answer comes before its process ends.
    pub(super) fn patience(&self, preferences: &Preferences) -> Patience {
        let wait = self.wait(preferences);
        let Some(deadline) = preferences.deadline else { return Patience { wait, slack: SLACK } };
        let left = (deadline.0 - self.clock().now()).max(TimeDelta::zero());
        let margin = MARGIN.min(left / 2);
        // What is left of the margin is for the record of a query that goes on.
        let slack = (margin / 2).to_std().unwrap_or_default().min(SLACK);
        Patience { wait: wait.min((left - margin).to_std().unwrap_or_default()), slack }
    }
}
