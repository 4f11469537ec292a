//! The footer of a Parquet file, looked at before anybody decodes it.
//!
//! The parquet crate (59.3) reserves memory for as many row groups, and for as many pages of an offset index, as the file says that
//! there are, and calls itself once for each level of the schema. So a file of some hundred bytes could end the process:
//! neither an allocation that fails nor a stack that overflows is an error that somebody could catch. Who decodes a footer
//! checks it here first. What is checked is the form (Thrift's compact protocol) and the counts, and no value.

pub mod bloom;
mod form;
pub mod pages;
mod thrift;

use std::ops::RangeInclusive;

use form::Form;
use thrift::{Cut, Reader, STRUCT};

/// The most bytes of metadata: some 100,000 column chunks with their statistics. What the crate makes of it takes a
/// dozen times as much memory.
pub const MOST_BYTES: u64 = 32 << 20;

/// The bytes at the end of every file: how long its metadata is, and the mark of the format.
pub const END: u64 = 8;

/// The most row groups: the crate refuses more, after it has reserved memory for them.
const MOST_ROW_GROUPS: usize = 1 << 15;

/// The most levels of a schema. A list or a map takes two.
const MOST_LEVELS: usize = 100;

/// The fields of `FileMetaData` and `SchemaElement` that are looked at, by their numbers in `parquet.thrift`.
const SCHEMA: i16 = 2;
const ROW_GROUPS: i16 = 4;
const NAME: i16 = 4;
const NUM_CHILDREN: i16 = 5;
const PAGE_LOCATIONS: i16 = 1;
const TEXT_BYTES: i16 = 2;
const OFFSET: i16 = 1;
/// The size of a page, and the number of its first row.
const OTHERS_OF_PAGE: RangeInclusive<i16> = 2..=3;

/// Why a footer must not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenFooter {
    /// It ends early, or is not Thrift.
    #[error("its metadata cannot be read")]
    Malformed,
    /// It is longer than any that is read.
    #[error("its metadata has {0} bytes, and {most} at the most are read", most = MOST_BYTES)]
    TooLong(u64),
    /// It has more row groups than there can be.
    #[error("it has {0} row groups, and {most} at the most are read", most = MOST_ROW_GROUPS)]
    RowGroups(usize),
    /// The columns of its schema are not where it says, or too deep.
    #[error(
        "its schema has more than {most} levels, or says of a column that it has others that are not there",
        most = MOST_LEVELS
    )]
    Schema,
}

impl From<Cut> for BrokenFooter {
    fn from(_: Cut) -> Self {
        Self::Malformed
    }
}

/// How many bytes of metadata are before the last eight bytes of a file, which `end` ends with. `None` if they do not have the
/// mark of Parquet, or if that of encrypted metadata: whoever decodes such a file refuses it before anything else.
pub fn length(end: &[u8]) -> Result<Option<u64>, BrokenFooter> {
    let Some([a, b, c, d, mark @ ..]) = end.last_chunk::<8>() else { return Ok(None) };
    if mark != b"PAR1" {
        return Ok(None);
    }
    let length = u64::from(u32::from_le_bytes([*a, *b, *c, *d]));
    if length > MOST_BYTES { Err(BrokenFooter::TooLong(length)) } else { Ok(Some(length)) }
}

/// Fails if the metadata of a file (`FileMetaData`) says that there is more than it has.
pub fn check(metadata: &[u8]) -> Result<(), BrokenFooter> {
    if metadata.len() as u64 > MOST_BYTES {
        return Err(BrokenFooter::TooLong(metadata.len() as u64));
    }
    let mut reader = Reader::new(metadata);
    reader.fields(|reader, field, kind| match field {
        SCHEMA => schema(reader, kind),
        ROW_GROUPS => {
            let groups = reader.list_of_structs(kind)?;
            if groups > MOST_ROW_GROUPS {
                return Err(BrokenFooter::RowGroups(groups));
            }
            for _ in 0..groups {
                reader.skip(STRUCT)?;
            }
            Ok(())
        }
        _ => Ok(reader.skip(kind)?),
    })
}

/// Where the pages of a column chunk begin, by its offset index. Fails if that says that there are more pages than it has.
pub fn page_places(index: &[u8]) -> Result<Vec<u64>, BrokenFooter> {
    let (mut reader, mut places) = (Reader::new(index), Vec::new());
    reader.fields(|reader, field, kind| match field {
        PAGE_LOCATIONS => {
            for _ in 0..reader.list_of_structs(kind)? {
                places.push(page_place(reader)?);
            }
            Ok::<(), BrokenFooter>(())
        }
        TEXT_BYTES => Ok(reader.list_of_numbers(kind)?),
        _ => Ok(form::pass(reader, kind, None)?),
    })?;
    Ok(places)
}

fn page_place(reader: &mut Reader<'_>) -> Result<u64, BrokenFooter> {
    let mut place = None;
    reader.fields(|reader, field, kind| {
        match field {
            OFFSET => place = Some(reader.number(kind)?),
            other => {
                let form = OTHERS_OF_PAGE.contains(&other).then_some(Form::Number);
                form::pass(reader, kind, form)?;
            }
        }
        Ok::<(), BrokenFooter>(())
    })?;
    place.and_then(|place| u64::try_from(place).ok()).ok_or(BrokenFooter::Malformed)
}

/// The elements of the schema, each before its children.
fn schema(reader: &mut Reader<'_>, kind: u8) -> Result<(), BrokenFooter> {
    let elements = reader.list_of_structs(kind)?;
    // How many children are to come of each group that is open.
    let mut open: Vec<usize> = Vec::new();
    for element in 0..elements {
        let (mut children, mut has_name) = (0_i64, false);
        reader.fields(|reader, field, kind| {
            match field {
                NUM_CHILDREN => children = reader.number(kind)?,
                other => {
                    has_name |= other == NAME;
                    reader.skip(kind)?;
                }
            }
            Ok::<(), BrokenFooter>(())
        })?;
        let children = usize::try_from(children).map_err(|_| BrokenFooter::Schema)?;
        if let Some(left) = open.last_mut() {
            *left = left.saturating_sub(1);
        }
        if children == 0 {
            while open.last() == Some(&0) {
                open.pop();
            }
        } else {
            open.push(children);
        }
        // The root has no other beside it.
        let is_root_alone = element + 1 == elements || !open.is_empty();
        if !has_name || !is_root_alone || children > elements - element - 1 || open.len() > MOST_LEVELS {
            return Err(BrokenFooter::Schema);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(BrokenFooter::Schema) }
}

#[cfg(test)]
mod tests;
