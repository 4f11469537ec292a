//! The footer of a data file, looked at before it is used.
//!
//! The parquet crate takes for granted what a footer says of places in the file, and panics where that cannot be. Where it reserves
//! memory by what a footer says, or calls itself, [`domain::footer`] looks first.

use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
};

use domain::port::Source as Cause;
use parquet::{
    errors::ParquetError,
    file::metadata::{ParquetMetaData, RowGroupMetaData},
};

/// Where the metadata of a file of so many bytes is, which ends with `end`. `None` if it is no Parquet that can be read: who decodes
/// it says so.
pub(super) fn range(bytes: u64, end: &[u8]) -> Result<Option<Range<u64>>, Cause> {
    let Some(length) = domain::footer::length(end)? else { return Ok(None) };
    let until = bytes.saturating_sub(domain::footer::END);
    match until.checked_sub(length) {
        Some(from) => Ok(Some(from..until)),
        None => Err(format!("its footer is broken: it has {length} bytes, and the file {bytes}").into()),
    }
}

/// What the parquet crate makes of a footer. A panic is an error too.
pub(super) fn parsed<T>(parse: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, Cause> {
    match catch_unwind(AssertUnwindSafe(parse)) {
        Ok(parsed) => parsed.map_err(Into::into),
        Err(_panic) => Err("its footer is broken: it cannot be read".into()),
    }
}

/// Fails if the file's column chunks are not within its `bytes`, or its numbers are below zero.
pub(super) fn check(bytes: u64, metadata: &ParquetMetaData) -> Result<(), Cause> {
    for (index, group) in metadata.row_groups().iter().enumerate() {
        if group.num_rows() < 0 {
            return Err(
                format!("its footer is broken: row group {index} has {} rows", group.num_rows()).into()
            );
        }
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let (start, end) = (u64::try_from(start).ok(), end.and_then(|end| u64::try_from(end).ok()));
            let is_within = start.zip(end).is_some_and(|(start, end)| start <= end && end <= bytes);
            if !is_within || column.num_values() < 0 {
                let path = column.column_path().string();
                let what = format!("column {path} of row group {index} is not within the file");
                return Err(format!("its footer is broken: {what}").into());
            }
        }
    }
    Ok(())
}

/// Fails if an offset index, of which all is within the bytes from `start` on, says that it has more pages than it has.
pub(super) fn check_indexes(
    metadata: &ParquetMetaData,
    start: u64,
    bytes: &[u8],
) -> Result<(), domain::footer::BrokenFooter> {
    let at = |place: u64| usize::try_from(place.checked_sub(start)?).ok();
    for column in metadata.row_groups().iter().flat_map(RowGroupMetaData::columns) {
        let place = column.offset_index_offset().and_then(|place| u64::try_from(place).ok());
        let length = column.offset_index_length().and_then(|length| u64::try_from(length).ok());
        let Some((place, length)) = place.zip(length).filter(|(_, length)| *length > 0) else { continue };
        let range = at(place).zip(at(place.saturating_add(length)));
        if let Some(index) = range.and_then(|(from, until)| bytes.get(from..until)) {
            domain::footer::page_places(index)?;
        }
    }
    Ok(())
}
