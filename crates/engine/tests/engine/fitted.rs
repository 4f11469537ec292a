//! Files whose rows take much more memory than the file has bytes: a text that repeats is in a file once.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, StructArray},
        buffer::OffsetBuffer,
        datatypes::{DataType, Field},
    },
    parquet::{
        arrow::ArrowWriter,
        basic::{Compression, ZstdLevel},
        file::{
            metadata::{ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaData},
            properties::{WriterProperties, WriterPropertiesBuilder},
        },
    },
};
use domain::port::{ObjectStore, PutMode};
use engine::MemoryLimits;
use futures::TryStreamExt;

use crate::lake::Lake;

/// Bytes of a long text. All others have one.
const LONG: usize = 64 << 10;

/// What batches may hold. One that is read may have a sixteenth of it.
const BATCHES: usize = 64 << 20;

/// Rows of a batch of short rows.
const ROWS: usize = 2_048;

fn limits() -> MemoryLimits {
    MemoryLimits { batches: BATCHES, ..MemoryLimits::default() }
}

/// Which of so many rows have a long text.
type Layout = fn(row: usize, rows: usize) -> bool;

const LAYOUTS: [(&str, Layout); 3] = [
    ("all", |_, _| true),
    ("side by side", |row, rows| (rows / 2..rows / 2 + 500).contains(&row)),
    ("here and there", |row, _| row * 2_654_435_761 % 1_000 < 50),
];

fn texts(rows: usize, is_long: Layout) -> StringArray {
    let long = "x".repeat(LONG);
    (0..rows).map(|row| Some(if is_long(row, rows) { long.as_str() } else { "s" })).collect()
}

fn numbers(rows: usize) -> ArrayRef {
    Arc::new((0..i64::try_from(rows).unwrap()).collect::<Int64Array>())
}

fn properties() -> WriterPropertiesBuilder {
    WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default()))
}

fn written(columns: Vec<(&str, ArrayRef)>, properties: WriterPropertiesBuilder) -> Bytes {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

/// The file, as writers make it that do not say what texts take in memory.
fn unsaid(file: &Bytes) -> Bytes {
    let metadata = ParquetMetaDataReader::new().parse_and_finish(file).unwrap();
    let group = |group: &RowGroupMetaData| {
        let columns = group.columns().iter().map(|column| {
            let column = column.clone().into_builder().set_unencoded_byte_array_data_bytes(None);
            let column = column.set_offset_index_offset(None).set_offset_index_length(None);
            column.set_column_index_offset(None).set_column_index_length(None).build().unwrap()
        });
        group.clone().into_builder().set_column_metadata(columns.collect()).build().unwrap()
    };
    let groups = metadata.row_groups().iter().map(group).collect();
    let metadata: ParquetMetaData = metadata.into_builder().set_row_groups(groups).build();
    let length: [u8; 4] = file[file.len() - 8..file.len() - 4].try_into().unwrap();
    let footer = usize::try_from(u32::from_le_bytes(length)).unwrap() + 8;
    let mut without = file[..file.len() - footer].to_vec();
    let mut end = Vec::new();
    ParquetMetaDataWriter::new(&mut end, &metadata).finish().unwrap();
    without.extend(end);
    without.into()
}

async fn lake(types: &[(&str, &str)], files: Vec<Bytes>) -> Lake {
    let lake = Lake::new();
    lake.table("t", types).await;
    for (number, file) in files.into_iter().enumerate() {
        let key = format!("tables/t/dt=2026-11-23/g1/part-{number:05}.parquet");
        lake.store.put(&key, file, PutMode::Overwrite).await.unwrap();
    }
    lake.point("t", "2026-11-23", "tables/t/dt=2026-11-23/g1/").await;
    lake.limited(limits())
}

/// The batches of an answer: how many rows each has, and how many bytes.
async fn batches(lake: &Lake, sql: &str) -> Vec<(usize, usize)> {
    let execution = lake.engine.execute(sql, &[]).await.unwrap();
    let sizes = execution.batches.map_ok(|batch| {
        let bytes = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap());
        (batch.num_rows(), bytes.sum::<usize>())
    });
    sizes.try_collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Fails unless these are so many rows, and no batch has more bytes than may be read at once.
fn check(batches: &[(usize, usize)], rows: usize, what: &str) {
    assert_eq!(batches.iter().map(|(rows, _)| rows).sum::<usize>(), rows, "{what}");
    for (rows, bytes) in batches {
        // Beside texts there are offsets and numbers.
        assert!(*bytes <= BATCHES / 16 + 64 * rows, "{what}: {bytes} bytes in {rows} rows");
    }
}

#[tokio::test]
async fn a_text_that_repeats_is_read_in_batches_that_fit() {
    let rows = 6_000;
    for (layout, is_long) in LAYOUTS {
        let columns = || vec![("n", numbers(rows)), ("s", Arc::new(texts(rows, is_long)) as ArrayRef)];
        let file = written(columns(), properties());
        assert!(file.len() < 1 << 20, "{layout}: {} bytes", file.len());
        let small = properties().set_data_page_row_count_limit(700).set_max_row_group_row_count(Some(2_500));
        let plain = properties().set_dictionary_enabled(false);
        for (how, file) in [
            ("with statistics", file.clone()),
            ("without statistics", unsaid(&file)),
            ("in small pages and groups", written(columns(), small)),
            ("without a dictionary", written(columns(), plain)),
        ] {
            let what = format!("{layout}, {how}");
            let lake = lake(&[("n", "bigint"), ("s", "string")], vec![file]).await;
            check(&batches(&lake, "SELECT n, s FROM t").await, rows, &what);
            let long = (0..rows).filter(|row| is_long(*row, rows)).count();
            let expected =
                format!("\"{rows}\",\"{}\",\"{}\"\n", rows * (rows - 1) / 2, long * LONG + (rows - long));
            assert_eq!(lake.rows("SELECT count(*), sum(n), sum(length(s)) FROM t").await, expected, "{what}");
            let few = format!("\"{long}\"\n");
            assert_eq!(lake.rows("SELECT count(*) FROM t WHERE length(s) > 1").await, few, "{what}");
        }
    }
}

#[tokio::test]
async fn several_columns_share_what_a_batch_may_take() {
    let rows = 3_000;
    let text = || Arc::new(texts(rows, |_, _| true)) as ArrayRef;
    let field = |name: &str| Arc::new(Field::new(name, DataType::Utf8, true));
    let row: ArrayRef = Arc::new(StructArray::from(vec![(field("a"), text()), (field("b"), text())]));
    let file = written(vec![("a", text()), ("b", text()), ("r", row)], properties());
    let types = [("a", "string"), ("b", "string"), ("r", "struct<a:string,b:string>")];
    let lake = lake(&types, vec![file.clone(), unsaid(&file)]).await;
    for sql in ["SELECT a FROM t", "SELECT a, b FROM t", "SELECT r FROM t", "SELECT a, b, r FROM t"] {
        check(&batches(&lake, sql).await, 2 * rows, sql);
    }
    let sum = format!("\"{}\"\n", 2 * rows * LONG);
    assert_eq!(lake.rows("SELECT sum(length(r.b)) FROM t").await, sum);
}

#[tokio::test]
async fn lists_of_texts_are_read_in_batches_that_fit() {
    let rows = 600;
    for (layout, is_long) in LAYOUTS {
        // Three texts in each row.
        let values = Arc::new(texts(3 * rows, is_long));
        let DataType::List(field) = "array<string>".parse::<domain::DataType>().unwrap().arrow() else {
            panic!("a list")
        };
        let lists = ListArray::new(field, OffsetBuffer::from_lengths(vec![3; rows]), values, None);
        let file = written(vec![("l", Arc::new(lists) as ArrayRef)], properties());
        for (how, file) in [("with statistics", file.clone()), ("without statistics", unsaid(&file))] {
            let what = format!("{layout}, {how}");
            let lake = lake(&[("l", "array<string>")], vec![file]).await;
            check(&batches(&lake, "SELECT l FROM t").await, rows, &what);
            let count = format!("\"{}\"\n", 3 * rows);
            assert_eq!(lake.rows("SELECT sum(cardinality(l)) FROM t").await, count, "{what}");
        }
    }
}

/// Small batches cost time: only the rows that need them have them.
#[tokio::test]
async fn what_is_short_is_read_in_batches_as_large_as_ever() {
    let rows = 3 * ROWS;
    let columns =
        |is_long: Layout| vec![("n", numbers(rows)), ("s", Arc::new(texts(rows, is_long)) as ArrayRef)];
    let (long, short) =
        (written(columns(|_, _| true), properties()), written(columns(|_, _| false), properties()));
    let types = [("n", "bigint"), ("s", "string")];
    let whole = |batches: &[(usize, usize)]| batches.iter().filter(|(rows, _)| *rows == ROWS).count();

    let short_only = lake(&types, vec![short.clone(), unsaid(&short)]).await;
    assert_eq!(whole(&batches(&short_only, "SELECT n, s FROM t").await), 6);

    // Of a file with long rows, the column that has them counts if it is asked for.
    let both = lake(&types, vec![long, short]).await;
    assert_eq!(whole(&batches(&both, "SELECT n FROM t").await), 6);
    let found = batches(&both, "SELECT n, s FROM t").await;
    check(&found, 2 * rows, "both");
    assert_eq!(whole(&found), 3);

    // Many bytes of texts, none of which is long.
    let many = 40_000;
    let different: StringArray = (0..many).map(|row| Some(format!("{row:0>300}"))).collect();
    for dictionary in [true, false] {
        let properties = properties().set_dictionary_enabled(dictionary);
        let file = written(vec![("s", Arc::new(different.clone()) as ArrayRef)], properties);
        let lake = lake(&[("s", "string")], vec![file.clone(), unsaid(&file)]).await;
        let found = batches(&lake, "SELECT s FROM t").await;
        check(&found, 2 * many, "different");
        assert_eq!(whole(&found), 2 * (many / ROWS), "with a dictionary: {dictionary}");
    }
}

/// A file is opened twice, and its footer and its rows are read once: what is counted of it does not change.
#[tokio::test]
async fn what_is_scanned_is_counted_once() {
    let rows = 3_000;
    let file = written(vec![("s", Arc::new(texts(rows, |_, _| true)) as ArrayRef)], properties());
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).unwrap();
    let chunks: i64 = metadata.row_groups().iter().map(|group| group.columns()[0].compressed_size()).sum();
    for file in [file.clone(), unsaid(&file)] {
        let lake = lake(&[("s", "string")], vec![file]).await;
        let execution = lake.engine.execute("SELECT s FROM t", &[]).await.unwrap();
        let scanned = execution.scanned.clone();
        let mut batches = execution.batches;
        let mut found = 0;
        while let Some(batch) = batches.try_next().await.unwrap() {
            found += batch.num_rows();
        }
        assert_eq!((found, scanned.get()), (rows, u64::try_from(chunks).unwrap()));
    }
}
