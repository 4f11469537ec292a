//! What a query's account is told, however the query ends.

use std::sync::atomic::AtomicU32;

use chrono::{DateTime, Utc};
use domain::access::usage::UsageError;

use super::*;
use crate::execution::flight::stop::CANCEL;

/// What was settled, by an account that takes so long for it.
pub(super) struct Purse {
    settled: Mutex<Vec<Option<u64>>>,
    takes: Duration,
}

impl Purse {
    pub(super) fn new(takes: Duration) -> Arc<Self> {
        Arc::new(Self { settled: Mutex::default(), takes })
    }

    pub(super) fn settled(&self) -> Vec<Option<u64>> {
        self.settled.lock().unwrap().clone()
    }
}

impl Account for Purse {
    fn settle(&self, bytes: Option<u64>) -> BoxFuture<'_, ()> {
        async move {
            RuntimeClock::new().sleep(self.takes).await;
            self.settled.lock().unwrap().push(bytes);
        }
        .boxed()
    }
    fn is_settled(&self) -> bool {
        !self.settled().is_empty()
    }
    fn hand_over<'a>(&'a self, _: &'a QueryId, _: DateTime<Utc>) -> BoxFuture<'a, Result<(), UsageError>> {
        async { Ok(()) }.boxed()
    }
}

pub(super) fn counted(purse: &Arc<Purse>) -> Run {
    let account: Arc<dyn Account> = Arc::<Purse>::clone(purse);
    Run { account: Some(account), ..run(true) }
}

pub(super) const MIB: u64 = 1 << 20;

/// Reads on for so many looks after it was asked to stop, as Athena does for a while. Never has a result.
struct Late {
    inner: MemoryEngine,
    looks: AtomicU32,
    is_stopping: AtomicBool,
}

impl Late {
    fn new(outcome: Outcome, looks: u32) -> Self {
        Self { inner: engine(outcome), looks: looks.into(), is_stopping: false.into() }
    }
}

impl QueryEngine for Late {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        self.inner.start(query).await
    }
    async fn status(&self, id: &QueryId) -> Result<QueryStatus, EngineError> {
        let mut status = self.inner.status(id).await?;
        if self.is_stopping.load(Ordering::SeqCst) && status.state == QueryState::Cancelled {
            let left =
                self.looks.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            match left {
                Ok(_) => (status.state, status.bytes_scanned) = (QueryState::Running, 11 * MIB),
                Err(_) => status.bytes_scanned = 50 * MIB,
            }
        }
        Ok(status)
    }
    async fn result(&self, _: &QueryId) -> Result<StoredResult, EngineError> {
        futures::future::pending().await
    }
    async fn read(&self, result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        self.inner.read(result, range).await
    }
    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.is_stopping.store(true, Ordering::SeqCst);
        self.inner.cancel(id).await
    }
}

/// The last one leaves while the result is fetched: the end of the query was seen, and is seen again.
#[tokio::test(start_paused = true)]
async fn a_query_that_had_succeeded_when_it_was_given_up_is_charged_once() {
    let (flights, purse) = (flights(Late::new(rows(), 0)), Purse::new(Duration::ZERO));
    let (flight, _) = flights.join(KEY, counted(&purse)).unwrap();
    assert!(matches!(flight.wait(Duration::from_secs(1), SLACK).await, Waited::Running(_)));
    assert_eq!(states(&flights.runner.engine.inner).await, [QueryState::Succeeded]);
    flight.give_up().await;
    assert_eq!(purse.settled(), [Some(12 * MIB)]);
}

/// The engine stops a query a while after it was asked to.
#[tokio::test(start_paused = true)]
async fn a_stopped_query_is_charged_for_what_it_read_until_it_was_over() {
    for (looks, charged) in [(0, Some(50 * MIB)), (1, Some(50 * MIB)), (5, Some(50 * MIB)), (u32::MAX, None)]
    {
        let (flights, purse) = (flights(Late::new(Outcome::Hangs, looks)), Purse::new(Duration::ZERO));
        let (flight, _) = flights.join(KEY, counted(&purse)).unwrap();
        assert!(matches!(flight.wait(Duration::from_secs(1), SLACK).await, Waited::Running(_)));
        let begun = flights.runner.clock.now();
        flight.give_up().await;
        assert_eq!(purse.settled(), [charged], "{looks}");
        assert!((flights.runner.clock.now() - begun).to_std().unwrap() <= CANCEL, "{looks}");
    }
}

/// So is one that is stopped by who watches it, since it reads more than it may.
#[tokio::test(start_paused = true)]
async fn a_query_that_its_watcher_stops_is_charged_for_what_it_read_too() {
    for (looks, charged) in [(0, 50 * MIB), (3, 50 * MIB), (u32::MAX, 12 * MIB)] {
        let (flights, purse) = (flights(Late::new(Outcome::Hangs, looks)), Purse::new(Duration::ZERO));
        let run = Run { max_bytes: Some(1_000), ..counted(&purse) };
        let (flight, _) = flights.join(KEY, run).unwrap();
        let Waited::Over(outcome) = flight.wait(WAIT, SLACK).await else { panic!("not over") };
        assert!(matches!(*outcome.unwrap_err(), ExecuteError::CutOff(_)));
        assert_eq!(purse.settled(), [Some(charged)], "{looks}");
    }
}

/// A query that is over is answered at once, and its account settled afterwards where it takes long.
#[tokio::test(start_paused = true)]
async fn an_account_that_takes_long_delays_no_answer() {
    for takes in [0, 2, 7, 100] {
        let (flights, purse) = (flights(engine(rows())), Purse::new(Duration::from_secs(takes)));
        let (flight, _) = flights.join(KEY, counted(&purse)).unwrap();
        let begun = flights.runner.clock.now();
        assert!(matches!(flight.wait(WAIT, SLACK).await, Waited::Over(Ok(_))), "{takes}");
        let took = (flights.runner.clock.now() - begun).num_milliseconds();
        assert!(took < 1_500, "{takes}: {took} ms");
        // What is done soon is done before the answer: who asks again at once does not find the query open.
        assert_eq!(purse.settled().len(), usize::from(takes == 0), "{takes}");
        drop(flight);
        flights.runner.clock.sleep(Duration::from_secs(takes + 1)).await;
        assert_eq!(purse.settled(), [Some(12 * MIB)], "{takes}: once");
    }
}

/// Nor does it delay the answer that a query was given up.
#[tokio::test(start_paused = true)]
async fn an_account_that_takes_long_delays_no_giving_up() {
    let (flights, purse) = (flights(Late::new(Outcome::Hangs, 0)), Purse::new(Duration::from_secs(100)));
    let (flight, _) = flights.join(KEY, counted(&purse)).unwrap();
    assert!(matches!(flight.wait(Duration::from_secs(1), SLACK).await, Waited::Running(_)));
    let begun = flights.runner.clock.now();
    flight.give_up().await;
    let took = (flights.runner.clock.now() - begun).num_milliseconds();
    assert!(took < 3_000 && purse.settled().is_empty(), "{took} ms");
    flights.runner.clock.sleep(Duration::from_secs(101)).await;
    assert_eq!(purse.settled(), [Some(50 * MIB)]);
}

/// In a Lambda nothing is done after the answer: a query that is over is answered, though its account takes longer than the
/// rest of the wait.
#[tokio::test(start_paused = true)]
async fn who_waits_gets_what_is_over_when_its_account_is_settled() {
    for (takes, is_over) in [(0, true), (2, true), (5, true), (7, false)] {
        let (flights, purse) = (flights(engine(rows())), Purse::new(Duration::from_secs(takes)));
        let run = Run { in_background: false, ..counted(&purse) };
        let (flight, _) = flights.join(KEY, run).unwrap();
        let waited = flight.wait(Duration::from_secs(1), SLACK).await;
        match waited {
            Waited::Over(Ok(_)) => assert!(is_over, "{takes}"),
            Waited::Running(id) => assert!(!is_over && id.as_str() == "memory-0", "{takes}"),
            other => panic!("{takes}: {other:?}"),
        }
        flight.hand_over();
    }
}

/// Its entry in the account would end before the last one who joins does.
#[tokio::test(start_paused = true)]
async fn a_query_that_counts_is_not_joined_for_ever() {
    let flights = flights(engine(Outcome::Hangs));
    let purse = Purse::new(Duration::ZERO);
    let (first, _) = flights.join(KEY, counted(&purse)).unwrap();
    flights.runner.clock.sleep(Duration::from_secs(29)).await;
    assert!(flights.under_way(&KEY).is_some());
    flights.runner.clock.sleep(Duration::from_secs(2)).await;
    assert!(flights.under_way(&KEY).is_none());
    let (second, shared) = flights.join(KEY, counted(&purse)).unwrap();
    assert!(!shared, "the old one is left to those who have it");
    drop(first);
    assert!(
        Arc::ptr_eq(&flights.under_way(&KEY).unwrap(), &second),
        "the end of the old one leaves the new one"
    );
    // One that counts for nobody has no entry.
    let (_free, _) = flights.join([2; 16], run(true)).unwrap();
    flights.runner.clock.sleep(Duration::from_secs(100)).await;
    assert!(flights.under_way(&[2; 16]).is_some());
}
