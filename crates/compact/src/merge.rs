//! Sorted rows from many places into one sorted stream, a few rows of each in memory at a time.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, binary_heap::PeekMut},
};

use arrow::{
    array::RecordBatch,
    compute::interleave_record_batch,
    row::{OwnedRow, Rows},
};
use domain::{Dataset, port::ObjectStore};

use crate::{
    error::CompactError,
    files::{Batches, Output},
    log::build_error,
    rows::Keys,
};

/// Where sorted rows come from.
#[derive(Debug)]
pub(crate) enum Input<'a, S> {
    /// From memory.
    Rows(Option<RecordBatch>),
    /// From a file.
    File(Box<Batches<'a, S>>),
}

impl<S: ObjectStore> Input<'_, S> {
    async fn next(&mut self) -> Result<Option<RecordBatch>, CompactError> {
        match self {
            Self::Rows(rows) => Ok(rows.take().filter(|rows| rows.num_rows() > 0)),
            Self::File(batches) => loop {
                match batches.next().await? {
                    Some(batch) if batch.num_rows() == 0 => {}
                    next => return Ok(next),
                }
            },
        }
    }
}

/// One input, and how far it has been taken.
struct Cursor<'a, S> {
    input: Input<'a, S>,
    keys: Rows,
    row: usize,
    /// Its batch among those that `Pending` holds.
    slot: usize,
}

/// Rows that are to be written next.
#[derive(Default)]
struct Pending {
    batches: Vec<RecordBatch>,
    rows: Vec<(usize, usize)>,
}

/// Merges the inputs, each in the dataset's order and of its schema, into the output, `batch_rows` at a time. Rows
/// that are alike in that order come in the order of their inputs.
pub(crate) async fn merge<S: ObjectStore>(
    inputs: Vec<Input<'_, S>>,
    dataset: &Dataset,
    output: &mut Output<'_, S>,
    batch_rows: usize,
) -> Result<(), CompactError> {
    let keys = Keys::new(&dataset.arrow_schema(), &dataset.sort_order()).map_err(build_error)?;
    let mut pending = Pending::default();
    let mut cursors = Vec::with_capacity(inputs.len());
    for mut input in inputs {
        if let Some(batch) = input.next().await? {
            let batch_keys = keys.of(&batch).map_err(build_error)?;
            let slot = pending.hold(batch);
            cursors.push(Cursor { input, keys: batch_keys, row: 0, slot });
        }
    }
    let mut heap: BinaryHeap<Reverse<(OwnedRow, usize)>> =
        cursors.iter().enumerate().map(|(index, cursor)| Reverse((cursor.key(), index))).collect();
    while let Some(mut least) = heap.peek_mut() {
        let Reverse((key, index)) = &mut *least;
        let cursor = &mut cursors[*index];
        pending.rows.push((cursor.slot, cursor.row));
        cursor.row += 1;
        if cursor.row < cursor.keys.num_rows() {
            *key = cursor.key();
        } else if let Some(batch) = cursor.input.next().await? {
            cursor.keys = keys.of(&batch).map_err(build_error)?;
            cursor.row = 0;
            cursor.slot = pending.hold(batch);
            *key = cursor.key();
        } else {
            PeekMut::pop(least);
        }
        // Batches that are used up are held until what was taken of them is written.
        if pending.rows.len() >= batch_rows || pending.batches.len() > 3 * cursors.len() {
            pending.flush(output).await?;
            let held = std::mem::take(&mut pending.batches);
            for cursor in cursors.iter_mut().filter(|cursor| cursor.row < cursor.keys.num_rows()) {
                cursor.slot = pending.hold(held[cursor.slot].clone());
            }
        }
    }
    pending.flush(output).await
}

impl<S> Cursor<'_, S> {
    fn key(&self) -> OwnedRow {
        self.keys.row(self.row).owned()
    }
}

impl Pending {
    fn hold(&mut self, batch: RecordBatch) -> usize {
        self.batches.push(batch);
        self.batches.len() - 1
    }

    async fn flush<S: ObjectStore>(&mut self, output: &mut Output<'_, S>) -> Result<(), CompactError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let batches: Vec<&RecordBatch> = self.batches.iter().collect();
        let rows = interleave_record_batch(&batches, &self.rows).map_err(build_error)?;
        self.rows.clear();
        output.write(&rows).await
    }
}

#[cfg(test)]
mod tests;
