//! What is written is the rows, in files and row groups of the right size, for any number of threads.

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, new_null_array},
    compute::concat_batches,
};
use bytes::Bytes;
use domain::{
    DataFile, Dataset,
    drawn::{Drawn, Random},
    key,
    memory::MemoryStore,
    port::ObjectStore,
    settings::Settings,
};
use parquet::{
    bloom_filter::Sbbf,
    file::{
        metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData},
        page_index::column_index::ColumnIndexMetaData,
    },
};

use super::{arrays::drawn_rows, decode};
use crate::{files::Output, limits::Limits, workers::Workers};

const SEEDS: u64 = 12;

fn limits() -> Limits {
    Limits::new(&Settings::read(|_| None).unwrap())
}

/// Writes all rows at once, or in parts that end at these rows: as batches, and as rows that are not gathered, in turn.
async fn written(
    rows: &RecordBatch,
    dataset: &Dataset,
    limits: Limits,
    threads: usize,
    ends: Option<&[usize]>,
) -> Vec<(DataFile, Bytes)> {
    let (store, workers) = (MemoryStore::default(), Workers::new(threads));
    let place: (&str, fn(&str, u32) -> String) = ("tables/d/g/", key::data_file);
    let (count, bytes) = (rows.num_rows(), rows.get_array_memory_size() as u64);
    let mut output = Output::new(&store, dataset, &workers, place, limits, count as u64, bytes);
    match ends {
        None => output.write_all(rows).await.unwrap(),
        Some(ends) => {
            let mut start = 0;
            for (number, end) in ends.iter().copied().chain([count]).enumerate() {
                let part = rows.slice(start, end - start);
                match number % 2 {
                    0 => output.write(&part).await.unwrap(),
                    _ => output.write_rows(&part).await.unwrap(),
                }
                start = end;
            }
        }
    }
    let mut files = Vec::new();
    for file in output.finish().await.unwrap() {
        let body = store.get(&file.key).await.unwrap();
        assert_eq!(file.bytes, body.len() as u64);
        files.push((file, body));
    }
    files
}

fn metadata(body: &Bytes) -> ParquetMetaData {
    let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
    reader.parse_and_finish(body).unwrap()
}

fn read(files: &[(DataFile, Bytes)], dataset: &Dataset) -> RecordBatch {
    let schema = dataset.arrow_schema();
    let batches = files.iter().flat_map(|(_, body)| decode(body.clone(), &schema).unwrap());
    concat_batches(&schema, &batches.collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn any_rows_come_back_and_threads_do_not_change_a_byte() {
    for seed in 0..SEEDS {
        let mut random = Random::new(seed);
        let drawn = Drawn::new("d", &mut random).unwrap();
        let (dataset, count) = (drawn.dataset(), *random.pick(&[0, 1, 60, 1_023, 1_200]).unwrap());
        let rows = drawn_rows(&dataset.arrow_schema(), count, &mut random);
        let limits = Limits {
            target: *random.pick(&[8 << 10, 64 << 20]).unwrap(),
            row_group: *random.pick(&[1 << 10, 8 << 20]).unwrap(),
            row_group_rows: *random.pick(&[31, 500, 1 << 20]).unwrap(),
            batch: *random.pick(&[1 << 10, 4 << 20]).unwrap(),
            ..limits()
        };
        let mut ends: Vec<usize> = (0..random.below(5)).map(|_| random.below(count + 1)).collect();
        ends.sort_unstable();
        for ends in [None, Some(ends.as_slice())] {
            let words = format!("seed {seed}: {count} rows, {ends:?}, {limits:?}");
            let one = written(&rows, dataset, limits, 1, ends).await;
            assert_eq!(read(&one, dataset), rows, "{words}");
            for threads in 2..=3 {
                let found = written(&rows, dataset, limits, threads, ends).await;
                assert!(found == one, "{words}: another file with {threads} threads");
            }
            for (file, body) in &one {
                let found = metadata(body);
                let groups = found.row_groups().iter().map(|group| group.num_rows() as u64);
                let groups: Vec<u64> = groups.collect();
                assert!(groups.iter().all(|rows| (1..=limits.row_group_rows).contains(rows)), "{words}");
                assert_eq!(groups.iter().sum::<u64>(), file.rows, "{words}");
            }
        }
    }
}

#[tokio::test]
async fn the_metadata_say_what_readers_prune_by() {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "identity": ["k", "f"], "sort_by": ["k", "t"], "columns": [
            {"name": "l", "type": "array<int>"}, {"name": "s", "type": "struct<x:int,y:map<string,int>>"},
            {"name": "k", "type": "string", "required": true}, {"name": "t", "type": "timestamp"},
            {"name": "f", "type": "boolean", "required": true}]}"#,
    )
    .unwrap();
    let rows = drawn_rows(&dataset.arrow_schema(), 2_500, &mut Random::new(3));
    let limits = Limits { row_group_rows: 1_000, ..limits() };
    for ends in [None, Some(&[100, 1_700][..])] {
        let files = written(&rows, &dataset, limits, 2, ends).await;
        let [(_, body)] = files.as_slice() else { panic!("{} files", files.len()) };
        let found = metadata(body);
        let created_by = found.file_metadata().created_by().unwrap();
        assert!(created_by.starts_with("tributary "), "{created_by}");
        assert!(found.file_metadata().key_value_metadata().is_none());
        let groups: Vec<i64> = found.row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(groups, [1_000, 1_000, 500]);
        for (number, group) in found.row_groups().iter().enumerate() {
            let path = |column: usize| group.column(column).column_path().string();
            let sorted: Vec<String> = group
                .sorting_columns()
                .unwrap()
                .iter()
                .map(|sorted| path(sorted.column_idx as usize))
                .collect();
            assert_eq!(sorted, ["k", "t"]);
            for column in 0..group.num_columns() {
                let (chunk, name) = (group.column(column), path(column));
                // Booleans have none.
                assert_eq!(chunk.bloom_filter_offset().is_some(), name == "k", "{name}");
                assert!(chunk.statistics().is_some(), "{name}");
                let index = &found.column_index().unwrap()[number][column];
                let is_repeated =
                    ["l.list.element", "s.y.key_value.key", "s.y.key_value.value"].contains(&name.as_str());
                assert_eq!(matches!(index, ColumnIndexMetaData::NONE), is_repeated, "{name}");
                let pages = found.offset_index().unwrap()[number][column].page_locations();
                assert!(!pages.is_empty(), "{name}");
            }
        }
    }
}

/// Rows of one column with random numbers, and of nothing else.
fn random_numbers(count: usize) -> (Dataset, RecordBatch) {
    let dataset = Dataset::from_json(
        br#"{"name": "d", "identity": ["k"], "columns": [{"name": "k", "type": "bigint", "required": true}]}"#,
    )
    .unwrap();
    let mut random = Random::new(5);
    let numbers = Int64Array::from_iter_values((0..count).map(|_| random.bits().cast_signed()));
    let schema = dataset.arrow_schema();
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "k" => Arc::new(numbers.clone()) as ArrayRef,
        _ => new_null_array(field.data_type(), count),
    });
    let rows = RecordBatch::try_new(schema.clone(), columns.collect()).unwrap();
    (dataset, rows)
}

#[tokio::test]
async fn files_and_row_groups_are_as_large_as_they_are_meant_to_be() {
    let (dataset, rows) = random_numbers(60_000);
    let limits = Limits { row_group: 32 << 10, target: 160 << 10, ..limits() };
    let ends: Vec<usize> = (1..12).map(|end| end * 5_000).collect();
    for ends in [None, Some(ends.as_slice())] {
        let files = written(&rows, &dataset, limits, 2, ends).await;
        assert!(files.len() >= 3, "{} files", files.len());
        for (number, (file, body)) in files.iter().enumerate() {
            let found = metadata(body);
            let sizes: Vec<i64> = found.row_groups().iter().map(RowGroupMetaData::compressed_size).collect();
            let most = limits.row_group as i64 * 5 / 4;
            assert!(sizes.iter().all(|size| *size <= most), "{sizes:?}");
            // Bloom filters and what is at the end of the file come on top of what was estimated.
            assert!(file.bytes <= limits.target + 2 * limits.row_group, "{} bytes", file.bytes);
            if number + 1 < files.len() {
                assert!(file.bytes >= limits.target * 15 / 16, "{} bytes", file.bytes);
                let small = sizes[..sizes.len() - 1].iter().filter(|size| **size < most / 2).count();
                assert_eq!(small, 0, "{sizes:?}");
            }
        }
    }
}

#[tokio::test]
async fn pages_of_flat_columns_begin_at_the_same_rows() {
    let (dataset, rows) = random_numbers(40_000);
    let files = written(&rows, &dataset, limits(), 2, None).await;
    let found = metadata(&files[0].1);
    for leaf in &found.offset_index().unwrap()[0] {
        let starts: Vec<i64> = leaf.page_locations().iter().map(|page| page.first_row_index).collect();
        assert_eq!(starts, [0, 16_384, 32_768]);
    }
}

/// The worst case: as many identities as the filter of its size is made for.
#[tokio::test]
async fn a_full_bloom_filter_is_wrong_in_three_of_ten_thousand_cases() {
    let (dataset, rows) = random_numbers(98_304);
    let files = written(&rows, &dataset, limits(), 2, None).await;
    let [(_, body)] = files.as_slice() else { panic!("{} files", files.len()) };
    let found = metadata(body);
    assert_eq!(found.num_row_groups(), 1);
    let chunk = found.row_group(0).column(0);
    let offset = usize::try_from(chunk.bloom_filter_offset().unwrap()).unwrap();
    let length = usize::try_from(chunk.bloom_filter_length().unwrap()).unwrap();
    assert!((256 << 10..=(256 << 10) + 64).contains(&length), "{length} bytes");
    let bloom = Sbbf::from_bytes(&body[offset..offset + length]).unwrap();
    let there = rows.column(0);
    let there = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(there);
    assert!(there.values().iter().all(|number| bloom.check(number)));
    let mut random = Random::new(6);
    let wrong = (0..100_000).filter(|_| bloom.check(&random.bits().cast_signed())).count();
    assert!((10..=60).contains(&wrong), "{wrong} of 100,000");
}
