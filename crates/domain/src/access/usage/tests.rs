use chrono::TimeDelta;
use futures::FutureExt;
use proptest::prelude::*;

use super::*;
use crate::{
    access::KeyId,
    key,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::{Clock, ObjectStore, PutMode},
};

fn now() -> DateTime<Utc> {
    "2026-11-26T10:00:00Z".parse().unwrap()
}

fn id() -> KeyId {
    KeyId::new("0123abcd").unwrap()
}

fn query(id: &str, reserved: u64) -> NewQuery {
    NewQuery { id: id.to_owned(), reserved, expires_at: now() + TimeDelta::hours(20) }
}

fn daily(bytes: u64) -> UsageLimits {
    UsageLimits { max_queries: None, daily_bytes: Some(bytes) }
}

#[test]
fn bills_are_rounded_up() {
    for (scanned, expected) in
        [(0, 10 << 20), (1, 10 << 20), (10 << 20, 10 << 20), ((10 << 20) + 1, 11 << 20), (1 << 40, 1 << 40)]
    {
        assert_eq!(billed(scanned), expected, "{scanned}");
    }
    assert!(billed(u64::MAX) >= u64::MAX - MIB);
}

#[test]
fn a_query_starts_only_if_all_of_its_bound_is_left() {
    let mut usage = Usage::new(now().date_naive());
    usage.begin(now(), daily(100), &query("a", 60)).unwrap();
    usage.begin(now(), daily(100), &query("a", 60)).unwrap();
    assert_eq!(usage.open.len(), 1, "a repeated call enters it once");
    let refused = usage.begin(now(), daily(100), &query("b", 60)).unwrap_err();
    let resets_at = "2026-11-27T00:00:00Z".parse().unwrap();
    let expected = Refused::Budget { budget: 100, charged: 0, reserved: 60, wanted: 60, resets_at };
    assert_eq!(refused, expected);
    assert!(usage.settle(Some(30), |query| query.id == "a"));
    assert!(!usage.settle(Some(30), |query| query.id == "a"), "it is charged once");
    usage.begin(now(), daily(100), &query("b", 60)).unwrap();
    assert_eq!((usage.charged, usage.reserved()), (30, 60));
}

#[test]
fn queries_at_a_time_are_those_that_are_not_settled() {
    let two = UsageLimits { max_queries: Some(2), daily_bytes: None };
    let mut usage = Usage::new(now().date_naive());
    usage.begin(now(), two, &query("a", 0)).unwrap();
    usage.begin(now(), two, &query("b", 0)).unwrap();
    assert!(usage.hand_over("b", "execution", now() + TimeDelta::hours(5)));
    assert_eq!(usage.begin(now(), two, &query("c", 0)).unwrap_err(), Refused::TooMany { maximum: 2 });
    usage.settle(Some(0), |query| query.execution.as_deref() == Some("execution"));
    usage.begin(now(), two, &query("c", 0)).unwrap();
    assert!(!usage.hand_over("b", "execution", now()), "it is settled");
}

#[test]
fn another_day_begins_anew_and_keeps_what_still_runs() {
    let limits = UsageLimits { max_queries: Some(2), daily_bytes: Some(100) };
    let mut usage = Usage::new(now().date_naive());
    usage.begin(now(), limits, &query("late", 90)).unwrap();
    let tomorrow = now() + TimeDelta::hours(15);
    usage.begin(tomorrow, limits, &query("early", 90)).unwrap();
    assert_eq!((usage.open.len(), usage.reserved()), (2, 90), "each counts on its own day");
    assert!(matches!(
        usage.begin(tomorrow, limits, &query("third", 0)),
        Err(Refused::TooMany { maximum: 2 })
    ));
    usage.settle(Some(70), |query| query.id == "late");
    assert_eq!(usage.charged, 0, "yesterday's is not charged to today");
    // A process whose clock is behind does not bring yesterday back.
    usage.begin(now(), limits, &query("behind", 5)).unwrap();
    assert_eq!((usage.day, usage.reserved()), (tomorrow.date_naive(), 95));
}

#[test]
fn what_nobody_settles_is_charged_in_full() {
    let mut usage = Usage::new(now().date_naive());
    let lost = NewQuery { expires_at: now() + TimeDelta::minutes(1), ..query("lost", 60) };
    usage.begin(now(), daily(100), &lost).unwrap();
    let refused = usage.begin(now() + TimeDelta::minutes(2), daily(100), &query("b", 60)).unwrap_err();
    assert!(matches!(refused, Refused::Budget { charged: 60, reserved: 0, .. }), "{refused:?}");
    assert!(usage.open.is_empty());
}

/// Three others enter their queries between the reading and the writing.
#[tokio::test]
async fn of_those_who_write_at_once_all_are_counted() {
    for (budget, starts) in [(400, true), (399, false)] {
        let (store, clock, ids) = (MemoryStore::default(), ManualClock::new(now()), SeededIds::new(1));
        let (own, mut others) = (id(), 3);
        let answer = update(&store, &clock, &ids, &own, |usage, now| {
            if others > 0 {
                others -= 1;
                let new = query(&format!("other-{others}"), 100);
                let other = update(&store, &clock, &ids, &own, |usage, now| {
                    (usage.begin(now, daily(budget), &new), Changed::Yes)
                });
                other.now_or_never().unwrap().unwrap().unwrap();
            }
            (usage.begin(now, daily(budget), &query("own", 100)), Changed::Yes)
        });
        assert_eq!(answer.await.unwrap().is_ok(), starts, "{budget}");
        let usage = load(&store, &id()).await.unwrap().unwrap();
        assert_eq!(usage.open.len(), 3 + usize::from(starts));
        assert_eq!(store.keys(), [key::usage(&id())]);
    }
}

#[tokio::test]
async fn it_is_tried_some_times_and_not_for_ever() {
    for (refusals, done) in [(7, true), (8, false)] {
        let (store, clock, ids) = (MemoryStore::default(), ManualClock::new(now()), SeededIds::new(2));
        store.contend_next(refusals);
        let answer = update(&store, &clock, &ids, &id(), |_, _| ((), Changed::Yes)).await;
        assert_eq!(answer.is_ok(), done, "{answer:?}");
        assert!(clock.now() - now() < TimeDelta::seconds(3));
        assert_eq!(load(&store, &id()).await.unwrap().is_some(), done);
    }
}

#[tokio::test]
async fn what_is_damaged_or_newer_is_no_empty_account() {
    let (store, clock, ids) = (MemoryStore::default(), ManualClock::new(now()), SeededIds::new(3));
    for body in ["", "{}", r#"{"format":2,"day":"2026-11-26","charged":0,"open":[]}"#] {
        store.put(&key::usage(&id()), body.into(), PutMode::Overwrite).await.unwrap();
        let answer = update(&store, &clock, &ids, &id(), |_, _| ((), Changed::Yes)).await;
        assert!(matches!(answer, Err(UsageError::Malformed { .. })), "{body}: {answer:?}");
        assert_eq!(store.get(&key::usage(&id())).await.unwrap(), body.as_bytes(), "it is left as it is");
    }
}

proptest! {
    /// Whatever happens in whatever order, a day's charges and reservations stay within the budget, as long as no
    /// query scans more than was set aside for it.
    #[test]
    fn a_day_never_uses_more_than_its_budget(
        budget in 1_u64..1_000,
        steps in prop::collection::vec((0_u8..4, 0_u64..400, 0_i64..20_000), 1..60),
    ) {
        let mut usage = Usage::new(now().date_naive());
        let mut now = now();
        for (at, (step, number, seconds)) in steps.into_iter().enumerate() {
            now += TimeDelta::seconds(seconds);
            match step {
                0 | 1 => {
                    let expires_at = now + TimeDelta::seconds(seconds * 2 + 1);
                    let new = NewQuery { id: at.to_string(), reserved: number, expires_at };
                    let _refused = usage.begin(now, daily(budget), &new);
                }
                2 => {
                    usage.hand_over(&(number % 60).to_string(), "x", now + TimeDelta::hours(5));
                }
                _ => {
                    let first = usage.open.first().cloned();
                    if let Some(first) = first {
                        usage.settle(Some(number.min(first.reserved)), |query| query.id == first.id);
                    }
                }
            }
            prop_assert!(usage.charged + usage.reserved() <= budget, "{:?}", usage);
        }
    }
}
