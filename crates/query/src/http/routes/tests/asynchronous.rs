//! What takes longer than the wait, and how callers come back to it.

use super::*;
use crate::{access::Caller, request::preferences::Deadline};

const URI: &str = "/v1/datasets/passengers/rows?limit=20";

async fn hanging() -> Served {
    let world = World::new().await;
    world.engine.script(PASSENGERS, &[], Outcome::Hangs);
    world.serve()
}

/// A query that goes on by itself and succeeds.
async fn handed_over(served: &Served) -> String {
    let reply = served.send("GET", URI, &[("prefer", "respond-async")]).await;
    assert_eq!(reply.status, 202);
    reply.header("location").to_owned()
}

#[tokio::test(start_paused = true)]
async fn what_takes_longer_than_the_wait_goes_on() {
    let served = hanging().await;
    let begun = served.api.clock().now();
    let reply = served.get(URI).await;
    assert_eq!((served.api.clock().now() - begun).num_seconds(), 20);
    assert_eq!(reply.status, 202);
    assert_eq!(reply.header("location"), "/v1/queries/memory-0");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("preference-applied"), "");
    let body = reply.json();
    assert_eq!((&body["id"], &body["state"]), (&json!("memory-0"), &json!("running")));
    assert_eq!(body["dataset"], "passengers");
    let links = json!({"self": "/v1/queries/memory-0", "rows": "/v1/queries/memory-0/rows?format=json"});
    assert_eq!(body["links"], links);
    assert_eq!(served.get("/v1/queries/memory-0").await.json()["state"], "running", "nobody cancelled it");

    for (prefer, seconds, applied) in [("wait=3", 3, "wait=3"), ("wait=300", 20, ""), ("wait=0", 0, "wait=0")]
    {
        let begun = served.api.clock().now();
        let reply = served.send("GET", URI, &[("prefer", prefer)]).await;
        assert_eq!((reply.status, reply.header("preference-applied")), (202, applied));
        assert_eq!((served.api.clock().now() - begun).num_seconds(), seconds, "{prefer}");
    }
}

#[tokio::test(start_paused = true)]
async fn respond_async_answers_at_once_and_the_rows_come_later() {
    let served = World::new().await.serve();
    let begun = served.api.clock().now();
    let uri = format!("{URI}&format=columns");
    let reply = served.send("GET", &uri, &[("prefer", "respond-async")]).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (202, "respond-async"));
    assert!((served.api.clock().now() - begun).num_milliseconds() < 10);
    assert!(["queued", "running"].contains(&reply.json()["state"].as_str().unwrap()));

    let location = reply.header("location");
    let mut state = served.get(location).await;
    while state.json()["state"] != "succeeded" {
        assert_eq!(state.header("retry-after"), "1");
        state = served.get(location).await;
    }
    assert_eq!(state.header("retry-after"), "");
    let body = state.json();
    assert_eq!((&body["bytes_scanned"], &body["engine_ms"]), (&json!(12_345_678), &json!(42)));
    assert_eq!(body["cost_usd"].as_f64(), Some(0.000_057_22));
    assert_eq!(body["freshness"], "2026-11-23T10:05:00.000Z");
    let rows = served.get(body["links"]["rows"].as_str().unwrap()).await;
    let expected: Value =
        serde_json::from_str(include_str!("../../../../../../events/seed/response.json")).unwrap();
    assert_eq!((rows.status, rows.json()), (200, expected));
    assert_eq!((rows.header("tributary-cache"), rows.header("tributary-cost-usd")), ("hit", "0"));
    assert_eq!(rows.header("tributary-generation"), body["generation"]);
    let csv = served.get(&format!("{location}/rows?format=csv")).await;
    assert!(csv.body.starts_with(b"passenger_id,"));
    assert_eq!(served.started(), 1);
}

/// One query has one record; who asked for another form is not led to that one's.
#[tokio::test(start_paused = true)]
async fn who_shares_a_query_comes_back_for_its_own_form() {
    let served = hanging().await;
    let (strings, exact) = (format!("{URI}&_numbers=string"), format!("{URI}&format=columns"));
    let wait = [("prefer", "wait=1")];
    let (one, two) = futures::join!(served.send("GET", &strings, &wait), served.send("GET", &exact, &wait));
    assert_eq!((one.header("location"), served.started()), (two.header("location"), 1));
    let rows = |reply: &Reply| reply.json()["links"]["rows"].as_str().unwrap().to_owned();
    assert!(rows(&one).ends_with("/rows?format=json&_numbers=string"), "{}", rows(&one));
    assert!(rows(&two).ends_with("/rows?format=columns&_numbers=exact"), "{}", rows(&two));
}

#[tokio::test(start_paused = true)]
async fn there_are_no_rows_before_the_end() {
    let served = hanging().await;
    let location = handed_over(&served).await;
    let early = served.get(&format!("{location}/rows")).await;
    let body = early.is_problem(409, "the query is not finished: /v1/queries/memory-0 says where it is");
    assert_eq!((early.header("retry-after"), &body["query"]), ("1", &json!("/v1/queries/memory-0")));
    let any = served.send("GET", &format!("{location}/rows"), &[("if-none-match", "*")]).await;
    any.is_problem(409, "the query is not finished");
    served.send("DELETE", &location, &[]).await;
    let any = served.send("GET", &format!("{location}/rows"), &[("if-none-match", "*")]).await;
    any.is_problem(409, "was cancelled");
}

#[tokio::test(start_paused = true)]
async fn respond_async_with_a_wait_waits_that_long() {
    let served = World::new().await.serve();
    let reply = served.send("GET", URI, &[("prefer", "respond-async, wait=5")]).await;
    assert_eq!((reply.status, reply.header("preference-applied")), (200, "wait=5"));
}

#[tokio::test(start_paused = true)]
async fn a_query_can_be_cancelled_and_that_changes_nothing_twice() {
    let served = hanging().await;
    let location = handed_over(&served).await;
    for _ in 0..2 {
        let reply = served.send("DELETE", &location, &[]).await;
        assert_eq!((reply.status, &reply.json()["state"]), (200, &json!("cancelled")));
    }
    served.get(&format!("{location}/rows")).await.is_problem(409, "was cancelled: send the request again");

    let served = World::new().await.serve();
    let location = handed_over(&served).await;
    while served.get(&location).await.json()["state"] != "succeeded" {}
    assert_eq!(served.send("DELETE", &location, &[]).await.json()["state"], "succeeded");
}

#[tokio::test(start_paused = true)]
async fn a_failed_query_says_so_without_the_engines_words() {
    for (outcome, status, kind) in [
        (Outcome::Fails { reason: "memory-engine words".into(), retryable: true }, 502, "engine-failed"),
        (Outcome::CutOff, 413, "scan-limit"),
    ] {
        let world = World::new().await;
        world.engine.script(PASSENGERS, &[], outcome);
        let served = world.serve();
        let location = handed_over(&served).await;
        let mut reply = served.get(&location).await;
        while reply.json()["state"] != "failed" {
            reply = served.get(&location).await;
        }
        let body = reply.json();
        assert_eq!(body["error"]["type"], format!("urn:tributary:problem:{kind}"));
        assert!(!body.to_string().contains("memory-engine words"));
        served.get(&format!("{location}/rows")).await.is_problem(status, "the query ");
    }
}

/// A definition is accepted before the catalog has it: until then Athena knows no new column.
#[tokio::test(start_paused = true)]
async fn a_query_that_fails_while_the_table_is_behind_the_definition_can_be_sent_again() {
    for (table_version, status, words) in [(0, 503, "a new definition"), (1, 502, "the query failed")] {
        let world = World::new().await;
        let failing = Outcome::Fails { reason: "COLUMN_NOT_FOUND".into(), retryable: false };
        world.engine.script(PASSENGERS, &[], failing);
        let name = testing::passengers().name().clone();
        let mut table = world.catalog.table(&name).await.unwrap().unwrap();
        table.schema_version = Some(table_version);
        world.catalog.update_table(&table).await.unwrap();
        let reply = world.serve().get(URI).await;
        reply.is_problem(status, words);
        assert_eq!(reply.header("retry-after"), if status == 503 { "5" } else { "" });
    }
}

#[tokio::test(start_paused = true)]
async fn only_queries_that_were_handed_over_here_can_be_come_back_to() {
    let served = World::new().await.serve();
    // It ran, and nobody was told to come back to it.
    assert_eq!(served.get(URI).await.header("tributary-query-id"), "memory-0");
    for id in ["memory-0", "memory-1", "..%2fqueries%2fmemory-0", "A", "%20", &"a".repeat(200)] {
        served.get(&format!("/v1/queries/{id}")).await.is_problem(404, "there is no query");
        served.get(&format!("/v1/queries/{id}/rows")).await.is_problem(404, "there is no query");
        served.send("DELETE", &format!("/v1/queries/{id}"), &[]).await.is_problem(404, "there is no query");
    }
    served.get("/v1/queries/%ff").await.is_problem(400, "UTF-8");
    served.get("/v1/queries/memory-0?x=1").await.is_problem(400, "takes none");
}

#[tokio::test(start_paused = true)]
async fn a_query_is_its_callers_own() {
    let served = hanging().await;
    let ask = async |method: &str, uri: &str, key: Option<&str>| {
        let mut request = Request::builder().method(method).uri(uri).header("prefer", "wait=0");
        if let Some(key) = key {
            request = request.extension(Caller::named(key));
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = served.router.clone().oneshot(request).await.unwrap();
        (response.status().as_u16(), response.headers().get("location").cloned())
    };
    let (_, location) = ask("GET", URI, Some("k1")).await;
    let location = location.unwrap().to_str().unwrap().to_owned();
    for key in [Some("k2"), None] {
        for method in ["GET", "DELETE"] {
            assert_eq!(ask(method, &location, key).await.0, 404, "{method} by {key:?}");
        }
        assert_eq!(ask("GET", &format!("{location}/rows"), key).await.0, 404);
    }
    assert_eq!(ask("DELETE", &location, Some("k1")).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_nears_ends_the_wait_in_time() {
    let served = hanging().await;
    for (left, longest) in [(10, 7), (4, 2)] {
        let begun = served.api.clock().now();
        let deadline = Deadline(begun + chrono::TimeDelta::seconds(left));
        let request = Request::builder().uri(URI).extension(deadline);
        let request = request.body(axum::body::Body::empty()).unwrap();
        let response = served.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 202);
        assert_eq!((served.api.clock().now() - begun).num_seconds(), longest);
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_stops_the_query_and_one_who_was_told_to_come_back_does_not() {
    let served = hanging().await;
    let request = served.get(URI);
    let clock = served.api.clock();
    let seconds = |seconds| clock.sleep(Duration::from_secs(seconds));
    {
        let (request, second) = (std::pin::pin!(request), std::pin::pin!(seconds(1)));
        let gone = futures::future::select(request, second).await;
        assert!(matches!(gone, futures::future::Either::Right(_)));
    }
    seconds(5).await;
    let id = domain::port::QueryId::new("memory-0");
    assert_eq!(served.api.engine().status(&id).await.unwrap().state, domain::port::QueryState::Cancelled);
    handed_over(&served).await;
    seconds(5).await;
    assert_eq!(served.get("/v1/queries/memory-1").await.json()["state"], "running");
}

#[tokio::test(start_paused = true)]
async fn a_query_that_cannot_be_recorded_is_stopped() {
    let world = World::new().await;
    world.engine.script(PASSENGERS, &[], Outcome::Hangs);
    let served = world.serve();
    let store = served.api.store_and_catalog().0;
    let clock = served.api.clock();
    let (reply, ()) = futures::join!(served.get(URI), async {
        clock.sleep(Duration::from_secs(19)).await;
        store.fail_next(1);
    });
    reply.is_problem(503, "out of reach");
    let id = domain::port::QueryId::new("memory-0");
    assert_eq!(served.api.engine().status(&id).await.unwrap().state, domain::port::QueryState::Cancelled);
}

/// Asks with so many seconds left, and says what was answered, and how many milliseconds before the deadline.
async fn asked_before_deadline(served: &Served, seconds: i64) -> (axum::response::Response, i64) {
    let deadline = served.api.clock().now() + chrono::TimeDelta::seconds(seconds);
    let request = Request::builder().uri(URI).extension(Deadline(deadline));
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = served.router.clone().oneshot(request).await.unwrap();
    let left = deadline - served.api.clock().now();
    (response, left.num_milliseconds())
}

#[tokio::test(start_paused = true)]
async fn a_look_that_hangs_leaves_the_202_without_a_status() {
    for seconds in [4, 10] {
        let world = World::new().await;
        world.engine.script(PASSENGERS, &[], Outcome::Hangs);
        let served = world.serve();
        served.api.engine().hang_looks();
        let (response, left) = asked_before_deadline(&served, seconds).await;
        assert_eq!(response.status(), 202, "{seconds}");
        assert_eq!(response.headers()["location"], "/v1/queries/memory-0");
        assert!((500..=1_000).contains(&left), "{seconds}: {left}");
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&body["state"], &body["bytes_scanned"]), (&json!("running"), &Value::Null));
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_hangs_stops_the_query_before_the_deadline() {
    for seconds in [4, 10] {
        let served = hanging().await;
        served.api.store_and_catalog().0.hang_puts();
        let (response, left) = asked_before_deadline(&served, seconds).await;
        assert_eq!(response.status(), 503, "{seconds}");
        assert!((500..=2_000).contains(&left), "{seconds}: {left}");
        let id = domain::port::QueryId::new("memory-0");
        let status = served.api.engine().status(&id).await.unwrap();
        assert_eq!(status.state, domain::port::QueryState::Cancelled, "{seconds}");
    }
}

/// The places of all callers are counted by writes to the store. A request that its process ends is a 504.
#[tokio::test(start_paused = true)]
async fn a_query_that_cannot_be_counted_before_the_deadline_is_busy() {
    for seconds in [4, 10] {
        let mut world = World::new().await;
        world.settings.limits.max_running = Some(4);
        let served = world.serve();
        served.api.store_and_catalog().0.hang_puts();
        let (response, left) = asked_before_deadline(&served, seconds).await;
        assert_eq!(response.status(), 429, "{seconds}");
        assert_eq!(response.headers()["retry-after"], "2", "{seconds}");
        assert!((500..=2_000).contains(&left), "{seconds}: {left}");
        assert_eq!(served.started(), 0, "{seconds}");
    }
}
