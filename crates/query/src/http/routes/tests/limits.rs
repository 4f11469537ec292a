//! Each bound has its own answer.

use std::ops::Range;

use domain::{
    access::Rights,
    port::{EngineError, Query, QueryId, QueryStatus, StoredResult},
};

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
    for most in [1, 2, 5] {
        let mut world = World::new().await;
        world.settings.limits.max_queries = most;
        let served = world.serve();
        let uris: Vec<String> =
            (1..=most + 1).map(|rows| format!("/v1/datasets/passengers/rows?limit={rows}")).collect();
        let replies = futures::future::join_all(uris.iter().map(|uri| served.get(uri))).await;
        let (other, taken) = replies.split_last().unwrap();
        assert!(taken.iter().all(|reply| reply.status != 429), "{most}");
        let body = other.is_problem(429, "too many queries are running");
        assert_eq!((body.get("maximum"), other.header("retry-after")), (None, "2"), "{most}");
        assert_eq!(served.started(), most, "callers without a key take all places");
        assert_eq!(served.get(URI).await.status, 200, "the place is free again");
    }
}

/// One key asks for more at once than half of what the process takes: another key has the other half.
#[tokio::test(start_paused = true)]
async fn one_key_leaves_places_of_the_process_to_the_others() {
    let mut world = World::new().await;
    world.settings.limits.max_queries = 5;
    let (greedy, other) = (world.key(3, Rights::default()).await, world.key(4, Rights::default()).await);
    let served = world.serve();
    let uris: Vec<String> =
        (1..=7).map(|rows| format!("/v1/datasets/passengers/rows?limit={rows}")).collect();
    let ask = async |header: &str, uri: &str| served.send("GET", uri, &[("authorization", header)]).await;
    let of_greedy = futures::future::join_all(uris[..5].iter().map(|uri| ask(&greedy, uri)));
    let of_other = futures::future::join_all(uris[5..].iter().map(|uri| ask(&other, uri)));
    let (of_greedy, of_other) = futures::join!(of_greedy, of_other);
    let refused: Vec<&Reply> = of_greedy.iter().filter(|reply| reply.status == 429).collect();
    assert_eq!(refused.len(), 2);
    for reply in refused {
        let body =
            reply.is_problem(429, "the API key has 3 queries that requests wait for, which is its own share");
        assert_eq!((&body["type"], &body["maximum"]), (&json!("urn:tributary:problem:busy"), &json!(3)));
        assert_eq!(reply.header("retry-after"), "2");
    }
    assert!(of_other.iter().all(|reply| reply.status != 429));
    assert_eq!(served.started(), 5);
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

/// An engine that is asked to start queries, and says so late, or never, that it has one.
struct Deaf {
    inner: MemoryEngine,
    /// How long each call to start takes; `None` is for ever.
    takes: Option<Duration>,
    /// Whether it then has too many.
    is_busy: bool,
}

impl QueryEngine for Deaf {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        match self.takes {
            None => futures::future::pending().await,
            Some(takes) => RuntimeClock::new().sleep(takes).await,
        }
        if self.is_busy { Err(EngineError::Busy) } else { self.inner.start(query).await }
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

async fn deaf(takes: Option<Duration>, is_busy: bool) -> Router {
    let World { store, catalog, settings, engine: inner } = World::new().await;
    let engine = Deaf { inner, takes, is_busy };
    router(Arc::new(Api::new(store, catalog, engine, RuntimeClock::new(), SeededIds::new(1), settings)))
}

/// The clock of the wait is tested where queries go on; this is the engine that does not say that it has the query. Athena
/// turns calls away while many queries start at once, and the SDK repeats them: who does not wait has five seconds for that.
#[tokio::test(start_paused = true)]
async fn a_query_that_does_not_start() {
    let second = Some(Duration::from_secs(1));
    for (takes, is_busy, prefer, status, words, retry) in [
        (None, false, "wait=20", 503, "did not start in time", "5"),
        (None, true, "respond-async", 503, "did not start in time", "5"),
        (Some(Duration::from_secs(9)), false, "respond-async", 503, "did not start in time", "5"),
        // Five calls and the pauses between them take longer than the slack, and less than a wait.
        (second, true, "respond-async", 429, "too many queries start at the same time", "2"),
        (second, true, "wait=0", 429, "too many queries start at the same time", "2"),
        (second, true, "wait=20", 429, "too many queries are running", "2"),
        (Some(Duration::ZERO), true, "respond-async", 429, "too many queries are running", "2"),
    ] {
        let router = deaf(takes, is_busy).await;
        let reply = send(&router, "GET", URI, &[("prefer", prefer)]).await;
        let body = reply.is_problem(status, words);
        let kind = if status == 429 { "busy" } else { "unavailable" };
        assert_eq!(body["type"], format!("urn:tributary:problem:{kind}"), "{takes:?} {prefer}");
        assert_eq!(reply.header("retry-after"), retry, "{takes:?} {prefer}");
    }
    let router = deaf(second, false).await;
    assert_eq!(send(&router, "GET", URI, &[("prefer", "respond-async")]).await.status, 202);
}

/// A burst: each request is accepted, or told when to come again. None is a failure of ours.
#[tokio::test(start_paused = true)]
async fn many_queries_that_nobody_waits_for_at_the_same_time() {
    for (takes, is_busy) in [(Duration::from_millis(1), false), (Duration::from_secs(1), true)] {
        let router = deaf(Some(takes), is_busy).await;
        let uris: Vec<String> =
            (1..=200).map(|rows| format!("/v1/datasets/passengers/rows?limit={rows}")).collect();
        let replies = uris.iter().map(|uri| send(&router, "GET", uri, &[("prefer", "respond-async")]));
        let replies = futures::future::join_all(replies).await;
        let accepted = replies.iter().filter(|reply| reply.status == 202).count();
        for reply in replies.iter().filter(|reply| reply.status != 202) {
            let body = reply.is_problem(429, "try again in some seconds");
            assert_eq!(
                (&body["type"], reply.header("retry-after")),
                (&json!("urn:tributary:problem:busy"), "2")
            );
        }
        assert_eq!(accepted > 0, !is_busy, "{accepted} were accepted");
    }
}
