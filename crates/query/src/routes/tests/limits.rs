//! Each bound has its own answer.

use super::*;

const URI: &str = "/v1/datasets/passengers/rows?limit=20";

#[tokio::test(start_paused = true)]
async fn rows_and_url_length() {
    let router = World::new().await.router();
    let rows = get(&router, "/v1/datasets/passengers/rows?limit=1001").await;
    assert_eq!(rows.is_problem(400, "more than the 1000 rows")["maximum"], 1_000);
    let long = format!("/v1/datasets/passengers/rows?name=eq.{}", "x".repeat(8_192));
    assert_eq!(get(&router, &long).await.is_problem(414, "may have 8192")["maximum"], 8_192);
}

#[tokio::test(start_paused = true)]
async fn bytes_scanned() {
    let world = World::new().await;
    world.engine.script(PASSENGERS, &[], Outcome::CutOff);
    let body = get(&world.router(), URI).await.is_problem(413, "filter on the event time or on dt");
    assert_eq!(body["type"], "urn:tributary:problem:scan-limit");
    assert_eq!(body["query_id"], "memory-0");
}

#[tokio::test(start_paused = true)]
async fn concurrent_queries_of_the_process() {
    let mut world = World::new().await;
    world.settings.limits.max_queries = 1;
    let served = world.serve();
    let (one, other) = futures::join!(served.get(URI), served.get("/v1/datasets/passengers/rows?limit=19"));
    assert_eq!(one.status, 200);
    other.is_problem(429, "too many queries are running");
    assert_eq!(other.header("retry-after"), "2");
    assert_eq!(served.get(URI).await.status, 200, "the place is free again");
}

#[tokio::test(start_paused = true)]
async fn one_row_that_fits_into_no_answer() {
    let mut world = World::new().await;
    world.settings.max_body = 20;
    let body = get(&world.router(), URI).await.is_problem(413, "one row is longer than the 20 bytes");
    assert_eq!(body["maximum"], 20);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_too_large_says_where_to_page() {
    let mut world = World::new().await;
    (world.settings.max_body, world.settings.limits.max_rendered) = (300, 400);
    world.settings.max_rows = 500;
    let served = world.serve();
    let body = served.get(&format!("{URI}&format=csv")).await.is_problem(413, "longer than 400 bytes");
    let first = served.get(body["rows"].as_str().unwrap()).await;
    assert_eq!(first.status, 200);
    assert!(first.header("link").contains("rel=\"next\""));
}

/// The clock of the wait is tested where queries go on; this is the engine that never says that it has the query.
#[tokio::test(start_paused = true)]
async fn a_query_that_does_not_start() {
    use domain::port::{EngineError, Query, QueryId, QueryStatus, StoredResult};
    struct Deaf;
    impl QueryEngine for Deaf {
        async fn start(&self, _: &Query) -> Result<QueryId, EngineError> {
            futures::future::pending().await
        }
        async fn status(&self, _: &QueryId) -> Result<QueryStatus, EngineError> {
            Err(EngineError::Busy)
        }
        async fn result(&self, _: &QueryId) -> Result<StoredResult, EngineError> {
            Err(EngineError::Busy)
        }
        async fn read(&self, _: &StoredResult, _: std::ops::Range<u64>) -> Result<Bytes, EngineError> {
            Err(EngineError::Busy)
        }
        async fn cancel(&self, _: &QueryId) -> Result<(), EngineError> {
            Err(EngineError::Busy)
        }
    }
    let World { store, catalog, settings, .. } = World::new().await;
    let api = Api::new(store, catalog, Deaf, RuntimeClock::new(), SeededIds::new(1), settings);
    let reply = get(&router(Arc::new(api)), URI).await;
    reply.is_problem(504, "did not start in time");
    assert_eq!(reply.header("retry-after"), "5");
}
