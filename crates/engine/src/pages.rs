//! The pages of a file's column chunks, looked at before anybody decodes one.
//!
//! [`domain::footer::pages`] says what a page must not say. Here is what it has to know: of which column the bytes are, and
//! where the reader will look for pages.

use std::ops::Range;

use datafusion::parquet::{
    basic::{Compression, Type},
    errors::{ParquetError, Result},
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};
use domain::footer::pages::{self, BrokenPage, Codec, Column};

/// Where the column chunks of a file are, in this order.
#[derive(Debug)]
pub(crate) struct Chunks(Vec<Chunk>);

#[derive(Debug)]
struct Chunk {
    range: Range<u64>,
    row_group: usize,
    /// The column's place in the row group.
    leaf: usize,
}

impl Chunks {
    /// Fails if two of them have a byte in common: of which column it is, nobody could say.
    pub(crate) fn of(file: &str, metadata: &ParquetMetaData) -> Result<Self> {
        let mut chunks = Vec::new();
        for (row_group, group) in metadata.row_groups().iter().enumerate() {
            for (leaf, column) in group.columns().iter().enumerate() {
                // None is below zero: the footer has been checked.
                let (start, length) = column.byte_range();
                if length > 0 {
                    chunks.push(Chunk { range: start..start.saturating_add(length), row_group, leaf });
                }
            }
        }
        chunks.sort_by_key(|chunk| chunk.range.start);
        for (before, chunk) in chunks.iter().zip(chunks.iter().skip(1)) {
            if before.range.end > chunk.range.start {
                let what = "it has bytes that are of another column chunk too";
                return Err(broken(file, metadata, before, what));
            }
        }
        Ok(Self(chunks))
    }

    /// Fails, naming the file and the column, if a page in these bytes of a range says what cannot be, or if pages begin
    /// elsewhere than at these places of the range, where the page index has them.
    pub(crate) fn check(
        &self,
        file: &str,
        metadata: &ParquetMetaData,
        range: &Range<u64>,
        bytes: &[u8],
        places: &[u64],
    ) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let behind = self.0.partition_point(|chunk| chunk.range.start <= range.start);
        let chunk = behind.checked_sub(1).and_then(|place| self.0.get(place));
        let Some(chunk) = chunk.filter(|chunk| range.end <= chunk.range.end) else {
            let what = format!("{file} is broken: its page index has pages that are of no column chunk");
            return Err(ParquetError::General(what));
        };
        let column = metadata.row_group(chunk.row_group).column(chunk.leaf);
        let checked = pages::check(bytes, range.start, places, judged(column));
        checked.map_err(|refused| broken(file, metadata, chunk, &refused.to_string()))
    }
}

/// Fails if a page in these bytes of a column chunk, which begin with one at `start` of the file, says what cannot be.
pub(crate) fn check_part(
    column: &ColumnChunkMetaData,
    start: u64,
    bytes: &[u8],
) -> std::result::Result<(), BrokenPage> {
    pages::check(bytes, start, &[], judged(column))
}

/// The range, which may be one that ends before it begins: then an empty one.
pub(crate) fn in_order(range: &Range<u64>) -> Range<u64> {
    range.start..range.end.max(range.start)
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

fn broken(file: &str, metadata: &ParquetMetaData, chunk: &Chunk, what: &str) -> ParquetError {
    let Chunk { row_group, leaf, .. } = chunk;
    let path = metadata.row_group(*row_group).column(*leaf).column_path().string();
    ParquetError::General(format!(
        "column {path} of row group {row_group} of {file} is broken: {what}; write the file again, or rebuild its partition \
         (`tributary compact DATASET --rebuild`)"
    ))
}
