//! Rows in the dataset's order: nulls first, then ascending; rows that are alike in it stay as they came.

mod ahead;
mod prefix;

use std::ops::Range;

use arrow::{
    array::{Array, ArrayRef, RecordBatch},
    datatypes::{DataType, SchemaRef},
    error::ArrowError,
    row::{RowConverter, SortField},
};
use domain::Dataset;

use crate::{chunks::Chunks, coded::plain, gather::Place, ordered::Ordered, texts::Texts, workers::Workers};

use ahead::Reach;
use prefix::Prefixes;

/// So many rows that are alike so far are sorted by prefixes of the next column; fewer are compared whole.
const MANY: usize = 1 << 12;

/// Rows whose sort columns are compared whole are brought together in groups of so many.
const GROUP: usize = 1 << 16;

/// A worker looks up the places of so many rows at a time.
const PLACED: usize = 1 << 16;

/// Of so many rows it is noted in which chunks they are. Events land about when they happen, so neighbours in the order are
/// in few of some hundred chunks; to look at all of these for each part of each column took as long as to gather its values.
const SPANNED: usize = 1 << 10;

/// The first and the last chunk that some rows are in.
type Span = (usize, usize);

/// Rows in the dataset's order. They stay where they are; a column of them is gathered when it is asked for.
#[derive(Debug)]
pub(crate) struct Sorted {
    chunks: Chunks,
    order: Vec<Place>,
    /// Of each [`SPANNED`] rows.
    spans: Vec<Span>,
    reach: Reach,
}

impl Sorted {
    /// Sorts these rows, which are numbered as in the chunks. Dictionaries begin with those of `before`.
    pub(crate) fn new(
        chunks: Chunks,
        rows: Vec<u32>,
        before: Option<&RecordBatch>,
        dataset: &Dataset,
        workers: &Workers,
    ) -> Result<Self, ArrowError> {
        let rows = order(&chunks, rows, dataset, workers)?;
        let chunks = chunks.with_one_dictionary(before, workers)?;
        let mut order = vec![Place::default(); rows.len()];
        let mut spans = vec![(0, 0); rows.len().div_ceil(SPANNED)];
        let places = order.chunks_mut(PLACED).zip(spans.chunks_mut(PLACED / SPANNED));
        let parts = rows.chunks(PLACED).zip(places).collect();
        workers.each(parts, |(rows, (order, spans)): (&[u32], (&mut [Place], &mut [Span]))| {
            for (spot, row) in order.iter_mut().zip(rows) {
                let (chunk, place) = chunks.place(*row);
                *spot = (chunk as u32, place as u32);
            }
            for (span, spots) in spans.iter_mut().zip(order.chunks(SPANNED)) {
                *span = span_of(spots);
            }
        });
        let reach = Reach::new(&order);
        Ok(Self { chunks, order, spans, reach })
    }

    /// All but these rows, whose numbers are in order.
    pub(crate) fn without(self, rows: &[usize]) -> Self {
        if rows.is_empty() {
            return self;
        }
        let Self { chunks, mut order, mut spans, .. } = self;
        let (mut gone, mut number) = (rows.iter().peekable(), 0);
        order.retain(|_| {
            let stays = gone.next_if_eq(&&number).is_none();
            number += 1;
            stays
        });
        spans.clear();
        spans.extend(order.chunks(SPANNED).map(span_of));
        let reach = Reach::new(&order);
        Self { chunks, order, spans, reach }
    }

    /// The number that a row has in the chunks.
    pub(crate) fn number(&self, row: usize) -> u32 {
        let (chunk, place) = self.order[row];
        self.chunks.start(chunk as usize) + place
    }

    /// These rows of one column.
    pub(crate) fn column_of(&self, index: usize, rows: &[usize]) -> Result<ArrayRef, ArrowError> {
        let spots: Vec<Place> = rows.iter().map(|row| self.order[*row]).collect();
        let (first, last) = span_of(&spots);
        let chunks = if spots.is_empty() { 0..0 } else { first..last + 1 };
        self.chunks.gather(index, chunks, &spots)
    }

    /// The chunk that a row is in, and its place in there.
    pub(crate) fn place(&self, row: usize) -> Place {
        self.order[row]
    }

    /// A column of a chunk, as it is there.
    pub(crate) fn chunk(&self, index: usize, chunk: usize) -> &ArrayRef {
        self.chunks.column(chunk, index)
    }

    /// No values of a column, of the type that they get when they are gathered.
    pub(crate) fn like(&self, index: usize) -> &ArrayRef {
        self.chunks.like(index)
    }

    /// The chunks that these rows are in, and maybe others.
    pub(crate) fn chunks_of(&self, rows: &Range<usize>) -> Range<usize> {
        let spans = &self.spans[rows.start / SPANNED..rows.end.div_ceil(SPANNED)];
        let first = spans.iter().map(|(first, _)| *first).min().unwrap_or_default();
        first..spans.iter().map(|(_, last)| last + 1).max().unwrap_or(first)
    }
}

impl Ordered for Sorted {
    fn schema(&self) -> &SchemaRef {
        self.chunks.schema()
    }

    fn rows(&self) -> usize {
        self.order.len()
    }

    fn bytes(&self) -> usize {
        let (rows, of) = (self.order.len() as u128, self.chunks.rows().max(1) as u128);
        usize::try_from(self.chunks.bytes() as u128 * rows / of).unwrap_or(usize::MAX)
    }

    fn column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        plain(&self.coded_column(index, rows)?)
    }

    fn coded_column(&self, index: usize, rows: Range<usize>) -> Result<ArrayRef, ArrowError> {
        self.reach.read_ahead(&self.chunks, index, &rows);
        self.chunks.gather(index, self.chunks_of(&rows), &self.order[rows])
    }

    fn texts(&self, index: usize, rows: Range<usize>) -> Option<Texts<'_>> {
        if *self.chunks.like(index).data_type() != DataType::Utf8 {
            return None;
        }
        self.reach.read_ahead(&self.chunks, index, &rows);
        let chunks = self.chunks_of(&rows);
        let arrays = chunks.clone().map(|chunk| self.chunks.column(chunk, index));
        Texts::new(arrays, chunks.start, &self.order[rows])
    }
}

fn span_of(spots: &[Place]) -> Span {
    let chunks = spots.iter().map(|(chunk, _)| *chunk as usize);
    chunks.fold((usize::MAX, 0), |(least, most), chunk| (least.min(chunk), most.max(chunk)))
}

/// The rows' numbers in the dataset's order.
fn order(
    chunks: &Chunks,
    rows: Vec<u32>,
    dataset: &Dataset,
    workers: &Workers,
) -> Result<Vec<u32>, ArrowError> {
    let columns = dataset.sort_order();
    let columns = columns.iter().map(|name| chunks.schema().index_of(name)).collect::<Result<Vec<_>, _>>()?;
    Sort { chunks, workers, many: MANY, group: GROUP }.by(rows, &columns)
}

struct Sort<'a> {
    chunks: &'a Chunks,
    workers: &'a Workers,
    /// See [`MANY`] and [`GROUP`].
    many: usize,
    group: usize,
}

/// Where in an order rows are that are alike so far: in the prefix of a column only, or in all of the column.
#[derive(Default)]
struct Ties {
    by_prefix: Vec<Range<usize>>,
    by_column: Vec<Range<usize>>,
}

impl Sort<'_> {
    /// Sorts by the prefixes of the first column, then what is alike in them by what follows.
    fn by(&self, mut rows: Vec<u32>, columns: &[usize]) -> Result<Vec<u32>, ArrowError> {
        let Some((first, further)) = columns.split_first() else {
            rows.sort_unstable();
            return Ok(rows);
        };
        let Some(prefixes) = Prefixes::of(self.chunks, *first, &rows) else {
            // A column of a type that has none.
            let all = 0..rows.len();
            self.compare(&mut rows, std::slice::from_ref(&all), columns)?;
            return Ok(rows);
        };
        drop(rows);
        let (mut order, ties) = self.by_prefixes(prefixes);
        self.compare(&mut order, &ties.by_prefix, columns)?;
        if further.is_empty() {
            return Ok(order);
        }
        let (many, few): (Vec<_>, Vec<_>) =
            ties.by_column.into_iter().partition(|tie| tie.len() >= self.many);
        self.compare(&mut order, &few, further)?;
        for tie in many {
            let sorted = self.by(order[tie.clone()].to_vec(), further)?;
            order[tie].copy_from_slice(&sorted);
        }
        Ok(order)
    }

    /// The rows in order of their prefixes, then of their numbers, and which of them are alike.
    fn by_prefixes(&self, of: Prefixes) -> (Vec<u32>, Ties) {
        let Prefixes { nulls: mut order, valid, mut prefixes, kind } = of;
        order.sort_unstable();
        let mut ties = Ties::default();
        if order.len() > 1 {
            ties.by_column.push(0..order.len());
        }
        order.reserve(valid.len());
        let mut tie = |rows: Range<usize>, prefix: u64| {
            if rows.len() > 1 {
                let ties = if kind.is_whole(prefix) { &mut ties.by_column } else { &mut ties.by_prefix };
                ties.push(rows);
            }
        };
        let least = prefixes.iter().copied().min().unwrap_or_default();
        let greatest = prefixes.iter().copied().max().unwrap_or_default();
        if greatest - least <= u64::from(u32::MAX) {
            // Prefix and number in one word: the milliseconds of a day have 27 bits.
            for (prefix, row) in prefixes.iter_mut().zip(valid) {
                *prefix = ((*prefix - least) << 32) | u64::from(row);
            }
            self.workers.sort(&mut prefixes);
            for run in prefixes.chunk_by(|one, other| one >> 32 == other >> 32) {
                tie(order.len()..order.len() + run.len(), (run[0] >> 32) + least);
                order.extend(run.iter().map(|word| *word as u32));
            }
        } else {
            let mut pairs: Vec<(u64, u32)> = prefixes.into_iter().zip(valid).collect();
            self.workers.sort(&mut pairs);
            for run in pairs.chunk_by(|one, other| one.0 == other.0) {
                tie(order.len()..order.len() + run.len(), run[0].0);
                order.extend(run.iter().map(|(_, row)| *row));
            }
        }
        (order, ties)
    }

    /// Sorts the rows of each tie by these columns as a whole, then by their numbers.
    fn compare(
        &self,
        order: &mut [u32],
        mut ties: &[Range<usize>],
        columns: &[usize],
    ) -> Result<(), ArrowError> {
        while !ties.is_empty() {
            let (mut count, mut rows) = (0, 0);
            while count < ties.len() && rows < self.group {
                rows += ties[count].len();
                count += 1;
            }
            let group;
            (group, ties) = ties.split_at(count);
            self.compare_group(order, group, columns)?;
        }
        Ok(())
    }

    fn compare_group(
        &self,
        order: &mut [u32],
        ties: &[Range<usize>],
        columns: &[usize],
    ) -> Result<(), ArrowError> {
        let rows = ties.iter().flat_map(|tie| &order[tie.clone()]);
        let place = |row: &u32| {
            let (chunk, place) = self.chunks.place(*row);
            (chunk as u32, place as u32)
        };
        let places: Vec<Place> = rows.map(place).collect();
        let all = self.chunks.batches().len();
        let arrays = columns.iter().map(|index| self.chunks.gather(*index, 0..all, &places));
        let arrays = arrays.collect::<Result<Vec<ArrayRef>, _>>()?;
        let fields = arrays.iter().map(|array| SortField::new(array.data_type().clone()));
        let keys = RowConverter::new(fields.collect())?.convert_columns(&arrays)?;
        let mut begin = 0;
        for tie in ties {
            let order = &mut order[tie.clone()];
            let mut rows: Vec<(usize, u32)> = (begin..).zip(order.iter().copied()).collect();
            begin += rows.len();
            rows.sort_unstable_by(|(a, first), (b, second)| {
                keys.row(*a).cmp(&keys.row(*b)).then_with(|| first.cmp(second))
            });
            for (slot, (_, row)) in order.iter_mut().zip(rows) {
                *slot = row;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests;
