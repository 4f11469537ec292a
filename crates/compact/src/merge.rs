//! Sorted rows from many places into one sorted stream, a few rows of each in memory at a time.
//!
//! It goes in rounds. In each, every input has some rows in memory, decoded by the workers. Those that no unread row can
//! precede are put in order by their sort keys alone, and then gathered and written column by column, on all threads.
//! Meanwhile the inputs are filled up for the next round.

mod cursor;
mod gathered;
mod order;
mod row;

use std::cmp::Ordering;

use arrow::error::ArrowError;
use domain::{Dataset, port::ObjectStore};
use futures::future::{join, try_join_all};

use crate::{error::CompactError, files::Output, log::build_error, workers::Workers};

use cursor::{Cursor, Size};
use gathered::Gathered;
use order::Order;
use row::{Entry, Place};

pub(crate) use cursor::{Input, Last};

/// Merges the inputs, each in the dataset's order and of its schema, into the output. Rows that are alike in that order
/// come in the order of their inputs. The result does not depend on the number of threads.
///
/// Of each input `batch_rows` rows are read at a time. `ahead` times as many are in memory before rows are written, and up to
/// twice that, besides those that are being written: the more, the less often all threads wait for each other. Fewer are where
/// their batches have so many `bytes`, and one batch.
pub(crate) async fn merge<S: ObjectStore>(
    inputs: Vec<Input<'_, S>>,
    dataset: &Dataset,
    output: &mut Output<'_, S>,
    (batch_rows, ahead, bytes): (usize, usize, usize),
    workers: &Workers,
) -> Result<(), CompactError> {
    let order = Order::new(dataset).map_err(build_error)?;
    let mut cursors: Vec<Cursor<'_, S>> = inputs.into_iter().map(Cursor::new).collect();
    let size = Size { batch: batch_rows, held: batch_rows.saturating_mul(ahead.max(1)), bytes };
    fill(&mut cursors, &order, size, workers).await?;
    loop {
        let (mut next, mut entries) = take(&mut cursors, &order).map_err(build_error)?;
        if entries.is_empty() {
            return Ok(());
        }
        // First what the workers do by themselves, then what waits for them.
        let filling = fill(&mut cursors, &order, size, workers);
        let writing = async {
            order.sort(&mut entries, &next, workers).map_err(build_error)?;
            next.arrange(&entries);
            output.write_rows(&next).await
        };
        let (filled, written) = join(filling, writing).await;
        filled?;
        written?;
    }
}

/// Reads on in each input that has too few rows in memory.
async fn fill<S: ObjectStore>(
    cursors: &mut [Cursor<'_, S>],
    order: &Order,
    size: Size,
    workers: &Workers,
) -> Result<(), CompactError> {
    // Collected, since the compiler does not see that the closure is done with before the first of them is awaited.
    let fills: Vec<_> = cursors.iter_mut().map(|cursor| cursor.fill(order, size, workers)).collect();
    try_join_all(fills).await?;
    Ok(())
}

/// Takes the rows of all inputs that come before any unread one. They are not in order yet. None, if all is taken.
fn take<S: ObjectStore>(
    cursors: &mut [Cursor<'_, S>],
    order: &Order,
) -> Result<(Gathered, Vec<Entry>), ArrowError> {
    let counts = ready(cursors, order)?;
    let mut gathered = Gathered::new(order.schema());
    let mut entries = Vec::with_capacity(counts.iter().sum());
    // Inputs one after the other, so that a stable sort keeps their order.
    for (cursor, count) in cursors.iter_mut().zip(counts) {
        cursor.take(count, &mut gathered, &mut entries);
    }
    Ok((gathered, entries))
}

/// How many rows of each input come before any unread one.
///
/// An unread row is not before the last row read of its input, and of rows that are alike the one of the first input
/// is first. So what counts is the least among the last rows of all inputs that have more.
fn ready<S: ObjectStore>(cursors: &[Cursor<'_, S>], order: &Order) -> Result<Vec<usize>, ArrowError> {
    let mut bound: Option<(usize, Place<'_>)> = None;
    for (index, cursor) in cursors.iter().enumerate() {
        if let Some(last) = cursor.last_before_unread() {
            let is_less = match &bound {
                Some((_, least)) => order.compare(&last, least)? == Ordering::Less,
                None => true,
            };
            if is_less {
                bound = Some((index, last));
            }
        }
    }
    let Some((of, bound)) = bound else { return Ok(cursors.iter().map(Cursor::rows).collect()) };
    let mut counts = Vec::with_capacity(cursors.len());
    for (index, cursor) in cursors.iter().enumerate() {
        counts.push(cursor.until(&bound, index <= of, order)?);
    }
    Ok(counts)
}

#[cfg(test)]
mod tests;
