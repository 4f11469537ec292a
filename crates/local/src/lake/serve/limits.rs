//! How many connections a port takes, and how long it waits for a client.

use std::time::Duration;

use domain::pace::Pace;
use rustix::process::{Resource, getrlimit};

/// Open files that are not for connections: the data directory, what is being written, the runtime, and the
/// connections beyond the bound that only hear that there is none left.
const OTHER_FILES: u64 = 96;
/// What a connection costs: on the AWS port up to three files (the API's queries and the notifications call it from
/// within this process, so both ends are here, and an object is open while it is sent), on the API's port one.
const FILES_PER_CONNECTION: u64 = 4;
/// With fewer, one person's browser and one query are too many.
const FEWEST: u64 = 16;
/// More than one machine's developers need.
const MOST: u64 = 2_048;

/// The bounds on the connections of one port. A connection that exceeds one is closed.
///
/// None of these is about the time that the lake needs for an answer: a query may take as long as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How many may be open at once. One more takes the place of the one that has waited longest for its client; if
    /// all are at work, it is answered 503, but for the health checks.
    pub connections: usize,
    /// From the first byte of a request, or from the start of the connection, to the end of the request's headers.
    pub head: Duration,
    /// From an answer to the next request. Longer than clients keep a connection, so that they close it first.
    pub idle: Duration,
    /// How long a request's body may make no progress at all.
    pub body: Duration,
    /// How many bytes a second a request's body must have on average, once it has been waited for that long.
    pub body_rate: u64,
    /// How long a client may take nothing of its answer.
    pub answer: Duration,
    /// How many bytes a second a client must take of its answer on average, once it has been waited for that long.
    pub answer_rate: u64,
    /// How long a connection must have waited for a request before it makes room for another.
    pub patience: Duration,
}

impl Default for ConnectionLimits {
    /// As many connections as the open files of this process allow (`ulimit -n`), and waits that a slow network keeps.
    fn default() -> Self {
        Self {
            connections: connections(getrlimit(Resource::Nofile).current),
            head: Duration::from_secs(15),
            idle: Duration::from_secs(120),
            body: Duration::from_secs(30),
            body_rate: 1_024,
            answer: Duration::from_secs(300),
            answer_rate: 1_024,
            patience: Duration::from_millis(100),
        }
    }
}

impl ConnectionLimits {
    /// How often it is looked at who exceeds them.
    pub(super) fn tick(&self) -> Duration {
        let shortest = self.head.min(self.idle).min(self.body).min(self.answer);
        (shortest / 4).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }

    /// Those of a connection beyond the bound.
    pub(super) fn on_reserve(self) -> Self {
        Self { head: self.head.min(query::RESERVED_HEAD), ..self }
    }

    /// How slowly a body may come.
    pub(super) fn of_body(&self) -> Pace {
        Pace { longest: self.body, rate: self.body_rate }
    }

    /// How slowly an answer may be taken.
    pub(super) fn of_answer(&self) -> Pace {
        Pace { longest: self.answer, rate: self.answer_rate }
    }
}

/// For a process that may have so many files open; `None` is any number.
fn connections(open_files: Option<u64>) -> usize {
    let shared = open_files.unwrap_or(u64::MAX).saturating_sub(OTHER_FILES) / FILES_PER_CONNECTION;
    usize::try_from(shared.clamp(FEWEST, MOST)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ports_together_leave_files_for_the_rest() {
        for (open_files, expected) in
            [(Some(0), 16), (Some(256), 40), (Some(1_024), 232), (Some(1_048_576), 2_048), (None, 2_048)]
        {
            assert_eq!(connections(open_files), expected, "{open_files:?}");
        }
        for open_files in 160..10_000 {
            let used = 4 * connections(Some(open_files)) as u64;
            assert!(used + OTHER_FILES <= open_files, "{open_files}");
        }
    }

    #[test]
    fn what_exceeds_a_bound_is_found_soon() {
        let usual = ConnectionLimits::default();
        assert_eq!(usual.tick(), Duration::from_secs(1));
        let short = ConnectionLimits { body: Duration::from_millis(200), ..usual };
        assert_eq!(short.tick(), Duration::from_millis(50));
    }
}
