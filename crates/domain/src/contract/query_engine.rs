//! The query engine.

use std::time::Duration;

use bytes::Bytes;

use crate::port::{Clock, EngineError, Fault, Query, QueryEngine, QueryId, QueryState, ResultColumn};

/// Queries whose outcome is known, for the engine under test.
#[derive(Debug, Clone)]
pub struct Known {
    /// Succeeds; it has at least one parameter.
    pub good: Query,
    /// The columns of its result.
    pub columns: Vec<ResultColumn>,
    /// Its result, as CSV of Athena's form.
    pub csv: Bytes,
    /// Ends as failed, by its own fault.
    pub bad: Query,
    /// Still at work when it is cancelled at once.
    pub slow: Query,
}

/// Every obligation but throttling.
pub async fn suite<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    succeeds(engine, clock, known).await;
    tokens_are_idempotent(engine, clock, known).await;
    fails(engine, clock, known).await;
    cancels(engine, clock, known).await;
    unknown_ids(engine).await;
    limits(engine, known).await;
}

/// The next call was arranged to be refused as throttled: it must say so, and the one after it must work.
pub async fn throttled<Q: QueryEngine>(engine: &Q, known: &Known, arrange: impl Fn()) {
    let query = with_token(&known.good, "throttled");
    arrange();
    match engine.start(&query).await {
        Err(EngineError::Unavailable { .. } | EngineError::Busy) => {}
        other => panic!("expected Unavailable or Busy, got {other:?}"),
    }
    engine.start(&query).await.expect("works again");
}

fn with_token(query: &Query, name: &str) -> Query {
    Query { token: format!("contract-{name:-<40}"), ..query.clone() }
}

async fn finish<Q: QueryEngine>(engine: &Q, clock: &impl Clock, id: &QueryId) -> QueryState {
    for _ in 0..1_000 {
        match engine.status(id).await.expect("status").state {
            QueryState::Queued | QueryState::Running => clock.sleep(Duration::from_millis(5)).await,
            state => return state,
        }
    }
    panic!("query {id} did not end")
}

async fn succeeds<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let (query, csv) = (&known.good, &known.csv);
    assert!(!query.parameters.is_empty(), "the suite needs a query with parameters");
    let id = engine.start(&with_token(query, "good")).await.expect("start");
    assert_eq!(finish(engine, clock, &id).await, QueryState::Succeeded);
    let result = engine.result(&id).await.expect("result");
    assert_eq!((&result.columns, result.bytes), (&known.columns, csv.len() as u64));
    assert_eq!(engine.read(&result, 0..result.bytes).await.expect("read"), csv);
    assert_eq!(engine.read(&result, 1..3).await.expect("read"), csv.slice(1..3));
    let end = engine.read(&result, result.bytes - 1..u64::MAX).await.expect("a range may end late");
    assert_eq!(end, csv.slice(csv.len() - 1..));
    assert!(engine.read(&result, result.bytes..u64::MAX).await.is_err(), "and may not begin late");
    engine.cancel(&id).await.expect("cancelling what is over is no error");
    assert_eq!(engine.status(&id).await.expect("status").state, QueryState::Succeeded, "and changes nothing");
}

async fn tokens_are_idempotent<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let query = with_token(&known.good, "token");
    let first = engine.start(&query).await.expect("start");
    assert_eq!(engine.start(&query).await.expect("start again"), first);
    finish(engine, clock, &first).await;
    assert_eq!(engine.start(&query).await.expect("start once more"), first);
    let fresh = engine.start(&with_token(&known.good, "token-two")).await.expect("start");
    assert_ne!(fresh, first);
}

async fn fails<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let id = engine.start(&with_token(&known.bad, "bad")).await.expect("start");
    match finish(engine, clock, &id).await {
        QueryState::Failed { reason, retryable, fault } => {
            assert!(!reason.is_empty());
            assert_eq!(fault, Fault::Statement, "{reason}");
            assert!(!retryable, "wrong SQL stays wrong");
        }
        other => panic!("expected a failure, got {other:?}"),
    }
    let result = engine.result(&id).await;
    assert!(matches!(result, Err(EngineError::Rejected { .. })), "{result:?}");
}

async fn cancels<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let id = engine.start(&with_token(&known.slow, "slow")).await.expect("start");
    engine.cancel(&id).await.expect("cancel");
    assert_eq!(finish(engine, clock, &id).await, QueryState::Cancelled);
    engine.cancel(&id).await.expect("cancel again");
    // Athena has one answer for it and for a result that is gone.
    let result = engine.result(&id).await;
    assert!(matches!(result, Err(EngineError::Rejected { .. } | EngineError::NotFound { .. })), "{result:?}");
}

async fn unknown_ids<Q: QueryEngine>(engine: &Q) {
    let id = QueryId::new("01234567-89ab-cdef-0123-456789abcdef");
    for answer in
        [engine.status(&id).await.err(), engine.result(&id).await.err(), engine.cancel(&id).await.err()]
    {
        assert!(matches!(answer, Some(EngineError::NotFound { .. })), "{answer:?}");
    }
}

async fn limits<Q: QueryEngine>(engine: &Q, known: &Known) {
    let query = &known.good;
    for wrong in [
        Query { token: "short".into(), ..query.clone() },
        Query { parameters: vec![String::new()], ..with_token(query, "empty-parameter") },
        Query { parameters: vec!["1".repeat(1_025)], ..with_token(query, "long-parameter") },
        Query { workgroup: Some("nobody-named-it".into()), ..with_token(query, "unknown-workgroup") },
    ] {
        let answer = engine.start(&wrong).await;
        assert!(matches!(answer, Err(EngineError::Rejected { .. })), "{answer:?}");
    }
}
