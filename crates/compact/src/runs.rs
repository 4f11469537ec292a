//! Sorted runs: how one generation takes in more than fits into memory as rows.
//!
//! The inputs are read one part after the other. The rows of each part are put in order, freed of the twins of earlier
//! parts, and packed: so they take a fraction of their memory until all runs are merged, once, into the files of one
//! generation. Nothing of it is stored before that, so a crash leaves nothing behind, and no byte is encoded twice.
//!
//! The last part need not be packed: no further part follows that wants its memory.

mod known;
mod packed;
mod twins;
mod unpacked;

use std::{
    ops::Range,
    sync::{Arc, atomic::AtomicU64},
};

use arrow::{array::RecordBatch, datatypes::SchemaRef, error::ArrowError};
use domain::Dataset;

use crate::{
    coded::{self, dictionaries},
    files::identity_columns,
    identity::Identity,
    ordered::Ordered,
    rows::Keys,
    sorted::Sorted,
    workers::Workers,
};

use known::Known;
use packed::Piece;
use twins::{Dropped, renumber};
use unpacked::{Twin, content_hashes};

pub(crate) use unpacked::RunRows;

/// The most rows of a piece. The number of a row in a run is this times the number of its piece, and its place in there.
const PIECE_ROWS: u32 = 8_192;

/// Runs without twins among them.
pub(crate) struct Runs<'a> {
    workers: &'a Workers,
    schema: SchemaRef,
    identity: Identity,
    /// The identity's columns in the schema.
    identity_columns: Vec<usize>,
    /// What tells whether twins differ.
    content: Arc<Keys>,
    runs: Vec<Run>,
    /// The rows of the last part, if they stay in memory as they are.
    last: Option<Sorted>,
    /// No rows, with the dictionaries of the last part. Those of earlier ones are their beginnings.
    words: Option<RecordBatch>,
    duplicates: u64,
    conflicting: Arc<AtomicU64>,
}

/// The rows of a run.
struct Run {
    pieces: Vec<Piece>,
    known: Known,
    /// What was dropped of later runs for it.
    twins: Vec<Twin>,
    /// Bytes of its dictionaries, which its pieces share.
    words: usize,
}

impl<'a> Runs<'a> {
    pub(crate) fn new(dataset: &Dataset, workers: &'a Workers) -> Result<Self, ArrowError> {
        let schema = dataset.arrow_schema();
        let identity = Identity::new(&schema, dataset)?;
        let names = identity_columns(dataset).into_iter();
        let identity_columns = names.map(|(name, _)| schema.index_of(name)).collect::<Result<_, _>>()?;
        let content = Arc::new(Keys::content(&schema)?);
        let (runs, duplicates, conflicting) = (Vec::new(), 0, Arc::default());
        let (last, words) = (None, None);
        Ok(Self {
            workers,
            schema,
            identity,
            identity_columns,
            content,
            runs,
            last,
            words,
            duplicates,
            conflicting,
        })
    }

    /// How many runs there are.
    pub(crate) fn len(&self) -> usize {
        self.runs.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// No rows, with dictionaries: those of the next run are to begin with them.
    pub(crate) fn words(&self) -> Option<&RecordBatch> {
        self.words.as_ref()
    }

    /// How many rows are in them, those of the last part included.
    pub(crate) fn rows(&self) -> u64 {
        self.packed_rows() + self.last.as_ref().map_or(0, |last| last.rows() as u64)
    }

    fn packed_rows(&self) -> u64 {
        self.pieces().map(|piece| piece.rows() as u64).sum()
    }

    /// Bytes that the rows have unpacked, at a guess.
    pub(crate) fn unpacked_bytes(&self) -> u64 {
        let packed = self.pieces().map(|piece| piece.unpacked_bytes() as u64).sum::<u64>();
        packed + self.last.as_ref().map_or(0, |last| last.bytes() as u64)
    }

    /// Bytes that all rows would take packed, as far as the packed ones tell.
    pub(crate) fn packed_bytes(&self) -> u64 {
        let all = u128::from(self.bytes()) * u128::from(self.rows()) / u128::from(self.packed_rows().max(1));
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// Bytes of memory that the packed ones take.
    pub(crate) fn bytes(&self) -> u64 {
        let own = |run: &Run| size_of_val(&run.twins[..]) + run.known.bytes() + run.words;
        let own = self.runs.iter().map(own).sum::<usize>();
        (self.pieces().map(Piece::bytes).sum::<usize>() + own) as u64
    }

    /// Rows dropped because their twin was in an earlier run.
    pub(crate) fn duplicates(&self) -> u64 {
        self.duplicates
    }

    /// Of those, how many differed from their twin in content: known when all inputs have been read.
    pub(crate) fn conflicting(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.conflicting)
    }

    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        self.runs.iter().flat_map(|run| &run.pieces)
    }

    /// Adds a run of these rows, which are in order and without twins among them, less those whose twin is in an earlier
    /// run. So many of them are unpacked at a time afterwards, 8,192 at the most.
    pub(crate) fn push(&mut self, rows: Sorted, piece_rows: usize) -> Result<(), ArrowError> {
        let ranges = ranges(rows.rows(), piece_rows);
        let (mut hashed, dropped) = self.look_up(&rows, &ranges)?;
        hashed.retain_mut(|row| renumber(row, &dropped));
        let known = Known::new(hashed);
        let left = left(&ranges, &dropped);
        // Before any column is gathered, so that each is gathered once.
        let rows = self.without(rows, &ranges, dropped)?;
        let pieces = self.workers.each(left, |range| Piece::pack(&coded_batch(&rows, range)?));
        let pieces = pieces.into_iter().collect::<Result<Vec<_>, ArrowError>>()?;
        let words = words(&rows)?;
        self.runs.push(Run { pieces, known, twins: Vec::new(), words: words.get_array_memory_size() });
        self.words = Some(words);
        Ok(())
    }

    /// Adds these rows, as [`Self::push`] does, and keeps them as they are. Nothing may be added after them.
    pub(crate) fn push_last(&mut self, rows: Sorted, piece_rows: usize) -> Result<(), ArrowError> {
        let ranges = ranges(rows.rows(), piece_rows);
        let (_, dropped) = self.look_up(&rows, &ranges)?;
        let rows = self.without(rows, &ranges, dropped)?;
        self.words = Some(words(&rows)?);
        self.last = Some(rows);
        Ok(())
    }

    /// The rows that stay. Those that are dropped are noted with the runs of their twins.
    fn without(
        &mut self,
        rows: Sorted,
        ranges: &[Range<usize>],
        dropped: Vec<Vec<Dropped>>,
    ) -> Result<Sorted, ArrowError> {
        let numbers = |(range, dropped): (&Range<usize>, &Vec<Dropped>)| -> Vec<usize> {
            dropped.iter().map(|dropped| range.start + dropped.row as usize).collect()
        };
        let numbers: Vec<Vec<usize>> = ranges.iter().zip(&dropped).map(numbers).collect();
        let pieces = numbers.iter().collect();
        let contents = self.workers.each(pieces, |numbers: &Vec<usize>| self.contents(&rows, numbers));
        for (dropped, contents) in dropped.into_iter().zip(contents) {
            self.duplicates += dropped.len() as u64;
            for (Dropped { run, of, .. }, content) in dropped.into_iter().zip(contents?) {
                self.runs[run].twins.push(Twin { of, content });
            }
        }
        Ok(rows.without(&numbers.concat()))
    }

    /// A hash of all that the sender said, for each of these rows.
    fn contents(&self, rows: &Sorted, numbers: &[usize]) -> Result<Vec<u64>, ArrowError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let columns = (0..self.schema.fields().len()).map(|index| rows.column_of(index, numbers));
        content_hashes(&self.content, &columns.collect::<Result<Vec<_>, _>>()?)
    }

    /// The runs as they are merged, in the order in which they were added, and the last part, which comes after them. All
    /// have the same dictionaries if they may have any, else none.
    pub(crate) fn into_rows(self, coded: bool) -> (impl Iterator<Item = RunRows>, Option<Sorted>) {
        let Self { schema, content, runs, last, words, conflicting, .. } = self;
        let words = words.filter(|_| coded).unwrap_or_else(|| RecordBatch::new_empty(schema));
        let runs = runs.into_iter().map(move |Run { pieces, twins, .. }| {
            let (content, conflicting) = (Arc::clone(&content), Arc::clone(&conflicting));
            RunRows::new(pieces, twins, words.clone(), content, conflicting)
        });
        (runs, last)
    }
}

/// So many rows in pieces of this size, or of the largest that there may be.
fn ranges(rows: usize, piece_rows: usize) -> Vec<Range<usize>> {
    let piece_rows = piece_rows.clamp(1, PIECE_ROWS as usize);
    (0..rows).step_by(piece_rows).map(|from| from..rows.min(from + piece_rows)).collect()
}

/// The same ranges of rows, when those that are dropped are gone.
fn left(ranges: &[Range<usize>], dropped: &[Vec<Dropped>]) -> Vec<Range<usize>> {
    let mut end = 0;
    let left = |(range, dropped): (&Range<usize>, &Vec<Dropped>)| {
        let start = end;
        end += range.len() - dropped.len();
        start..end
    };
    ranges.iter().zip(dropped).map(left).collect()
}

/// No rows, with the dictionaries of these.
fn words(rows: &dyn Ordered) -> Result<RecordBatch, ArrowError> {
    let words = coded_batch(rows, 0..0)?;
    let columns = words.columns().iter().map(dictionaries).collect::<Result<_, _>>()?;
    RecordBatch::try_new(words.schema(), columns)
}

/// Some rows, with their dictionaries.
fn coded_batch(rows: &dyn Ordered, range: Range<usize>) -> Result<RecordBatch, ArrowError> {
    let columns = (0..rows.schema().fields().len()).map(|index| rows.coded_column(index, range.clone()));
    coded::batch(rows.schema(), columns.collect::<Result<_, _>>()?)
}

/// The piece of a row, and its place in there.
fn place(number: u32) -> (usize, u32) {
    ((number / PIECE_ROWS) as usize, number % PIECE_ROWS)
}

#[cfg(test)]
pub(crate) mod tests;
