//! A leaf of texts with a dictionary, encoded.
//!
//! Rows come with numbers into a dictionary already. The writer of Arrow would look up each text in a table of its own; here
//! each number is looked up in a list.

mod bounds;
mod index;
mod texts;

use arrow::{
    array::{Array, ArrayRef, AsArray},
    datatypes::{Field, UInt16Type},
};
use parquet::{
    basic::{Compression, Encoding, PageType},
    column::{
        page::{CompressedPage, Page, PageWriter},
        writer::ColumnCloseResult,
    },
    errors::ParquetError,
    file::{
        metadata::{ColumnChunkMetaData, PageEncodingStats},
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedPageWriter, TrackedWrite},
    },
    schema::types::ColumnDescPtr,
};
use zstd::bulk::Compressor;

use self::{index::Index, texts::Texts};
use super::{
    hybrid,
    slots::{Slots, Step, leaf, slots},
};

/// Rows of a page, where they are not so long that it is full before. A power of two, and a multiple of the rows that
/// are encoded at once: pages of all flat columns begin at the same rows, so that a reader which skips a page of one
/// column skips whole pages of the others.
pub(super) const PAGE_ROWS: usize = 16_384;

/// A page ends with the rows that bring it to so many slots, however few they are.
const PAGE_SLOTS: usize = 1 << 20;

/// The encoder of one leaf for one row group.
pub(super) struct CodedLeaf {
    descriptor: ColumnDescPtr,
    path: Vec<Step>,
    compression: Compression,
    compressor: Option<Compressor<'static>>,
    statistics: EnabledStatistics,
    texts: Texts,
    page: OpenPage,
    pages: TrackedWrite<Vec<u8>>,
    index: Index,
    /// Before compression.
    uncompressed: usize,
    rows: usize,
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
        let compression = properties.compression(name);
        let compressor = match compression {
            Compression::ZSTD(level) => Some(Compressor::new(level.compression_level())?),
            Compression::UNCOMPRESSED => None,
            _ => return Ok(None),
        };
        Ok(Some(Self {
            descriptor: descriptor.clone(),
            path: path.to_vec(),
            compression,
            compressor,
            statistics: properties.statistics_enabled(name),
            texts: Texts::default(),
            page: OpenPage::default(),
            pages: TrackedWrite::new(Vec::new()),
            index: Index::new(),
            uncompressed: 0,
            rows: 0,
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
        self.rows += column.len();
        Ok(())
    }

    /// Encoded bytes so far, at a guess for the page that is being filled.
    pub(super) fn size(&self) -> u64 {
        let open = self.page.numbers.len() * usize::from(hybrid::bits(self.texts.texts.len() as u32)) / 8;
        (self.pages.bytes_written() + open + self.texts.page_size()) as u64
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
        let size = body.len();
        let written = Page::DataPage {
            buf: self.compressed(body)?.into(),
            num_values: page.slots as u32,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let spec =
            SerializedPageWriter::new(&mut self.pages).write_page(CompressedPage::new(written, size))?;
        self.uncompressed += spec.uncompressed_size;
        self.index.add(&page, spec.compressed_size, &self.texts);
        page.clear();
        self.page = page;
        Ok(())
    }

    fn compressed(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, ParquetError> {
        match &mut self.compressor {
            Some(compressor) => Ok(compressor.compress(&bytes)?),
            None => Ok(bytes),
        }
    }

    /// The encoded leaf, and what is to be said of it.
    pub(super) fn close(mut self) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
        self.end_page()?;
        let body = self.texts.page();
        let size = body.len();
        let written = Page::DictionaryPage {
            buf: self.compressed(body)?.into(),
            num_values: self.texts.texts.len() as u32,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let mut dictionary = TrackedWrite::new(Vec::new());
        let spec =
            SerializedPageWriter::new(&mut dictionary).write_page(CompressedPage::new(written, size))?;
        self.uncompressed += spec.uncompressed_size;
        let (mut bytes, pages) = (dictionary.into_inner()?, self.pages.into_inner()?);
        let before = bytes.len();
        bytes.extend_from_slice(&pages);
        drop(pages);

        let encodings = [Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY];
        let stats = |page_type, encoding, count| PageEncodingStats { page_type, encoding, count };
        let mut metadata = ColumnChunkMetaData::builder(self.descriptor)
            .set_compression(self.compression)
            .set_encodings(encodings.to_vec())
            .set_page_encoding_stats(vec![
                stats(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1),
                stats(PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, self.index.pages),
            ])
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_num_values(self.index.slots as i64);
        if self.statistics != EnabledStatistics::None {
            metadata = metadata
                .set_statistics(self.index.statistics(&self.texts))
                .set_unencoded_byte_array_data_bytes(Some(self.index.text_bytes));
        }
        let has_index = self.statistics == EnabledStatistics::Page;
        let result = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.rows as u64,
            metadata: metadata.build()?,
            bloom_filter: None,
            column_index: if has_index { Some(self.index.columns()?) } else { None },
            offset_index: Some(self.index.offsets.build()),
        };
        Ok((bytes, result.update_dictionary_location(before)?))
    }
}

/// Levels up to `most`, in four bytes their length before them. None are there if all are as usual.
fn write_levels(most: i16, usual: i16, levels: &[u32], slots: usize, out: &mut Vec<u8>) {
    let (bits, place) = (hybrid::bits(most.unsigned_abs().into()), out.len());
    out.extend_from_slice(&[0; 4]);
    if levels.is_empty() {
        hybrid::repeat(usual.unsigned_abs().into(), slots, bits, out);
    } else {
        hybrid::encode(levels, bits, out);
    }
    let length = (out.len() - place - 4) as u32;
    out[place..place + 4].copy_from_slice(&length.to_le_bytes());
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
