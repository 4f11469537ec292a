//! An input of a merge, and what of it is in memory.

use std::{cmp::Ordering, collections::VecDeque, ops::Range, sync::Arc};

use arrow::{
    array::{ArrayRef, RecordBatch},
    error::ArrowError,
};
use domain::port::ObjectStore;

use super::{
    gathered::{Gathered, Rows},
    order::Order,
    row::{Entry, Place},
};
use crate::{
    coded,
    error::CompactError,
    files::Batches,
    log::build_error,
    ordered::{Ordered, bytes},
    prefix::Prefixes,
    runs::RunRows,
    sorted::Sorted,
    workers::Workers,
};

/// Where sorted rows come from.
pub(crate) enum Input<'a, S> {
    /// From memory, from this row on.
    Rows(&'a dyn Ordered, usize),
    /// From a file.
    File(Box<Batches<'a, S>>),
    /// From a run in memory.
    Run(RunRows),
    /// From the last part of the inputs, from this row on.
    Last(Last),
}

/// New rows that were not packed. They stay where they are until they are gathered in the order of all inputs.
pub(crate) struct Last {
    pub(crate) rows: Arc<Sorted>,
    /// Those before this one have been read.
    pub(crate) from: usize,
    /// Whether they may have dictionaries, as the other inputs then have.
    pub(crate) coded: bool,
}

/// How many rows of an input are in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Those that are read at a time.
    pub(super) batch: usize,
    /// The least that are there before rows are taken.
    pub(super) held: usize,
    /// Of batches with so many bytes no more are read, even if their rows are fewer.
    pub(super) bytes: usize,
}

/// Rows in memory, with the prefixes of their first sort column.
pub(super) struct Held {
    rows: Rows,
    /// The sort columns.
    keys: Vec<ArrayRef>,
    prefixes: Prefixes,
    /// The rows before this one have been taken.
    from: usize,
}

impl Held {
    /// A batch, of which these are the sort columns.
    fn of_batch(batch: RecordBatch, columns: &[usize]) -> Self {
        let keys = columns.iter().map(|index| Arc::clone(batch.column(*index))).collect();
        let bytes = bytes(&batch);
        Self::new(Rows::Batch(batch, bytes), keys)
    }

    fn new(rows: Rows, keys: Vec<ArrayRef>) -> Self {
        let prefixes = Prefixes::of(&keys[0]);
        Self { rows, keys, prefixes, from: 0 }
    }

    fn place(&self, row: usize) -> Place<'_> {
        Place { keys: &self.keys, row, prefix: self.prefixes.values[row], exact: self.prefixes.exact }
    }

    /// How many there are, those that were taken included.
    fn rows(&self) -> usize {
        self.prefixes.values.len()
    }

    fn left(&self) -> usize {
        self.rows() - self.from
    }

    /// What it has in memory of its own: a batch stays whole until its last row is taken.
    fn bytes(&self) -> usize {
        match &self.rows {
            Rows::Batch(_, bytes) => *bytes,
            Rows::Sorted { .. } => 0,
        }
    }
}

impl<S: ObjectStore> Input<'_, S> {
    /// The next rows: a batch of them, or several where these can be decoded at the same time, up to so many rows that are
    /// wanted and one batch. None after the last.
    async fn next(
        &mut self,
        order: &Order,
        wanted: usize,
        batch_rows: usize,
        workers: &Workers,
    ) -> Result<Vec<Held>, CompactError> {
        let columns = Arc::clone(order.columns());
        let held = move |batch| Held::of_batch(batch, &columns);
        let batch = match self {
            Self::Rows(rows, from) => next(*rows, from, batch_rows, workers).map_err(build_error)?.map(held),
            // Only what the order depends on is gathered, so all that are wanted are little.
            Self::Last(last) => last.next(order.columns(), wanted.max(batch_rows)).map_err(build_error)?,
            Self::File(batches) => batches.next_on(workers, held).await?,
            Self::Run(rows) => return rows.next_on(wanted, workers, held).await,
        };
        Ok(batch.into_iter().collect())
    }
}

impl Last {
    /// The next so many rows, of which these are the sort columns; `None` after the last.
    fn next(&mut self, columns: &[usize], wanted: usize) -> Result<Option<Held>, ArrowError> {
        let Some(range) = taken(&*self.rows, &mut self.from, wanted) else { return Ok(None) };
        let keys = columns.iter().map(|index| self.rows.column(*index, range.clone()));
        let rows = Rows::Sorted { rows: Arc::clone(&self.rows), first: range.start, coded: self.coded };
        Ok(Some(Held::new(rows, keys.collect::<Result<_, _>>()?)))
    }
}

/// The next so many rows from this one on; `None` after the last.
fn taken(rows: &dyn Ordered, from: &mut usize, count: usize) -> Option<Range<usize>> {
    let range = *from..rows.rows().min(from.saturating_add(count));
    *from = range.end;
    (!range.is_empty()).then_some(range)
}

/// The next rows from this one on; `None` after the last.
fn next(
    rows: &dyn Ordered,
    from: &mut usize,
    batch_rows: usize,
    workers: &Workers,
) -> Result<Option<RecordBatch>, ArrowError> {
    let Some(range) = taken(rows, from, batch_rows) else { return Ok(None) };
    let columns: Vec<usize> = (0..rows.schema().fields().len()).collect();
    let columns = workers.each(columns, |index| rows.column(index, range.clone()));
    coded::batch(rows.schema(), columns.into_iter().collect::<Result<_, _>>()?).map(Some)
}

/// One input, and how far it has been taken.
pub(super) struct Cursor<'a, S> {
    input: Input<'a, S>,
    /// Each has rows that are not taken.
    held: VecDeque<Held>,
    /// Whether everything of the input has been read.
    is_read: bool,
}

impl<'a, S: ObjectStore> Cursor<'a, S> {
    pub(super) fn new(input: Input<'a, S>) -> Self {
        Self { input, held: VecDeque::new(), is_read: false }
    }

    /// Reads on if too few rows are in memory. Then there are some, unless everything has been read.
    pub(super) async fn fill(
        &mut self,
        order: &Order,
        size: Size,
        workers: &Workers,
    ) -> Result<(), CompactError> {
        // A small row group is a small batch, and where some rows may be long, all batches are small.
        while !self.is_read && self.rows() < size.held && (self.rows() == 0 || self.bytes() < size.bytes) {
            let wanted = size.held - self.rows();
            let read = self.input.next(order, wanted, size.batch, workers).await?;
            self.is_read = read.is_empty();
            self.held.extend(read.into_iter().filter(|held| held.left() > 0));
        }
        Ok(())
    }

    /// How many rows are in memory.
    pub(super) fn rows(&self) -> usize {
        self.held.iter().map(Held::left).sum()
    }

    /// The bytes of the batches in memory.
    pub(super) fn bytes(&self) -> usize {
        self.held.iter().map(Held::bytes).sum()
    }

    /// The last row in memory, if there may be more behind it.
    pub(super) fn last_before_unread(&self) -> Option<Place<'_>> {
        let last = self.held.back().filter(|_| !self.is_read)?;
        Some(last.place(last.rows() - 1))
    }

    /// How many rows in memory come before this one, or with it: those that are alike do if `alike`.
    pub(super) fn until(&self, bound: &Place<'_>, alike: bool, order: &Order) -> Result<usize, ArrowError> {
        let mut count = 0;
        for held in &self.held {
            let prefixes = &held.prefixes.values;
            let mut from = held.from + prefixes[held.from..].partition_point(|prefix| *prefix < bound.prefix);
            let mut to = from + prefixes[from..].partition_point(|prefix| *prefix == bound.prefix);
            while from < to {
                let middle = usize::midpoint(from, to);
                let is_before = match order.compare(&held.place(middle), bound)? {
                    Ordering::Less => true,
                    Ordering::Equal => alike,
                    Ordering::Greater => false,
                };
                if is_before {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            count += from - held.from;
            if from < held.rows() {
                break;
            }
        }
        Ok(count)
    }

    /// Takes so many rows.
    pub(super) fn take(&mut self, mut count: usize, gathered: &mut Gathered, entries: &mut Vec<Entry>) {
        while count > 0 {
            let Some(held) = self.held.front_mut() else { return };
            let rows = held.from..held.from + count.min(held.left());
            count -= rows.len();
            held.from = rows.end;
            let slot = gathered.hold(&held.rows, (rows.clone(), held.rows()), held.prefixes.exact);
            let prefixes = held.prefixes.values[rows.clone()].iter();
            entries.extend(prefixes.zip(rows).map(|(prefix, row)| Entry { prefix: *prefix, slot, row }));
            if held.left() == 0 {
                self.held.pop_front();
            }
        }
    }
}
