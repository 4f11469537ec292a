//! What a file says beside its footer of the memory that its rows take: what the values of each page take, in the offset
//! index, and how long the values of a dictionary are, in the dictionary itself.
//!
//! What cannot be read here is as if it were not there. Batches are smaller then, and who needs it says what is wrong.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::parquet::{
    arrow::async_reader::AsyncFileReader,
    basic::{Encoding, Type},
    column::page::{Page, PageReader},
    errors::{ParquetError, Result},
    file::{
        metadata::{
            ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, ParquetOffsetIndex,
        },
        reader::{ChunkReader, Length},
        serialized_reader::SerializedPageReader,
    },
};

use super::long::{Asked, Group, number};
use crate::pages;

/// A dictionary of more bytes, as it is in the file, is not read twice.
const MOST_BYTES: u64 = 16 << 20;

/// Adds what the file says of these row groups. Of dictionaries only those are read without which it is not enough.
pub(super) async fn look(
    groups: &mut [Group],
    asked: &Asked,
    metadata: &ParquetMetaData,
    reader: &mut Box<dyn AsyncFileReader>,
) {
    let indexes = offset_indexes(metadata, reader).await.unwrap_or_default();
    for group in groups {
        if let Some(indexes) = indexes.get(group.index) {
            group.add_pages(indexes);
        }
        let Some(found) = metadata.row_groups().get(group.index) else { continue };
        for at in 0..group.columns.len() {
            if asked.is_short(group) {
                break;
            }
            let Some((place, column)) = group.columns.get_mut(at) else { continue };
            let Some(chunk) = found.columns().get(*place).filter(|chunk| is_told_by_dictionary(chunk)) else {
                continue;
            };
            if let Some(dictionary) = dictionary(chunk, reader).await {
                column.shared = dictionary.longest.saturating_add(4);
                column.own = number(chunk.uncompressed_size()).saturating_sub(dictionary.bytes);
            }
        }
    }
}

async fn offset_indexes(
    metadata: &ParquetMetaData,
    reader: &mut Box<dyn AsyncFileReader>,
) -> Option<ParquetOffsetIndex> {
    let mut indexed = ParquetMetaDataReader::new_with_metadata(metadata.clone())
        .with_column_index_policy(PageIndexPolicy::Skip)
        .with_offset_index_policy(PageIndexPolicy::Optional);
    indexed.load_page_index(reader).await.ok()?;
    indexed.finish().ok()?.offset_index().cloned()
}

/// Whether each value of the column is in the dictionary, or else in the file as often as in memory; and one of a row.
fn is_told_by_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    chunk.column_type() == Type::BYTE_ARRAY
        && chunk.column_descr().max_rep_level() == 0
        && !chunk.encodings().any(|encoding| encoding == Encoding::DELTA_BYTE_ARRAY)
}

/// How many bytes a dictionary has, and its longest value.
#[derive(Debug, PartialEq, Eq)]
struct Dictionary {
    bytes: u64,
    longest: u64,
}

async fn dictionary(
    chunk: &ColumnChunkMetaData,
    reader: &mut Box<dyn AsyncFileReader>,
) -> Option<Dictionary> {
    let start = u64::try_from(chunk.dictionary_page_offset()?).ok()?;
    let end = u64::try_from(chunk.data_page_offset()).ok()?;
    let length = end.checked_sub(start)?;
    if length == 0 || length > MOST_BYTES {
        return None;
    }
    let bytes = reader.get_bytes(start..end).await.ok()?;
    pages::check_part(chunk, start, &bytes).ok()?;
    let part = Arc::new(Part { start, bytes });
    let mut pages = SerializedPageReader::new(part, chunk, 0, None).ok()?;
    match pages.get_next_page().ok()?? {
        Page::DictionaryPage { buf, num_values, .. } => measure(&buf, num_values),
        _ => None,
    }
}

/// Each value has its length before it, in four bytes.
fn measure(buffer: &[u8], values: u32) -> Option<Dictionary> {
    let (mut rest, mut longest) = (buffer, 0);
    for _ in 0..values {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length);
        rest = after.get(usize::try_from(length).ok()?..)?;
        longest = longest.max(u64::from(length));
    }
    Some(Dictionary { bytes: buffer.len() as u64, longest })
}

/// The bytes of a file from a place on, found by where they are in the file.
struct Part {
    start: u64,
    bytes: Bytes,
}

impl Part {
    fn within(&self, place: u64) -> Result<u64> {
        let within = place.checked_sub(self.start);
        within.ok_or_else(|| ParquetError::EOF(format!("{place} is before {}", self.start)))
    }
}

impl Length for Part {
    fn len(&self) -> u64 {
        self.start.saturating_add(self.bytes.len() as u64)
    }
}

impl ChunkReader for Part {
    type T = <Bytes as ChunkReader>::T;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        ChunkReader::get_read(&self.bytes, self.within(start)?)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        ChunkReader::get_bytes(&self.bytes, self.within(start)?, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_says_how_long_its_values_are() {
        let of = |values: &[&str]| -> Vec<u8> {
            let length = |value: &&str| u32::try_from(value.len()).unwrap().to_le_bytes();
            values.iter().flat_map(|value| [&length(value)[..], value.as_bytes()].concat()).collect()
        };
        for (values, longest) in [(&["a", "", "abc", "é"][..], 3), (&[""][..], 0), (&[][..], 0)] {
            let buffer = of(values);
            let found = measure(&buffer, u32::try_from(values.len()).unwrap());
            assert_eq!(found, Some(Dictionary { bytes: buffer.len() as u64, longest }), "{values:?}");
        }
        // One that is not whole says nothing.
        let buffer = of(&["a", "abc"]);
        assert_eq!(measure(&buffer, 3), None);
        assert_eq!(measure(&buffer[..buffer.len() - 1], 2), None);
        assert_eq!(measure(&[], u32::MAX), None);
    }
}
