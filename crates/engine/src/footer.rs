//! The footer of a Parquet file, looked at before it is used.
//!
//! The parquet crate takes for granted what a footer says of places in the file, and panics where that cannot be. A file of
//! the lake may be damaged, or be written by somebody else.

use datafusion::parquet::{
    DecodeResult,
    arrow::async_reader::AsyncFileReader,
    errors::{ParquetError, Result},
    file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder},
};

/// The bytes at the end of every file: how long its metadata is, and the mark of the format.
const END: u64 = 8;

/// Reads the footer of a file of so many bytes. The last `at_once` bytes are read first: a footer that is longer takes another
/// read. Fails, naming the file, where the footer cannot be.
pub(crate) async fn read(
    file: &str,
    bytes: u64,
    at_once: u64,
    policy: PageIndexPolicy,
    reader: &mut (dyn AsyncFileReader + Send),
) -> Result<ParquetMetaData> {
    let damaged = |error: ParquetError| broken(file, &error.to_string());
    let decoder = ParquetMetaDataPushDecoder::try_new(bytes).map_err(damaged)?;
    let mut decoder = decoder.with_page_index_policy(policy);
    let mut ranges: Vec<_> = std::iter::once(bytes.saturating_sub(at_once.max(END))..bytes).collect();
    let mut is_end = true;
    loop {
        let buffers = reader.get_byte_ranges(ranges.clone()).await?;
        if is_end {
            check_length(file, bytes, buffers.first().map(|end| &end[..]).unwrap_or_default())?;
            is_end = false;
        }
        decoder.push_ranges(ranges, buffers).map_err(damaged)?;
        match decoder.try_decode().map_err(damaged)? {
            DecodeResult::Data(metadata) => return Ok(metadata),
            DecodeResult::Finished => return Err(broken(file, "it ends early")),
            DecodeResult::NeedsData(next) => {
                if next.iter().any(|range| range.start >= range.end || range.end > bytes) {
                    return Err(broken(file, "it names a place that is not within it"));
                }
                ranges = next;
            }
        }
    }
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
        }
    }
    Ok(())
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
    use super::check_length;

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
}
