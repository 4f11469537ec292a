//! Dictionaries in place of texts make the same rows, the same files but for their size, and the same bounds.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    compute::{concat_batches, interleave},
    datatypes::{DataType, SchemaRef},
    error::ArrowError,
};
use bytes::Bytes;
use chrono::DateTime;
use columnar::Lines;
use domain::{
    Dataset,
    drawn::{Drawn, Random},
    key, landing,
    memory::MemoryStore,
    port::ObjectStore,
    settings::Settings,
};
use parquet::{
    basic::Encoding,
    file::{
        metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader},
        page_index::column_index::ColumnIndexMetaData,
    },
};

use super::{arrays::drawn_rows, decode};
use crate::{
    coded::{bytes, is_coded, plain, tests::coded, with_dictionary_of, with_one_dictionary},
    files::Output,
    gather::{Place, gather},
    limits::Limits,
    ordered::Ordered,
    workers::Workers,
};

/// Rows of which the columns have dictionaries.
struct Coded {
    rows: RecordBatch,
    columns: Vec<ArrayRef>,
}

impl Ordered for Coded {
    fn schema(&self) -> &SchemaRef {
        self.rows.schema_ref()
    }

    fn rows(&self) -> usize {
        self.rows.num_rows()
    }

    fn bytes(&self) -> usize {
        crate::ordered::bytes(&self.rows)
    }

    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        Ok(self.rows.column(index).slice(rows.start, rows.len()))
    }

    fn coded_column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        Ok(self.columns[index].slice(rows.start, rows.len()))
    }
}

/// The file of all rows: those before `from` with dictionaries, the others with texts.
async fn written(rows: &RecordBatch, from: usize, dataset: &Dataset, limits: Limits) -> Vec<Bytes> {
    let (store, workers) = (MemoryStore::default(), Workers::new(2));
    let place: (&str, fn(&str, u32) -> String) = ("tables/d/g/", key::data_file);
    let (count, size) = (rows.num_rows() as u64, rows.get_array_memory_size() as u64);
    let mut output = Output::new(&store, dataset, &workers, place, limits, count, size);
    let first = rows.slice(0, from);
    let columns = first.columns().iter().map(coded).collect();
    if from == rows.num_rows() {
        output.write_all(&Coded { rows: first, columns }).await.unwrap();
    } else {
        output.write_rows(&Coded { rows: first, columns }).await.unwrap();
        output.write_rows(&rows.slice(from, rows.num_rows() - from)).await.unwrap();
    }
    let mut files = Vec::new();
    for file in output.finish().await.unwrap() {
        files.push(store.get(&file.key).await.unwrap());
    }
    files
}

pub(super) fn metadata(file: &Bytes) -> ParquetMetaData {
    let reader = ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Required);
    reader.parse_and_finish(file).unwrap()
}

/// What readers prune by is the same in both files. Answers how many leaves have a dictionary.
pub(super) fn same_bounds(one: &ParquetMetaData, other: &ParquetMetaData, words: &str) -> usize {
    let mut dictionaries = 0;
    assert_eq!(one.num_row_groups(), other.num_row_groups(), "{words}");
    for (index, (one_group, other_group)) in one.row_groups().iter().zip(other.row_groups()).enumerate() {
        for (leaf, (one_leaf, other_leaf)) in
            one_group.columns().iter().zip(other_group.columns()).enumerate()
        {
            let words = format!("{words}, row group {index}, {}", one_leaf.column_path());
            assert_eq!(one_leaf.statistics(), other_leaf.statistics(), "{words}");
            assert_eq!(one_leaf.num_values(), other_leaf.num_values(), "{words}");
            let has_filter = |leaf: &ColumnChunkMetaData| leaf.bloom_filter_offset().is_some();
            assert_eq!(has_filter(one_leaf), has_filter(other_leaf), "{words}");
            let text_bytes = |leaf: &ColumnChunkMetaData| leaf.unencoded_byte_array_data_bytes();
            assert_eq!(text_bytes(one_leaf), text_bytes(other_leaf), "{words}");
            let pages = |file: &ParquetMetaData| {
                let places = file.offset_index().unwrap()[index][leaf].page_locations();
                // Each page begins where the one before it ends, with a dictionary before the first one or without.
                let column = file.row_group(index).column(leaf);
                let (start, length) = column.byte_range();
                let mut next = column.data_page_offset();
                for place in places {
                    assert_eq!(place.offset, next, "{words}");
                    next += i64::from(place.compressed_page_size);
                }
                assert_eq!(next as u64, start + length, "{words}");
                places.iter().map(|page| page.first_row_index).collect::<Vec<_>>()
            };
            assert_eq!(pages(one), pages(other), "{words}");
            let bounds = |file: &ParquetMetaData| {
                let found = &file.column_index().unwrap()[index][leaf];
                if matches!(found, ColumnIndexMetaData::NONE) {
                    return (Vec::new(), Vec::new(), None);
                }
                let pages = 0..found.num_pages() as usize;
                let nulls: Vec<_> =
                    pages.clone().map(|page| (found.null_count(page), found.is_null_page(page))).collect();
                let texts = match found {
                    ColumnIndexMetaData::BYTE_ARRAY(texts) => {
                        let texts = texts.min_values_iter().chain(texts.max_values_iter());
                        texts.map(|text| text.map(<[u8]>::to_vec)).collect()
                    }
                    _ => Vec::new(),
                };
                (nulls, texts, found.get_boundary_order())
            };
            assert_eq!(bounds(one), bounds(other), "{words}");
            dictionaries +=
                usize::from(one_leaf.encodings().any(|encoding| encoding == Encoding::RLE_DICTIONARY));
        }
    }
    dictionaries
}

#[tokio::test]
async fn rows_with_dictionaries_come_back_and_readers_prune_by_the_same_bounds() {
    let limits = Limits { row_group: 1 << 18, ..Limits::new(&Settings::read(|_| None).unwrap()) };
    let mut dictionaries = 0;
    for seed in 0..12 {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new("d", random).unwrap();
        let (dataset, rows) = (drawn.dataset(), [3_000, 40_000][random.below(2)]);
        let rows = drawn_rows(&dataset.arrow_schema(), rows, random);
        let plain = written(&rows, 0, dataset, limits).await;
        for from in [rows.num_rows(), 20_000.min(rows.num_rows() - 1), rows.num_rows() - 100] {
            let words = format!("seed {seed}, {from} rows with dictionaries: {:?}", dataset.definition());
            let files = written(&rows, from, dataset, limits).await;
            let mut found = Vec::new();
            for file in &files {
                found.extend(decode(file.clone(), &dataset.arrow_schema()).unwrap());
            }
            assert_eq!(concat_batches(&dataset.arrow_schema(), &found).unwrap(), rows, "{words}");
            if from == rows.num_rows() && files.len() == 1 && plain.len() == 1 {
                let (one, other) = (metadata(&files[0]), metadata(&plain[0]));
                if one.num_row_groups() == 1 && other.num_row_groups() == 1 {
                    dictionaries += same_bounds(&one, &other, &words);
                }
            }
        }
    }
    assert!(dictionaries > 10, "{dictionaries} leaves with dictionaries were compared");
}

/// Of long texts bounds are cut, such that they stay bounds.
#[tokio::test]
async fn long_texts_are_within_the_bounds_that_the_writer_of_arrow_gives_them() {
    let definition =
        br#"{"name": "d", "columns": [{"name": "k", "type": "bigint"}, {"name": "s", "type": "string"},
        {"name": "l", "type": "array<string>"}]}"#;
    let (dataset, now) = (Dataset::from_json(definition).unwrap(), DateTime::UNIX_EPOCH);
    let limits = Limits::new(&Settings::read(|_| None).unwrap());
    for (least, greatest) in [
        ("a".repeat(64), "b".repeat(64)),
        ("a".repeat(65), "b".repeat(65)),
        ("a".repeat(300), format!("{}é", "b".repeat(63))),
        ("é".repeat(33), "\u{7ff}".repeat(40)),
        ("a".to_owned(), format!("b{}", "\u{10ffff}".repeat(100))),
        ("a".repeat(257), "\u{10ffff}".repeat(100)),
    ] {
        let (mut lines, mut line) = (Lines::new(&dataset), Vec::new());
        for row in 0..20_000 {
            let text = if row % 2 == 0 { &least } else { &greatest };
            // The second page has nulls alone.
            let event = match row / 16_384 {
                1 => "{}".to_owned(),
                _ => format!(r#"{{"k":{},"s":"{text}","l":["{text}"]}}"#, row % 7),
            };
            line.clear();
            landing::Writer::new(now).line(Some(&row.to_string()), &event, &mut line);
            lines.push(line.trim_ascii_end()).unwrap();
        }
        let rows = lines.finish().unwrap();
        let words = format!("{least} to {greatest}");
        let [one, other] = [rows.num_rows(), 0].map(|from| written(&rows, from, &dataset, limits));
        let (one, other) = (metadata(&one.await[0]), metadata(&other.await[0]));
        assert!(same_bounds(&one, &other, &words) >= 2, "{words}");
    }
}

/// Chunks with dictionaries of their own, some without, and rows in any order.
#[test]
fn rows_are_gathered_as_if_there_were_no_dictionaries() {
    let (mut compared, mut mixed) = (0, 0);
    for seed in 0..60 {
        let random = &mut Random::new(seed);
        let drawn = Drawn::new("d", random).unwrap();
        let schema = drawn.dataset().arrow_schema();
        let batches: Vec<RecordBatch> =
            (0..1 + random.below(4)).map(|_| drawn_rows(&schema, 1 + random.below(80), random)).collect();
        let place = |random: &mut Random| -> Place {
            let batch = random.below(batches.len());
            (batch as u32, random.below(batches[batch].num_rows()) as u32)
        };
        let places: Vec<Place> = (0..random.below(200)).map(|_| place(random)).collect();
        let without = if random.chance(200) { random.below(batches.len()) } else { usize::MAX };
        for index in 0..schema.fields().len() {
            let texts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(index).as_ref()).collect();
            let chunks = batches.iter().enumerate().map(|(number, batch)| match batch.column(index) {
                texts if number == without => Arc::clone(texts),
                texts => coded(&texts.slice(0, texts.len())),
            });
            let (like, chunks) =
                with_one_dictionary(schema.field(index).data_type(), chunks.collect()).unwrap();
            let data_type = like.data_type();
            if without < batches.len() {
                assert!(!is_coded(data_type), "seed {seed}, column {index}");
            } else {
                assert!(
                    chunks.iter().all(|chunk| chunk.data_type() == data_type),
                    "seed {seed}, column {index}"
                );
            }
            compared += usize::from(is_coded(data_type));
            mixed += usize::from(chunks.iter().any(|chunk| chunk.data_type() != data_type));
            let arrays: Vec<&dyn Array> = chunks.iter().map(AsRef::as_ref).collect();
            let found = gather(&like, &arrays, 0, &places).unwrap();
            assert_eq!(found.data_type(), data_type, "seed {seed}, column {index}");
            let found = plain(&found).unwrap();
            let places: Vec<(usize, usize)> =
                places.iter().map(|(array, value)| (*array as usize, *value as usize)).collect();
            let expected = interleave(&texts, &places).unwrap();
            assert_eq!(&found, &expected, "seed {seed}, column {index}");
            for (chunk, batch) in chunks.iter().zip(&batches) {
                if *batch.column(index).data_type() == DataType::Utf8 {
                    assert_eq!(bytes(chunk), crate::ordered::bytes(&batch.project(&[index]).unwrap()));
                }
            }
        }
    }
    assert!(compared > 50, "{compared} columns with dictionaries");
    assert!(mixed > 5, "{mixed} columns of which some chunks have dictionaries");
}

/// The dictionary of what comes later begins with that of what came before, so earlier numbers stay as they are.
#[test]
fn a_later_dictionary_takes_the_place_of_an_earlier_one() {
    let texts =
        |texts: &[&str]| coded(&(Arc::new(arrow::array::StringArray::from(texts.to_vec())) as ArrayRef));
    let with_one = |chunks: Vec<ArrayRef>| with_one_dictionary(&DataType::Utf8, chunks).unwrap();
    let (none, earlier) = with_one(vec![texts(&["b", "a"]), texts(&["c", "a"])]);
    let (_, later) = with_one(vec![none, texts(&["x", "c"])]);
    for (array, expected) in [(&earlier[0], ["b", "a"]), (&earlier[1], ["c", "a"]), (&later[1], ["x", "c"])] {
        let found = plain(&with_dictionary_of(array, &later[1]).unwrap()).unwrap();
        assert_eq!(found.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), expected);
        // Where there is none any more, texts take the place of numbers.
        let none = Arc::new(arrow::array::StringArray::new_null(0)) as ArrayRef;
        let found = with_dictionary_of(array, &none).unwrap();
        assert_eq!(found.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), expected);
    }
}
