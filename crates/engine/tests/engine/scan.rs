//! What a query is said to have scanned is what it read of column chunks, and no more than it may.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array, StringArray},
        datatypes::{FieldRef, Schema},
    },
    parquet::{
        arrow::{
            ArrowWriter, PARQUET_FIELD_ID_META_KEY, arrow_reader::ParquetRecordBatchReaderBuilder,
            arrow_writer::ArrowWriterOptions,
        },
        file::{
            metadata::ParquetMetaData,
            properties::WriterProperties,
            reader::{FileReader, SerializedFileReader},
        },
        schema::types::ColumnPath,
    },
};
use domain::port::{ObjectStore as _, PutMode};
use engine::{BytesScanned, Cancellation, EngineError, csv};

use crate::lake::Lake;

const FILE: &str = "tables/t/dt=2026-11-23/g1/part-00000.parquet";
const ROWS: u64 = 100_000;

/// Two columns in ten row groups: `n` counts up, `s` does not compress well.
async fn wide() -> Lake {
    let n: ArrayRef = Arc::new((0..ROWS).map(|n| i64::try_from(n).unwrap()).collect::<Int64Array>());
    let noise = |n: u64| n.wrapping_mul(n).wrapping_mul(2_654_435_761).wrapping_add(7).to_string();
    let s: ArrayRef = Arc::new(StringArray::from_iter_values((0..ROWS).map(noise)));
    Lake::with(&[("n", "bigint"), ("s", "string")], vec![("n", n), ("s", s)]).await
}

async fn footer(lake: &Lake) -> ParquetMetaData {
    let bytes: Bytes = lake.store.get(FILE).await.unwrap();
    SerializedFileReader::new(bytes).unwrap().metadata().clone()
}

/// The compressed bytes of these columns in these row groups.
fn chunks(footer: &ParquetMetaData, columns: &[usize], groups: impl Iterator<Item = usize>) -> u64 {
    let size = |group: usize| -> i64 {
        columns.iter().map(|column| footer.row_group(group).column(*column).compressed_size()).sum()
    };
    u64::try_from(groups.map(size).sum::<i64>()).unwrap()
}

async fn run(lake: &Lake, sql: &str, scanned: BytesScanned) -> Result<String, csv::CsvError> {
    let execution =
        lake.engine.run(&lake.engine.prepare(sql, &[])?, scanned, Cancellation::default()).await?;
    Ok(String::from_utf8(csv::write(execution, Vec::new()).await?).unwrap())
}

async fn scanned(lake: &Lake, sql: &str) -> u64 {
    let scanned = BytesScanned::default();
    run(lake, sql, scanned.clone()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    scanned.get()
}

#[tokio::test]
async fn the_chunks_of_the_columns_and_row_groups_that_were_read_count_and_nothing_else() {
    let lake = wide().await;
    let footer = footer(&lake).await;
    assert_eq!(footer.num_row_groups(), 10);
    let all = || 0..10;
    for (sql, expected) in [
        ("SELECT * FROM t", chunks(&footer, &[0, 1], all())),
        ("SELECT s FROM t", chunks(&footer, &[1], all())),
        ("SELECT n FROM t", chunks(&footer, &[0], all())),
        ("SELECT sum(n) FROM t WHERE dt = '2026-11-23'", chunks(&footer, &[0], all())),
        // Row groups that their statistics rule out.
        ("SELECT n FROM t WHERE n < 0", 0),
        // What footers and the catalog know costs nothing.
        ("SELECT count(*) FROM t", 0),
        ("SELECT dt, count(*) FROM t GROUP BY dt", 0),
        ("SELECT * FROM t WHERE dt = '1999-01-01'", 0),
        ("SELECT * FROM t LIMIT 0", 0),
        ("SELECT 1", 0),
    ] {
        assert_eq!(scanned(&lake, sql).await, expected, "{sql}");
    }
    // Of the row groups that are left, at most their chunks: page indexes may rule out more.
    let one = scanned(&lake, "SELECT n FROM t WHERE n = 50000").await;
    assert!((1..=chunks(&footer, &[0], 5..6)).contains(&one), "{one}");
    let two = scanned(&lake, "SELECT s FROM t WHERE n BETWEEN 29999 AND 30000").await;
    assert!((1..=chunks(&footer, &[0, 1], 2..4)).contains(&two), "{two}");
}

/// The file of [`wide`] as the lake writes it, with bloom filters on `s`; with field ids or without.
async fn written(ids: bool) -> Lake {
    let lake = wide().await;
    let bytes: Bytes = lake.store.get(FILE).await.unwrap();
    let batches: Vec<_> = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .unwrap()
        .build()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let id = |id: i32| ids.then(|| (PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string()));
    let numbered = |(id_of, field): (i32, &FieldRef)| {
        Arc::new(field.as_ref().clone().with_metadata(id(id_of).into_iter().collect()))
    };
    let fields: Vec<FieldRef> = (16..).zip(batches[0].schema_ref().fields()).map(numbered).collect();
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(10_000))
        .set_column_bloom_filter_enabled(ColumnPath::from("s"), true)
        .set_column_bloom_filter_fpp(ColumnPath::from("s"), 1e-6)
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let schema = Arc::new(Schema::new(fields));
    let mut writer = ArrowWriter::try_new_with_options(Vec::new(), schema, options).unwrap();
    for batch in batches {
        writer.write(&batch).unwrap();
    }
    let body = writer.into_inner().unwrap();
    lake.store.put(FILE, body.into(), PutMode::Overwrite).await.unwrap();
    lake
}

#[tokio::test]
async fn field_ids_hide_nothing_that_rules_rows_out() {
    let (plain, numbered) = (written(false).await, written(true).await);
    let (before, after) = (footer(&plain).await, footer(&numbered).await);
    let id = |footer: &ParquetMetaData| {
        let column = footer.file_metadata().schema_descr().column(0);
        let info = column.self_type().get_basic_info();
        info.has_id().then(|| info.id())
    };
    assert_eq!((id(&before), id(&after)), (None, Some(16)));
    for sql in [
        "SELECT n FROM t WHERE n = 50000",
        "SELECT n FROM t WHERE n < 0",
        "SELECT s FROM t WHERE n BETWEEN 29999 AND 30000",
        // Within the bounds of every row group, and in no bloom filter.
        "SELECT n FROM t WHERE s = '5x'",
        "SELECT count(*) FROM t WHERE s = '7' AND n < 100",
        "SELECT * FROM t",
    ] {
        assert_eq!(scanned(&numbered, sql).await, scanned(&plain, sql).await, "{sql}");
    }
    assert_eq!(scanned(&numbered, "SELECT n FROM t WHERE s = '5x'").await, 0);
}

#[tokio::test]
async fn a_query_ends_before_the_read_that_would_be_beyond_its_limit() {
    let lake = wide().await;
    let footer = footer(&lake).await;
    let column = chunks(&footer, &[1], 0..10);
    let enough = BytesScanned::up_to(column);
    let rows = run(&lake, "SELECT s FROM t", enough.clone()).await.unwrap();
    assert_eq!((rows.lines().count() as u64, enough.get()), (ROWS + 1, column));

    let first = chunks(&footer, &[1], 0..1);
    for limit in [0, first - 1, first, column - 1] {
        let scanned = BytesScanned::up_to(limit);
        let error = run(&lake, "SELECT s FROM t", scanned.clone()).await.unwrap_err();
        let csv::CsvError::Query(error) = error else { panic!("{error}") };
        assert!(matches!(error, EngineError::ScanLimit(_)), "{limit}: {error:?}");
        assert_eq!(error.to_string(), "Bytes scanned limit was exceeded");
        assert_eq!((scanned.get(), error.is_retryable()), (limit, false));
    }
    // What needs none of the file may run all the same.
    assert!(run(&lake, "SELECT count(*) FROM t", BytesScanned::up_to(0)).await.is_ok());
}
