//! The pages of a leaf that is encoded here, and what is said of them.

mod bounds;
mod index;

use bytes::Bytes;
use parquet::{
    basic::{Compression, Encoding, PageType},
    bloom_filter::Sbbf,
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

use self::index::Index;
use super::hybrid;

/// Rows of a page, where they are not so long that it is full before. A power of two, and a multiple of the rows that
/// are encoded at once: pages of all flat columns begin at the same rows, so that a reader which skips a page of one
/// column skips whole pages of the others.
pub(super) const PAGE_ROWS: usize = 16_384;

/// The pages of one leaf of one row group.
pub(super) struct Pages {
    descriptor: ColumnDescPtr,
    compression: Compression,
    compressor: Option<Compressor<'static>>,
    statistics: EnabledStatistics,
    written: TrackedWrite<Vec<u8>>,
    index: Index,
    /// Bytes before compression.
    uncompressed: usize,
    /// How many pages have numbers into a dictionary, and how many the values, in which encoding.
    coded: i32,
    direct: Option<(Encoding, i32)>,
}

/// What is said of a page, or of a leaf.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    pub(super) rows: usize,
    pub(super) slots: usize,
    /// How many slots have a value.
    pub(super) values: usize,
    /// Bytes of all values.
    pub(super) bytes: i64,
    /// The least and the greatest value, if there are any.
    pub(super) bounds: Option<(&'a [u8], &'a [u8])>,
}

impl Pages {
    /// Of a leaf of texts or bytes. `None` if the file is to have them in a form that is not made here.
    pub(super) fn new(
        descriptor: &ColumnDescPtr,
        properties: &WriterProperties,
    ) -> Result<Option<Self>, ParquetError> {
        let name = descriptor.path();
        let compression = properties.compression(name);
        let compressor = match compression {
            Compression::ZSTD(level) => Some(Compressor::new(level.compression_level())?),
            Compression::UNCOMPRESSED => None,
            _ => return Ok(None),
        };
        Ok(Some(Self {
            descriptor: descriptor.clone(),
            compression,
            compressor,
            statistics: properties.statistics_enabled(name),
            written: TrackedWrite::new(Vec::new()),
            index: Index::new(),
            uncompressed: 0,
            coded: 0,
            direct: None,
        }))
    }

    /// Bytes of all pages so far.
    pub(super) fn size(&self) -> usize {
        self.written.bytes_written()
    }

    /// Adds a page: levels, and values in this encoding, which is the same for all pages without numbers into a dictionary.
    pub(super) fn write(
        &mut self,
        body: &[u8],
        encoding: Encoding,
        facts: Facts<'_>,
    ) -> Result<(), ParquetError> {
        let written = Page::DataPage {
            buf: self.compressed(body)?,
            num_values: facts.slots as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        let page = CompressedPage::new(written, body.len());
        let spec = SerializedPageWriter::new(&mut self.written).write_page(page)?;
        self.uncompressed += spec.uncompressed_size;
        self.index.add(facts, spec.compressed_size);
        match encoding {
            Encoding::RLE_DICTIONARY => self.coded += 1,
            _ => self.direct.get_or_insert((encoding, 0)).1 += 1,
        }
        Ok(())
    }

    fn compressed(&mut self, bytes: &[u8]) -> Result<Bytes, ParquetError> {
        Ok(match &mut self.compressor {
            Some(compressor) => compressor.compress(bytes)?.into(),
            None => Bytes::copy_from_slice(bytes),
        })
    }

    /// The encoded leaf, and what is to be said of it. A dictionary is a page, and how many values it has.
    pub(super) fn close(
        mut self,
        dictionary: Option<(Vec<u8>, usize)>,
        bloom_filter: Option<Sbbf>,
    ) -> Result<(Vec<u8>, ColumnCloseResult), ParquetError> {
        let (mut encodings, mut stats) = (Vec::new(), Vec::new());
        let count = |page_type, encoding, count| PageEncodingStats { page_type, encoding, count };
        let mut bytes = Vec::new();
        if let Some((body, values)) = dictionary {
            let written = Page::DictionaryPage {
                buf: self.compressed(&body)?,
                num_values: values as u32,
                encoding: Encoding::PLAIN,
                is_sorted: false,
            };
            let mut page = TrackedWrite::new(Vec::new());
            let spec =
                SerializedPageWriter::new(&mut page).write_page(CompressedPage::new(written, body.len()))?;
            self.uncompressed += spec.uncompressed_size;
            bytes = page.into_inner()?;
            encodings.extend([Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY]);
            stats.push(count(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1));
            stats.push(count(PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, self.coded));
        }
        if let Some((encoding, pages)) = self.direct {
            encodings.extend([Encoding::RLE, encoding]);
            stats.push(count(PageType::DATA_PAGE, encoding, pages));
        }
        let (before, pages) = (bytes.len(), self.written.into_inner()?);
        if before == 0 {
            bytes = pages;
        } else {
            bytes.extend_from_slice(&pages);
        }

        let mut metadata = ColumnChunkMetaData::builder(self.descriptor)
            .set_compression(self.compression)
            .set_encodings(encodings)
            .set_page_encoding_stats(stats)
            .set_total_compressed_size(bytes.len() as i64)
            .set_total_uncompressed_size(self.uncompressed as i64)
            .set_num_values(self.index.slots as i64);
        if self.statistics != EnabledStatistics::None {
            metadata = metadata
                .set_statistics(self.index.statistics())
                .set_unencoded_byte_array_data_bytes(Some(self.index.text_bytes));
        }
        let has_index = self.statistics == EnabledStatistics::Page;
        let result = ColumnCloseResult {
            bytes_written: bytes.len() as u64,
            rows_written: self.index.rows as u64,
            metadata: metadata.build()?,
            bloom_filter,
            column_index: if has_index { Some(self.index.columns()?) } else { None },
            offset_index: Some(self.index.offsets.build()),
        };
        Ok((bytes, result.update_dictionary_location(before)?))
    }
}

/// Levels up to `most`, in four bytes their length before them. None are there if all are as usual.
pub(super) fn write_levels(most: i16, usual: i16, levels: &[u32], slots: usize, out: &mut Vec<u8>) {
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
