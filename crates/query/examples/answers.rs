//! The API's own share of an answer of 20 rows: the router, over ports in memory and an engine that answers at once. It
//! writes its line in the log as a Lambda does, into nothing.
//!
//! `scripts/bench query` runs it. Prints a line of JSON for each status: answers a second, one at a time on one core,
//! and how soon. An argument of 100 means a hundredth of the answers, to see that it works.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used, clippy::panic)]

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    Dataset, Generation, key,
    memory::{MemoryCatalog, MemoryStore, SeededIds},
    port::{
        Catalog, CatalogPartition, Clock, EngineError, EntryState, ObjectStore, PartitionKey, PartitionState,
        PutMode, Query, QueryEngine, QueryId, QueryState, QueryStatus, ResultColumn, StoredResult, Table,
        Upsert,
    },
    settings::{AccessSettings, Settings},
};
use query::{Api, ApiSettings, router};
use tower::ServiceExt;

const URI: &str = "/v1/datasets/passengers/rows?limit=20";
const ROWS: usize = 20;
const ANSWERS: usize = 20_000;
const WARM_UP: usize = 2_000;

/// The best of so many runs: whatever else the machine does can only take from it.
const RUNS: usize = 5;

/// The last one is the day of the partition, by which the API tells rows apart.
const COLUMNS: [(&str, &str); 5] = [
    ("passenger_id", "bigint"),
    ("flight_id", "bigint"),
    ("name", "varchar"),
    ("seat_number", "varchar"),
    ("_key_4", "varchar"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let share: usize =
        std::env::args().nth(1).map_or(1, |share| share.parse().expect("a number of at least 1"));
    // As the Lambda's log is, level and form.
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_writer(std::io::sink)
        .init();
    let router = api().await;
    let first = router.clone().oneshot(request(None)).await.expect("an answer");
    let tag = first.headers()["etag"].to_str().expect("an ETag").to_owned();
    let body = to_bytes(first.into_body(), usize::MAX).await.expect("a body");
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(rows.len(), ROWS);
    for (status, condition, length) in [(200, None, body.len()), (304, Some(&*tag), 0)] {
        measure(&router, condition, status, length, WARM_UP / share).await;
        let mut best = None::<(f64, Vec<Duration>)>;
        for _ in 0..RUNS {
            let run = measure(&router, condition, status, length, ANSWERS / share).await;
            if best.as_ref().is_none_or(|best| run.0 > best.0) {
                best = Some(run);
            }
        }
        let (rate, times) = best.expect("some runs");
        // The nearest rank.
        let at = |share: usize| times[(times.len() * share).div_ceil(100) - 1].as_secs_f64() * 1_000.0;
        let figures = serde_json::json!({
            "status": status, "per_second": rate, "p50_ms": at(50), "p99_ms": at(99),
        });
        println!("{figures}");
    }
}

/// Answers a second, and how long each took, in ascending order.
async fn measure(
    router: &Router,
    condition: Option<&str>,
    status: u16,
    length: usize,
    answers: usize,
) -> (f64, Vec<Duration>) {
    let mut times = Vec::with_capacity(answers);
    let began = Instant::now();
    for _ in 0..answers {
        let began = Instant::now();
        let response = router.clone().oneshot(request(condition)).await.expect("an answer");
        assert_eq!(response.status().as_u16(), status);
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        times.push(began.elapsed());
        assert_eq!(body.len(), length);
    }
    let rate = answers as f64 / began.elapsed().as_secs_f64();
    times.sort();
    (rate, times)
}

fn request(condition: Option<&str>) -> Request {
    let mut request = Request::get(URI);
    if let Some(tag) = condition {
        request = request.header("if-none-match", tag);
    }
    request.body(Body::empty()).expect("a request")
}

/// The API with the settings of a deployment, except that anybody may use it.
async fn api() -> Router {
    let definition = include_str!("../tests/datasets/passengers.json");
    let dataset = Dataset::from_json(definition.as_bytes()).expect("a dataset");
    let (store, catalog) = (MemoryStore::default(), MemoryCatalog::default());
    let body = serde_json::to_vec(dataset.definition()).expect("JSON");
    store.put(&key::schema(dataset.name(), 1), body.into(), PutMode::Create).await.expect("a schema");
    let table = Table {
        name: dataset.name().clone(),
        description: None,
        columns: vec![],
        partition_keys: vec![PartitionKey::string("dt")],
        location: key::table_prefix(dataset.name()),
        schema_version: None,
        parameters: BTreeMap::new(),
        version: None,
    };
    catalog.create_table(&table).await.expect("a table");
    let partition = [partition(&dataset)];
    let written = catalog.write_partitions(dataset.name(), Upsert::Create, &partition).await;
    assert!(written.expect("a partition").is_empty());
    let settings = Settings::read(|_| None).expect("the defaults");
    let access = AccessSettings { open: true, free_sql: false };
    let settings = ApiSettings { access, ..ApiSettings::from(&settings) };
    let (clock, ids) = (Monotonic(Instant::now()), SeededIds::new(1));
    router(Arc::new(Api::new(store, catalog, AtOnce::new(), clock, ids, settings)))
}

fn partition(dataset: &Dataset) -> CatalogPartition {
    let state = EntryState::Registered(PartitionState {
        generation: Generation::new(1),
        schema_version: 1,
        rows: ROWS as u64,
        bytes: 1_000,
        committed_at: "2026-11-23T10:05:00Z".parse().expect("a time"),
        newest_landed_at: None,
    });
    let location = format!("{}dt=2026-11-23/1/", key::table_prefix(dataset.name()));
    CatalogPartition { state, ..CatalogPartition::by_hand(vec!["2026-11-23".into()], location) }
}

/// An engine whose every query has succeeded by the first look, with the seed's passengers.
struct AtOnce {
    result: StoredResult,
    csv: Bytes,
}

impl AtOnce {
    fn new() -> Self {
        let mut csv = COLUMNS.map(|(name, _)| format!("\"{name}\"")).join(",") + "\n";
        for line in include_str!("../../../events/seed/passengers.ndjson").lines() {
            let event: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let quoted = COLUMNS.map(|(name, _)| match &event[name] {
                serde_json::Value::String(text) => format!("\"{text}\""),
                serde_json::Value::Null => "\"2026-11-23\"".to_owned(),
                number => format!("\"{number}\""),
            });
            csv += &(quoted.join(",") + "\n");
        }
        let column = |(name, data_type): (&str, &str)| ResultColumn {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
        };
        let result = StoredResult {
            columns: COLUMNS.map(column).to_vec(),
            bytes: csv.len() as u64,
            location: "memory".to_owned(),
        };
        Self { result, csv: csv.into() }
    }
}

impl QueryEngine for AtOnce {
    async fn start(&self, _query: &Query) -> Result<QueryId, EngineError> {
        Ok(QueryId::new("5f0f0a3e-7a52-4c43-9b6e-0d1d6f5b6a01"))
    }

    async fn status(&self, _id: &QueryId) -> Result<QueryStatus, EngineError> {
        Ok(QueryStatus {
            state: QueryState::Succeeded,
            bytes_scanned: self.result.bytes,
            engine_millis: 0,
            submitted_at: None,
            reused: false,
        })
    }

    async fn result(&self, _id: &QueryId) -> Result<StoredResult, EngineError> {
        Ok(self.result.clone())
    }

    async fn read(&self, _result: &StoredResult, range: Range<u64>) -> Result<Bytes, EngineError> {
        let end = range.end.min(self.result.bytes);
        Ok(self.csv.slice(range.start as usize..end as usize))
    }

    async fn cancel(&self, _id: &QueryId) -> Result<(), EngineError> {
        Ok(())
    }
}

/// The time since the start, from 1970 on.
struct Monotonic(Instant);

impl Clock for Monotonic {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + self.0.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
