//! What the footer of a file says of the memory that its rows take.

use std::collections::HashSet;

use datafusion::parquet::{
    basic::{ConvertedType, Encoding, Type},
    file::{
        metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData},
        page_index::offset_index::OffsetIndexMetaData,
    },
};
use domain::fitting::{self, Chunk, Column, Page};

/// The bytes of a decimal in memory, however it is in the file.
const DECIMAL: u64 = 16;

/// What is asked for of a file.
pub(super) struct Asked {
    /// The names of its columns.
    pub(super) columns: HashSet<String>,
    /// How many rows a batch should have.
    pub(super) rows: usize,
    /// What a batch may take, in bytes.
    pub(super) budget: u64,
    /// What a row with lists takes at most, in bytes: nothing in a file says how many values one of its rows has. An event of
    /// 1 MiB has no longer texts, and joins refuse longer rows.
    pub(super) row: u64,
}

/// A row group, of which not as many rows as a batch should have may fit.
pub(super) struct Group {
    pub(super) index: usize,
    rows: u64,
    /// The columns that are asked for, each with its place among all.
    pub(super) columns: Vec<(usize, Column)>,
}

impl Group {
    /// Adds what the indexes of its columns say of their pages.
    pub(super) fn add_pages(&mut self, indexes: &[OffsetIndexMetaData]) {
        for (place, column) in &mut self.columns {
            if let Some(pages) = indexes.get(*place).and_then(|index| pages(index, self.rows)) {
                column.pages = pages;
            }
        }
    }
}

impl Asked {
    /// The row groups that have to be looked at more closely.
    pub(super) fn long(&self, metadata: &ParquetMetaData) -> Vec<Group> {
        let groups = metadata.row_groups().iter().enumerate();
        let groups = groups.map(|(index, group)| self.group(index, group));
        groups.filter(|group| !self.is_short(group)).collect()
    }

    fn group(&self, index: usize, group: &RowGroupMetaData) -> Group {
        let rows = number(group.num_rows());
        let is_asked = |chunk: &ColumnChunkMetaData| {
            let name = chunk.column_path().parts().first();
            name.is_some_and(|name| self.columns.contains(name))
        };
        let columns = group.columns().iter().enumerate().filter(|(_, chunk)| is_asked(chunk));
        let columns = columns.map(|(place, found)| (place, chunk(found, rows).column(self.row))).collect();
        Group { index, rows, columns }
    }

    /// Whether batches of the group may have as many rows as they should.
    pub(super) fn is_short(&self, group: &Group) -> bool {
        self.rows_of(group) >= self.rows
    }

    /// How many rows fit, of whichever of these groups.
    pub(super) fn fitting(&self, groups: &[Group]) -> usize {
        groups.iter().map(|group| self.rows_of(group)).min().unwrap_or(self.rows)
    }

    fn rows_of(&self, group: &Group) -> usize {
        let columns: Vec<Column> = group.columns.iter().map(|(_, column)| column.clone()).collect();
        fitting::rows(&columns, group.rows, self.rows, self.budget)
    }
}

/// A number of a footer, of which [`crate::footer::check`] has refused what is below zero, where that would matter.
pub(super) fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// What the footer says of a column.
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

/// The pages of a column, if the index says what their values take in memory.
fn pages(index: &OffsetIndexMetaData, rows: u64) -> Option<Vec<Page>> {
    let texts = index.unencoded_byte_array_data_bytes()?;
    let starts: Vec<i64> = index.page_locations().iter().map(|page| page.first_row_index).collect();
    Some(fitting::pages(&starts, texts, rows))
}
