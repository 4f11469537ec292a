//! What a data file says of the memory that its rows take.

use domain::{
    fitting::{self, Chunk, Column},
    port::ObjectStore,
};
use parquet::{
    DecodeResult,
    basic::{ConvertedType, Encoding, Type},
    file::{
        metadata::{
            ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder,
            ParquetOffsetIndex, RowGroupMetaData,
        },
        page_index::offset_index::OffsetIndexMetaData,
    },
};

use super::{Source, footer};
use crate::limits::batch_rows;

/// The most bytes of the page indexes of a file, which are read at once.
const INDEXES: u64 = 64 << 20;

/// How many times the bytes of a batch the rows of one may have, where long ones stand side by side. Two pages of a usual file
/// have no more.
const LONG: u64 = 8;

/// The bytes of a decimal in memory, however it is in the file.
const DECIMAL: u64 = 16;

/// The bytes that Arrow has for each text, and for each list within a list, beside what is in it.
const OFFSET: u64 = 4;

/// The bytes of the two levels of a value within a list, which are in memory while rows are decoded.
const LEVELS: u64 = 4;

/// The most values of a row's lists in one column: an event has 1 MiB, and no value in an array has less than a character and a
/// comma.
const LIST: u64 = (1 << 20) / 2;

impl<S: ObjectStore> Source<'_, S> {
    /// What to count a row as, in bytes, for batches that have `batch` bytes. It is the average in the row group where rows are
    /// longest, or more: where long rows may stand side by side, so much that they have no more than [`LONG`] times as many.
    pub(crate) async fn row_bytes(&self, batch: u64) -> u64 {
        let average = self.average_row_bytes();
        let most = batch_rows(batch, average);
        let mut rows = self.fitting(None, most, batch);
        if rows < most {
            let indexes = self.offset_indexes().await;
            rows = self.fitting(indexes.as_ref(), most, batch);
        }
        if rows < most { average.max(batch / (rows as u64).max(1)) } else { average }
    }

    /// What a row takes in memory on average, in bytes, in the row group where rows are longest.
    pub(crate) fn average_row_bytes(&self) -> u64 {
        self.metadata.row_groups().iter().map(row_bytes).max().unwrap_or_default()
    }

    /// How many rows fit, of so many at the most, of whichever row group.
    fn fitting(&self, indexes: Option<&ParquetOffsetIndex>, most: usize, batch: u64) -> usize {
        let budget = batch.saturating_mul(LONG);
        let groups = self.metadata.row_groups().iter().enumerate();
        let rows = groups
            .map(|(place, group)| rows(group, indexes.and_then(|indexes| indexes.get(place)), most, budget));
        rows.min().unwrap_or(most)
    }

    /// Where the pages are, and what is in them. `None` if the file does not say so, or if that cannot be read: batches are smaller
    /// then, and whoever reads the rows meets the error of the store.
    async fn offset_indexes(&self) -> Option<ParquetOffsetIndex> {
        let metadata = ParquetMetaData::clone(&self.metadata);
        let mut decoder = ParquetMetaDataPushDecoder::try_new_with_metadata(self.file.bytes, metadata)
            .ok()?
            .with_column_index_policy(PageIndexPolicy::Skip)
            .with_offset_index_policy(PageIndexPolicy::Optional);
        loop {
            match footer::parsed(|| decoder.try_decode()).ok()? {
                DecodeResult::Data(metadata) => return metadata.offset_index().cloned(),
                DecodeResult::Finished => return None,
                DecodeResult::NeedsData(ranges) => {
                    for range in ranges {
                        if range.end > self.file.bytes || range.end.saturating_sub(range.start) > INDEXES {
                            return None;
                        }
                        let bytes = self.bytes(range.clone()).await.ok()?;
                        footer::check_indexes(&self.metadata, range.start, &bytes).ok()?;
                        decoder.push_range(range, bytes).ok()?;
                    }
                }
            }
        }
    }
}

/// Decoded bytes of a row, on average. A value that repeats is in a row group once, and in memory as often as there are rows; a
/// list of small numbers has some bits for each in a file, and 4 to 16 bytes in memory. So what the pages take says little, and
/// what counts is how many values there are, and what the writer has noted of texts.
fn row_bytes(group: &RowGroupMetaData) -> u64 {
    let rows = number(group.num_rows());
    let decoded = |column: &ColumnChunkMetaData| {
        let Chunk { values, width, in_file, texts, .. } = chunk(column, rows);
        let own = match width {
            Some(width) => values.saturating_mul(width),
            None => texts.unwrap_or_default().saturating_add(values.saturating_mul(OFFSET)),
        };
        // Each list within a list has a value at least, if only a null.
        let lists = u64::try_from(column.column_descr().max_rep_level()).unwrap_or_default();
        let around = match lists {
            0 => 0,
            lists => LEVELS + OFFSET * (lists - 1),
        };
        in_file.max(own).saturating_add(values.saturating_mul(around))
    };
    group.columns().iter().map(decoded).fold(0, u64::saturating_add) / rows.max(1)
}

/// How many rows of a row group, of so many at the most, take no more than `budget` bytes wherever they are. With the indexes of
/// its columns, if they were read.
fn rows(
    group: &RowGroupMetaData,
    indexes: Option<&Vec<OffsetIndexMetaData>>,
    most: usize,
    budget: u64,
) -> usize {
    let rows = number(group.num_rows());
    let columns = group.columns().iter().enumerate().map(|(place, found)| {
        let index = indexes.and_then(|indexes| indexes.get(place));
        let chunk = chunk(found, rows);
        // Texts, with their offsets, take less than twice the bytes that they have in the event.
        let list = LIST * chunk.width.unwrap_or(OFFSET);
        Column { pages: index.map_or_else(Vec::new, |index| pages(index, rows)), ..chunk.column(list) }
    });
    fitting::rows(&columns.collect::<Vec<_>>(), rows, most, budget)
}

/// A number of a footer, which is not below zero.
fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

fn chunk(chunk: &ColumnChunkMetaData, rows: u64) -> Chunk {
    let descriptor = chunk.column_descr();
    let width = match chunk.column_type() {
        Type::BYTE_ARRAY => None,
        Type::FIXED_LEN_BYTE_ARRAY => Some(number(descriptor.type_length().into()).max(DECIMAL)),
        _ if descriptor.converted_type() == ConvertedType::DECIMAL => Some(DECIMAL),
        Type::BOOLEAN => Some(1),
        Type::INT32 | Type::FLOAT => Some(4),
        Type::INT64 | Type::DOUBLE | Type::INT96 => Some(8),
    };
    Chunk {
        rows,
        values: number(chunk.num_values()),
        width,
        is_list: descriptor.max_rep_level() > 0,
        in_file: number(chunk.uncompressed_size()),
        texts: chunk.unencoded_byte_array_data_bytes().map(number),
        may_repeat: chunk.dictionary_page_offset().is_some() || chunk.encodings().any(repeats),
    }
}

/// Whether texts in this encoding may be longer than what the file has of them.
fn repeats(encoding: Encoding) -> bool {
    let old_and_new = [Encoding::PLAIN_DICTIONARY, Encoding::RLE_DICTIONARY];
    old_and_new.contains(&encoding) || encoding == Encoding::DELTA_BYTE_ARRAY
}

/// The pages of a column; none, if the index does not say what their texts take in memory.
fn pages(index: &OffsetIndexMetaData, rows: u64) -> Vec<fitting::Page> {
    let starts: Vec<i64> = index.page_locations().iter().map(|page| page.first_row_index).collect();
    let texts = index.unencoded_byte_array_data_bytes();
    texts.map_or_else(Vec::new, |texts| fitting::pages(&starts, texts, rows))
}
