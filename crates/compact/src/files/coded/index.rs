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
    OpenPage,
    bounds::{Bound, lower, upper},
    texts::Texts,
};

/// What readers find pages by.
pub(super) struct Index {
    columns: ColumnIndexBuilder,
    pub(super) offsets: OffsetIndexBuilder,
    pub(super) pages: i32,
    pub(super) slots: usize,
    nulls: usize,
    pub(super) text_bytes: i64,
    /// The least and the greatest text, and those of the last page with values.
    bounds: Option<(u32, u32)>,
    last: Option<(u32, u32)>,
    ascending: bool,
    descending: bool,
}

impl Index {
    pub(super) fn new() -> Self {
        Self {
            columns: ColumnIndexBuilder::new(Type::BYTE_ARRAY),
            offsets: OffsetIndexBuilder::new(),
            pages: 0,
            slots: 0,
            nulls: 0,
            text_bytes: 0,
            bounds: None,
            last: None,
            ascending: true,
            descending: true,
        }
    }

    /// A page that takes so many bytes.
    pub(super) fn add(&mut self, page: &OpenPage, size: usize, texts: &Texts) {
        let mut counts = vec![0_i64; texts.texts.len()];
        page.numbers.iter().for_each(|number| counts[*number as usize] += 1);
        let there = || (0_u32..).zip(&counts).filter(|(_, count)| **count > 0);
        let bounds = there().map(|(number, _)| (number, number)).reduce(|one, other| texts.wider(one, other));
        let bytes =
            there().map(|(number, count)| texts.texts[number as usize].len() as i64 * count).sum::<i64>();
        let nulls = page.slots - page.numbers.len();
        let ((least, _), (greatest, _)) =
            bounds.map(|bounds| short_bounds(texts, bounds)).unwrap_or_default();
        self.columns.append(bounds.is_none(), least, greatest, nulls as i64);
        self.offsets.append_row_count(page.rows as i64);
        self.offsets.append_unencoded_byte_array_data_bytes(Some(bytes));
        // The offset follows from the sizes when the dictionary's is known. No page has 2 GiB.
        self.offsets.append_offset_and_size(0, size as i32);
        self.pages += 1;
        self.slots += page.slots;
        self.nulls += nulls;
        self.text_bytes += bytes;
        let Some((low, high)) = bounds else { return };
        if let Some((last_low, last_high)) = self.last {
            self.ascending &= !texts.is_less(low, last_low) && !texts.is_less(high, last_high);
            self.descending &= !texts.is_less(last_low, low) && !texts.is_less(last_high, high);
        }
        self.last = bounds;
        self.bounds = Some(self.bounds.map_or((low, high), |before| texts.wider(before, (low, high))));
    }

    /// Of the whole leaf.
    pub(super) fn statistics(&self, texts: &Texts) -> Statistics {
        let nulls = Some(self.nulls as u64);
        let Some(bounds) = self.bounds else {
            return Statistics::byte_array(None, None, None, nulls, false);
        };
        let ((least, is_least), (greatest, is_greatest)) = short_bounds(texts, bounds);
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

/// What is written of the least and the greatest text.
fn short_bounds(texts: &Texts, (least, greatest): (u32, u32)) -> (Bound, Bound) {
    (lower(&texts.texts[least as usize]), upper(&texts.texts[greatest as usize]))
}
