use chrono::TimeDelta;
use domain::{
    access::{
        KeyId,
        usage::{NewQuery, UsageLimits},
    },
    memory::{MemoryEngine, MemoryStore, SeededIds},
};

use super::*;
use crate::{
    execution::tests::{engine, rows, runner},
    testing::{Log, RuntimeClock},
};

type InMemory = Entry<MemoryStore, MemoryEngine, RuntimeClock, SeededIds>;

fn entry(store: &Arc<MemoryStore>) -> Arc<InMemory> {
    Arc::new(Entry {
        store: Arc::clone(store),
        runner: Arc::new(runner(engine(rows()))),
        holder: KeyId::new("0123abcd").unwrap().into(),
        id: "one".to_owned(),
        is_settled: AtomicBool::new(false),
    })
}

async fn begin(entry: &InMemory) {
    let Runner { clock, ids, .. } = &*entry.runner;
    let limits = UsageLimits { max_queries: Some(1), daily_bytes: None };
    let begun = usage::update(&*entry.store, clock, ids, &entry.holder, |usage, now| {
        let new = NewQuery { id: entry.id.clone(), reserved: 0, expires_at: now + TimeDelta::hours(1) };
        let begun = usage.begin(now, limits, &new);
        (begun.is_ok(), if begun.is_ok() { Changed::Yes } else { Changed::No })
    });
    assert!(begun.await.unwrap());
}

async fn open(entry: &InMemory) -> usize {
    let usage = usage::load(&*entry.store, &entry.holder).await.unwrap();
    usage.map_or(0, |usage| usage.open.len())
}

fn entered(entry: &Arc<InMemory>, in_background: bool) -> Entered {
    let account: Arc<dyn Account> = Arc::<InMemory>::clone(entry);
    Entered::new(account, in_background)
}

/// Lets what was spawned come to its end.
async fn wait(entry: &InMemory) {
    entry.runner.clock.sleep(Duration::from_secs(10)).await;
}

#[tokio::test(start_paused = true)]
async fn an_entry_whose_request_goes_away_before_its_query_begins_goes_too() {
    for (is_written_first, in_background, left) in
        [(true, true, 0), (false, true, 0), (true, false, 1), (false, false, 1)]
    {
        let entry = entry(&Arc::default());
        let entered = entered(&entry, in_background);
        if is_written_first {
            begin(&entry).await;
        }
        drop(entered);
        if !is_written_first {
            // The call that writes it was broken off, and takes effect all the same.
            entry.runner.clock.sleep(Duration::from_millis(1_500)).await;
            begin(&entry).await;
        }
        wait(&entry).await;
        assert_eq!(open(&entry).await, left, "{is_written_first} {in_background}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_stays_while_its_query_may_run() {
    let entry = entry(&Arc::default());
    let entered = entered(&entry, true);
    begin(&entry).await;
    entered.done();
    wait(&entry).await;
    assert_eq!(open(&entry).await, 1);
    entry.settle(Some(5)).await;
    assert_eq!((open(&entry).await, entry.is_settled()), (0, true));
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_entry_is_said_to_stay_only_if_no_look_takes_it_out() {
    for (failing, left, lines) in [(0, 0, 0), (2, 0, 0), (3, 1, 1)] {
        let (log, _guard) = Log::start();
        let entry = entry(&Arc::default());
        let entered = entered(&entry, true);
        begin(&entry).await;
        entry.store.fail_next(failing);
        drop(entered);
        wait(&entry).await;
        assert_eq!(open(&entry).await, left, "{failing}");
        let text = log.text();
        let said = text.lines().filter(|line| line.contains("could not be taken out")).count();
        assert_eq!(said, lines, "{failing}: {text}");
    }
}

/// What stays is charged in full, of a day's budget: so it stays only if the account cannot be changed for long.
#[tokio::test(start_paused = true)]
async fn a_settlement_that_fails_is_tried_again() {
    for is_contended in [false, true] {
        for (failing, left, lines) in [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 1, 1)] {
            let (log, _guard) = Log::start();
            let entry = entry(&Arc::default());
            begin(&entry).await;
            if is_contended {
                // So often one change is tried.
                entry.store.contend_next(8 * failing);
            } else {
                entry.store.fail_next(failing);
            }
            entry.settle(Some(5)).await;
            assert_eq!(open(&entry).await, left, "{is_contended} {failing}");
            assert_eq!(entry.is_settled(), left == 0, "{is_contended} {failing}");
            let text = log.text();
            let said = text.lines().filter(|line| line.contains("could not be settled")).count();
            assert_eq!(said, lines, "{is_contended} {failing}: {text}");
        }
    }
}

/// An answer waits for it no longer than a moment, unless nothing can be done after the answer.
#[tokio::test(start_paused = true)]
async fn a_settlement_that_is_tried_again_delays_answers_only_where_there_is_no_background() {
    for (failing, in_background, is_left) in
        [(0, true, false), (0, false, false), (2, true, true), (2, false, false)]
    {
        let entry = entry(&Arc::default());
        begin(&entry).await;
        entry.store.fail_next(failing);
        let account: Arc<dyn Account> = Arc::<InMemory>::clone(&entry);
        let clock = &entry.runner.clock;
        let begun = clock.now();
        assert_eq!(
            settle_soon(account, Some(5), clock, in_background).await,
            is_left,
            "{failing} {in_background}"
        );
        let took = clock.now() - begun;
        assert_eq!(took > TimeDelta::milliseconds(1_500), failing > 0 && !in_background, "{took}");
        assert_eq!(entry.is_settled(), !is_left, "{failing} {in_background}");
        wait(&entry).await;
        assert_eq!((open(&entry).await, entry.is_settled()), (0, true), "{failing} {in_background}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_is_taken_back_delays_its_refusal_no_longer_than_a_moment() {
    for failing in [0, 2] {
        let entry = entry(&Arc::default());
        let entered = entered(&entry, true);
        begin(&entry).await;
        entry.store.fail_next(failing);
        let begun = entry.runner.clock.now();
        entered.take_back(&entry.runner.clock).await;
        assert!(entry.runner.clock.now() - begun < TimeDelta::milliseconds(1_500));
        wait(&entry).await;
        assert_eq!((open(&entry).await, entry.is_settled()), (0, true), "{failing}");
    }
}
