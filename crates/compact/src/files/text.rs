//! A column of texts that come as they are, encoded.
//!
//! The writer of Arrow takes an array. Rows lie here and there, so their texts would be copied into one, and from there into a
//! page. Here they are copied into the page, from where they are. Where the file is to have a dictionary, texts are looked up
//! where they are.

mod dictionary;
mod page;

use parquet::{
    basic::Encoding,
    bloom_filter::Sbbf,
    column::writer::ColumnCloseResult,
    errors::ParquetError,
    file::properties::{DEFAULT_DICTIONARY_PAGE_SIZE_LIMIT, DEFAULT_WRITE_BATCH_SIZE, WriterProperties},
    schema::types::ColumnDescPtr,
};

use self::{dictionary::Dictionary, page::OpenPage};
use super::pages::{PAGE_ROWS, Pages, write_levels};
use crate::texts::Text;

/// A page with so many bytes ends at the next multiple of [`LOOK`] rows. The writer of Arrow does so too, and pages of several
/// columns then begin at the same rows.
const PAGE_BYTES: usize = 1 << 20;

/// A page ends with the text that brings it to so many bytes, however few rows it has.
const MOST_PAGE_BYTES: usize = 2 * PAGE_BYTES;

/// The rows that the writer of Arrow encodes at once.
const LOOK: usize = DEFAULT_WRITE_BATCH_SIZE;

/// The beginnings of so many texts are read together: they are far from each other in memory, and the processor waits for
/// several of them in the time that it waits for one.
const TOGETHER: usize = 32;

/// The encoder of a column of texts for one row group.
pub(super) struct TextLeaf {
    /// Of a row with a value: 1 if there may be none, else 0.
    level: i16,
    /// What values are written in that are in no dictionary.
    encoding: Encoding,
    /// None where there is to be none.
    dictionary: Option<Dictionary>,
    /// Whether the next values are in the dictionary.
    is_coded: bool,
    filter: Option<Filter>,
    page: OpenPage,
    pages: Pages,
}

/// The bloom filter, and how many of its answers may be wrong: it becomes as small as that allows.
struct Filter {
    filter: Sbbf,
    wrong: f64,
}

impl TextLeaf {
    /// For a column that is such a leaf itself. `None` if the file is to have it in a form that is not made here.
    pub(super) fn new(
        descriptor: &ColumnDescPtr,
        properties: &WriterProperties,
    ) -> Result<Option<Self>, ParquetError> {
        let name = descriptor.path();
        let encoding = properties.encoding(name).unwrap_or(Encoding::PLAIN);
        let is_made = matches!(encoding, Encoding::PLAIN | Encoding::DELTA_LENGTH_BYTE_ARRAY);
        if !is_made || descriptor.max_rep_level() > 0 || descriptor.max_def_level() > 1 {
            return Ok(None);
        }
        let Some(pages) = Pages::new(descriptor, properties)? else { return Ok(None) };
        let is_coded = properties.dictionary_enabled(name);
        let filter = properties.bloom_filter_properties(name).map(|filter| {
            let wrong = filter.fpp();
            Ok::<_, ParquetError>(Filter { filter: Sbbf::new_with_ndv_fpp(filter.ndv(), wrong)?, wrong })
        });
        Ok(Some(Self {
            level: descriptor.max_def_level(),
            encoding,
            dictionary: is_coded.then(Dictionary::default),
            is_coded,
            filter: filter.transpose()?,
            page: OpenPage::default(),
            pages,
        }))
    }

    /// Adds a value for each row, or none.
    pub(super) fn write<'a>(
        &mut self,
        mut texts: impl Iterator<Item = Option<Text<'a>>>,
    ) -> Result<(), ParquetError> {
        let (mut batch, mut heads) = ([None; TOGETHER], [0; TOGETHER]);
        loop {
            let mut count = 0;
            for (place, text) in batch.iter_mut().zip(texts.by_ref()) {
                *place = text;
                count += 1;
            }
            for (head, text) in heads.iter_mut().zip(&batch[..count]) {
                *head = text.map_or(0, Text::read);
            }
            for (text, head) in batch[..count].iter().zip(heads) {
                match text {
                    Some(text) => self.add(*text, head)?,
                    None => self.add_nulls(1)?,
                }
            }
            if count < TOGETHER {
                return Ok(());
            }
        }
    }

    /// Adds so many rows without a value.
    pub(super) fn write_nulls(&mut self, mut rows: usize) -> Result<(), ParquetError> {
        while rows > 0 {
            let here = rows.min(PAGE_ROWS - self.page.rows);
            self.add_nulls(here)?;
            rows -= here;
        }
        Ok(())
    }

    #[inline]
    fn add(&mut self, text: Text<'_>, head: u64) -> Result<(), ParquetError> {
        let mut is_known = false;
        match &mut self.dictionary {
            Some(dictionary) if self.is_coded => {
                let number;
                (number, is_known) = dictionary.number(text.bytes());
                self.page.add_number(text, head, number);
            }
            _ => self.page.add_text(text, head, self.encoding == Encoding::PLAIN),
        }
        if let Some(Filter { filter, .. }) = &mut self.filter
            && !is_known
        {
            filter.insert(text.bytes());
        }
        let (rows, size) = (self.page.rows, self.page.size());
        let is_full = size >= PAGE_BYTES && rows.is_multiple_of(LOOK) || size >= MOST_PAGE_BYTES;
        if rows == PAGE_ROWS || is_full {
            self.end_page()?;
        }
        if !is_known && self.is_coded {
            self.look_at_dictionary()?;
        }
        Ok(())
    }

    /// What follows is in no dictionary, if this one is as large as it may be.
    fn look_at_dictionary(&mut self) -> Result<(), ParquetError> {
        let size = self.dictionary.as_ref().map_or(0, Dictionary::size);
        if size >= DEFAULT_DICTIONARY_PAGE_SIZE_LIMIT {
            self.end_page()?;
            self.is_coded = false;
        }
        Ok(())
    }

    /// Adds rows without a value. The page has room for them.
    fn add_nulls(&mut self, rows: usize) -> Result<(), ParquetError> {
        if self.level == 0 {
            return Err(ParquetError::General("a column that is never null has a null".to_owned()));
        }
        self.page.add_nulls(rows);
        if self.page.rows == PAGE_ROWS { self.end_page() } else { Ok(()) }
    }

    /// Encoded bytes so far, at a guess for the page that is being filled.
    pub(super) fn size(&self) -> u64 {
        let dictionary = self.dictionary.as_ref().map_or(0, Dictionary::size);
        (self.pages.size() + self.page.size() + dictionary) as u64
    }

    fn end_page(&mut self) -> Result<(), ParquetError> {
        if self.page.rows == 0 {
            return Ok(());
        }
        let mut head = Vec::new();
        if self.level > 0 {
            write_levels(self.level, self.level, self.page.levels(), self.page.rows, &mut head);
        }
        let encoding = if self.is_coded {
            let texts = self.dictionary.as_ref().map_or(0, Dictionary::count);
            self.page.encode_numbers(texts, &mut head);
            Encoding::RLE_DICTIONARY
        } else {
            if self.encoding != Encoding::PLAIN {
                self.page.encode_lengths(&mut head);
            }
            self.encoding
        };
        let (body, facts) = self.page.body(&mut head);
        self.pages.write(body, encoding, facts)?;
        self.page.clear();
        Ok(())
    }

    /// The encoded leaf, and what is to be said of it.
    pub(super) fn close(mut self) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
        self.end_page()?;
        let filter = self.filter.map(|Filter { mut filter, wrong }| {
            filter.fold_to_target_fpp(wrong);
            filter
        });
        self.pages.close(self.dictionary.map(Dictionary::into_page), filter)
    }
}
