use std::{future::Future, time::Duration};

use chrono::{DateTime, Utc};
use ulid::Ulid;

/// Time, injected, so that a seed replays a run.
pub trait Clock: Send + Sync + 'static {
    /// The wall clock. Consecutive calls do not go backwards while nobody sets the machine's clock.
    fn now(&self) -> DateTime<Utc>;

    /// Comes back after at least this long.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// Names and randomness, injected for the same reason.
pub trait Ids: Send + Sync + 'static {
    /// A name that nobody else gets, ever. Sorts by the time it was made, in milliseconds.
    fn ulid(&self) -> Ulid;

    /// Uniform random bits, for jitter.
    fn random(&self) -> u64;
}
