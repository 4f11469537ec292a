//! The query engine.

use std::time::Duration;

use crate::port::{Clock, EngineError, Query, QueryEngine, QueryId, QueryState, ResultSet};

/// Queries whose outcome is known, for the engine under test.
#[derive(Debug, Clone)]
pub struct Known {
    /// Succeeds, with exactly this result; it has at least one parameter.
    pub good: (Query, ResultSet),
    /// Ends as failed.
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
    let query = with_token(&known.good.0, "throttled");
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
    let (query, expected) = &known.good;
    assert!(!query.parameters.is_empty(), "the suite needs a query with parameters");
    let id = engine.start(&with_token(query, "good")).await.expect("start");
    assert_eq!(finish(engine, clock, &id).await, QueryState::Succeeded);
    let length = expected.csv.len() as u64;
    assert_eq!(engine.result(&id, length).await.expect("result"), *expected);
    match engine.result(&id, length - 1).await {
        Err(EngineError::TooLarge { bytes }) => assert_eq!(bytes, length),
        other => panic!("expected TooLarge, got {other:?}"),
    }
    engine.cancel(&id).await.expect("cancelling what is over is no error");
    assert_eq!(engine.status(&id).await.expect("status").state, QueryState::Succeeded, "and changes nothing");
}

async fn tokens_are_idempotent<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let query = with_token(&known.good.0, "token");
    let first = engine.start(&query).await.expect("start");
    assert_eq!(engine.start(&query).await.expect("start again"), first);
    finish(engine, clock, &first).await;
    assert_eq!(engine.start(&query).await.expect("start once more"), first);
    let other = Query { token: query.token.clone(), ..known.bad.clone() };
    let answer = engine.start(&other).await;
    assert!(matches!(answer, Err(EngineError::Rejected { .. })), "{answer:?}");
    let fresh = engine.start(&with_token(&known.good.0, "token-two")).await.expect("start");
    assert_ne!(fresh, first);
}

async fn fails<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let id = engine.start(&with_token(&known.bad, "bad")).await.expect("start");
    match finish(engine, clock, &id).await {
        QueryState::Failed { reason, retryable } => {
            assert!(!reason.is_empty());
            assert!(!retryable, "wrong SQL stays wrong");
        }
        other => panic!("expected a failure, got {other:?}"),
    }
    let result = engine.result(&id, u64::MAX).await;
    assert!(matches!(result, Err(EngineError::Rejected { .. })), "{result:?}");
}

async fn cancels<Q: QueryEngine>(engine: &Q, clock: &impl Clock, known: &Known) {
    let id = engine.start(&with_token(&known.slow, "slow")).await.expect("start");
    engine.cancel(&id).await.expect("cancel");
    assert_eq!(finish(engine, clock, &id).await, QueryState::Cancelled);
    engine.cancel(&id).await.expect("cancel again");
    let result = engine.result(&id, u64::MAX).await;
    assert!(matches!(result, Err(EngineError::Rejected { .. })), "{result:?}");
}

async fn unknown_ids<Q: QueryEngine>(engine: &Q) {
    let id = QueryId::new("01234567-89ab-cdef-0123-456789abcdef");
    for answer in [
        engine.status(&id).await.err(),
        engine.result(&id, u64::MAX).await.err(),
        engine.cancel(&id).await.err(),
    ] {
        assert!(matches!(answer, Some(EngineError::NotFound { .. })), "{answer:?}");
    }
}

async fn limits<Q: QueryEngine>(engine: &Q, known: &Known) {
    let query = &known.good.0;
    for wrong in [
        Query { token: "short".into(), ..query.clone() },
        Query { parameters: vec![String::new()], ..with_token(query, "empty-parameter") },
        Query { parameters: vec!["1".repeat(1_025)], ..with_token(query, "long-parameter") },
    ] {
        let answer = engine.start(&wrong).await;
        assert!(matches!(answer, Err(EngineError::Rejected { .. })), "{answer:?}");
    }
}
