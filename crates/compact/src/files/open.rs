//! A data file that is being written, in memory.

mod groups;

use std::{ops::Range, sync::Arc};

use arrow::{array::Array, datatypes::SchemaRef};
use domain::Dataset;
use parquet::{errors::ParquetError, file::writer::SerializedFileWriter, schema::types::ColumnDescPtr};

use super::{
    balance::heaviest_first,
    choice::{Choice, choose, leaves_by_column},
    encoder::{Chunk, ColumnEncoder, EncoderFactory},
    field_ids::with_field_ids,
    pages::PAGE_ROWS,
    parts::{Parts, at_once},
    properties::{descriptor, properties},
    sample::{runs, sampled},
};
use crate::{limits::Limits, ordered::Ordered, workers::Workers};

/// Bytes of a block of a bloom filter.
const BLOCK: u64 = 32;

/// A file of fewer rows is not worth trials: it is small, and merged before long.
const FEW: u64 = 1_024;

/// What a file is begun with.
#[derive(Clone, Copy)]
pub(super) struct Beginning<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) limits: &'a Limits,
    pub(super) workers: &'a Workers,
    /// Whether rows come in the dataset's order.
    pub(super) in_order: bool,
    /// Rows that are to come, at the most.
    pub(super) rows: u64,
    /// Bytes that are to come, at a guess.
    pub(super) bytes: u64,
}

/// A file and the row group of it that is being encoded.
pub(super) struct OpenFile {
    writer: SerializedFileWriter<Vec<u8>>,
    columns: Vec<Column>,
    /// Of the row group, if rows of it are encoded: one for each column.
    encoders: Vec<ColumnEncoder>,
    /// Rows of the row group so far, and of the whole of it.
    in_group: usize,
    group: usize,
    /// Row groups that are encoded, and not in the file yet.
    waiting: Vec<Vec<Chunk>>,
    /// Bytes of the bloom filters of the last row group.
    filters: u64,
    /// Rows of all row groups.
    rows: u64,
    density: Density,
}

struct Column {
    factory: EncoderFactory,
    /// How much work it is, beside the other columns.
    weight: u64,
}

/// Encoded bytes of so many rows: of the row group before, or of the sample.
#[derive(Debug, Clone, Copy)]
struct Density {
    bytes: u64,
    rows: u64,
}

impl Density {
    /// Rows of so many bytes.
    fn rows_in(self, bytes: u64) -> u64 {
        bytes.saturating_mul(self.rows) / self.bytes.max(1)
    }

    /// Bytes of so many rows.
    fn bytes_of(self, rows: usize) -> u64 {
        (rows as u64).saturating_mul(self.bytes) / self.rows.max(1)
    }
}

/// A column as far as a worker has come with it.
enum Encoded {
    Open(ColumnEncoder),
    Closed(Vec<Chunk>),
}

impl OpenFile {
    /// For a file that begins with these rows.
    pub(super) fn begin(
        beginning: Beginning<'_>,
        rows: &dyn Ordered,
        range: Range<usize>,
    ) -> Result<Self, ParquetError> {
        let Beginning { dataset, limits, workers, in_order, rows: expected, bytes } = beginning;
        let schema = with_field_ids(dataset);
        let descriptor = descriptor(&schema)?;
        let expected = expected.max(range.len() as u64);
        let decided = decide(workers, &leaves_by_column(&descriptor), rows, range, limits, expected)?;
        let choices: Vec<Choice> = decided.columns.iter().flat_map(|(_, choices)| choices).copied().collect();
        let distinct = expected.min(limits.row_group_rows);
        let properties = Arc::new(properties(dataset, &descriptor, &choices, in_order, distinct));
        // All at once: a buffer that grows by doubling is there twice while it moves. It costs memory only as far as it
        // is written to.
        let size = bytes.min(limits.target.saturating_add(limits.row_group));
        let buffer = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        let writer =
            SerializedFileWriter::new(buffer, descriptor.root_schema_ptr(), Arc::clone(&properties))?;
        let columns = schema.fields().iter().zip(&decided.columns).map(|(field, (weight, _))| {
            Ok(Column { factory: EncoderFactory::new(field, &properties)?, weight: *weight })
        });
        let columns = columns.collect::<Result<_, ParquetError>>()?;
        let (encoders, waiting, density) = (Vec::new(), Vec::new(), decided.density);
        Ok(Self { writer, columns, encoders, in_group: 0, group: 0, waiting, filters: 0, rows: 0, density })
    }

    /// How many rows still fit into the row group, or into the next one if this one is full. The number depends on what
    /// was written before, and on nothing else.
    pub(super) fn room(&mut self, limits: &Limits) -> usize {
        if self.in_group == 0 {
            self.group = self.group_behind(self.written(), limits);
        }
        self.group.saturating_sub(self.in_group)
    }

    /// How many rows a row group has that begins behind so many bytes.
    fn group_behind(&self, written: u64, limits: &Limits) -> usize {
        let left = limits.target.saturating_sub(written);
        let rows = self.density.rows_in(limits.row_group).min(self.density.rows_in(left));
        let rows = rows.min(limits.row_group_rows).max(1);
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        // Whole pages.
        if rows > PAGE_ROWS { rows - rows % PAGE_ROWS } else { rows }
    }

    /// Encodes the next rows of the row group, and ends it if `last`.
    pub(super) fn encode(
        &mut self,
        workers: &Workers,
        parts: &Parts<'_>,
        last: bool,
    ) -> Result<(), ParquetError> {
        let mut open = std::mem::take(&mut self.encoders).into_iter();
        let items = self.columns.iter().enumerate();
        let items = items.map(|(index, column)| (column.weight, (index, &column.factory, open.next())));
        let encoded = heaviest_first(workers, items.collect(), |(index, factory, open)| {
            encode_column(factory, open, parts, index, last)
        });
        self.in_group += parts.rows();
        let mut chunks = Vec::new();
        for encoded in encoded {
            match encoded? {
                Encoded::Open(encoder) => self.encoders.push(encoder),
                Encoded::Closed(leaves) => chunks.extend(leaves),
            }
        }
        if last {
            let rows = std::mem::take(&mut self.in_group);
            self.encoded(chunks, rows);
            self.append()?;
        }
        Ok(())
    }

    /// Takes a row group of so many rows, which is written into the file later.
    fn encoded(&mut self, chunks: Vec<Chunk>, rows: usize) {
        self.density = Density { bytes: encoded_bytes(&chunks), rows: rows as u64 };
        self.filters = filter_bytes(&chunks);
        self.rows += rows as u64;
        self.waiting.push(chunks);
    }

    /// Writes the row groups that wait into the file.
    fn append(&mut self) -> Result<(), ParquetError> {
        groups::append_to(&mut self.writer, std::mem::take(&mut self.waiting))
    }

    /// Whether the row group is larger than it was meant to be: its rows are longer than those before.
    pub(super) fn is_group_too_large(&self, limits: &Limits) -> bool {
        let size: u64 = self.encoders.iter().map(ColumnEncoder::size).sum();
        size >= limits.row_group || self.written().saturating_add(size) >= limits.target
    }

    /// Ends the row group, if there are rows in it.
    pub(super) fn end_group(&mut self, workers: &Workers) -> Result<(), ParquetError> {
        if self.in_group == 0 { Ok(()) } else { self.encode(workers, &Parts::Batches(&[]), true) }
    }

    /// Whether nothing more is to be written to it. A sixteenth may be missing from the target, so that no small row
    /// group is added only because its size was estimated.
    pub(super) fn is_full(&self, limits: &Limits) -> bool {
        self.in_group == 0 && is_full(self.written(), limits)
    }

    /// Bytes of the row groups so far.
    fn written(&self) -> u64 {
        let waiting: u64 =
            self.waiting.iter().map(|chunks| encoded_bytes(chunks) + filter_bytes(chunks)).sum();
        self.writer.bytes_written() as u64 + waiting
    }

    /// The file, and how many rows it has.
    pub(super) fn finish(mut self, workers: &Workers) -> Result<(Vec<u8>, u64), ParquetError> {
        self.end_group(workers)?;
        self.append()?;
        Ok((self.writer.into_inner()?, self.rows))
    }
}

fn is_full(written: u64, limits: &Limits) -> bool {
    written >= limits.target - limits.target / 16
}

/// Bytes of a row group, but for its bloom filters.
fn encoded_bytes(chunks: &[Chunk]) -> u64 {
    chunks.iter().map(|chunk| chunk.close().bytes_written).sum()
}

/// Bytes of a row group's bloom filters, which the file has behind it.
fn filter_bytes(chunks: &[Chunk]) -> u64 {
    let filters = chunks.iter().filter_map(|chunk| chunk.close().bloom_filter.as_ref());
    filters.map(|filter| BLOCK * filter.num_blocks() as u64).sum()
}

fn encode_column(
    factory: &EncoderFactory,
    open: Option<ColumnEncoder>,
    parts: &Parts<'_>,
    column: usize,
    last: bool,
) -> Result<Encoded, ParquetError> {
    let mut encoder = match open {
        Some(encoder) => encoder,
        None => factory.encoder()?,
    };
    encode_parts(&mut encoder, parts, column)?;
    if last { encoder.close().map(Encoded::Closed) } else { Ok(Encoded::Open(encoder)) }
}

fn encode_parts(encoder: &mut ColumnEncoder, parts: &Parts<'_>, column: usize) -> Result<(), ParquetError> {
    for part in 0..parts.count() {
        match parts.texts(column, part) {
            Some(texts) if encoder.takes_texts()? => encoder.write_texts(&texts)?,
            _ => encoder.write(&parts.column(column, part)?)?,
        }
    }
    Ok(())
}

/// What is decided before the first row is written.
struct Decided {
    /// Of each column: how much work it is, and how its leaves are written.
    columns: Vec<(u64, Vec<Choice>)>,
    density: Density,
}

/// Decides by a sample of the rows, if that is worth its time.
fn decide(
    workers: &Workers,
    leaves: &[Vec<ColumnDescPtr>],
    rows: &dyn Ordered,
    range: Range<usize>,
    limits: &Limits,
    expected: u64,
) -> Result<Decided, ParquetError> {
    let schema: &SchemaRef = rows.schema();
    if expected < FEW {
        let choices = leaves.iter().map(|leaves| Ok((0, vec![Choice::untried()?; leaves.len()])));
        let columns = choices.collect::<Result<_, ParquetError>>()?;
        let density = Density { bytes: rows.bytes() as u64, rows: rows.rows() as u64 };
        return Ok(Decided { columns, density });
    }
    let runs = runs(range, at_once(rows, limits));
    let sampled_rows: usize = runs.iter().map(Range::len).sum();
    let group = usize::try_from(expected.min(limits.row_group_rows)).unwrap_or(usize::MAX);
    let by_sample = |column: usize| -> Result<(u64, Vec<Choice>), ParquetError> {
        let sample = sampled(rows, &runs, column)?;
        let choices = choose(&schema.fields()[column], &leaves[column], &sample, group)?;
        Ok((sample.get_array_memory_size() as u64, choices))
    };
    let columns = workers.each((0..leaves.len()).collect(), by_sample);
    let columns: Vec<(u64, Vec<Choice>)> = columns.into_iter().collect::<Result<_, ParquetError>>()?;
    let bytes: u64 = columns.iter().flat_map(|(_, choices)| choices).map(|choice| choice.bytes).sum();
    Ok(Decided { columns, density: Density { bytes, rows: sampled_rows as u64 } })
}
