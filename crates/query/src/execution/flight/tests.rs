mod accounts;
mod unconfirmed;

use std::{ops::Range, sync::atomic::AtomicUsize};

use bytes::Bytes;
use domain::{
    memory::{MemoryEngine, Outcome, SeededIds},
    port::{EngineError, Query, QueryState, QueryStatus, StoredResult},
};

use super::*;
use crate::{
    execution::tests::{engine, rows, runner, statement},
    testing::RuntimeClock,
};

const WAIT: Duration = Duration::from_secs(20);
const SLACK: Duration = Duration::from_secs(5);
const KEY: FlightKey = [1; 16];

type Fleet<Q> = Flights<Q, RuntimeClock, SeededIds>;

fn flights<Q: QueryEngine>(engine: Q) -> Fleet<Q> {
    Flights::new(runner(engine), 4)
}

fn run(in_background: bool) -> Run {
    Run { statement: statement(), max_bytes: None, in_background, owner: None, account: None }
}

/// Lets what was spawned come to its end.
async fn settle(runner: &Runner<impl QueryEngine, RuntimeClock, SeededIds>) {
    runner.clock.sleep(Duration::from_secs(10)).await;
}

async fn states(engine: &MemoryEngine) -> Vec<QueryState> {
    let mut states = Vec::new();
    for index in 0..engine.started().len() {
        states.push(engine.status(&QueryId::new(format!("memory-{index}"))).await.unwrap().state);
    }
    states
}

#[tokio::test(start_paused = true)]
async fn identical_requests_share_one_query_and_others_do_not() {
    let flights = flights(engine(rows()));
    let (first, alone) = flights.join(KEY, run(true)).unwrap();
    let (second, shared) = flights.join(KEY, run(true)).unwrap();
    assert!(!alone && shared);
    let (one, two) = futures::join!(first.wait(WAIT, SLACK), second.wait(WAIT, SLACK));
    let (Waited::Over(Ok(one)), Waited::Over(Ok(two))) = (one, two) else { panic!("not over") };
    assert!(Arc::ptr_eq(&one, &two));
    assert_eq!(flights.runner.engine.started().len(), 1);
    drop((first, second));
    let (third, shared) = flights.join(KEY, run(true)).unwrap();
    assert!(!shared, "what is over is nobody's to share");
    assert!(matches!(third.wait(WAIT, SLACK).await, Waited::Over(Ok(_))));
    assert!(matches!(flights.alone(run(true)).unwrap().wait(WAIT, SLACK).await, Waited::Over(Ok(_))));
    assert_eq!(flights.runner.engine.started().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_waited_long_enough_learns_that_it_runs_and_who_hands_it_over_does_not_stop_it() {
    let flights = flights(engine(Outcome::Hangs));
    let (flight, _) = flights.join(KEY, run(true)).unwrap();
    let begun = flights.runner.clock.now();
    assert!(matches!(flight.wait(WAIT, SLACK).await, Waited::Running(id) if id.as_str() == "memory-0"));
    assert_eq!((flights.runner.clock.now() - begun).to_std().unwrap(), WAIT);
    let at_once = flight.wait(Duration::ZERO, SLACK).await;
    assert!(matches!(at_once, Waited::Running(_)));
    flight.hand_over();
    drop(flight);
    settle(&flights.runner).await;
    assert_eq!(states(&flights.runner.engine).await, [QueryState::Running]);
}

#[tokio::test(start_paused = true)]
async fn the_last_one_that_leaves_stops_the_query() {
    let flights = flights(engine(Outcome::Hangs));
    let (first, _) = flights.join(KEY, run(true)).unwrap();
    let (second, _) = flights.join(KEY, run(true)).unwrap();
    assert!(matches!(first.wait(Duration::from_secs(1), SLACK).await, Waited::Running(_)));
    drop(first);
    settle(&flights.runner).await;
    assert_ne!(states(&flights.runner.engine).await, [QueryState::Cancelled], "somebody waits still");
    drop(second);
    settle(&flights.runner).await;
    assert_eq!(states(&flights.runner.engine).await, [QueryState::Cancelled]);
}

#[tokio::test(start_paused = true)]
async fn a_place_can_be_given_up_before_the_answer() {
    let flights = flights(engine(Outcome::Hangs));
    let (first, _) = flights.join(KEY, run(false)).unwrap();
    let (second, _) = flights.join(KEY, run(false)).unwrap();
    first.wait(Duration::from_secs(1), SLACK).await;
    first.give_up().await;
    assert_ne!(states(&flights.runner.engine).await, [QueryState::Cancelled]);
    second.give_up().await;
    assert_eq!(states(&flights.runner.engine).await, [QueryState::Cancelled]);
}

/// The caller goes away while its query is being stopped.
#[tokio::test(start_paused = true)]
async fn a_place_whose_giving_up_is_broken_off_is_given_up_all_the_same() {
    let flights = flights(Deaf::new(Duration::ZERO));
    let (flight, _) = flights.join(KEY, run(true)).unwrap();
    flight.wait(Duration::from_secs(1), SLACK).await;
    let mut giving_up = Box::pin(flight.give_up());
    assert!(futures::poll!(&mut giving_up).is_pending(), "it is asked for");
    drop(giving_up);
    settle(&flights.runner).await;
    assert_eq!(states(&flights.runner.engine.inner).await, [QueryState::Cancelled]);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_may_follow_the_answer_nothing_does() {
    let flights = flights(engine(Outcome::Hangs));
    let (flight, _) = flights.join(KEY, run(false)).unwrap();
    flight.wait(Duration::from_secs(1), SLACK).await;
    drop(flight);
    settle(&flights.runner).await;
    assert_ne!(states(&flights.runner.engine).await, [QueryState::Cancelled]);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_bound_are_under_way_and_half_of_them_are_one_keys() {
    let flights = flights(engine(rows()));
    let of = |owner: &str| Run { owner: Some(owner.to_owned()), ..run(true) };
    let one = flights.join([1; 16], of("one")).unwrap();
    let two = flights.alone(of("one")).unwrap();
    let refused = Full::Share { share: 2, most: 4 };
    assert_eq!(flights.join([3; 16], of("one")).unwrap_err(), refused);
    assert_eq!(flights.alone(of("one")).unwrap_err(), refused);
    assert!(flights.join([1; 16], of("one")).unwrap().1, "sharing takes no place");
    let others = (flights.alone(of("other")).unwrap(), flights.join([4; 16], run(true)).unwrap());
    assert_eq!(flights.alone(of("other")).unwrap_err(), Full::Process);
    drop((one, two));
    assert!(flights.join([3; 16], of("one")).is_ok());
    let without_key = [flights.alone(run(true)).unwrap(), flights.alone(run(true)).unwrap()];
    assert_eq!(flights.alone(run(true)).unwrap_err(), Full::Process, "callers without a key have no share");
    drop(without_key);
    drop(others);
}

/// Starts queries, and its answer to the first call comes so late; stops them, and takes a moment for that.
struct Deaf {
    inner: MemoryEngine,
    late: Mutex<Option<Duration>>,
    calls: AtomicUsize,
}

impl Deaf {
    fn new(late: Duration) -> Self {
        let late = Mutex::new(Some(late).filter(|late| !late.is_zero()));
        Self { inner: engine(Outcome::Hangs), late, calls: AtomicUsize::new(0) }
    }
}

impl QueryEngine for Deaf {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let id = self.inner.start(query).await;
        let late = self.late.lock().unwrap().take();
        if let Some(late) = late {
            RuntimeClock::new().sleep(late).await;
        }
        id
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
        tokio::task::yield_now().await;
        self.inner.cancel(id).await
    }
}
