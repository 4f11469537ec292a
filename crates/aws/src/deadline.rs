//! The deadline of an invocation. What Lambda does at it is not left to Lambda: it ends the process, whatever
//! that is at, and its next invocation is a cold start that knows nothing of the reason.

use std::future::Future;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{port::Clock, run::Expired};

/// The part of an invocation's time that is kept for its answer.
const FOR_THE_ANSWER: TimeDelta = TimeDelta::milliseconds(500);

/// When Lambda was announced, 2014-11-13, in milliseconds since 1970.
const LAMBDA_BEGINS: u64 = 1_415_836_800_000;

/// The deadline as the runtime hands it over, in milliseconds since 1970.
///
/// One before there was a Lambda is none: `cargo lambda watch` sends 600000 with every invocation (1.9.2,
/// `functions_router.rs`), ten minutes after the beginning of 1970. So is one that is beyond all dates.
pub fn from_millis(millis: u64) -> DateTime<Utc> {
    let millis = Some(millis).filter(|millis| *millis >= LAMBDA_BEGINS);
    let date = millis.and_then(|millis| DateTime::from_timestamp_millis(i64::try_from(millis).ok()?));
    date.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The outcome of the work; or, half a second before the deadline, [`Expired::Deadline`]. The work is then
/// dropped where it stands: it must be fit for a crash at any point. With no more time than that, it is not begun.
pub async fn in_time<T>(
    clock: &impl Clock,
    deadline: DateTime<Utc>,
    work: impl Future<Output = T>,
) -> Result<T, Expired> {
    let left = (deadline - FOR_THE_ANSWER) - clock.now();
    match left.to_std() {
        Ok(left) if !left.is_zero() => tokio::select! {
            biased;
            done = work => Ok(done),
            () = clock.sleep(left) => Err(Expired::Deadline),
        },
        _ => Err(Expired::Deadline),
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::SystemClock;

    fn after(millis: i64) -> DateTime<Utc> {
        SystemClock.now() + TimeDelta::milliseconds(millis)
    }

    #[tokio::test]
    async fn work_that_is_done_in_time_has_its_outcome() {
        assert_eq!(in_time(&SystemClock, after(60_000), ready(7)).await, Ok(7));
        // Beyond all dates, and what `cargo lambda watch` sends.
        for none in [u64::MAX, 600_000, 0] {
            assert_eq!(in_time(&SystemClock, from_millis(none), ready(7)).await, Ok(7));
        }
    }

    #[tokio::test]
    async fn work_that_hangs_is_given_up_before_the_deadline() {
        let deadline = after(700);
        assert_eq!(in_time(&SystemClock, deadline, pending::<()>()).await, Err(Expired::Deadline));
        let left = deadline - SystemClock.now();
        assert!(left > TimeDelta::zero() && left <= FOR_THE_ANSWER, "{left}");
    }

    #[tokio::test]
    async fn work_for_which_there_is_no_time_is_not_begun() {
        for deadline in [from_millis(LAMBDA_BEGINS), after(-1), after(400)] {
            let work = async { panic!("it was begun") };
            let outcome: Result<(), Expired> = in_time(&SystemClock, deadline, work).await;
            assert_eq!(outcome, Err(Expired::Deadline));
        }
    }
}
