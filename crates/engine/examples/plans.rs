//! From the text of a statement to its plan, in process: parsing, the checks, the catalog's answer and the optimizer, on a table
//! in memory.
//!
//! `scripts/bench query` runs it. Prints a line of JSON for each statement: how long that takes, one at a time on one core. An
//! argument of 100 means a hundredth of the plans, to see that it works.

// It is a measurement: what fails ends it.
#![allow(clippy::expect_used)]

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use datafusion::{
    arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray},
    parquet::arrow::ArrowWriter,
};
use domain::{
    DatasetName,
    memory::{MemoryCatalog, MemoryStore},
    port::{
        Catalog, CatalogPartition, Clock, ObjectStore, PartitionKey, PutMode, Table, TableColumn, Upsert,
    },
};
use engine::{BytesScanned, Cancellation, Engine};

const PLANS: usize = 2_000;
const WARM_UP: usize = 200;

/// The best of so many runs: whatever else the machine does can only take from it.
const RUNS: usize = 3;

/// What people ask for: a page as the API writes it, a report, and a question with a query in it.
const STATEMENTS: [(&str, &str); 3] = [
    (
        "rows",
        "SELECT passenger_id, flight_id, name, dt FROM passengers WHERE flight_id = 1001 AND dt >= '2026-11-01' \
         ORDER BY passenger_id, dt LIMIT 21",
    ),
    (
        "report",
        "SELECT p.flight_id, count(*) AS n, count(DISTINCT q.name) AS names FROM passengers AS p \
         LEFT JOIN passengers AS q ON q.passenger_id = p.passenger_id AND q.dt = p.dt \
         WHERE p.dt BETWEEN '2026-11-01' AND '2026-11-30' AND p.name LIKE 'A%' \
         GROUP BY p.flight_id HAVING count(*) > 1 ORDER BY n DESC, p.flight_id LIMIT 100",
    ),
    (
        "subquery",
        "WITH ranked AS (SELECT name, flight_id, rank() OVER (PARTITION BY flight_id ORDER BY passenger_id) AS r \
         FROM passengers) SELECT upper(name) AS name FROM ranked WHERE r = 1 AND flight_id NOT IN \
         (SELECT flight_id FROM passengers WHERE name = 'Ada')",
    ),
];

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    async fn sleep(&self, _: Duration) {}
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let share: usize =
        std::env::args().nth(1).map_or(1, |share| share.parse().expect("a number of at least 1"));
    let engine = engine().await;
    for (statement, sql) in STATEMENTS {
        plans(&engine, sql, WARM_UP / share).await;
        let mut best = None::<Vec<Duration>>;
        for _ in 0..RUNS {
            let times = plans(&engine, sql, PLANS / share).await;
            if best.as_ref().is_none_or(|best| times.iter().sum::<Duration>() < best.iter().sum()) {
                best = Some(times);
            }
        }
        let times = best.expect("some runs");
        // The nearest rank.
        let at = |share: usize| {
            let rank = (times.len() * share).div_ceil(100).saturating_sub(1);
            times.get(rank).expect("a time").as_secs_f64() * 1_000.0
        };
        let figures = serde_json::json!({ "statement": statement, "p50_ms": at(50), "p99_ms": at(99) });
        println!("{figures}");
    }
}

/// How long each took, in ascending order. The rows are never asked for.
async fn plans(engine: &Engine<MemoryCatalog, MemoryStore>, sql: &str, plans: usize) -> Vec<Duration> {
    let mut times = Vec::with_capacity(plans);
    for _ in 0..plans {
        let began = Instant::now();
        let prepared = engine.prepare(sql, &[]).expect("a statement");
        let execution = engine.run(&prepared, BytesScanned::default(), Cancellation::default()).await;
        let execution = execution.expect("a plan");
        times.push(began.elapsed());
        assert!(!execution.columns.is_empty());
    }
    times.sort();
    times
}

/// An engine with a table of one file in one partition.
async fn engine() -> Engine<MemoryCatalog, MemoryStore> {
    let (catalog, store) = (Arc::<MemoryCatalog>::default(), Arc::<MemoryStore>::default());
    let name = DatasetName::new("passengers").expect("a name");
    let columns = [("passenger_id", "bigint"), ("flight_id", "bigint"), ("name", "string")];
    let table = Table {
        name: name.clone(),
        description: None,
        columns: columns
            .into_iter()
            .map(|(name, data_type)| TableColumn {
                name: name.to_owned(),
                data_type: data_type.to_owned(),
                comment: None,
            })
            .collect(),
        partition_keys: vec![PartitionKey::string("dt")],
        location: "tables/passengers/".to_owned(),
        schema_version: None,
        parameters: BTreeMap::new(),
        version: None,
    };
    catalog.create_table(&table).await.expect("a table");
    let location = "tables/passengers/dt=2026-11-23/g1/".to_owned();
    store
        .put(&format!("{location}part-00000.parquet"), file().into(), PutMode::Create)
        .await
        .expect("a file");
    let partition = CatalogPartition::by_hand(vec!["2026-11-23".to_owned()], location);
    let written = catalog.write_partitions(&name, Upsert::Create, &[partition]).await;
    assert!(written.expect("a partition").is_empty());
    Engine::new("tributary", catalog, store, Stopped)
}

fn file() -> Vec<u8> {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(0..1_000));
    let flights: ArrayRef = Arc::new(Int64Array::from_iter_values((0..1_000).map(|id| 1_000 + id % 7)));
    let names: ArrayRef = Arc::new(StringArray::from_iter_values((0..1_000).map(|id| format!("A{id}"))));
    let columns = [("passenger_id", ids, true), ("flight_id", flights, true), ("name", names, true)];
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("rows");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a file");
    writer.write(&batch).expect("rows");
    writer.into_inner().expect("a file")
}
