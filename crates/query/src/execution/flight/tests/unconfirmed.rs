//! Queries that nobody waits for before the engine has confirmed their start: one call is made to find out what became of them, if
//! a reply was lost, and none else.

use super::{
    accounts::{MIB, Purse, counted},
    *,
};
use crate::{execution::flight::stop::FIND, testing::Log};

/// The whole wait of a request.
const WAITED: Duration = WAIT.saturating_add(SLACK);
const NEVER: Duration = Duration::from_secs(1_000_000);
const UNKNOWN: &str = "whose start the engine has not confirmed";

/// Ends the query without an answer, in one way or the other; answers what was logged of it.
async fn left<Q: QueryEngine>(flights: &Fleet<Q>, purse: &Arc<Purse>, is_dropped: bool) -> String {
    let (log, _guard) = Log::start();
    let (flight, _) = flights.join(KEY, counted(purse)).unwrap();
    assert!(matches!(flight.wait(WAIT, SLACK).await, Waited::NotStarted));
    if is_dropped {
        drop(flight);
        settle(&flights.runner).await;
    } else {
        flight.give_up().await;
    }
    log.text()
}

#[tokio::test(start_paused = true)]
async fn a_query_whose_start_is_confirmed_late_is_stopped() {
    for late in [1, 500, 900] {
        for is_dropped in [false, true] {
            let flights = flights(Deaf::new(WAITED + Duration::from_millis(late)));
            let purse = Purse::new(Duration::ZERO);
            let log = left(&flights, &purse, is_dropped).await;
            let engine = &flights.runner.engine;
            assert_eq!(states(&engine.inner).await, [QueryState::Cancelled], "{late}");
            assert_eq!(engine.calls.load(Ordering::SeqCst), 1, "{late}");
            assert!(!log.contains(UNKNOWN) && !log.contains("WARN"), "{log}");
            // What it read is seen if its end is, within the second that stopping may take.
            assert!([vec![Some(12 * MIB)], vec![None]].contains(&purse.settled()), "{late}");
        }
    }
}

/// To start it again would give its id, or start a query that nobody wants.
#[tokio::test(start_paused = true)]
async fn a_query_whose_start_is_never_confirmed_is_not_started_again() {
    for is_dropped in [false, true] {
        let (flights, purse) = (flights(Deaf::new(NEVER)), Purse::new(Duration::ZERO));
        let log = left(&flights, &purse, is_dropped).await;
        assert_eq!(flights.runner.engine.calls.load(Ordering::SeqCst), 1);
        assert!(log.contains(UNKNOWN) && !log.contains("WARN"), "{log}");
        assert_eq!(purse.settled(), [None], "what it reads is not known");
    }
}

/// Answers every call to start a query after so long, with the same error.
struct Refusing {
    takes: Duration,
    is_busy: bool,
    calls: AtomicUsize,
}

impl QueryEngine for Refusing {
    async fn start(&self, _: &Query) -> Result<QueryId, EngineError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        RuntimeClock::new().sleep(self.takes).await;
        Err(if self.is_busy { EngineError::Busy } else { EngineError::Unavailable { source: "away".into() } })
    }
    async fn status(&self, _: &QueryId) -> Result<QueryStatus, EngineError> {
        Err(EngineError::Busy)
    }
    async fn result(&self, _: &QueryId) -> Result<StoredResult, EngineError> {
        Err(EngineError::Busy)
    }
    async fn read(&self, _: &StoredResult, _: Range<u64>) -> Result<Bytes, EngineError> {
        Err(EngineError::Busy)
    }
    async fn cancel(&self, _: &QueryId) -> Result<(), EngineError> {
        Err(EngineError::Busy)
    }
}

/// Where the engine has too many, nothing runs, and there is nothing to say. Where its reply was lost, something may, and it is asked
/// once more.
#[tokio::test(start_paused = true)]
async fn a_query_that_the_engine_does_not_take_is_asked_for_again_if_a_reply_was_lost() {
    for (is_busy, calls, charged) in [(true, 2, Some(0)), (false, 3, None)] {
        // Left while the second call is under way, and in the pause before the third.
        for waited in [1_900, 2_250] {
            let engine = Refusing { takes: Duration::from_secs(1), is_busy, calls: AtomicUsize::new(0) };
            let (flights, purse) = (flights(engine), Purse::new(Duration::ZERO));
            let (log, _guard) = Log::start();
            let (flight, _) = flights.join(KEY, counted(&purse)).unwrap();
            let waited = flight.wait(Duration::ZERO, Duration::from_millis(waited)).await;
            assert!(matches!(waited, Waited::NotStarted));
            flight.give_up().await;
            settle(&flights.runner).await;
            assert_eq!(flights.runner.engine.calls.load(Ordering::SeqCst), calls);
            assert_eq!(purse.settled(), [charged]);
            let log = log.text();
            assert!(!log.contains("WARN"), "{log}");
            assert_eq!(log.contains(UNKNOWN), !is_busy, "{log}");
        }
    }
}

/// What an engine does with the second call to start a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Second {
    /// Answers the id of the first.
    Answers,
    /// Has too many.
    IsBusy,
    /// Never answers.
    Hangs,
}

/// Takes each query at the first call, and its reply is lost.
struct Lossy {
    inner: MemoryEngine,
    second: Second,
    calls: AtomicUsize,
}

impl QueryEngine for Lossy {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        match (self.calls.fetch_add(1, Ordering::SeqCst), self.second) {
            (0, _) => {
                self.inner.start(query).await?;
                Err(EngineError::Unavailable { source: "lost".into() })
            }
            (_, Second::Answers) => self.inner.start(query).await,
            (_, Second::IsBusy) => Err(EngineError::Busy),
            (_, Second::Hangs) => futures::future::pending().await,
        }
    }
    async fn status(&self, id: &QueryId) -> Result<QueryStatus, EngineError> {
        self.inner.status(id).await
    }
    async fn result(&self, id: &QueryId) -> Result<StoredResult, EngineError> {
        self.inner.result(id).await
    }
    async fn read(&self, result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        self.inner.read(result, range).await
    }
    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.inner.cancel(id).await
    }
}

/// A query that the engine takes, whose request leaves in the pause after the lost reply; and what was logged of it.
async fn lost(second: Second, in_background: bool, is_dropped: bool) -> (Fleet<Lossy>, Arc<Purse>, String) {
    let engine = Lossy { inner: engine(Outcome::Hangs), second, calls: AtomicUsize::new(0) };
    let (flights, purse) = (flights(engine), Purse::new(Duration::ZERO));
    let (log, _guard) = Log::start();
    let (flight, _) = flights.join(KEY, Run { in_background, ..counted(&purse) }).unwrap();
    let waited = flight.wait(Duration::ZERO, Duration::from_millis(50)).await;
    assert!(matches!(waited, Waited::NotStarted));
    let left = flights.runner.clock.now();
    if is_dropped {
        drop(flight);
    } else {
        flight.give_up().await;
    }
    if in_background {
        assert_eq!(flights.runner.clock.now(), left, "no answer waits for it");
    }
    flights.runner.clock.sleep(FIND * 2).await;
    (flights, purse, log.text())
}

#[tokio::test(start_paused = true)]
async fn a_query_whose_reply_was_lost_is_found_by_its_token_and_stopped() {
    for is_dropped in [false, true] {
        let (flights, purse, log) = lost(Second::Answers, true, is_dropped).await;
        let engine = &flights.runner.engine;
        assert_eq!(states(&engine.inner).await, [QueryState::Cancelled]);
        assert_eq!(engine.calls.load(Ordering::SeqCst), 2);
        assert_eq!(purse.settled(), [Some(12 * MIB)], "what it read is known");
        assert!(!log.contains(UNKNOWN) && !log.contains("WARN"), "{log}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_query_whose_reply_was_lost_is_asked_for_once() {
    for second in [Second::IsBusy, Second::Hangs] {
        for is_dropped in [false, true] {
            let (flights, purse, log) = lost(second, true, is_dropped).await;
            assert_eq!(flights.runner.engine.calls.load(Ordering::SeqCst), 2, "{second:?}");
            assert_eq!(purse.settled(), [None], "what it reads is not known");
            assert_eq!(log.matches(UNKNOWN).count(), 1, "{log}");
            assert!(!log.contains("WARN"), "{log}");
        }
    }
}

/// In a Lambda, what is left to be done after the answer is frozen with the process.
#[tokio::test(start_paused = true)]
async fn where_nothing_may_follow_the_answer_a_lost_query_is_not_asked_for() {
    let (flights, purse, log) = lost(Second::Answers, false, false).await;
    assert_eq!(flights.runner.engine.calls.load(Ordering::SeqCst), 1);
    assert_eq!(purse.settled(), [None]);
    assert_eq!(log.matches(UNKNOWN).count(), 1, "{log}");
}
