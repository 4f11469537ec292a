use arrow::{
    array::{AsArray, RecordBatch, UInt32Array},
    compute::{concat_batches, take_record_batch},
    datatypes::Int64Type,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use columnar::Lines;
use domain::{
    DataFile,
    drawn::{Drawn, Random},
    key, landing,
    memory::MemoryStore,
    port::{ObjectStore as _, PutMode},
    settings::Settings,
};
use parquet::file::metadata::{ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData};
use proptest::prelude::*;

use super::*;
use crate::{files::Source, generation::Workshop, limits::Limits, ordered::Ordered, rows::Keys};

mod damaged;
mod sizes;

fn dataset() -> Dataset {
    Dataset::from_json(
        br#"{"name": "d", "sort_by": ["v"], "columns": [
            {"name": "v", "type": "bigint"}, {"name": "s", "type": "array<string>"}]}"#,
    )
    .unwrap()
}

/// Rows in order; `from` says which input they are of.
fn rows(values: &[Option<i64>], from: usize) -> RecordBatch {
    let dataset = dataset();
    let events = values.iter().map(|value| {
        let value = value.map_or("null".to_owned(), |value| value.to_string());
        format!(r#"{{"v":{value},"s":["{from}"]}}"#)
    });
    parsed(&dataset, events)
}

/// The events as rows, in the order that they come in.
fn parsed(dataset: &Dataset, events: impl Iterator<Item = String>) -> RecordBatch {
    let (mut lines, mut line) = (Lines::new(dataset), Vec::new());
    for (number, event) in events.enumerate() {
        line.clear();
        landing::Writer::new(now()).line(Some(&format!("m:{number}")), &event, &mut line);
        lines.push(line.trim_ascii_end()).unwrap();
    }
    lines.finish().unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-23T10:05:00Z".parse().unwrap()
}

fn limits(target: u64, batch: u64) -> Limits {
    let limits = Limits::new(&Settings::read(|_| None).unwrap());
    Limits { target, row_group: target, batch, ..limits }
}

/// All values of the files, each with the input that it is of.
async fn read(store: &MemoryStore, files: &[DataFile]) -> Vec<(Option<i64>, String)> {
    let mut found = Vec::new();
    for file in files {
        let source = Source::open(store, file).await.unwrap();
        let mut batches = source.rows(&dataset().arrow_schema(), 100).unwrap();
        while let Some(batch) = batches.next().await.unwrap() {
            let (values, texts) =
                (batch.column(0).as_primitive::<Int64Type>(), batch.column(1).as_list::<i32>());
            for (row, value) in values.iter().enumerate() {
                found.push((value, texts.value(row).as_string::<i32>().value(0).to_owned()));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against a stable sort of everything, over files of any number of row groups and batches of any size.
    #[test]
    fn files_and_rows_become_one_stream_in_order(
        inputs in prop::collection::vec(prop::collection::vec(prop::option::of(-5_i64..5), 0..40), 1..6),
        target in 200_u64..20_000,
        batch in 1_u64..4_000,
    ) {
        let (store, dataset) = (MemoryStore::default(), dataset());
        let mut expected = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(async {
            let (mut files, mut new) = (Vec::new(), None);
            let workers = &Workers::new(1);
            let last = inputs.len() - 1;
            for (from, values) in inputs.iter().enumerate() {
                let mut values = values.clone();
                values.sort();
                expected.extend(values.iter().map(|value| (*value, from.to_string())));
                let rows = rows(&values, from);
                if from == last {
                    new = Some(rows);
                } else {
                    let (limits, location) = (limits(1 << 20, 1 << 20), format!("tables/d/in-{from}/"));
                    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
                    files.extend(workshop.merge(0, Some(&rows), &[]).await.unwrap());
                }
            }
            let (limits, location) = (limits(target, batch), "tables/d/out/".into());
            let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
            let new = new.as_ref().map(|rows| rows as &dyn Ordered);
            let made = workshop.merge(0, new, &workshop.open(&files).await.unwrap()).await.unwrap();
            for file in &made {
                assert_eq!(store.head(&file.key).await.unwrap().size, file.bytes);
                assert_eq!(file.sealed, file.bytes >= target / 2);
            }
            read(&store, &made).await
        });
        expected.sort_by_key(|(value, _)| *value);
        prop_assert_eq!(found, expected);
    }
}

/// A stable sort of everything, by the row format alone.
fn sorted(rows: &RecordBatch, dataset: &Dataset) -> RecordBatch {
    let keys = Keys::new(&rows.schema(), &dataset.sort_order()).unwrap().of(rows).unwrap();
    let mut indices: Vec<u32> = (0..rows.num_rows() as u32).collect();
    indices.sort_by_key(|index| keys.row(*index as usize));
    take_record_batch(rows, &UInt32Array::from(indices)).unwrap()
}

/// How a merge is done, which must not matter.
#[derive(Debug, Clone, Copy)]
struct How {
    threads: usize,
    batch_rows: usize,
    /// So many batches of each input are in memory.
    ahead: usize,
    /// Of batches with so many bytes no more are read.
    bytes: usize,
    /// The last input is new rows in memory.
    with_new: bool,
}

/// Merges the inputs, which are in order, and reads the result back. Row groups have at most so many rows.
async fn merged(dataset: &Dataset, inputs: &[RecordBatch], row_group_rows: u64, how: How) -> RecordBatch {
    let (store, workers) = (MemoryStore::default(), &Workers::new(how.threads));
    let (schema, limits) = (dataset.arrow_schema(), Limits { row_group_rows, ..limits(1 << 20, 1 << 20) });
    let (new, old) = match inputs.split_last() {
        Some((last, others)) if how.with_new => (Some(last), others),
        _ => (None, inputs),
    };
    let mut files = Vec::new();
    for (number, rows) in old.iter().enumerate() {
        let location = format!("tables/d/in-{number}/");
        let workshop = Workshop { store: &store, dataset, limits, workers, location };
        files.extend(workshop.merge(0, Some(rows), &[]).await.unwrap());
    }
    let mut readers: Vec<Input<'_, MemoryStore>> = Vec::new();
    for file in &files {
        let source = Source::open(&store, file).await.unwrap();
        readers.push(Input::File(Box::new(source.rows(&schema, how.batch_rows).unwrap())));
    }
    readers.extend(new.map(|rows| Input::Rows(rows, 0)));
    let place: (&str, fn(&str, u32) -> String) = ("tables/d/out/", key::data_file);
    let mut output = Output::new(&store, dataset, workers, place, limits, 1_000, 1 << 20);
    merge(readers, dataset, &mut output, (how.batch_rows, how.ahead, how.bytes), workers).await.unwrap();
    let mut found = vec![RecordBatch::new_empty(schema.clone())];
    for file in output.finish().await.unwrap() {
        let source = Source::open(&store, &file).await.unwrap();
        let mut batches = source.rows(&schema, 100).unwrap();
        while let Some(batch) = batches.next().await.unwrap() {
            found.push(batch);
        }
    }
    concat_batches(&schema, &found).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Of any schema and sort order, against a stable sort, whatever is read at a time and by however many threads.
    #[test]
    fn any_table_is_merged_as_a_stable_sort_would(
        seed in any::<u64>(),
        sizes in prop::collection::vec(0_usize..50, 1..6),
        row_group_rows in prop::sample::select(vec![1_u64, 7, 1 << 20]),
        batch_rows in prop::sample::select(vec![1_usize, 5, 1_000]),
        ahead in 1_usize..5,
        bytes in prop::sample::select(vec![0_usize, 500, usize::MAX]),
        with_new: bool,
    ) {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new("d", random).unwrap();
        let (dataset, partition) = (drawn.dataset(), drawn.partition(now()).unwrap());
        let mut inputs = Vec::new();
        for size in sizes {
            // Few marks, so that many rows are alike.
            let events: Vec<String> =
                (0..size).map(|_| drawn.event(random.bits() % drawn.marks().min(9), &partition, random)).collect();
            inputs.push(sorted(&parsed(dataset, events.into_iter()), dataset));
        }
        let expected = sorted(&concat_batches(&dataset.arrow_schema(), &inputs).unwrap(), dataset);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for threads in [1, 3] {
            let how = How { threads, batch_rows, ahead, bytes, with_new };
            let found = runtime.block_on(merged(dataset, &inputs, row_group_rows, how));
            prop_assert_eq!(&found, &expected, "{:?}", how);
        }
    }
}

/// Prefixes that say nothing, more rows than a worker takes at a time, and a second sort column.
#[tokio::test]
async fn rows_are_told_apart_beyond_their_prefixes() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "sort_by": ["s", "v"], "columns": [
            {"name": "v", "type": "bigint"}, {"name": "s", "type": "string"}]}"#,
    )
    .unwrap();
    let event = |n: u64| {
        let n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
        format!(r#"{{"v":{},"s":"all begin alike {}"}}"#, n % 50, n / 50 % 10)
    };
    let rows = |range: std::ops::Range<u64>| sorted(&parsed(&dataset, range.map(event)), &dataset);
    let inputs = [rows(0..6_000), rows(6_000..11_000), rows(11_000..20_000)];
    let expected = sorted(&concat_batches(&dataset.arrow_schema(), &inputs).unwrap(), &dataset);
    for (threads, batch_rows) in [(1, 512), (2, 8_192)] {
        let how = How { threads, batch_rows, ahead: 1, bytes: usize::MAX, with_new: true };
        assert_eq!(merged(&dataset, &inputs, 1 << 20, how).await, expected, "{how:?}");
    }
}

/// As files of one hour after the other have them.
#[tokio::test]
async fn inputs_that_do_not_overlap_come_one_after_the_other() {
    let values = |from: i64| (from..from + 300).map(Some).collect::<Vec<_>>();
    let inputs = [rows(&values(600), 0), rows(&values(0), 1), rows(&values(300), 2)];
    let expected = sorted(&concat_batches(&dataset().arrow_schema(), &inputs).unwrap(), &dataset());
    let how = How { threads: 2, batch_rows: 64, ahead: 3, bytes: 2_000, with_new: false };
    assert_eq!(merged(&dataset(), &inputs, 100, how).await, expected);
}
