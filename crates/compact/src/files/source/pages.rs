//! The pages of a file's column chunks, looked at before anybody decodes one.

use std::ops::Range;

use domain::{
    footer::pages::{self, Codec, Column},
    port::Source as Cause,
};
use parquet::{
    basic::{Compression, Type},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};

/// Fails if a page in these bytes of a range says what cannot be. All column chunks are looked at that are within it: the
/// decoder takes from the range whatever is there, also what it has not asked for.
pub(super) fn check(metadata: &ParquetMetaData, range: &Range<u64>, bytes: &[u8]) -> Result<(), Cause> {
    for (index, group) in metadata.row_groups().iter().enumerate() {
        for column in group.columns() {
            // None is below zero: the footer has been checked.
            let (start, length) = column.byte_range();
            let at = |place: u64| usize::try_from(place.checked_sub(range.start)?).ok();
            let chunk = at(start).zip(at(start.saturating_add(length)));
            let Some(chunk) = chunk.and_then(|(from, until)| bytes.get(from..until)) else { continue };
            pages::check(chunk, start, &[], judged(column)).map_err(|broken| {
                let path = column.column_path().string();
                format!("column {path} of row group {index} is broken: {broken}")
            })?;
        }
    }
    Ok(())
}

/// What pages of the column chunk are judged by.
fn judged(column: &ColumnChunkMetaData) -> Column {
    let codec = match column.compression() {
        Compression::UNCOMPRESSED => Codec::None,
        Compression::SNAPPY => Codec::Snappy,
        Compression::GZIP(_) => Codec::Gzip,
        Compression::LZ4 | Compression::LZ4_RAW => Codec::Lz4,
        Compression::ZSTD(_) => Codec::Zstd,
        Compression::BROTLI(_) | Compression::LZO => Codec::Other,
    };
    let least_bits = match column.column_type() {
        Type::BOOLEAN => 1,
        // A text has its length before it.
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 32,
        Type::INT64 | Type::DOUBLE => 64,
        Type::INT96 => 96,
        Type::FIXED_LEN_BYTE_ARRAY => {
            u64::try_from(column.column_descr().type_length()).unwrap_or_default().saturating_mul(8)
        }
    };
    Column { codec, least_bits }
}
