use std::{collections::BTreeMap, time::Duration};

use axum::{body::to_bytes, http::StatusCode};
use bytes::Bytes;
use chrono::DateTime;
use domain::{
    Dataset, key,
    memory::{ManualClock, MemoryCatalog, MemoryEngine, MemoryStore, Outcome, Rows, SeededIds},
    port::{
        BYTES_PARAMETER, COMMITTED_AT_PARAMETER, CatalogPartition, GENERATION_PARAMETER, PutMode,
        ROWS_PARAMETER, Table, Upsert,
    },
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{result::tests::athena_csv, settings::ApiSettings, testing};

const PASSENGERS: &str = "SELECT \"passenger_id\", \"flight_id\", \"name\", \"seat_number\" FROM \
     \"tributary\".\"passengers\" ORDER BY \"passenger_id\" ASC NULLS LAST LIMIT 20";

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    fn is_problem(&self, status: u16, words: &str) -> Value {
        let body = self.json();
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, "application/problem+json"),
            "{body}"
        );
        assert_eq!(body["status"], status);
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail:?} does not say {words:?}");
        for secret in ["SELECT", "SYNTAX", "schemas/", "memory-engine words"] {
            assert!(!detail.contains(secret), "{detail}");
        }
        body
    }
}

/// Passengers with a table and one partition, bookings without a table.
pub(crate) struct World {
    store: MemoryStore,
    catalog: MemoryCatalog,
    engine: MemoryEngine,
    settings: ApiSettings,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (store, catalog) = (MemoryStore::default(), MemoryCatalog::default());
        let (passengers, bookings) = (testing::passengers(), testing::bookings());
        for (dataset, version) in [(&passengers, 1), (&bookings, 1), (&bookings, 2)] {
            let body = serde_json::to_vec(dataset.definition()).unwrap();
            let key = key::schema(dataset.name(), version);
            store.put(&key, body.into(), PutMode::Create).await.unwrap();
        }
        catalog.create_table(&table(&passengers)).await.unwrap();
        let partitions = [partition("2026-11-22", 8), partition("2026-11-23", 12)];
        let errors = catalog.write_partitions(passengers.name(), Upsert::Create, &partitions).await.unwrap();
        assert!(errors.is_empty());
        let engine = MemoryEngine::default();
        engine.script(PASSENGERS, &[], rows(testing::passengers_csv()));
        let settings = ApiSettings {
            database: "tributary".into(),
            wait: Duration::from_secs(20),
            default_rows: 100,
            max_rows: 1_000,
            max_body: 1_000_000,
            snapshot_age: Duration::ZERO,
        };
        Self { store, catalog, engine, settings }
    }

    pub(crate) fn router(self) -> Router {
        let clock = ManualClock::new(DateTime::UNIX_EPOCH);
        let ids = SeededIds::new(1);
        router(Arc::new(Api::new(self.store, self.catalog, self.engine, clock, ids, self.settings)))
    }
}

fn table(dataset: &Dataset) -> Table {
    Table {
        name: dataset.name().clone(),
        description: None,
        columns: vec![],
        partition_keys: vec!["dt".into()],
        location: key::table_prefix(dataset.name()),
        parameters: BTreeMap::new(),
        version: None,
    }
}

fn partition(day: &str, rows: u64) -> CatalogPartition {
    let parameters = [
        (GENERATION_PARAMETER, "3".to_owned()),
        (ROWS_PARAMETER, rows.to_string()),
        (BYTES_PARAMETER, "1000".to_owned()),
        (COMMITTED_AT_PARAMETER, format!("{day}T10:05:00Z")),
    ];
    CatalogPartition {
        values: vec![day.into()],
        location: format!("tables/passengers/dt={day}/"),
        columns: vec![],
        parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

fn rows(csv: Vec<u8>) -> Outcome {
    Outcome::Rows(Rows { columns: vec![], csv: csv.into() })
}

async fn send(router: &Router, method: &str, uri: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Reply { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn get(router: &Router, uri: &str) -> Reply {
    send(router, "GET", uri, &[]).await
}

#[tokio::test]
async fn the_twenty_passengers_come_as_the_python_service_sent_them() {
    let router = World::new().await.router();
    let uri = "/v1/datasets/passengers/rows?format=columns&order=passenger_id&limit=20";
    let reply = get(&router, uri).await;
    assert_eq!(reply.status, 200, "{:?}", reply.body);
    let expected: Value =
        serde_json::from_str(include_str!("../../../../events/seed/response.json")).unwrap();
    assert_eq!(reply.json(), expected);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("tributary-query-id"), "memory-0");
    assert_eq!(reply.header("tributary-bytes-scanned"), "0");
    assert_eq!(reply.header("tributary-engine-ms"), "0");
    assert_eq!(reply.header("vary"), "Accept");
}

#[tokio::test]
async fn accept_and_format_choose_the_form() {
    let router = World::new().await.router();
    let uri = "/v1/datasets/passengers/rows?limit=20";
    let records = send(&router, "GET", uri, &[("accept", "*/*")]).await;
    assert_eq!(records.json()[12]["name"], "Javier Peña");
    let csv = send(&router, "GET", uri, &[("accept", "text/csv")]).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(csv.body.starts_with(b"passenger_id,flight_id,name,seat_number\r\n1,1001,Juan Perez,12A\r\n"));
    let parquet = [("accept", "application/vnd.apache.parquet")];
    send(&router, "GET", uri, &parquet).await.is_problem(406, "allows none of the formats");
    let head = send(&router, "HEAD", uri, &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
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

#[tokio::test]
async fn a_partition_that_says_nothing_makes_the_sums_unknown() {
    let world = World::new().await;
    let mut by_hand = partition("2026-11-24", 0);
    by_hand.parameters = BTreeMap::from([(ROWS_PARAMETER.to_owned(), "many".to_owned())]);
    let name = testing::passengers().name().clone();
    world.catalog.write_partitions(&name, Upsert::Create, &[by_hand]).await.unwrap();
    let answer = get(&world.router(), "/v1/datasets/passengers").await.json();
    assert_eq!((&answer["partitions"], &answer["rows"]), (&json!(3), &Value::Null));
    assert_eq!(answer["freshness"], "2026-11-23T10:05:00.000Z");
}

#[tokio::test]
async fn every_wrong_path_method_and_name_is_answered() {
    let router = World::new().await.router();
    get(&router, "/").await.is_problem(404, "available: /healthz, /v1/datasets, ");
    get(&router, "/v1/dataset").await.is_problem(404, "did you mean \"/v1/datasets\"?");
    get(&router, "/v1/datasets/").await.is_problem(404, "did you mean \"/v1/datasets\"?");
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
    for path in [
        "/v1/named-queries",
        "/v1/named-queries/a/rows",
        "/v1/queries/1",
        "/v1/queries/1/rows",
        "/openapi.json",
        "/docs",
        "/readyz",
    ] {
        get(&router, path).await.is_problem(501, "is not available yet");
    }
    send(&router, "POST", "/v1/queries", &[]).await.is_problem(501, "/v1/queries is not available yet");
    let post = send(&router, "POST", "/v1/datasets/passengers/rows", &[]).await;
    post.is_problem(405, "GET and HEAD only");
    assert_eq!(post.header("allow"), "GET, HEAD");
    let long = format!("/v1/datasets/passengers/rows?name=eq.{}", "x".repeat(8_192));
    get(&router, &long).await.is_problem(414, "may have 8192");
    assert_eq!(get(&router, "/healthz").await.json(), json!({"status": "ok"}));
}

#[tokio::test]
async fn every_wrong_request_for_rows_says_what_would_work() {
    let router = World::new().await.router();
    let problem = async |query: &str, words: &str| {
        get(&router, &format!("/v1/datasets/passengers/rows?{query}")).await.is_problem(400, words)
    };
    let body = problem("nam=eq.x", "unknown column \"nam\": did you mean \"name\"?").await;
    assert_eq!(body["type"], "urn:tributary:problem:unknown-column");
    assert_eq!((&body["column"], &body["suggestion"]), (&json!("nam"), &json!("name")));
    problem("name=fts.a", "the operator \"fts\" on \"name\" is PostgreSQL's alone; available: eq, neq").await;
    problem("format=ndjson", "format \"ndjson\" is not available yet; available: json, columns, csv").await;
    problem("limit=1001", "more than the 1000 rows").await;
    problem("limit=1&limit=2", "limit is given twice").await;
    problem("name=eq.%", "hexadecimal").await;
}

#[tokio::test]
async fn a_dataset_without_its_table_is_not_ready() {
    let reply = get(&World::new().await.router(), "/v1/datasets/bookings/rows").await;
    reply.is_problem(503, "dataset bookings is defined, and its table is not registered yet");
    assert_eq!(reply.header("retry-after"), "5");
}

#[tokio::test]
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

#[tokio::test]
async fn a_query_longer_than_the_wait_is_a_504() {
    let world = World::new().await;
    world.engine.script(PASSENGERS, &[], Outcome::Hangs);
    let router = world.router();
    let uri = "/v1/datasets/passengers/rows?limit=20";
    get(&router, uri).await.is_problem(504, "not done after 20 s and was cancelled");
    let hurried = send(&router, "GET", uri, &[("prefer", "wait=3")]).await;
    hurried.is_problem(504, "not done after 3 s");
    assert_eq!(hurried.header("preference-applied"), "wait=3");
    let patient = send(&router, "GET", uri, &[("prefer", "wait=300")]).await;
    patient.is_problem(504, "not done after 20 s");
    assert_eq!(patient.header("preference-applied"), "");
}

#[tokio::test]
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
    world.engine.fail_next(1);
    let reply = get(&world.router(), "/v1/datasets/passengers/rows?limit=20").await;
    reply.is_problem(503, "query engine is out of reach");
}

#[tokio::test]
async fn results_that_are_too_large_or_malformed_are_told_apart() {
    let mut world = World::new().await;
    world.settings.max_body = 100;
    get(&world.router(), "/v1/datasets/passengers/rows?limit=20").await.is_problem(413, "lower limit");
    let world = World::new().await;
    world.engine.script(PASSENGERS, &[], rows(athena_csv(&["other"], &[])));
    get(&world.router(), "/v1/datasets/passengers/rows?limit=20").await.is_problem(502, "cannot be read");
    assert_eq!(StatusCode::from_u16(502).unwrap(), StatusCode::BAD_GATEWAY);
}
