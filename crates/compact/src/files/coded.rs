//! A leaf of texts with a dictionary, encoded.
//!
//! Rows come with numbers into a dictionary already. The writer of Arrow would look up each text in a table of its own; here
//! each number is looked up in a list.

mod texts;

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Field, UInt16Type},
};
use parquet::{
    basic::Encoding, column::writer::ColumnCloseResult, errors::ParquetError,
    file::properties::WriterProperties, schema::types::ColumnDescPtr,
};

use self::texts::Texts;
use super::{
    hybrid,
    pages::{Facts, PAGE_ROWS, Pages, write_levels},
    slots::{Slots, Step, leaf, slots},
};

/// A page ends with the rows that bring it to so many slots, however few they are.
const PAGE_SLOTS: usize = 1 << 20;

/// The encoder of one leaf for one row group.
pub(super) struct CodedLeaf {
    descriptor: ColumnDescPtr,
    path: Vec<Step>,
    texts: Texts,
    page: OpenPage,
    pages: Pages,
}

/// The slots of the page that is being filled.
#[derive(Default)]
struct OpenPage {
    rows: usize,
    slots: usize,
    numbers: Vec<u32>,
    definition: Vec<u32>,
    repetition: Vec<u32>,
}

impl CodedLeaf {
    /// For the leaf at this path of its column, if the column's first rows have a dictionary there, and the file is to.
    pub(super) fn new(
        descriptor: &ColumnDescPtr,
        path: &[Step],
        column: &ArrayRef,
        properties: &WriterProperties,
    ) -> Result<Option<Self>, ParquetError> {
        let name = descriptor.path();
        let is_coded =
            leaf(column, path).is_some_and(|leaf| leaf.as_dictionary_opt::<UInt16Type>().is_some());
        // It makes no bloom filters.
        let has_filter = properties.bloom_filter_properties(name).is_some();
        if !is_coded || has_filter || !properties.dictionary_enabled(name) {
            return Ok(None);
        }
        let Some(pages) = Pages::new(descriptor, properties)? else { return Ok(None) };
        Ok(Some(Self {
            descriptor: descriptor.clone(),
            path: path.to_vec(),
            texts: Texts::default(),
            page: OpenPage::default(),
            pages,
        }))
    }

    /// Adds the values of a column, which may have another dictionary than before, or none.
    pub(super) fn write(&mut self, field: &Field, column: &ArrayRef) -> Result<(), ParquetError> {
        let mut begin = 0;
        while begin < column.len() {
            let rows = (PAGE_ROWS - self.page.rows).min(column.len() - begin);
            self.add(field, &column.slice(begin, rows))?;
            begin += rows;
            if self.page.rows == PAGE_ROWS || self.page.slots >= PAGE_SLOTS {
                self.end_page()?;
            }
        }
        Ok(())
    }

    fn add(&mut self, field: &Field, column: &ArrayRef) -> Result<(), ParquetError> {
        let slots = slots(field, column, &self.path);
        let array = leaf(column, &self.path)
            .ok_or_else(|| ParquetError::General("a column of another type than before".to_owned()))?;
        self.page.add_levels(&slots, column.len(), self.descriptor.max_def_level());
        self.texts.numbers_of(array, slots.values.as_deref(), &mut self.page.numbers);
        Ok(())
    }

    /// Encoded bytes so far, at a guess for the page that is being filled.
    pub(super) fn size(&self) -> u64 {
        let open = self.page.numbers.len() * usize::from(hybrid::bits(self.texts.texts.len() as u32)) / 8;
        (self.pages.size() + open + self.texts.page_size()) as u64
    }

    fn end_page(&mut self) -> Result<(), ParquetError> {
        if self.page.slots == 0 {
            return Ok(());
        }
        let mut page = std::mem::take(&mut self.page);
        let mut body = Vec::with_capacity(page.numbers.len() * 2 + 64);
        let levels = [
            (self.descriptor.max_rep_level(), 0, &page.repetition),
            (self.descriptor.max_def_level(), self.descriptor.max_def_level(), &page.definition),
        ];
        for (most, usual, levels) in levels {
            if most > 0 {
                write_levels(most, usual, levels, page.slots, &mut body);
            }
        }
        let bits = hybrid::bits((self.texts.texts.len() as u32).saturating_sub(1));
        body.push(bits);
        hybrid::encode(&page.numbers, bits, &mut body);
        let (bounds, bytes) = self.texts.bounds_and_bytes(&page.numbers);
        let texts = |(least, greatest): (u32, u32)| {
            (&*self.texts.texts[least as usize], &*self.texts.texts[greatest as usize])
        };
        let facts = Facts {
            rows: page.rows,
            slots: page.slots,
            values: page.numbers.len(),
            bytes,
            bounds: bounds.map(texts),
        };
        self.pages.write(&body, Encoding::RLE_DICTIONARY, facts)?;
        page.clear();
        self.page = page;
        Ok(())
    }

    /// The encoded leaf, and what is to be said of it.
    pub(super) fn close(mut self) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
        self.end_page()?;
        self.pages.close(Some((self.texts.page(), self.texts.texts.len())), None)
    }
}

impl OpenPage {
    fn clear(&mut self) {
        (self.rows, self.slots) = (0, 0);
        self.numbers.clear();
        self.definition.clear();
        self.repetition.clear();
    }

    fn add_levels(&mut self, slots: &Slots, rows: usize, usual: i16) {
        let usual = usual.unsigned_abs().into();
        if !slots.definition.is_empty() {
            self.definition.resize(self.slots, usual);
            self.definition.extend_from_slice(&slots.definition);
        } else if !self.definition.is_empty() {
            self.definition.resize(self.slots + slots.count, usual);
        }
        self.repetition.extend_from_slice(&slots.repetition);
        self.rows += rows;
        self.slots += slots.count;
    }
}
