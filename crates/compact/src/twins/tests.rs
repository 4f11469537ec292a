use arrow::array::RecordBatch;
use bytes::Bytes;
use columnar::Lines;
use domain::{memory::MemoryStore, port::PutMode, settings::Settings};
use parquet::file::metadata::{ParquetMetaDataReader, ParquetMetaDataWriter};

use super::*;
use crate::{generation::Workshop, limits::Limits, ordered::Ordered, testing::line, workers::Workers};

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
    let mut lines = Lines::new(dataset);
    for event in events {
        let line = line(event);
        lines.push(line.trim_end().as_bytes()).unwrap_or_else(|misfit| panic!("{event}: {misfit}"));
    }
    lines.finish().unwrap()
}

/// The rows of the events, in chunks of so many.
fn distinct(dataset: &Dataset, events: &[String], chunk: usize) -> Distinct {
    let chunks = events.chunks(chunk).map(|events| rows(dataset, events)).collect();
    Distinct::of(dataset, chunks, &[], &Workers::new(1)).unwrap()
}

/// Puts the events into a file, in order of identity.
async fn stored(store: &MemoryStore, dataset: &Dataset, events: &[String], row_group: u64) -> Vec<DataFile> {
    let limits = Limits::new(&Settings::read(|_| None).unwrap());
    let (limits, workers) = (Limits { row_group, ..limits }, &Workers::new(1));
    let workshop = Workshop { store, dataset, limits, workers, location: "tables/d/g/".into() };
    let new = distinct(dataset, events, events.len()).sorted(None, dataset, workers).unwrap();
    workshop.merge(0, Some(&new), &[]).await.unwrap()
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
        let mut new = distinct(&dataset, &coming, 7);
        drop_known(&store, &files, &dataset, &mut new).await.unwrap();
        assert_eq!((new.kept(), new.duplicates, new.conflicting), (50, 50, 1), "{data_type}");
        let left = new.sorted(None, &dataset, &Workers::new(1)).unwrap();
        assert_eq!(left.rows(), 50);
    }
}

#[tokio::test]
async fn booleans_and_pairs_are_compared_whole() {
    let (store, dataset) = (MemoryStore::default(), dataset(&[("a", "boolean"), ("b", "int")]));
    let event = |a: bool, b: i64| format!(r#"{{"a":{a},"b":{b},"v":0}}"#);
    let files = stored(&store, &dataset, &[event(true, 1), event(false, 2)], 1 << 20).await;
    let coming = [event(true, 2), event(false, 1), event(true, 1)];
    let mut new = distinct(&dataset, &coming, 2);
    drop_known(&store, &files, &dataset, &mut new).await.unwrap();
    assert_eq!((new.kept(), new.duplicates, new.conflicting), (2, 1, 0));
}

/// The finalizer of MurmurHash3: one number for each, without a pattern.
fn scattered(n: u64) -> i64 {
    let n = (n ^ n >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    let n = (n ^ n >> 33).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    (n ^ n >> 33).cast_signed()
}

/// The writer's bound: 3 of 10,000. Twice that is allowed here, for chance.
#[tokio::test]
async fn files_without_a_twin_are_hardly_ever_read() {
    let (store, dataset) = (MemoryStore::default(), dataset(&[("k", "bigint")]));
    // Scattered, so that bounds say nothing and no encoding makes the file much smaller.
    let event = |n: u64| format!(r#"{{"k":{}}}"#, scattered(n));
    let there: Vec<String> = (0..20_000).map(event).collect();
    let files = stored(&store, &dataset, &there, 64 << 10).await;
    let strangers: Vec<String> = (20_000..40_000).map(event).collect();
    let new = distinct(&dataset, &strangers, 3_000);
    let candidates = Candidates::new(&dataset, &new).unwrap();
    let (mut asked, mut maybe_there) = (0, 0);
    for file in &files {
        let source = Source::open(&store, file).await.unwrap();
        assert!(source.metadata().num_row_groups() > 1, "one filter a row group");
        for row_group in 0..source.metadata().num_row_groups() {
            let mut evidence = [candidates.filters[0].look(&source, row_group)];
            evidence[0].look_closer(&source).await.unwrap();
            asked += new.kept();
            maybe_there += candidates.possible(&evidence).count();
        }
    }
    let bound = 2 * (3 * asked).div_ceil(10_000);
    assert!(maybe_there <= bound, "{maybe_there} false positives of {asked}, {bound} are allowed");
}

/// A new row is dropped once and counted once, however many rows of the table have its identity.
#[tokio::test]
async fn a_twin_in_several_files_drops_a_row_once() {
    let (store, dataset) = (MemoryStore::default(), dataset(&[("a", "string"), ("b", "double")]));
    let event = |a: &str, b: &str, v: i64| format!(r#"{{"a":"{a}","b":{b},"v":{v}}}"#);
    let mut files = stored(&store, &dataset, &[event("x", "0.0", 1), event("y", "1", 1)], 1 << 20).await;
    files.extend(files.clone());
    let coming = [event("x", "-0.0", 1), event("x", "0", 2), event("z", "1", 1), event("y", "1.0", 3)];
    let mut new = distinct(&dataset, &coming, 1);
    assert_eq!((new.kept(), new.duplicates, new.conflicting), (3, 1, 1));
    drop_known(&store, &files, &dataset, &mut new).await.unwrap();
    // Each file's row is compared by itself, as `y` differs from both.
    assert_eq!((new.kept(), new.duplicates, new.conflicting), (1, 3, 3));
    assert!(new.keeps(2));
}

/// The file with these bytes behind it, and a footer that says that the bloom filter of `k` is there.
fn with_filter(filter: &[u8], (offset, length): (i64, i32), file: &Bytes) -> Bytes {
    let mut builder = ParquetMetaDataReader::new().parse_and_finish(file).unwrap().into_builder();
    let groups = builder.take_row_groups().into_iter().map(|group| {
        let mut group = group.into_builder();
        let columns = group.take_columns().into_iter().map(|column| {
            if column.column_path().string() != "k" {
                return column;
            }
            let column = column.into_builder().set_bloom_filter_offset(Some(offset));
            column.set_bloom_filter_length(Some(length)).build().unwrap()
        });
        let columns = columns.collect();
        group.set_column_metadata(columns).build().unwrap()
    });
    let groups = groups.collect();
    let metadata = builder.set_row_groups(groups).build();
    let mut with_footer = [&file[..], filter].concat();
    ParquetMetaDataWriter::new(&mut with_footer, &metadata).finish().unwrap();
    with_footer.into()
}

/// A filter of so many bytes, below 64, and the bytes.
fn filter(said: u8, found: usize) -> Vec<u8> {
    let union = [0x1c, 0x1c, 0, 0];
    [vec![0x15, 2 * said], union.repeat(3), vec![0; 1 + found]].concat()
}

#[tokio::test]
async fn a_bloom_filter_that_cannot_be_asked_is_an_error_with_the_file_s_key() {
    let (store, dataset) = (MemoryStore::default(), dataset(&[("k", "bigint")]));
    let files = stored(&store, &dataset, &[r#"{"k":1}"#.to_owned()], 1 << 20).await;
    let whole = store.get(&files[0].key).await.unwrap();
    let start = i64::try_from(whole.len()).unwrap();
    let here = |filter: &[u8]| (start, i32::try_from(filter.len()).unwrap());
    let good = filter(32, 32);
    for (filter, place, words) in [
        (good.clone(), here(&good), None),
        (filter(31, 31), here(&filter(31, 31)), Some("31 bytes, and has 31")),
        (filter(0, 0), here(&filter(0, 0)), Some("0 bytes, and has 0")),
        (filter(33, 33), here(&filter(33, 33)), Some("33 bytes, and has 33")),
        (filter(32, 31), here(&filter(32, 31)), Some("32 bytes, and has 31")),
        (good.clone(), (start, 1), Some("the header of its bloom filter")),
        (good.clone(), (start, -1), Some("is not within it")),
        (good.clone(), (-1, 47), Some("is not within it")),
        (good.clone(), (i64::MAX, i32::MAX), Some("is not within it")),
        (good.clone(), (start, i32::MAX), Some("is not within it")),
    ] {
        let body = with_filter(&filter, place, &whole);
        let file = DataFile { bytes: body.len() as u64, ..files[0].clone() };
        store.put(&file.key, body, PutMode::Overwrite).await.unwrap();
        let source = Source::open(&store, &file).await.unwrap();
        let new = distinct(&dataset, &[r#"{"k":1}"#.to_owned()], 1);
        let candidates = Candidates::new(&dataset, &new).unwrap();
        let mut evidence = candidates.filters[0].look(&source, 0);
        match (evidence.look_closer(&source).await, words) {
            (Ok(()), None) => {}
            (Err(error @ crate::error::CompactError::DataFile { .. }), Some(words)) => {
                let told = domain::chain(&error);
                assert!(told.contains(&file.key) && told.contains(words), "{place:?}: {told}");
            }
            (found, words) => panic!("{place:?} {words:?}: {found:?}"),
        }
    }
}
