mod access;
mod asynchronous;
mod bodies;
mod bounds;
mod browsers;
mod budgets;
mod caching;
mod complete;
mod forged_cursors;
mod limits;
mod mistakes;
mod named;
mod pages;
mod running;
mod sql;
mod world;

use std::{collections::BTreeMap, time::Duration};

use axum::{body::to_bytes, extract::Request, http::HeaderMap};
use bytes::Bytes;
use domain::{
    Dataset, key,
    memory::{MemoryCatalog, MemoryEngine, MemoryStore, Outcome, Rows, SeededIds},
    port::{
        Catalog, CatalogPartition, Clock, EntryState, ObjectStore, PartitionState, PutMode, QueryEngine,
        ResultColumn, Table, Upsert, hive,
    },
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{
    render::result::tests::athena_csv,
    settings::ApiSettings,
    testing::{self, RuntimeClock},
};
pub(crate) use world::World;
use world::{PASSENGERS, Reply, Served, get, partition, rows, send};

#[tokio::test(start_paused = true)]
async fn the_twenty_passengers_come_as_the_python_service_sent_them() {
    let router = World::new().await.router();
    let uri = "/v1/datasets/passengers/rows?format=columns&order=passenger_id&limit=20";
    let reply = get(&router, uri).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    let expected: Value =
        serde_json::from_str(include_str!("../../../../../events/seed/response.json")).unwrap();
    assert_eq!(reply.json(), expected);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("tributary-query-id"), "memory-0");
    assert_eq!(reply.header("tributary-bytes-scanned"), "12345678");
    assert_eq!(reply.header("tributary-engine-ms"), "42");
    assert_eq!(reply.header("tributary-cost-usd"), "0.00005722");
    assert_eq!(reply.header("tributary-cache"), "miss");
    assert_eq!(reply.header("tributary-rows"), "20");
    assert_eq!(reply.header("tributary-freshness"), "2026-11-23T10:05:00.000Z");
    assert_eq!(reply.header("tributary-generation").len(), 32);
    let vary: Vec<_> = reply.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["Accept, Authorization, Prefer, X-Api-Key", "accept-encoding"]);
    assert_eq!((reply.header("tributary-complete"), reply.header("content-range")), ("true", ""));
    assert_eq!(reply.header("tributary-range"), "0-19/20");
    assert_eq!((reply.header("link"), reply.header("accept-ranges")), ("", "none"));
}

#[tokio::test(start_paused = true)]
async fn accept_and_format_choose_the_form() {
    let router = World::new().await.router();
    let uri = "/v1/datasets/passengers/rows?limit=20";
    let records = send(&router, "GET", uri, &[("accept", "*/*")]).await;
    assert_eq!(records.json()[12]["name"], "Javier Peña");
    let csv = send(&router, "GET", uri, &[("accept", "text/csv")]).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(csv.body.starts_with(b"passenger_id,flight_id,name,seat_number\r\n1,1001,Juan Perez,12A\r\n"));
    let orc = [("accept", "application/vnd.apache.orc")];
    send(&router, "GET", uri, &orc).await.is_problem(406, "allows none of the formats");
    let head = send(&router, "HEAD", uri, &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

/// To wget and DuckDB it is the length of a file, in bytes.
#[tokio::test(start_paused = true)]
async fn content_range_is_for_who_counts() {
    let router = World::new().await.router();
    let uri = "/v1/datasets/passengers/rows?limit=20";
    for method in ["GET", "HEAD"] {
        for (prefer, range) in
            [("", ""), ("wait=7", ""), ("count=planned", ""), ("wait=7, count=exact", "0-19/20")]
        {
            let reply = send(&router, method, uri, &[("prefer", prefer)]).await;
            assert_eq!((reply.status, reply.header("content-range")), (200, range), "{method} {prefer}");
            let said = (reply.header("tributary-complete"), reply.header("tributary-range"));
            assert_eq!(said, ("true", "0-19/20"), "{method} {prefer}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn datasets_are_described() {
    let router = World::new().await.router();
    let listing = get(&router, "/v1/datasets").await.json();
    let names: Vec<_> = listing["datasets"].as_array().unwrap().iter().map(|d| d["name"].clone()).collect();
    assert_eq!(names, ["bookings", "passengers"]);
    let bookings = &listing["datasets"][0];
    assert_eq!(
        bookings["columns"][0],
        json!({"name": "booking_id", "type": "string", "required": true, "comment": "UUID"})
    );
    assert_eq!(bookings["schema_version"], 2);
    assert_eq!(bookings["event_time"], "booked_at");
    assert_eq!(bookings["partition_keys"], json!(["dt", "hour"]));
    assert_eq!((&bookings["registered"], &bookings["rows"]), (&json!(false), &json!(0)));
    assert_eq!(bookings["freshness"], Value::Null);

    let passengers = get(&router, "/v1/datasets/passengers").await.json();
    assert_eq!(passengers["registered"], true);
    assert_eq!((&passengers["partitions"], &passengers["rows"]), (&json!(2), &json!(20)));
    assert_eq!(passengers["bytes"], 2_000);
    assert_eq!(passengers["freshness"], "2026-11-23T10:05:00.000Z");
    assert_eq!(passengers["latest_partition"], json!({"dt": "2026-11-23"}));
    assert_eq!(
        passengers["partition_list"][1],
        json!({
            "values": {"dt": "2026-11-22"}, "rows": 8, "bytes": 1000, "generation": 3,
            "committed_at": "2026-11-22T10:05:00.000Z",
        })
    );
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_says_nothing_makes_the_sums_unknown() {
    let world = World::new().await;
    let name = testing::passengers().name().clone();
    let damaged = [("tributary.generation", "4"), ("tributary.rows", "many")];
    let damaged = damaged.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (damaged, _) = hive::read_partition(damaged.into());
    for (day, state) in [("2026-11-24", EntryState::ByHand), ("2026-11-25", damaged)] {
        let entry = CatalogPartition { state, ..partition(day, 1) };
        world.catalog.write_partitions(&name, Upsert::Create, &[entry]).await.unwrap();
    }
    let answer = get(&world.router(), "/v1/datasets/passengers").await.json();
    assert_eq!((&answer["partitions"], &answer["rows"]), (&json!(4), &Value::Null));
    assert_eq!(answer["freshness"], "2026-11-23T10:05:00.000Z");
    for listed in [&answer["partition_list"][0], &answer["partition_list"][1]] {
        assert_eq!((&listed["generation"], &listed["bytes"]), (&Value::Null, &Value::Null), "{listed}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_wrong_path_method_and_name_is_answered() {
    let router = World::new().await.router();
    get(&router, "/v2").await.is_problem(404, "available: /healthz, /readyz, /v1/datasets, ");
    get(&router, "/v1/dataset").await.is_problem(404, "did you mean \"/v1/datasets\"?");
    for (path, location) in [("/", "/docs"), ("/v1/datasets/?x=1", "/v1/datasets?x=1")] {
        let reply = get(&router, path).await;
        assert_eq!((reply.status, reply.header("location")), (308, location));
        assert!(!reply.body.is_empty());
    }
    get(&router, "/v1/datasets/passenger")
        .await
        .is_problem(404, "unknown dataset \"passenger\": did you mean \"passengers\"?");
    get(&router, "/v1/datasets/..%2f/rows")
        .await
        .is_problem(404, "unknown dataset \"../\"; datasets: bookings, passengers");
    get(&router, "/v1/datasets/%ff/rows").await.is_problem(400, "UTF-8");
    get(&router, "/v1/datasets?x=1")
        .await
        .is_problem(400, "unknown query parameter \"x\": this path takes none");
    let post = send(&router, "POST", "/v1/datasets/passengers/rows", &[]).await;
    post.is_problem(405, "GET and HEAD only");
    assert_eq!(post.header("allow"), "GET, HEAD");
    let post = send(&router, "POST", "/v1/queries/a-1", &[]).await;
    post.is_problem(405, "GET, HEAD and DELETE only");
    assert_eq!(post.header("allow"), "GET, HEAD, DELETE");
    let long = format!("/v1/datasets/passengers/rows?name=eq.{}", "x".repeat(8_192));
    get(&router, &long).await.is_problem(414, "may have 8192");
    let health = get(&router, "/healthz").await.json();
    let (version, commit) = (domain::version::VERSION, domain::version::COMMIT);
    assert_eq!(health, json!({"status": "ok", "version": version, "commit": commit}));
}

#[tokio::test(start_paused = true)]
async fn every_wrong_request_for_rows_says_what_would_work() {
    let router = World::new().await.router();
    let problem = async |query: &str, words: &str| {
        get(&router, &format!("/v1/datasets/passengers/rows?{query}")).await.is_problem(400, words)
    };
    let body = problem("nam=eq.x", "unknown column \"nam\": did you mean \"name\"?").await;
    assert_eq!(body["type"], "urn:tributary:problem:unknown-column");
    assert_eq!((&body["column"], &body["suggestion"]), (&json!("nam"), &json!("name")));
    problem("name=fts.a", "the operator \"fts\" on \"name\" is PostgreSQL's alone; available: eq, neq").await;
    problem("format=ndjsn", "unknown format \"ndjsn\": did you mean \"ndjson\"?").await;
    problem("limit=1001", "more than the 1000 rows").await;
    problem("limit=1&limit=2", "limit is given twice").await;
    problem("name=eq.%", "hexadecimal").await;
}

#[tokio::test(start_paused = true)]
async fn a_dataset_without_its_table_is_not_ready() {
    let reply = get(&World::new().await.router(), "/v1/datasets/bookings/rows").await;
    reply.is_problem(503, "dataset bookings is defined, and its table is not registered yet");
    assert_eq!(reply.header("retry-after"), "5");
}

#[tokio::test(start_paused = true)]
async fn the_engines_words_stay_in_the_log() {
    let world = World::new().await;
    let reason = "memory-engine words: SYNTAX_ERROR".to_owned();
    world.engine.script(PASSENGERS, &[], Outcome::Fails { reason, retryable: false });
    let router = world.router();
    let uri = "/v1/datasets/passengers/rows?limit=20";
    let body = get(&router, uri).await.is_problem(502, "the query failed");
    assert_eq!(body["query_id"], "memory-0");
    assert!(!body.to_string().contains("memory-engine words"));
}

#[tokio::test(start_paused = true)]
async fn what_is_out_of_reach_is_a_503() {
    let world = World::new().await;
    world.store.fail_next(1);
    let reply = get(&world.router(), "/v1/datasets").await;
    reply.is_problem(503, "out of reach");
    assert_eq!(reply.header("retry-after"), "5");
    let world = World::new().await;
    world.catalog.fail_next(1);
    get(&world.router(), "/v1/datasets/passengers").await.is_problem(503, "out of reach");
    let world = World::new().await;
    world.engine.fail_next(5);
    let reply = get(&world.router(), "/v1/datasets/passengers/rows?limit=20").await;
    reply.is_problem(503, "query engine is out of reach");
}

#[tokio::test(start_paused = true)]
async fn a_result_of_another_query_is_malformed() {
    let world = World::new().await;
    world.engine.script(PASSENGERS, &[], rows(athena_csv(&["other"], &[])));
    get(&world.router(), "/v1/datasets/passengers/rows?limit=20").await.is_problem(502, "cannot be read");
}

#[tokio::test(start_paused = true)]
async fn readiness_is_of_store_and_catalog_and_says_who_gets_in() {
    let served = World::new().await.serve();
    let ready = json!({"status": "ready", "store": "ok", "catalog": "ok", "access": "open"});
    assert_eq!(served.get("/readyz").await.json(), ready);
    for fault in ["store", "catalog"] {
        let mut world = World::new().await;
        world.settings.access.open = false;
        if fault == "store" {
            world.store.fail_next(1);
        } else {
            world.catalog.fail_next(1);
        }
        let served = world.serve();
        let body = served.get("/readyz").await.is_problem(503, "out of reach");
        assert_eq!(body["access"], "closed");
        assert_eq!(served.get("/readyz").await.json()["access"], "closed", "a failure is not kept");
    }
}
