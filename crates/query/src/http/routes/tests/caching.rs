//! What callers keep, and what they share.

use domain::port::{EngineError, Query, QueryId, QueryStatus, StoredResult};

use super::*;

const URI: &str = "/v1/datasets/passengers/rows?limit=20";
const AGE: Duration = Duration::from_secs(5);

async fn cached() -> Served {
    let mut world = World::new().await;
    world.settings.snapshot_age = AGE;
    world.serve()
}

#[tokio::test(start_paused = true)]
async fn an_unchanged_answer_is_a_304_without_the_engine() {
    let served = cached().await;
    let first = served.get(URI).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert!(first.header("cache-control").starts_with("private, max-age="));
    // Out of reach, it would be noticed.
    served.api.engine().fail_next(100);
    let again = served.send("GET", URI, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!((again.header("etag"), again.header("vary")), (tag.as_str(), first.header("vary")));
    assert_eq!((again.header("tributary-cache"), again.header("tributary-cost-usd")), ("hit", "0"));
    assert_eq!(again.header("tributary-generation"), first.header("tributary-generation"));
    let early = served.send("GET", URI, &[("if-none-match", &tag), ("prefer", "respond-async")]).await;
    assert_eq!(early.status, 304);
    let other = served.send("GET", &format!("{URI}&format=columns"), &[("if-none-match", &tag)]).await;
    assert_eq!(other.status, 503, "another form is another answer");
}

#[tokio::test(start_paused = true)]
async fn a_new_generation_is_a_new_answer_once_the_snapshot_is_too_old() {
    let served = cached().await;
    let first = served.get(URI).await;
    let tag = first.header("etag").to_owned();
    served.next_generation("g4").await;
    let ask = async || served.send("GET", URI, &[("if-none-match", &tag)]).await;
    assert_eq!(ask().await.status, 304, "the snapshot is not old enough");
    served.api.clock().sleep(AGE).await;
    let next = ask().await;
    assert_eq!(next.status, 200);
    assert_ne!(next.header("etag"), tag);
    assert_ne!(next.header("tributary-generation"), first.header("tributary-generation"));
}

/// A named query with `*` has other columns then, of the same files.
#[tokio::test(start_paused = true)]
async fn a_partition_under_another_definition_is_another_answer() {
    let served = cached().await;
    let tag = served.get(URI).await.header("etag").to_owned();
    let mut newest = partition("2026-11-23", 12);
    if let EntryState::Registered(state) = &mut newest.state {
        state.schema_version = 2;
    }
    let name = testing::passengers().name().clone();
    let catalog = served.api.store_and_catalog().1;
    assert!(catalog.write_partitions(&name, Upsert::Replace, &[newest]).await.unwrap().is_empty());
    served.api.clock().sleep(AGE).await;
    let next = served.send("GET", URI, &[("if-none-match", &tag)]).await;
    assert_eq!(next.status, 200);
    assert_ne!(next.header("etag"), tag);
}

#[tokio::test(start_paused = true)]
async fn the_age_is_what_remains_of_the_snapshot() {
    let served = cached().await;
    let tag = served.get(URI).await.header("etag").to_owned();
    let ask = async || {
        let reply = served.send("GET", URI, &[("if-none-match", &tag)]).await;
        reply.header("cache-control").to_owned()
    };
    assert_eq!(ask().await, "private, max-age=5");
    served.api.clock().sleep(Duration::from_millis(2_500)).await;
    assert_eq!(ask().await, "private, max-age=2");
}

/// Swaps a generation while the query runs.
#[tokio::test(start_paused = true)]
async fn an_answer_during_which_a_generation_changed_has_no_tag() {
    let served = cached().await;
    let (reply, ()) = futures::join!(served.get(URI), async {
        served.api.clock().sleep(Duration::from_millis(30)).await;
        served.next_generation("g4").await;
    });
    assert_eq!((reply.status, reply.header("etag")), (200, ""));
    assert_eq!(reply.header("cache-control"), "private, no-cache");
    assert_ne!(served.get(URI).await.header("etag"), "", "the next one has");
}

#[tokio::test(start_paused = true)]
async fn a_catalog_that_cannot_be_looked_at_again_costs_the_tag_and_not_the_answer() {
    let served = cached().await;
    let (reply, ()) = futures::join!(served.get(URI), async {
        served.api.clock().sleep(Duration::from_millis(30)).await;
        served.api.store_and_catalog().1.fail_next(1);
    });
    assert_eq!((reply.status, reply.header("etag")), (200, ""));
}

#[tokio::test(start_paused = true)]
async fn identical_requests_at_the_same_time_share_one_query() {
    let served = cached().await;
    let as_columns = format!("{URI}&format=columns");
    let (one, two, other) = futures::join!(
        served.get(URI),
        served.get(&as_columns),
        served.get("/v1/datasets/passengers/rows?limit=19")
    );
    assert_eq!(served.started(), 2);
    assert_eq!((one.status, two.status, other.status), (200, 200, 502));
    assert_eq!((one.header("tributary-cache"), two.header("tributary-cache")), ("miss", "shared"));
    assert_ne!(one.header("tributary-cost-usd"), "0");
    assert_eq!(two.header("tributary-cost-usd"), "0");
    assert_eq!(one.header("tributary-query-id"), two.header("tributary-query-id"));
    assert_eq!((one.json().is_array(), two.json().is_object()), (true, true));
}

/// Answers an earlier result, as Athena may when asked to.
struct Reusing(MemoryEngine);

impl QueryEngine for Reusing {
    async fn start(&self, query: &Query) -> Result<QueryId, EngineError> {
        assert_eq!(query.reuse, Some(Duration::from_secs(600)));
        self.0.start(query).await
    }
    async fn status(&self, id: &QueryId) -> Result<QueryStatus, EngineError> {
        Ok(QueryStatus { reused: true, bytes_scanned: 0, ..self.0.status(id).await? })
    }
    async fn result(&self, id: &QueryId) -> Result<StoredResult, EngineError> {
        self.0.result(id).await
    }
    async fn read(&self, result: &StoredResult, range: std::ops::Range<u64>) -> Result<Bytes, EngineError> {
        self.0.read(result, range).await
    }
    async fn cancel(&self, id: &QueryId) -> Result<(), EngineError> {
        self.0.cancel(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn an_earlier_result_costs_nothing_and_is_of_no_known_generation() {
    let World { store, catalog, engine, mut settings } = World::new().await;
    settings.limits.result_reuse = Some(Duration::from_secs(600));
    let (clock, ids) = (RuntimeClock::new(), SeededIds::new(1));
    let api = Api::new(store, catalog, Reusing(engine), clock, ids, settings);
    let reply = get(&router(Arc::new(api)), URI).await;
    assert_eq!((reply.status, reply.header("tributary-cache")), (200, "reused"));
    assert_eq!(reply.header("tributary-cost-usd"), "0");
    for none in ["etag", "tributary-generation", "tributary-freshness"] {
        assert_eq!(reply.header(none), "", "{none}");
    }
}

#[tokio::test(start_paused = true)]
async fn bodies_are_compressed_as_the_caller_accepts() {
    let served = World::new().await.serve();
    let plain = served.get(URI).await;
    assert!(plain.body.len() > 1_024, "or it is not worth it");
    let zstd = served.send("GET", URI, &[("accept-encoding", "gzip, zstd")]).await;
    assert_eq!((zstd.status, zstd.header("content-encoding")), (200, "zstd"));
    assert_eq!(zstd.header("content-length"), zstd.body.len().to_string());
    assert_eq!(zstd::decode_all(&zstd.body[..]).unwrap(), plain.body);
    assert_eq!(zstd.header("etag"), plain.header("etag"), "a weak tag is of what is said");
    let tag = [("accept-encoding", "gzip"), ("if-none-match", plain.header("etag"))];
    let kept = served.send("GET", URI, &tag).await;
    assert_eq!((kept.status, kept.body.len(), kept.header("content-encoding")), (304, 0, ""));
    assert!(kept.headers.get_all("vary").iter().any(|value| value == "accept-encoding"));
    let problem = served.send("GET", "/v1/nothing", &[("accept-encoding", "gzip")]).await;
    problem.is_problem(404, "nothing");
}
