//! Files that are no Parquet, or are damaged at the end.

use bytes::Bytes;
use datafusion::parquet::file::metadata::{ParquetMetaDataReader, ParquetMetaDataWriter};
use domain::port::ObjectStore as _;
use engine::csv;

use super::three_days;

#[tokio::test]
async fn what_is_no_parquet_is_bad_data() {
    let lake = three_days().await;
    let body = "this is not Parquet, and longer than a footer".into();
    lake.store.put("tables/t/dt=2026-11-21/g1/b.parquet", body, domain::port::PutMode::Create).await.unwrap();
    let error = lake.error("SELECT n FROM t", &[]).await;
    assert!(error.to_string().starts_with("HIVE_BAD_DATA"), "{error:?}");
}

/// The file with a footer that says of its first column to be at `offset`: the last footer counts.
fn with_first_column_at(offset: i64, file: &Bytes) -> Bytes {
    let mut builder = ParquetMetaDataReader::new().parse_and_finish(file).unwrap().into_builder();
    let groups = builder.take_row_groups().into_iter().map(|group| {
        let mut group = group.into_builder();
        let mut columns = group.take_columns();
        let first = columns.remove(0).into_builder();
        let first = first.set_dictionary_page_offset(None).set_data_page_offset(offset).build().unwrap();
        columns.insert(0, first);
        group.set_column_metadata(columns).build().unwrap()
    });
    let groups = groups.collect();
    let metadata = builder.set_row_groups(groups).build();
    let mut with_footer = file.to_vec();
    ParquetMetaDataWriter::new(&mut with_footer, &metadata).finish().unwrap();
    with_footer.into()
}

/// The parquet crate panics where a column is before the file's beginning.
#[tokio::test]
async fn a_broken_footer_is_bad_data_of_a_file_that_is_named() {
    for offset in [-1, i64::MIN, 1 << 40, i64::MAX] {
        let lake = three_days().await;
        let key = "tables/t/dt=2026-11-21/g1/part-00000.parquet";
        let whole = lake.store.get(key).await.unwrap();
        let broken = with_first_column_at(offset, &whole);
        lake.store.put(key, broken, domain::port::PutMode::Overwrite).await.unwrap();
        for sql in ["SELECT sum(n) FROM t", "SELECT n FROM t WHERE n = 1", "SELECT count(*) FROM t"] {
            let error = lake.error(sql, &[]).await.to_string();
            assert!(error.starts_with("HIVE_BAD_DATA"), "{offset}: {error}");
            assert!(error.contains(&format!("the footer of {key} is broken")), "{error}");
        }
        let good = with_first_column_at(4, &whole);
        lake.store.put(key, good, domain::port::PutMode::Overwrite).await.unwrap();
        assert_eq!(lake.rows("SELECT sum(n) FROM t").await, "\"6\"\n");
    }
}

/// The last bytes of a file are the end of its metadata, how long that is, and the mark of the format. However they are
/// damaged, a query is answered or fails, and the end itself is found to be bad before anything panics.
#[tokio::test]
async fn a_damaged_end_is_bad_data_or_no_damage() {
    let lake = three_days().await;
    let key = "tables/t/dt=2026-11-21/g1/part-00000.parquet";
    let whole = lake.store.get(key).await.unwrap();
    let put = async |bytes: Vec<u8>| {
        lake.store.put(key, bytes.into(), domain::port::PutMode::Overwrite).await.unwrap();
    };
    let sql = "SELECT n FROM t WHERE dt = '2026-11-21'";
    let length = u32::try_from(whole.len()).unwrap();
    for back in 1..=64 {
        let at = whole.len() - back;
        // Cut before the byte.
        put(whole[..at].to_vec()).await;
        let error = lake.error(sql, &[]).await.to_string();
        assert!(error.starts_with("HIVE_BAD_DATA"), "cut by {back}: {error}");
        for change in [0x01, 0x80, 0xff] {
            let mut changed = whole.to_vec();
            changed[at] ^= change;
            put(changed).await;
            // The metadata itself may be damaged where nobody looks.
            match lake.text(sql, &[]).await {
                Ok(text) => {
                    assert_eq!((text.lines().count(), back > 8), (2, true), "{back} {change}: {text}");
                }
                Err(csv::CsvError::Query(error)) if back <= 8 => {
                    let error = error.to_string();
                    assert!(error.starts_with("HIVE_BAD_DATA"), "{back} {change}: {error}");
                    assert!(!error.contains("it cannot be read"), "it panicked: {back} {change}: {error}");
                }
                Err(csv::CsvError::Query(_)) => {}
                Err(other) => panic!("{back} {change}: {other}"),
            }
        }
    }
    for longer in [length - 7, length, 1 << 31, u32::MAX] {
        let mut changed = whole.to_vec();
        let at = changed.len() - 8;
        changed[at..at + 4].copy_from_slice(&longer.to_le_bytes());
        put(changed).await;
        let error = lake.error(sql, &[]).await.to_string();
        let expected = format!("the footer of {key} is broken: it has {longer} bytes, and the file {length}");
        assert!(error.starts_with("HIVE_BAD_DATA") && error.contains(&expected), "{error}");
    }
    put(whole.to_vec()).await;
    assert_eq!(lake.rows(sql).await, "\"1\"\n");
}
