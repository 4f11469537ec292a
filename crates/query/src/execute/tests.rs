use std::ops::Range;

use bytes::Bytes;
use domain::{
    memory::{ManualClock, MemoryEngine, Outcome, Rows, SeededIds},
    port::ResultColumn,
};

use super::*;

const SQL: &str = "SELECT \"a\" FROM \"tributary\".\"t\" LIMIT 1";
const WAIT: Duration = Duration::from_secs(20);

struct World {
    engine: MemoryEngine,
    clock: ManualClock,
    ids: SeededIds,
}

impl World {
    fn new(outcome: Outcome) -> Self {
        let engine = MemoryEngine::default();
        engine.script(SQL, &[], outcome);
        Self { engine, clock: ManualClock::new(DateTime::UNIX_EPOCH), ids: SeededIds::new(7) }
    }

    async fn run(&self, wait: Duration) -> Result<Execution, ExecuteError> {
        let executor =
            Executor { engine: &self.engine, clock: &self.clock, ids: &self.ids, max_bytes: 1_000 };
        executor.run(Statement { sql: SQL.to_owned(), parameters: vec![] }, wait).await
    }

    fn elapsed(&self) -> Duration {
        (self.clock.now() - DateTime::UNIX_EPOCH).to_std().unwrap()
    }
}

fn rows() -> Outcome {
    let column = ResultColumn { name: "a".into(), data_type: "varchar".into() };
    Outcome::Rows(Rows { columns: vec![column], csv: Bytes::from_static(b"\"a\"\n") })
}

#[tokio::test]
async fn a_query_is_started_once_and_waited_for() {
    let world = World::new(rows());
    let execution = world.run(WAIT).await.unwrap();
    assert_eq!(execution.csv, "\"a\"\n");
    let started = world.engine.started();
    assert_eq!(started.len(), 1);
    assert!((32..=128).contains(&started[0].token.len()), "{}", started[0].token);
    assert!(world.elapsed() < Duration::from_millis(100), "the first looks come soon");
}

#[tokio::test]
async fn what_takes_too_long_is_cancelled() {
    let world = World::new(Outcome::Hangs);
    let error = world.run(WAIT).await.unwrap_err();
    let ExecuteError::TimedOut { id: Some(id) } = &error else { panic!("{error}") };
    assert_eq!(world.engine.status(id).await.unwrap().state, QueryState::Cancelled);
    assert_eq!(world.elapsed(), WAIT);
}

#[tokio::test]
async fn a_passing_failure_is_tried_once_more_and_a_lasting_one_is_not() {
    let fails = |retryable| World::new(Outcome::Fails { reason: "no luck".into(), retryable });
    for (world, starts) in [(fails(true), 2), (fails(false), 1)] {
        let error = world.run(WAIT).await.unwrap_err();
        assert!(matches!(&error, ExecuteError::Failed { reason, .. } if reason == "no luck"), "{error}");
        let started = world.engine.started();
        assert_eq!(started.len(), starts);
        let tokens: std::collections::HashSet<_> = started.iter().map(|query| &query.token).collect();
        assert_eq!(tokens.len(), starts, "a new execution needs a new token");
    }
    let hurried = fails(true);
    assert!(hurried.run(Duration::from_millis(1)).await.is_err());
    assert_eq!(hurried.engine.started().len(), 1, "no time is left for a second one");
}

#[tokio::test]
async fn an_engine_out_of_reach_is_told_apart() {
    let world = World::new(rows());
    world.engine.fail_next(1);
    assert!(matches!(world.run(WAIT).await.unwrap_err(), ExecuteError::Unavailable(_)));
    assert!(world.engine.started().is_empty());
}

/// Starts at once, and then one of its calls never comes back.
struct Stuck {
    inner: MemoryEngine,
}

impl QueryEngine for Stuck {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        self.inner.start(query).await
    }
    async fn status(&self, _: &QueryId) -> Result<domain::port::QueryStatus, EngineError> {
        futures::future::pending().await
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

#[tokio::test]
async fn a_call_that_never_comes_back_does_not_outlast_the_slack() {
    let World { engine, clock, ids } = World::new(Outcome::Hangs);
    let engine = Stuck { inner: engine };
    let executor = Executor { engine: &engine, clock: &clock, ids: &ids, max_bytes: 1_000 };
    let statement = Statement { sql: SQL.to_owned(), parameters: vec![] };
    let error = executor.run(statement, WAIT).await.unwrap_err();
    let ExecuteError::TimedOut { id: Some(id) } = &error else { panic!("{error}") };
    assert_eq!(engine.inner.status(id).await.unwrap().state, QueryState::Cancelled);
    assert_eq!(clock.now() - DateTime::UNIX_EPOCH, TimeDelta::seconds(25));
}

/// Succeeds, though some looks at it fail in between.
#[tokio::test]
async fn a_look_that_fails_does_not_fail_the_query() {
    struct Flaky {
        inner: MemoryEngine,
        looks: std::sync::atomic::AtomicU32,
    }
    impl QueryEngine for Flaky {
        async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
            self.inner.start(query).await
        }
        async fn status(&self, id: &QueryId) -> Result<domain::port::QueryStatus, EngineError> {
            if self.looks.fetch_add(1, std::sync::atomic::Ordering::SeqCst).is_multiple_of(2) {
                return Err(EngineError::Busy);
            }
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
    let World { engine, clock, ids } = World::new(rows());
    let engine = Flaky { inner: engine, looks: 0.into() };
    let executor = Executor { engine: &engine, clock: &clock, ids: &ids, max_bytes: 1_000 };
    let statement = Statement { sql: SQL.to_owned(), parameters: vec![] };
    assert!(executor.run(statement, WAIT).await.is_ok());
}
