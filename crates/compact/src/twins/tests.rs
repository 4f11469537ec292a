use domain::{memory::MemoryStore, settings::Settings};

use super::*;
use crate::{
    columns::{Columns, tests::line},
    generation::Workshop,
    limits::Limits,
};

fn dataset(identity: &[(&str, &str)]) -> Dataset {
    let columns: Vec<String> = identity
        .iter()
        .map(|(name, data_type)| format!(r#"{{"name":"{name}","type":"{data_type}","required":true}}"#))
        .collect();
    let names: Vec<String> = identity.iter().map(|(name, _)| format!("{name:?}")).collect();
    let definition = format!(
        r#"{{"name":"d","identity":[{}],"columns":[{},{{"name":"v","type":"int"}}]}}"#,
        names.join(","),
        columns.join(",")
    );
    Dataset::from_json(definition.as_bytes()).unwrap()
}

fn rows(dataset: &Dataset, events: &[String]) -> RecordBatch {
    let mut columns = Columns::new(dataset);
    for event in events {
        columns.push(line(event).trim_end()).unwrap_or_else(|misfit| panic!("{event}: {misfit}"));
    }
    columns.finish().unwrap()
}

/// Puts the events into a file, in order of identity.
async fn stored(store: &MemoryStore, dataset: &Dataset, events: &[String], row_group: u64) -> Vec<DataFile> {
    let limits = Limits::new(&Settings::read(|_| None).unwrap());
    let limits = Limits { row_group, ..limits };
    let workshop = Workshop { store, dataset, limits, location: "tables/d/g/".into() };
    let new = Distinct::new(dataset, rows(dataset, events)).unwrap();
    workshop.merge(0, Some(new.sorted(dataset).unwrap()), &[]).await.unwrap()
}

#[tokio::test]
async fn twins_are_found_by_every_type_of_identity() {
    type Value = fn(i64) -> String;
    let values: [(&str, Value); 10] = [
        ("int", |n| n.to_string()),
        ("bigint", |n| (n * 3_000_000_000).to_string()),
        ("string", |n| format!("\"k{n}\"")),
        ("double", |n| format!("{n}.5")),
        ("date", |n| format!("\"2026-{:02}-{:02}\"", n / 28 % 12 + 1, n % 28 + 1)),
        ("timestamp", |n| format!("\"2026-11-23T10:{:02}:{:02}Z\"", n / 60 % 60, n % 60)),
        ("decimal(7,2)", |n| format!("{n}.25")),
        ("decimal(16,2)", |n| format!("-{}000000.25", n + 1)),
        ("decimal(38,2)", |n| format!("{}000000000000000000000.25", n + 1)),
        ("binary", |n| {
            format!(
                "\"{}\"",
                base64::Engine::encode(&base64::engine::general_purpose::STANDARD, n.to_string())
            )
        }),
    ];
    for (data_type, value) in values {
        let (store, dataset) = (MemoryStore::default(), dataset(&[("k", data_type)]));
        let event = |n: i64, v: i64| format!(r#"{{"k":{},"v":{v}}}"#, value(n));
        let there: Vec<String> = (0..200).map(|n| event(2 * n, 1)).collect();
        let files = stored(&store, &dataset, &there, 1 << 20).await;
        let coming: Vec<String> = (0..100).map(|n| event(n, if n == 4 { 2 } else { 1 })).collect();
        let mut new = Distinct::new(&dataset, rows(&dataset, &coming)).unwrap();
        drop_known(&store, &files, &dataset, &mut new).await.unwrap();
        assert_eq!((new.kept.len(), new.duplicates, new.conflicting), (50, 50, 1), "{data_type}");
        let left = new.sorted(&dataset).unwrap();
        assert_eq!(left.num_rows(), 50);
    }
}

#[tokio::test]
async fn booleans_and_pairs_are_compared_whole() {
    let (store, dataset) = (MemoryStore::default(), dataset(&[("a", "boolean"), ("b", "int")]));
    let event = |a: bool, b: i64| format!(r#"{{"a":{a},"b":{b},"v":0}}"#);
    let files = stored(&store, &dataset, &[event(true, 1), event(false, 2)], 1 << 20).await;
    let coming = [event(true, 2), event(false, 1), event(true, 1)];
    let mut new = Distinct::new(&dataset, rows(&dataset, &coming)).unwrap();
    drop_known(&store, &files, &dataset, &mut new).await.unwrap();
    assert_eq!((new.kept.len(), new.duplicates, new.conflicting), (2, 1, 0));
}

/// The issue's bound: at most 1e-5. Of 400,000 strangers 4 are allowed by it; twice that is allowed here, for chance.
#[tokio::test]
async fn files_without_a_twin_are_hardly_ever_read() {
    let (store, dataset) = (MemoryStore::default(), dataset(&[("k", "bigint")]));
    // Multiplied so that neighbours are far apart, and bounds say nothing.
    let event = |n: i64| format!(r#"{{"k":{}}}"#, n.wrapping_mul(0x5851_F42D_4C95_7F2D));
    let there: Vec<String> = (0..20_000).map(event).collect();
    let files = stored(&store, &dataset, &there, 64 << 10).await;
    let strangers: Vec<String> = (20_000..40_000).map(event).collect();
    let new = Distinct::new(&dataset, rows(&dataset, &strangers)).unwrap();
    let candidates = Candidates::new(&dataset, &new).unwrap();
    let (mut asked, mut maybe_there) = (0, 0);
    for file in &files {
        let source = Source::open(&store, file).await.unwrap();
        assert!(source.metadata().num_row_groups() > 1, "one filter a row group");
        for row_group in 0..source.metadata().num_row_groups() {
            let mut maybe: Vec<usize> = (0..candidates.indices.len()).collect();
            candidates.filters[0].retain(&source, row_group, &mut maybe).await.unwrap();
            asked += candidates.indices.len();
            maybe_there += maybe.len();
        }
    }
    let bound = 2 * asked.div_ceil(100_000);
    assert!(maybe_there <= bound, "{maybe_there} false positives of {asked}, {bound} are allowed");
}
