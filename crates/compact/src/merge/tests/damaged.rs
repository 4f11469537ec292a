//! Files that are not what they say, or not what their commit says.

use parquet::basic::{Compression, ZstdLevel};

use super::*;

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
async fn a_broken_footer_is_an_error_with_the_file_s_key() {
    let (store, dataset) = (MemoryStore::default(), dataset());
    let location = "tables/d/g/".to_owned();
    let (limits, workers) = (limits(1 << 20, 1 << 20), &Workers::new(1));
    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
    let file = workshop.merge(0, Some(&rows(&[Some(1)], 0)), &[]).await.unwrap().remove(0);
    let whole = store.get(&file.key).await.unwrap();
    for offset in [-1, i64::MIN, 1 << 40, i64::MAX] {
        let broken = with_first_column_at(offset, &whole);
        let file = DataFile { bytes: broken.len() as u64, ..file.clone() };
        store.put(&file.key, broken, PutMode::Overwrite).await.unwrap();
        let error = Source::open(&store, &file).await.unwrap_err();
        assert!(matches!(&error, CompactError::DataFile { key, .. } if *key == file.key), "{error:?}");
        assert!(domain::chain(&error).contains("its footer is broken: column v"), "{error:?}");
    }
}

/// The parquet crate reserves memory for as many row groups as a footer says that there are: the process would end.
#[tokio::test]
async fn a_footer_that_says_to_have_billions_is_an_error_with_the_file_s_key() {
    let store = MemoryStore::default();
    let schema: &[u8] = b"\x29\x2c\x48\x01s\x15\x02\x00\x15\x04\x25\x02\x18\x01v\x00";
    for (groups, words) in [
        // 2^31 - 1 of them.
        (&b"\x29\xfc\xff\xff\xff\xff\x07"[..], "its metadata cannot be read"),
        // None, and no count of rows.
        (&b"\x29\x0c"[..], "Required"),
    ] {
        let metadata = [schema, groups, b"\x00"].concat();
        let length = u32::try_from(metadata.len()).unwrap();
        // Of a large file, the end is read first.
        for padding in [0, 3 << 20] {
            let padding = vec![0; padding];
            let body = [&b"PAR1"[..], &padding, &metadata, &length.to_le_bytes(), b"PAR1"].concat();
            let file = DataFile {
                key: "tables/d/g/a.parquet".to_owned(),
                bytes: body.len() as u64,
                rows: 1,
                sealed: false,
            };
            store.put(&file.key, body.into(), PutMode::Overwrite).await.unwrap();
            let error = Source::open(&store, &file).await.unwrap_err();
            assert!(matches!(&error, CompactError::DataFile { key, .. } if *key == file.key), "{error:?}");
            assert!(domain::chain(&error).contains(words), "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_not_what_its_commit_says_is_an_error_with_its_key() {
    let (store, dataset) = (MemoryStore::default(), dataset());
    let location = "tables/d/g/".to_owned();
    let (limits, workers) = (limits(1 << 20, 1 << 20), &Workers::new(1));
    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
    let file = workshop.merge(0, Some(&rows(&[Some(1)], 0)), &[]).await.unwrap().remove(0);
    let body = store.get(&file.key).await.unwrap();
    for (wrong, words) in [
        (DataFile { rows: 2, ..file.clone() }, "2 rows, the file has 1"),
        (DataFile { bytes: file.bytes + 1, ..file.clone() }, "bytes"),
    ] {
        let error = Source::open(&store, &wrong).await.unwrap_err();
        assert!(domain::chain(&error).contains(words) && error.to_string().contains(&file.key), "{error:?}");
    }
    store.put(&file.key, vec![0; body.len()].into(), PutMode::Overwrite).await.unwrap();
    let error = Source::open(&store, &file).await.unwrap_err();
    assert!(matches!(&error, CompactError::DataFile { key, .. } if *key == file.key), "{error:?}");
}

/// The file with this page behind it, which its footer says to be all of its first column.
fn with_first_column_of(page: &[u8], codec: Compression, file: &Bytes) -> Bytes {
    let mut builder = ParquetMetaDataReader::new().parse_and_finish(file).unwrap().into_builder();
    let (start, length) = (i64::try_from(file.len()).unwrap(), i64::try_from(page.len()).unwrap());
    let groups = builder.take_row_groups().into_iter().map(|group| {
        let mut group = group.into_builder();
        let mut columns = group.take_columns();
        let first = columns.remove(0).into_builder().set_dictionary_page_offset(None);
        let first =
            first.set_data_page_offset(start).set_total_compressed_size(length).set_compression(codec);
        columns.insert(0, first.build().unwrap());
        group.set_column_metadata(columns).build().unwrap()
    });
    let groups = groups.collect();
    let metadata = builder.set_row_groups(groups).build();
    let mut with_footer = [&file[..], page].concat();
    ParquetMetaDataWriter::new(&mut with_footer, &metadata).finish().unwrap();
    with_footer.into()
}

/// The parquet crate reserves memory for what a page says to have: more than there is, which ends the process.
#[tokio::test]
async fn a_page_that_says_to_have_billions_is_an_error_with_the_file_s_key() {
    let (store, dataset) = (MemoryStore::default(), dataset());
    let location = "tables/d/g/".to_owned();
    let (limits, workers) = (limits(1 << 20, 1 << 20), &Workers::new(1));
    let workshop = Workshop { store: &store, dataset: &dataset, limits, workers, location };
    let file = workshop.merge(0, Some(&rows(&[Some(1)], 0)), &[]).await.unwrap().remove(0);
    let whole = store.get(&file.key).await.unwrap();
    // 2^31 - 1 in Thrift's compact protocol, whose lowest bit is the sign.
    let billions = &[0xfe, 0xff, 0xff, 0xff, 0x0f][..];
    // Type 2, 8 bytes, as many uncompressed; then the header of a dictionary.
    let dictionary =
        [&[0x15, 4, 0x15, 16, 0x15, 16, 0x4c, 0x15][..], billions, &[0x15, 0, 0, 0], &[7; 8]].concat();
    // Type 0, 8 bytes; then the header of a data page.
    let data = [
        &[0x15, 0, 0x15][..],
        billions,
        &[0x15, 16, 0x2c, 0x15, 2, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0],
        &[7; 8],
    ]
    .concat();
    let zstd = Compression::ZSTD(ZstdLevel::default());
    for (page, codec, words) in [
        (&dictionary, Compression::UNCOMPRESSED, "a dictionary says to have 2147483647 values, and 1 at"),
        (&dictionary, zstd, "a dictionary says to have 2147483647 values, and 1 at"),
        (&data, Compression::SNAPPY, "2147483647 bytes uncompressed, and 176 at"),
        (&data, Compression::LZ4_RAW, "2147483647 bytes uncompressed, and 2040 at"),
        (&data, zstd, "2147483647 bytes uncompressed, and 262144 at"),
    ] {
        let body = with_first_column_of(page, codec, &whole);
        let file = DataFile { bytes: body.len() as u64, ..file.clone() };
        store.put(&file.key, body, PutMode::Overwrite).await.unwrap();
        let source = Source::open(&store, &file).await.unwrap();
        let error = source.rows(&dataset.arrow_schema(), 10).unwrap().next().await.unwrap_err();
        assert!(matches!(&error, CompactError::DataFile { key, .. } if *key == file.key), "{error:?}");
        let told = domain::chain(&error);
        assert!(told.contains("column v of row group 0 is broken") && told.contains(words), "{told}");
    }
}
