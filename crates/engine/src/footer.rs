//! The footer of a Parquet file, looked at before it is used.
//!
//! The parquet crate takes for granted what a footer says of places in the file, and panics where that cannot be. A file of
//! the lake may be damaged, or be written by somebody else. Where it reserves memory by what a file says, or calls itself,
//! [`domain::footer`] looks first.

use std::{collections::HashMap, ops::Range};

use bytes::Bytes;
use datafusion::parquet::{
    DecodeResult,
    arrow::async_reader::AsyncFileReader,
    errors::{ParquetError, Result},
    file::metadata::{
        ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder, RowGroupMetaData,
    },
};
use domain::footer::{self, END};

/// The most bytes of the page indexes of a file, which are read at once.
const MOST_INDEX_BYTES: u64 = 64 << 20;

/// Reads the footer of a file of so many bytes, without page indexes. The last `at_once` bytes are read first: a footer that is
/// longer takes another read. Fails, naming the file, where the footer cannot be.
pub(crate) async fn read(
    file: &str,
    bytes: u64,
    at_once: u64,
    reader: &mut (dyn AsyncFileReader + Send),
) -> Result<ParquetMetaData> {
    let damaged = |error: ParquetError| broken(file, &error.to_string());
    let decoder = ParquetMetaDataPushDecoder::try_new(bytes).map_err(damaged)?;
    let mut decoder = decoder.with_page_index_policy(PageIndexPolicy::Skip);
    let start = bytes.saturating_sub(at_once.max(END));
    let end = one(file, reader, start..bytes).await?;
    check_length(file, bytes, &end)?;
    let length = footer::length(&end).map_err(|refused| broken(file, &refused.to_string()))?;
    decoder.push_range(start..bytes, end.clone()).map_err(damaged)?;
    if let Some(length) = length {
        let range = bytes.saturating_sub(END).saturating_sub(length)..bytes.saturating_sub(END);
        let metadata = match part(&end, start, &range) {
            Some(metadata) => metadata,
            None => {
                let metadata = one(file, reader, range.clone()).await?;
                decoder.push_range(range, metadata.clone()).map_err(damaged)?;
                metadata
            }
        };
        footer::check(&metadata).map_err(|refused| broken(file, &refused.to_string()))?;
    }
    match decoder.try_decode().map_err(damaged)? {
        DecodeResult::Data(metadata) => Ok(metadata),
        DecodeResult::NeedsData(_) => Err(broken(file, "it names a place that is not within it")),
        DecodeResult::Finished => Err(broken(file, "it ends early")),
    }
}

/// The bytes of one range, all of them.
async fn one(file: &str, reader: &mut (dyn AsyncFileReader + Send), range: Range<u64>) -> Result<Bytes> {
    let length = range.end.saturating_sub(range.start);
    let found = reader.get_byte_ranges(vec![range]).await?.into_iter().next().unwrap_or_default();
    if found.len() as u64 == length { Ok(found) } else { Err(broken(file, "it ends early")) }
}

/// The bytes of a range, of those that begin at `start`. `None` if not all of them are there.
fn part(bytes: &Bytes, start: u64, range: &Range<u64>) -> Option<Bytes> {
    let at = |place: u64| usize::try_from(place.checked_sub(start)?).ok();
    let range = at(range.start)?..at(range.end)?;
    (range.start <= range.end && range.end <= bytes.len()).then(|| bytes.slice(range))
}

/// Where the offset indexes of the file's column chunks are.
pub(crate) fn offset_indexes(metadata: &ParquetMetaData) -> Vec<Range<u64>> {
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let range = columns.filter_map(|column| {
        let start = u64::try_from(column.offset_index_offset()?).ok()?;
        let length = u64::try_from(column.offset_index_length()?).ok()?;
        Some(start..start.saturating_add(length))
    });
    range.filter(|range| !range.is_empty()).collect()
}

/// Fails if a range with one of these indexes is too long to be read.
pub(crate) fn check_range(file: &str, range: &Range<u64>, indexes: &[Range<u64>]) -> Result<()> {
    let is_long = range.end.saturating_sub(range.start) > MOST_INDEX_BYTES;
    if is_long && indexes.iter().any(|index| range.start <= index.start && index.end <= range.end) {
        let what = format!("its page indexes have more than {MOST_INDEX_BYTES} bytes");
        return Err(broken(file, &what));
    }
    Ok(())
}

/// Where pages begin, by those of these indexes that are in the bytes from `start` on. Fails if one says that it has more pages
/// than it has.
pub(crate) fn page_places(file: &str, start: u64, bytes: &Bytes, indexes: &[Range<u64>]) -> Result<Vec<u64>> {
    let mut places = Vec::new();
    for index in indexes.iter().filter_map(|index| part(bytes, start, index)) {
        let found = footer::page_places(&index);
        places
            .extend(found.map_err(|refused| broken(file, &format!("its page indexes are none: {refused}")))?);
    }
    Ok(places)
}

/// Where the bloom filters of the file's column chunks begin, and whether the footer says how long they are.
pub(crate) fn bloom_filters(metadata: &ParquetMetaData) -> HashMap<u64, bool> {
    let columns = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let filters = columns.filter_map(|column| {
        let start = u64::try_from(column.bloom_filter_offset()?).ok()?;
        Some((start, column.bloom_filter_length().is_some()))
    });
    filters.collect()
}

/// Fails if these bytes begin a bloom filter that must not be asked. The reader of row groups goes on without it then.
pub(crate) fn check_filter(
    file: &str,
    start: u64,
    bytes: &Bytes,
    filters: &HashMap<u64, bool>,
) -> Result<()> {
    let Some(is_whole) = filters.get(&start) else { return Ok(()) };
    footer::bloom::check(bytes, *is_whole)
        .map_err(|refused| ParquetError::General(format!("{file} is broken: {refused}")))
}

/// Fails if the file's end says that its metadata is longer than the file. The parquet crate subtracts the one from the
/// other (`push_decoder.rs` of 59.3), which panics, or gives a place far behind the file's end.
fn check_length(file: &str, bytes: u64, end: &[u8]) -> Result<()> {
    let Some([a, b, c, d, ..]) = end.last_chunk::<8>() else { return Ok(()) };
    let length = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    // What is no Parquet has any number there: the decoder looks at the mark, and says so.
    let is_parquet = end.ends_with(b"PAR1") || end.ends_with(b"PARE");
    if is_parquet && length > bytes.saturating_sub(END) {
        return Err(broken(file, &format!("it has {length} bytes, and the file {bytes}")));
    }
    Ok(())
}

/// Fails, naming the file, if its column chunks are not within its `bytes`, or its numbers are below zero.
pub(crate) fn check(file: &str, bytes: u64, metadata: &ParquetMetaData) -> Result<()> {
    for (index, group) in metadata.row_groups().iter().enumerate() {
        if group.num_rows() < 0 {
            return Err(broken(file, &format!("row group {index} has {} rows", group.num_rows())));
        }
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let (start, end) = (u64::try_from(start).ok(), end.and_then(|end| u64::try_from(end).ok()));
            let is_within = start.zip(end).is_some_and(|(start, end)| start <= end && end <= bytes);
            if !is_within || column.num_values() < 0 {
                let path = column.column_path().string();
                return Err(broken(file, &format!("column {path} of row group {index} is not within it")));
            }
            if !has_filter_within(bytes, column) {
                let path = column.column_path().string();
                let what = format!("the bloom filter of column {path} of row group {index} is not within it");
                return Err(broken(file, &what));
            }
        }
    }
    Ok(())
}

/// Whether the bloom filter of a column chunk is within the file, if it has one. The parquet crate adds the one number to the
/// other without a look.
fn has_filter_within(bytes: u64, column: &ColumnChunkMetaData) -> bool {
    let Some(start) = column.bloom_filter_offset() else { return true };
    let length = u64::try_from(column.bloom_filter_length().unwrap_or_default());
    let end =
        u64::try_from(start).ok().zip(length.ok()).and_then(|(start, length)| start.checked_add(length));
    end.is_some_and(|end| end <= bytes)
}

/// A footer that cannot be.
pub(crate) fn broken(file: &str, what: &str) -> ParquetError {
    ParquetError::General(format!(
        "the footer of {file} is broken: {what}; write the file again, or rebuild its partition (`tributary compact \
         DATASET --rebuild`)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_within_the_file() {
        let end = |length: u32, mark: &[u8]| [&[7], &length.to_le_bytes()[..], mark].concat();
        for (bytes, length, mark, expected) in [
            (100, 92, b"PAR1", true),
            (100, 93, b"PAR1", false),
            (100, u32::MAX, b"PAR1", false),
            (100, 93, b"PARE", false),
            (u64::from(u32::MAX) + 8, u32::MAX, b"PAR1", true),
            // It is no Parquet, which somebody else finds.
            (100, 93, b"PAR2", true),
        ] {
            let found = check_length("t/a.parquet", bytes, &end(length, mark));
            assert_eq!(found.is_ok(), expected, "{length} of {bytes}");
        }
        let error = check_length("t/a.parquet", 100, &end(93, b"PAR1")).unwrap_err().to_string();
        assert!(
            error.contains("the footer of t/a.parquet is broken: it has 93 bytes, and the file 100"),
            "{error}"
        );
        assert!(check_length("t/a.parquet", 3, b"AR1").is_ok());
    }

    /// Whoever reads an index reads those of other columns with it.
    #[test]
    fn indexes_have_the_pages_that_they_say() {
        // One page, at 4, of 8 bytes, from row 0 on; and 2^31 - 1 pages that are not there.
        let good = [0x19, 0x1c, 0x16, 0x08, 0x15, 0x10, 0x16, 0x00, 0x00, 0x00];
        let bomb = [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x00, 0x00];
        let range = |start: u64| start..start + 10;
        for (indexes, expected) in [
            (vec![range(100)], true),
            (vec![range(100), range(110)], false),
            (vec![range(110)], false),
            // Not all of it was read, so nobody reads it.
            (vec![range(99), range(111), range(5), range(u64::MAX - 20)], true),
        ] {
            let bytes = Bytes::from([good, bomb].concat());
            let found = page_places("t/a.parquet", 100, &bytes, &indexes);
            assert_eq!(found.is_ok(), expected, "{indexes:?}: {found:?}");
        }
        let long = MOST_INDEX_BYTES + 1;
        let indexes = [range(100)];
        for (range, expected) in
            [(0..long, false), (0..long - 1, true), (101..101 + long, true), (5..5, true)]
        {
            assert_eq!(check_range("t/a.parquet", &range, &indexes).is_ok(), expected, "{range:?}");
        }
    }
}
