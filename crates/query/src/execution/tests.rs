use std::{
    collections::HashSet,
    ops::Range,
    sync::atomic::{AtomicU32, Ordering},
};

use bytes::Bytes;
use domain::{
    memory::{MemoryEngine, Outcome, Rows, SeededIds},
    port::{QueryStatus, ResultColumn},
};

use super::*;
use crate::testing::RuntimeClock;

pub(crate) const SQL: &str = "SELECT \"a\" FROM \"tributary\".\"t\" LIMIT 1";

pub(crate) fn statement() -> Statement {
    Statement { sql: SQL.to_owned(), parameters: vec![] }
}

pub(crate) fn runner<Q>(engine: Q) -> Runner<Q, RuntimeClock, SeededIds> {
    Runner {
        engine,
        clock: RuntimeClock::new(),
        ids: SeededIds::new(7),
        workgroup: "w".into(),
        database: "d".into(),
        reuse: None,
        tiers: ScanTiers::default(),
    }
}

pub(crate) fn engine(outcome: Outcome) -> MemoryEngine {
    let engine = MemoryEngine::default();
    engine.script(SQL, &[], outcome);
    engine
}

pub(crate) fn rows() -> Outcome {
    let column = ResultColumn { name: "a".into(), data_type: "varchar".into() };
    Outcome::Rows(Rows { columns: vec![column], csv: Bytes::from_static(b"\"a\"\n") })
}

async fn run<Q: QueryEngine>(runner: &Runner<Q, RuntimeClock, SeededIds>) -> Result<Finished, ExecuteError> {
    runner.run(statement(), None, &Progress::new()).await
}

#[tokio::test(start_paused = true)]
async fn a_query_is_started_once_and_watched() {
    let runner = runner(engine(rows()));
    let progress = Progress::new();
    let finished = runner.run(statement(), None, &progress).await.unwrap();
    assert_eq!(finished.result.bytes, 4);
    assert_eq!(progress.stage(), Stage::Over);
    assert_eq!(progress.started().await, finished.id);
    let started = runner.engine.started();
    assert_eq!(started.len(), 1);
    assert!((32..=128).contains(&started[0].token.len()), "{}", started[0].token);
    assert!(runner.clock.now().timestamp_millis() < 100, "the first looks come soon");
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_run_again_and_a_lasting_one_is_not() {
    let fails = |retryable| runner(engine(Outcome::Fails { reason: "no luck".into(), retryable }));
    for (runner, starts) in [(fails(true), ATTEMPTS as usize), (fails(false), 1)] {
        let error = run(&runner).await.unwrap_err();
        assert!(matches!(&error, ExecuteError::Failed { reason, .. } if reason == "no luck"), "{error}");
        let started = runner.engine.started();
        assert_eq!(started.len(), starts);
        let tokens: HashSet<_> = started.iter().map(|query| &query.token).collect();
        assert_eq!(tokens.len(), starts, "a new execution needs a new token");
        assert!(runner.clock.now().timestamp_millis() < 5_000);
    }
}

/// Who comes back is sent to the execution that goes on.
#[tokio::test(start_paused = true)]
async fn an_execution_that_failed_is_not_what_runs_now() {
    let runner = runner(engine(Outcome::Fails { reason: "no luck".into(), retryable: true }));
    let progress = Progress::new();
    let run = std::pin::pin!(runner.run(statement(), None, &progress));
    let looks = std::pin::pin!(async {
        let first = progress.started().await;
        while progress.stage() != Stage::Idle {
            runner.clock.sleep(Duration::from_millis(1)).await;
        }
        assert_ne!(progress.started().await, first);
    });
    assert!(matches!(futures::future::select(run, looks).await, futures::future::Either::Right(_)));
}

#[tokio::test(start_paused = true)]
async fn an_engine_out_of_reach_is_tried_again_and_then_told_apart() {
    let runner = runner(engine(rows()));
    runner.engine.fail_next(u64::from(ATTEMPTS));
    assert!(matches!(run(&runner).await.unwrap_err(), ExecuteError::Unavailable(_)));
    assert!(runner.engine.started().is_empty());
    runner.engine.fail_next(u64::from(ATTEMPTS) - 1);
    assert!(run(&runner).await.is_ok());
    assert_eq!(runner.engine.started().len(), 1, "a repeated call has the same token");
}

#[tokio::test(start_paused = true)]
async fn each_end_is_told_apart() {
    let cut_off = runner(engine(Outcome::CutOff));
    assert!(matches!(run(&cut_off).await.unwrap_err(), ExecuteError::CutOff(_)));
    let hangs = runner(engine(Outcome::Hangs));
    let progress = Progress::new();
    let (ended, ()) = futures::join!(hangs.run(statement(), None, &progress), async {
        let id = progress.started().await;
        assert_eq!(progress.stage(), Stage::Running(id.clone()));
        hangs.engine.cancel(&id).await.unwrap();
    });
    assert!(matches!(ended.unwrap_err(), ExecuteError::Cancelled(_)));
}

#[tokio::test(start_paused = true)]
async fn a_query_that_reads_more_than_its_caller_may_is_stopped() {
    let runner = runner(engine(Outcome::Hangs));
    let progress = Progress::new();
    let error = runner.run(statement(), Some(1_000_000), &progress).await.unwrap_err();
    let ExecuteError::CutOff(id) = error else { panic!("{error}") };
    assert_eq!(runner.engine.status(&id).await.unwrap().state, QueryState::Cancelled);
    let runner = self::runner(engine(rows()));
    assert!(runner.run(statement(), Some(100_000_000), &progress).await.is_ok());
}

/// Who stops a query may see the end that its watcher saw already.
#[test]
fn an_execution_is_billed_once_and_one_that_may_run_is_not_known() {
    let progress = Progress::new();
    let running = |id: &str| progress.enter(Stage::Running(QueryId::new(id)));
    progress.ended(7);
    assert_eq!(progress.billed(), Some(0), "nothing was under way");
    running("a");
    assert_eq!(progress.billed(), None);
    progress.ended(10);
    progress.ended(10);
    assert_eq!(progress.billed(), Some(10));
    progress.enter(Stage::Idle);
    progress.lost();
    assert_eq!(progress.billed(), None, "the second may run");
    running("b");
    progress.ended(5);
    assert_eq!(progress.billed(), Some(15));
}

#[tokio::test(start_paused = true)]
async fn a_start_whose_reply_was_lost_may_run() {
    for (lost, is_known) in [(0, true), (1, true), (ATTEMPTS - 1, true), (ATTEMPTS, false)] {
        let (runner, progress) = (runner(engine(rows())), Progress::new());
        runner.engine.fail_next(u64::from(lost));
        assert_eq!(runner.run(statement(), None, &progress).await.is_ok(), is_known, "{lost}");
        assert_eq!(progress.billed().is_some(), is_known, "{lost}");
    }
}

#[test]
fn a_token_is_of_everything_that_athena_does_not_compare() {
    let runner = runner(engine(rows()));
    let query = |sql: &str, parameters: &[&str]| Query {
        sql: sql.into(),
        parameters: parameters.iter().map(|text| (*text).to_owned()).collect(),
        token: String::new(),
        reuse: None,
        workgroup: None,
    };
    let digest = |runner: &Runner<_, _, _>, query: &Query| -> String {
        runner.token(query).rsplit_once('-').unwrap().0.to_owned()
    };
    let one = query("SELECT ?", &["1"]);
    assert_ne!(runner.token(&one), runner.token(&one), "each execution is one of its own");
    assert_eq!(digest(&runner, &one), digest(&runner, &one));
    let elsewhere = Runner { workgroup: "other".into(), ..self::runner(engine(rows())) };
    for other in [
        digest(&runner, &query("SELECT ?", &["2"])),
        digest(&runner, &query("SELECT ?", &["1", ""])),
        digest(&runner, &query("SELECT ? ", &["1"])),
        digest(&elsewhere, &one),
    ] {
        assert_ne!(other, digest(&runner, &one));
    }
}

/// Refuses the first looks, and the first calls to cancel.
struct Busy {
    inner: MemoryEngine,
    looks: AtomicU32,
    cancels: AtomicU32,
}

fn spend(refusals: &AtomicU32) -> Result<(), EngineError> {
    match refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Err(EngineError::Busy),
        Err(_) => Ok(()),
    }
}

impl QueryEngine for Busy {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        self.inner.start(query).await
    }
    async fn status(&self, id: &QueryId) -> Result<QueryStatus, EngineError> {
        spend(&self.looks)?;
        self.inner.status(id).await
    }
    async fn result(&self, id: &QueryId) -> Result<StoredResult, EngineError> {
        self.inner.result(id).await
    }
    async fn read(&self, result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        self.inner.read(result, range).await
    }
    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        spend(&self.cancels)?;
        self.inner.cancel(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn looks_that_fail_do_not_fail_the_query() {
    let looks = (ATTEMPTS * 3).into();
    let runner = runner(Busy { inner: engine(rows()), looks, cancels: 0.into() });
    assert!(run(&runner).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_query_that_could_not_be_stopped_is_stopped_at_a_later_look() {
    let runner = runner(Busy { inner: engine(Outcome::Hangs), looks: 0.into(), cancels: 2.into() });
    let error = runner.run(statement(), Some(1_000_000), &Progress::new()).await.unwrap_err();
    let ExecuteError::CutOff(id) = error else { panic!("{error}") };
    assert_eq!(runner.engine.status(&id).await.unwrap().state, QueryState::Cancelled);
}
