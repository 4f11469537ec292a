//! Rows in batches of a bounded size, for whoever copies them: a file's writer, or the rows of partitions.
//!
//! The columns of a batch may share one buffer, which is in memory once. Who copies the rows has it once for each column.

use std::ops::Range;

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    datatypes::DataType as Arrow,
};
use futures::{Stream, StreamExt, TryStreamExt, stream};

use crate::{error::EngineError, guard::bytes, memory::EXCEEDED, result::Execution};

/// What a file's writer has for a value besides its bytes: where it belongs within nested ones, and which of them are null.
const VALUE: usize = 16;

impl Execution {
    /// The same rows in batches that take at most `slice` bytes where each column is copied, and at least one row. A row that
    /// takes more than `row` bytes ends the query as `EXCEEDED_LOCAL_MEMORY_LIMIT`.
    ///
    /// Those are the bytes of the values, and 16 for each value of a column or of an array, a map or a row in it.
    #[must_use]
    pub fn in_slices(self, slice: usize, row: usize) -> Self {
        let batches = self.batches.map(move |batch| batch.and_then(|batch| slices(batch, slice, row)));
        Self { batches: batches.try_flatten().boxed(), ..self }
    }
}

/// Each is made when it is asked for: a batch of many columns has more of them than values.
fn slices(
    batch: RecordBatch,
    slice: usize,
    row: usize,
) -> Result<impl Stream<Item = Result<RecordBatch, EngineError>> + Send + 'static, EngineError> {
    let ranges = ranges(&batch, slice, row)?;
    Ok(stream::iter(ranges).map(move |range| Ok(batch.slice(range.start, range.len()))))
}

/// All rows in their order. A batch without rows is one range.
fn ranges(batch: &RecordBatch, slice: usize, row: usize) -> Result<Vec<Range<usize>>, EngineError> {
    let whole = 0..batch.num_rows();
    let (mut found, mut left) = (Vec::new(), vec![whole]);
    while let Some(range) = left.pop() {
        let copied = copied(batch.columns(), &range);
        if range.len() <= 1 && copied > row {
            let message = format!(
                "a row of {copied} bytes: the local engine writes at most {row} of one row to a file"
            );
            return Err(EngineError::failed(EXCEEDED, message));
        }
        if range.len() <= 1 || copied <= slice.min(row) {
            found.push(range);
        } else {
            let middle = range.start + range.len() / 2;
            left.push(middle..range.end);
            left.push(range.start..middle);
        }
    }
    Ok(found)
}

fn copied(columns: &[ArrayRef], rows: &Range<usize>) -> usize {
    columns.iter().fold(0, |sum: usize, column| {
        let values = values(column, rows.clone()).saturating_mul(VALUE);
        sum.saturating_add(bytes(column, rows.clone())).saturating_add(values)
    })
}

/// How many values there are in some rows.
fn values(array: &dyn Array, rows: Range<usize>) -> usize {
    let between = |offsets: &[i32]| {
        let at = |row: usize| offsets.get(row).and_then(|offset| usize::try_from(*offset).ok());
        at(rows.start).unwrap_or_default()..at(rows.end).unwrap_or_default()
    };
    match array.data_type() {
        Arrow::List(_) => {
            let lists = array.as_list::<i32>();
            rows.len().max(values(lists.values(), between(lists.value_offsets())))
        }
        Arrow::Map(..) => {
            let maps = array.as_map();
            let entries = between(maps.value_offsets());
            rows.len().max(values(maps.keys(), entries.clone()) + values(maps.values(), entries))
        }
        Arrow::Struct(_) => {
            array.as_struct().columns().iter().map(|column| values(column, rows.clone())).sum()
        }
        _ => rows.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::{
        array::{BooleanArray, Int64Array, ListArray, StringArray, new_null_array},
        buffer::OffsetBuffer,
        compute::concat_batches,
        datatypes::Field,
    };

    use futures::FutureExt;

    use super::*;

    fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
        let named = columns.into_iter().enumerate().map(|(n, column)| (format!("c{n}"), column, true));
        RecordBatch::try_from_iter_with_nullable(named).unwrap()
    }

    /// Texts of so many bytes.
    fn texts(lengths: &[usize]) -> ArrayRef {
        Arc::new(lengths.iter().map(|length| Some("x".repeat(*length))).collect::<StringArray>())
    }

    fn sliced(batch: &RecordBatch, slice: usize, row: usize) -> Vec<RecordBatch> {
        let slices = slices(batch.clone(), slice, row).unwrap();
        slices.try_collect::<Vec<_>>().now_or_never().unwrap().unwrap()
    }

    #[test]
    fn slices_are_bounded_and_have_all_rows_in_their_order() {
        for rows in [0, 1, 2, 3, 7, 64, 100] {
            let lengths: Vec<usize> = (0..rows).map(|n| n * 37 % 90).collect();
            let numbers: ArrayRef = Arc::new((0..rows as i64).collect::<Int64Array>());
            // Two columns that are one text.
            let text = texts(&lengths);
            let batch = batch(vec![Arc::clone(&text), numbers, text]);
            for slice in [1, 300, 1_000, 1 << 20] {
                let found = sliced(&batch, slice, 1_000);
                assert_eq!(concat_batches(&batch.schema(), &found).unwrap(), batch, "{rows} {slice}");
                for part in &found {
                    // Each text has an offset of 4 bytes, the number has 8, and each of the three 16 more.
                    let begin = part.num_rows() * (2 * 4 + 8 + 3 * 16);
                    let texts = part.column(0).as_string::<i32>();
                    let size = begin + 2 * texts.iter().flatten().map(str::len).sum::<usize>();
                    assert!(part.num_rows() <= 1 || size <= slice, "{rows} {slice}: {size}");
                }
            }
        }
    }

    /// As many columns as it takes, in memory once.
    #[test]
    fn a_row_of_columns_that_share_a_text_is_refused_by_its_copies() {
        let text = texts(&[10, 1_000, 10]);
        let row = |columns: usize| batch(vec![Arc::clone(&text); columns]);
        // 1,020 bytes for each column.
        assert_eq!(sliced(&row(9), 100, 10_000).len(), 3);
        for (columns, most) in [(10, 10_000), (300, 300_000)] {
            let error = ranges(&row(columns), 1 << 30, most).unwrap_err().to_string();
            let expected = format!("EXCEEDED_LOCAL_MEMORY_LIMIT: a row of {} bytes: ", columns * 1_020);
            assert!(error.starts_with(&expected), "{error}");
        }
    }

    /// A boolean has one bit, and a null none; a file's writer has bytes for each.
    #[test]
    fn values_within_arrays_count_however_small_they_are() {
        let booleans: ArrayRef = Arc::new(BooleanArray::from(vec![true; 1_000]));
        let nulls = new_null_array(&Arrow::Boolean, 1_000);
        for values in [booleans, nulls] {
            let field = Arc::new(Field::new_list_field(Arrow::Boolean, true));
            let offsets = OffsetBuffer::from_lengths([400, 0, 600]);
            let lists: ArrayRef = Arc::new(ListArray::new(field, offsets, values, None));
            let batch = batch(vec![lists]);
            assert_eq!(sliced(&batch, 10, 10_000).len(), 3);
            assert!(ranges(&batch, 10, 9_600).is_err());
            assert!(ranges(&batch, 1 << 20, 9_600).is_err());
        }
    }
}
