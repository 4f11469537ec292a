use std::sync::atomic::{AtomicU32, Ordering};

use domain::memory::ManualClock;

use super::*;

const AGE: TimeDelta = TimeDelta::seconds(5);

/// Counts how often it is read.
#[derive(Default)]
struct Part {
    cached: Cached<u32>,
    reads: AtomicU32,
}

impl Part {
    async fn get(&self, clock: &ManualClock, age: TimeDelta) -> u32 {
        let read = async || {
            tokio::task::yield_now().await;
            Ok(self.reads.fetch_add(1, Ordering::SeqCst))
        };
        *self.cached.get(clock, age, None, read).await.unwrap().value
    }
}

fn clock() -> ManualClock {
    ManualClock::new(DateTime::UNIX_EPOCH)
}

#[tokio::test]
async fn a_part_is_read_again_once_it_is_too_old() {
    let (part, clock) = (Part::default(), clock());
    assert_eq!(part.get(&clock, AGE).await, 0);
    clock.advance(AGE - TimeDelta::milliseconds(1));
    assert_eq!(part.get(&clock, AGE).await, 0);
    clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(part.get(&clock, AGE).await, 1);
}

#[tokio::test]
async fn with_no_age_every_request_sees_the_present() {
    let (part, clock) = (Part::default(), clock());
    assert_eq!(part.get(&clock, TimeDelta::zero()).await, 0);
    assert_eq!(part.get(&clock, TimeDelta::zero()).await, 1);
}

#[tokio::test]
async fn many_at_once_share_one_reading() {
    let (part, clock) = (Part::default(), clock());
    let answers = futures::future::join_all((0..50).map(|_| part.get(&clock, AGE))).await;
    assert!(answers.iter().all(|answer| *answer == 0));
    assert_eq!(part.reads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_reading_that_failed_is_not_kept() {
    let (cached, clock) = (Cached::<u32>::default(), clock());
    let missing = || CatalogError::NotFound { what: "x".into() };
    assert!(cached.get(&clock, AGE, None, async || Err(missing().into())).await.is_err());
    assert_eq!(*cached.get(&clock, AGE, None, async || Ok(7)).await.unwrap().value, 7);
}

#[tokio::test]
async fn who_needs_a_later_one_gets_one_and_leaves_it_to_the_others() {
    let (part, clock) = (Part::default(), clock());
    let since = async |time| {
        let read = async || Ok(part.reads.fetch_add(1, Ordering::SeqCst));
        *part.cached.get(&clock, AGE, Some(time), read).await.unwrap().value
    };
    assert_eq!(part.get(&clock, AGE).await, 0);
    let begun = clock.now();
    assert_eq!(since(begun).await, 0, "what began then is late enough");
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(since(clock.now()).await, 1);
    assert_eq!(part.get(&clock, AGE).await, 1);
}
