//! The footer of a Parquet file, looked at before it is used.
//!
//! The parquet crate takes for granted what a footer says of places in the file, and panics where that cannot be. A file of
//! the lake may be damaged, or be written by somebody else.

use datafusion::parquet::{
    errors::{ParquetError, Result},
    file::metadata::ParquetMetaData,
};

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
