//! How many requests a key may send in a minute: a bucket of tokens for each.
//!
//! The count is this process's. Of a Lambda there are as many as requests at the same time, so a key may get more
//! than its rate altogether; what the whole API takes is bounded by API Gateway's throttling.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use domain::access::{KeyId, MAX_KEYS};

use crate::problem::{Problem, ProblemKind};

/// What one request costs. A bucket gains its rate every millisecond: exactly, and in whole numbers.
const REQUEST: u64 = 60_000;

#[derive(Debug, Default)]
pub(super) struct Rates(Mutex<HashMap<KeyId, Bucket>>);

#[derive(Debug)]
struct Bucket {
    level: u64,
    at: DateTime<Utc>,
}

impl Rates {
    /// Counts a request, or says when the next one may come. A key that rests for a minute may send its whole rate
    /// at once.
    pub(super) fn take(&self, id: &KeyId, per_minute: u32, now: DateTime<Utc>) -> Result<(), Problem> {
        let rate = u64::from(per_minute);
        // Every change is one step: a panic elsewhere leaves nothing half done.
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > MAX_KEYS {
            // Only keys that were known get here. Who is forgotten begins with a full bucket.
            buckets.clear();
        }
        let full = REQUEST * rate;
        let bucket = buckets.entry(id.clone()).or_insert(Bucket { level: full, at: now });
        let elapsed = u64::try_from((now - bucket.at).num_milliseconds()).unwrap_or(0);
        // The rate may have been changed since.
        bucket.level = bucket.level.saturating_add(elapsed.saturating_mul(rate)).min(full);
        bucket.at = bucket.at.max(now);
        if let Some(left) = bucket.level.checked_sub(REQUEST) {
            bucket.level = left;
            return Ok(());
        }
        let missing = REQUEST - bucket.level;
        let millis = if rate == 0 { u64::MAX } else { missing.div_ceil(rate) };
        let seconds = u32::try_from(millis.div_ceil(1_000)).unwrap_or(u32::MAX).max(1);
        let detail =
            format!("the API key may send {per_minute} requests in a minute: try again in {seconds} s");
        Err(Problem::new(ProblemKind::RateLimited, detail).with("maximum", per_minute).retry_after(seconds))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn id() -> KeyId {
        KeyId::new("0123abcd").unwrap()
    }

    #[test]
    fn a_minute_has_as_many_requests_as_allowed() {
        let (rates, now) = (Rates::default(), DateTime::UNIX_EPOCH);
        for _ in 0..6 {
            rates.take(&id(), 6, now).unwrap();
        }
        let problem = rates.take(&id(), 6, now).unwrap_err();
        assert_eq!((problem.status(), problem.retry_after_seconds()), (429, Some(10)));
        assert!(rates.take(&id(), 6, now + TimeDelta::milliseconds(9_999)).is_err());
        rates.take(&id(), 6, now + TimeDelta::seconds(10)).unwrap();
        assert!(rates.take(&id(), 6, now + TimeDelta::seconds(10)).is_err());
        // Another key has a bucket of its own.
        rates.take(&KeyId::new("00000000").unwrap(), 6, now).unwrap();
    }

    #[test]
    fn a_rate_of_nothing_allows_nothing() {
        let problem = Rates::default().take(&id(), 0, DateTime::UNIX_EPOCH).unwrap_err();
        assert_eq!(problem.status(), 429);
    }

    proptest! {
        #[test]
        fn no_span_has_more_than_its_share(
            rate in 1_u32..200,
            steps in prop::collection::vec(0_i64..5_000, 1..300),
        ) {
            let rates = Rates::default();
            let mut now = DateTime::UNIX_EPOCH;
            let mut passed = 0_u64;
            for step in &steps {
                now += TimeDelta::milliseconds(*step);
                let answer = rates.take(&id(), rate, now);
                passed += u64::from(answer.is_ok());
                if let Err(problem) = answer {
                    // Whoever waits as long as is said gets in.
                    let wait = TimeDelta::seconds(problem.retry_after_seconds().unwrap().into());
                    prop_assert!(rates.take(&id(), rate, now + wait).is_ok());
                    passed += 1;
                    now += wait;
                }
            }
            let millis = u64::try_from(now.timestamp_millis()).unwrap();
            prop_assert!(passed * 60_000 <= u64::from(rate) * (60_000 + millis));
        }
    }
}
