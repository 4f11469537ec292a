//! What readers find and skip the pages of a leaf by.

use parquet::{
    basic::{BoundaryOrder, Type},
    data_type::ByteArray,
    errors::ParquetError,
    file::{
        metadata::{ColumnIndexBuilder, OffsetIndexBuilder},
        page_index::column_index::ColumnIndexMetaData,
        statistics::{Statistics, ValueStatistics},
    },
};

use super::{
    Facts,
    bounds::{Bound, lower, upper},
};

/// The least and the greatest of some values.
type Extent = (Vec<u8>, Vec<u8>);

/// What readers find pages by.
pub(super) struct Index {
    columns: ColumnIndexBuilder,
    pub(super) offsets: OffsetIndexBuilder,
    pub(super) rows: usize,
    pub(super) slots: usize,
    nulls: usize,
    pub(super) text_bytes: i64,
    /// Bytes of all pages.
    size: i64,
    /// Of all pages, and of the last page with values.
    extent: Option<Extent>,
    last: Option<Extent>,
    ascending: bool,
    descending: bool,
}

impl Index {
    pub(super) fn new() -> Self {
        Self {
            columns: ColumnIndexBuilder::new(Type::BYTE_ARRAY),
            offsets: OffsetIndexBuilder::new(),
            rows: 0,
            slots: 0,
            nulls: 0,
            text_bytes: 0,
            size: 0,
            extent: None,
            last: None,
            ascending: true,
            descending: true,
        }
    }

    /// A page that takes so many bytes.
    pub(super) fn add(&mut self, page: Facts<'_>, size: usize) {
        let nulls = page.slots - page.values;
        let ((least, _), (greatest, _)) = page.bounds.map(short_bounds).unwrap_or_default();
        self.columns.append(page.bounds.is_none(), least, greatest, nulls as i64);
        self.offsets.append_row_count(page.rows as i64);
        self.offsets.append_unencoded_byte_array_data_bytes(Some(page.bytes));
        // Counted from the first page. `update_dictionary_location` counts anew if there is a dictionary before it, and only
        // then. No page has 2 GiB.
        self.offsets.append_offset_and_size(self.size, size as i32);
        self.size += size as i64;
        self.rows += page.rows;
        self.slots += page.slots;
        self.nulls += nulls;
        self.text_bytes += page.bytes;
        let Some((low, high)) = page.bounds else { return };
        if let Some((last_low, last_high)) = &self.last {
            self.ascending &= low >= &last_low[..] && high >= &last_high[..];
            self.descending &= &last_low[..] >= low && &last_high[..] >= high;
        }
        self.last = Some((low.to_vec(), high.to_vec()));
        let (least, greatest) = self.extent.get_or_insert_with(|| (low.to_vec(), high.to_vec()));
        if low < &least[..] {
            *least = low.to_vec();
        }
        if high > &greatest[..] {
            *greatest = high.to_vec();
        }
    }

    /// Of the whole leaf.
    pub(super) fn statistics(&self) -> Statistics {
        let nulls = Some(self.nulls as u64);
        let Some((least, greatest)) = &self.extent else {
            return Statistics::byte_array(None, None, None, nulls, false);
        };
        let ((least, is_least), (greatest, is_greatest)) = short_bounds((least, greatest));
        let (least, greatest) = (ByteArray::from(least), ByteArray::from(greatest));
        let statistics = ValueStatistics::new(Some(least), Some(greatest), None, nulls, false);
        Statistics::ByteArray(statistics.with_min_is_exact(is_least).with_max_is_exact(is_greatest))
    }

    pub(super) fn columns(&mut self) -> Result<ColumnIndexMetaData, ParquetError> {
        let mut columns = std::mem::replace(&mut self.columns, ColumnIndexBuilder::new(Type::BYTE_ARRAY));
        columns.set_boundary_order(match (self.ascending, self.descending) {
            (true, _) => BoundaryOrder::ASCENDING,
            (false, true) => BoundaryOrder::DESCENDING,
            (false, false) => BoundaryOrder::UNORDERED,
        });
        columns.build()
    }
}

/// What is written of the least and the greatest value.
fn short_bounds((least, greatest): (&[u8], &[u8])) -> (Bound, Bound) {
    (lower(least), upper(greatest))
}
