//! What a data file says of the memory that its rows take.

use domain::fitting::{self, Chunk, Column};
use parquet::{
    basic::{ConvertedType, Encoding, Type},
    file::{
        metadata::{ColumnChunkMetaData, RowGroupMetaData},
        page_index::offset_index::OffsetIndexMetaData,
    },
};

/// The bytes of a decimal in memory, however it is in the file.
const DECIMAL: u64 = 16;

/// The most bytes of a row's list: as many as an event has.
const LIST: u64 = 1 << 20;

/// How many rows of a row group, of so many at the most, take no more than `budget` bytes wherever they are. With the indexes of
/// its columns, if they were read.
pub(super) fn rows(
    group: &RowGroupMetaData,
    indexes: Option<&Vec<OffsetIndexMetaData>>,
    most: usize,
    budget: u64,
) -> usize {
    let rows = number(group.num_rows());
    let columns = group.columns().iter().enumerate().map(|(place, found)| {
        let index = indexes.and_then(|indexes| indexes.get(place));
        Column {
            pages: index.map_or_else(Vec::new, |index| pages(index, rows)),
            ..chunk(found, rows).column(LIST)
        }
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
