//! The object with a key's account: its entries expire, and nothing starts that it cannot count.

use super::*;

/// A process that died says nothing more: its entry counts in full, and is charged in full when it expires.
#[tokio::test(start_paused = true)]
async fn an_entry_that_nobody_settles_expires() {
    let keyed = Keyed::new(Rights { max_queries: Some(1), ..daily(30 * MIB, 15 * MIB) }, None).await;
    let (store, clock) = (keyed.served.api.store_and_catalog().0, keyed.served.api.clock());
    let limits = usage::UsageLimits { max_queries: None, daily_bytes: None };
    let died = |usage: &mut Usage, now: chrono::DateTime<chrono::Utc>| {
        let expires_at = now + chrono::TimeDelta::seconds(80);
        let new = usage::NewQuery { id: "died".into(), reserved: 15 * MIB, expires_at };
        (usage.begin(now, limits, &new).unwrap(), usage::Changed::Yes)
    };
    usage::update(store, clock, &SeededIds::new(9), &keyed.id, died).await.unwrap();
    keyed.get().await.is_problem(429, "may have 1 queries at a time");
    clock.sleep(Duration::from_secs(80)).await;
    assert_eq!(keyed.get().await.status, 200);
    assert_eq!(keyed.usage().await.unwrap().charged, 27 * MIB);
}

#[tokio::test(start_paused = true)]
async fn nothing_starts_that_cannot_be_counted() {
    let (log, _guard) = testing::Log::start();
    let keyed = Keyed::new(at_a_time(1), None).await;
    let store = keyed.served.api.store_and_catalog().0;
    store.put(&key::usage(&keyed.id), "damaged".into(), PutMode::Create).await.unwrap();
    keyed.get().await.is_problem(500, "cannot be read or written");
    assert_eq!(keyed.served.started(), 0);
    nothing_is_abandoned(&keyed, &log).await;
}

#[tokio::test(start_paused = true)]
async fn an_account_that_others_change_each_time_is_a_429() {
    let (log, _guard) = testing::Log::start();
    let keyed = Keyed::new(at_a_time(1), None).await;
    let store = keyed.served.api.store_and_catalog().0;
    store.contend_next(8);
    keyed.get().await.is_problem(429, "begin or end at the same time");
    assert_eq!((keyed.served.started(), keyed.open().await), (0, 0));
    // A look for the entry would fail.
    store.fail_next(100);
    nothing_is_abandoned(&keyed, &log).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_query_is_not_looked_for_if_those_that_are_over_cannot_be_settled() {
    let (log, _guard) = testing::Log::start();
    let keyed = Keyed::new(at_a_time(1), None).await;
    assert_eq!(keyed.send("GET", URI, "respond-async").await.status, 202);
    // It is over at the third look.
    for _ in 0..3 {
        keyed.served.api.engine().status(&domain::port::QueryId::new("memory-0")).await.unwrap();
    }
    let store = keyed.served.api.store_and_catalog().0;
    store.contend_next(8);
    keyed.get().await.is_problem(429, "begin or end at the same time");
    assert_eq!((keyed.served.started(), keyed.open().await), (1, 1));
    store.fail_next(100);
    nothing_is_abandoned(&keyed, &log).await;
}

/// What was surely not written is not looked for.
async fn nothing_is_abandoned(keyed: &Keyed, log: &testing::Log) {
    keyed.served.api.clock().sleep(Duration::from_secs(10)).await;
    let text = log.text();
    assert!(!text.contains("could not be taken out"), "{text}");
}
