use arrow::util::pretty::pretty_format_batches;
use domain::{
    CommitKind, Dataset,
    batch::BatchName,
    landing,
    memory::{ManualClock, MemoryStore, SeededIds},
    port::PutMode,
    settings::Settings,
};

use super::*;
use crate::{limits::Limits, log};

const FIRST: &str = r#"{"name": "trips", "identity": ["id"], "columns": [{"name": "id", "type": "int", "required": true},
    {"name": "at", "type": "struct<x:int>"}]}"#;
const SECOND: &str = r#"{"name": "trips", "identity": ["id"], "sort_by": ["fare"], "columns": [
    {"name": "id", "type": "int", "required": true}, {"name": "at", "type": "struct<x:int,y:int>"},
    {"name": "fare", "type": "decimal(6,2)", "from": "Fare"}]}"#;

struct World {
    store: std::sync::Arc<MemoryStore<ManualClock>>,
    clock: std::sync::Arc<ManualClock>,
    compactor: Compactor<MemoryStore<ManualClock>, ManualClock, SeededIds>,
    name: DatasetName,
    partition: Partition,
}

impl World {
    async fn new(limits: impl FnOnce(Limits) -> Limits) -> Self {
        let clock = std::sync::Arc::new(ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap()));
        let store = std::sync::Arc::new(MemoryStore::with_clock(clock.clone()));
        store.put("schemas/trips/000001.json", FIRST.into(), PutMode::Create).await.unwrap();
        let settings = Settings::read(|_| None).unwrap();
        let ids = std::sync::Arc::new(SeededIds::new(1));
        let mut compactor = Compactor::new(store.clone(), clock.clone(), ids, &settings);
        compactor.limits = limits(compactor.limits);
        let (name, partition) = (DatasetName::new("trips").unwrap(), "dt=2026-11-23".parse().unwrap());
        Self { store, clock, compactor, name, partition }
    }

    fn run(&self) -> Run {
        Run::new(self.clock.now(), None)
    }

    async fn land(&self, events: &[String]) {
        let mut text = Vec::new();
        for event in events {
            landing::Writer::new(self.clock.now()).line(None, event, &mut text);
        }
        let named = events.iter().map(|event| ("", event.as_bytes()));
        let batch = BatchName::of(&self.name, &self.partition.to_string(), named);
        let body = zstd::bulk::compress(&text, 1).unwrap();
        self.store
            .put(&key::landing(&self.name, &self.partition, &batch), body.into(), PutMode::Create)
            .await
            .unwrap();
        self.compactor.compact(&self.name, &self.partition, &self.run()).await.unwrap();
    }

    async fn define_second(&self) {
        self.store.put("schemas/trips/000002.json", SECOND.into(), PutMode::Create).await.unwrap();
    }

    async fn rebuild(&self) -> Report {
        self.compactor.rebuild(&self.name, &self.partition, &self.run()).await.unwrap()
    }

    /// The rows of the head, file by file.
    async fn rows(&self) -> Vec<RecordBatch> {
        self.rows_of(SECOND).await
    }

    async fn rows_of(&self, definition: &str) -> Vec<RecordBatch> {
        let dataset = Dataset::from_json(definition.as_bytes()).unwrap();
        let head = log::head(&*self.store, &self.name, &self.partition).await.unwrap().unwrap();
        let mut rows = Vec::new();
        for file in &head.files {
            let source = Source::open(&*self.store, file).await.unwrap();
            let mut batches = source.rows(&dataset.arrow_schema(), 8_192).unwrap();
            while let Some(batch) = batches.next().await.unwrap() {
                rows.push(batch);
            }
        }
        rows
    }
}

#[tokio::test]
async fn values_sent_before_their_column_was_defined_are_moved_into_it() {
    let world = World::new(|limits| limits).await;
    world
        .land(&[
            r#"{"id":1,"Fare":7.5,"at":{"x":1,"y":2},"tip":1}"#.into(),
            r#"{"id":2,"Fare":"much","at":{"x":3,"y":4}}"#.into(),
            r#"{"id":3,"at":null}"#.into(),
            r#"{"id":4,"Fare":1.25}"#.into(),
        ])
        .await;
    world.define_second().await;
    let report = world.rebuild().await;
    assert_eq!((report.committed, report.rows, report.duplicates_dropped), (1, 4, 0));
    let rows: Vec<RecordBatch> =
        world.rows().await.iter().map(|batch| batch.project(&[0, 1, 2, 5]).unwrap()).collect();
    let expected = [
        "+----+--------------+------+------------------------------------+",
        "| id | at           | fare | _extra                             |",
        "+----+--------------+------+------------------------------------+",
        "| 2  | {x: 3, y: }  |      | {\"Fare\":\"much\",\"at\":{\"x\":3,\"y\":4}} |",
        "| 3  |              |      |                                    |",
        "| 4  |              | 1.25 |                                    |",
        "| 1  | {x: 1, y: 2} | 7.50 | {\"tip\":1}                          |",
        "+----+--------------+------+------------------------------------+",
    ];
    assert_eq!(pretty_format_batches(&rows).unwrap().to_string().lines().collect::<Vec<_>>(), expected);
    let head = log::head(&*world.store, &world.name, &world.partition).await.unwrap().unwrap();
    assert_eq!((head.kind, head.schema_version, head.consumed.len()), (CommitKind::Rebuild, 2, 1));
}

/// They were in no column when they came, so nobody has counted them.
#[tokio::test]
async fn a_row_with_more_values_than_an_event_may_have_stays_as_it_is() {
    let world = World::new(|limits| limits).await;
    let event = |id: u32, length: usize| format!(r#"{{"id":{id},"a":[{}]}}"#, vec!["{}"; length].join(","));
    world.land(&[event(1, 3), event(2, 40_001), event(3, 0)]).await;
    let fields: Vec<String> = (0..99).map(|index| format!("f{index}:boolean")).collect();
    let definition = format!(
        r#"{{"name": "trips", "identity": ["id"], "columns": [{{"name": "id", "type": "int", "required": true}},
            {{"name": "at", "type": "struct<x:int>"}}, {{"name": "a", "type": "array<struct<{}>>"}}]}}"#,
        fields.join(",")
    );
    world.store.put("schemas/trips/000002.json", definition.clone().into(), PutMode::Create).await.unwrap();
    world.rebuild().await;
    let mut found = Vec::new();
    for rows in world.rows_of(&definition).await {
        let (lists, extra) = (rows.column_by_name("a").unwrap(), rows.column_by_name("_extra").unwrap());
        let lists = arrow::array::AsArray::as_list::<i32>(lists);
        for row in 0..rows.num_rows() {
            found.push((lists.value_length(row), arrow::array::Array::is_null(extra, row)));
        }
    }
    assert_eq!(found, [(3, true), (0, false), (0, true)]);
}

/// A producer that is renaming a field sends both names for a while.
#[tokio::test]
async fn a_column_that_reads_another_field_now_keeps_what_it_has_and_nothing_is_lost() {
    let world = World::new(|limits| limits).await;
    let first = r#"{"name": "trips", "identity": ["id"], "columns": [
        {"name": "id", "type": "int", "required": true}, {"name": "at", "type": "struct<x:int>"},
        {"name": "price", "type": "int"}]}"#;
    world.store.put("schemas/trips/000002.json", first.into(), PutMode::Create).await.unwrap();
    world
        .land(&[
            r#"{"id":1,"at":{"x":1},"where":{"x":2},"price":1,"amount":2,"Fare":"3.00"}"#.to_owned(),
            r#"{"id":2,"where":{"x":2},"amount":2,"Fare":"4.00"}"#.to_owned(),
            r#"{"id":3,"at":{"x":1},"where":{"x":1},"price":2,"amount":2,"Fare":"5.00"}"#.to_owned(),
        ])
        .await;
    let second = r#"{"name": "trips", "identity": ["id"], "columns": [
        {"name": "id", "type": "int", "required": true}, {"name": "at", "type": "struct<x:int>", "from": "where"},
        {"name": "price", "type": "int", "from": "amount"},
        {"name": "fare", "type": "decimal(6,2)", "from": "Fare"}]}"#;
    world.store.put("schemas/trips/000003.json", second.into(), PutMode::Create).await.unwrap();
    world.rebuild().await;
    let columns = [0, 1, 2, 3, 6];
    let rows = world.rows_of(second).await;
    let rows: Vec<RecordBatch> = rows.iter().map(|batch| batch.project(&columns).unwrap()).collect();
    let table = pretty_format_batches(&rows).unwrap().to_string();
    assert_eq!(
        table,
        "\
+----+--------+-------+------+------------------------------+
| id | at     | price | fare | _extra                       |
+----+--------+-------+------+------------------------------+
| 1  | {x: 1} | 1     | 3.00 | {\"where\":{\"x\":2},\"amount\":2} |
| 2  | {x: 2} | 2     | 4.00 |                              |
| 3  | {x: 1} | 2     | 5.00 | {\"amount\":2}                 |
+----+--------+-------+------+------------------------------+"
    );
}

#[tokio::test]
async fn more_rows_than_fit_into_memory_are_sorted_all_the_same() {
    // So little that every batch of rows is a run of its own, and more than one group of runs is needed.
    let small = |limits| Limits {
        held: 1 << 12,
        batch: 1 << 10,
        target: 12 << 10,
        row_group: 4 << 10,
        row_group_rows: 1 << 20,
        ..limits
    };
    let world = World::new(small).await;
    let fare = |n: u64| n.wrapping_mul(2_654_435_761) % 9_000;
    for part in 0..4 {
        let events: Vec<String> =
            (part * 500..part * 500 + 500).map(|n| format!(r#"{{"id":{n},"Fare":{}}}"#, fare(n))).collect();
        world.land(&events).await;
    }
    world.define_second().await;
    let before = world.store.list_all("tables/").await.unwrap().len();
    let report = world.rebuild().await;
    assert_eq!((report.committed, report.rows), (1, 2_000));
    let head = log::head(&*world.store, &world.name, &world.partition).await.unwrap().unwrap();
    let after = world.store.list_all("tables/").await.unwrap().len();
    assert_eq!(after - before, head.files.len(), "no run stays behind");
    assert!(head.files.len() > 1);
    let mut ids = std::collections::BTreeSet::new();
    for batch in world.rows().await {
        let id = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int32Type>(batch.column(0));
        let fares = arrow::array::AsArray::as_primitive::<arrow::datatypes::Decimal128Type>(batch.column(2));
        assert!(fares.values().windows(2).all(|pair| pair[0] <= pair[1]));
        for (id, found) in id.values().iter().zip(fares.values()) {
            assert_eq!(*found, i128::from(fare(u64::try_from(*id).unwrap())) * 100);
            ids.insert(*id);
        }
    }
    assert_eq!(ids.len(), 2_000);
}

#[tokio::test]
async fn a_partition_without_commits_is_left_alone() {
    let world = World::new(|limits| limits).await;
    assert_eq!(world.rebuild().await, Report::default());
}
