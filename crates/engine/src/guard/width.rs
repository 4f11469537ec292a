//! How many bytes rows have, whatever buffers they share with others.

use std::ops::Range;

use datafusion::arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch},
    datatypes::DataType as Arrow,
};

/// How many times its own bytes a batch may share with others, and how many bytes it may share anyhow.
const SHARED: usize = 4;
pub(super) const UNSHARED: usize = 64 << 10;

/// The bytes of some rows of a column.
pub(crate) fn bytes(array: &dyn Array, rows: Range<usize>) -> usize {
    let between = |offsets: &[i32]| {
        let at = |row: usize| offsets.get(row).and_then(|offset| usize::try_from(*offset).ok());
        at(rows.start).unwrap_or_default()..at(rows.end).unwrap_or_default()
    };
    let own = rows.len().saturating_mul(4);
    match array.data_type() {
        Arrow::Utf8 => own + between(array.as_string::<i32>().value_offsets()).len(),
        Arrow::Binary => own + between(array.as_binary::<i32>().value_offsets()).len(),
        Arrow::LargeUtf8 => {
            let offsets = array.as_string::<i64>().value_offsets();
            let at = |row: usize| offsets.get(row).and_then(|offset| usize::try_from(*offset).ok());
            own + at(rows.end).unwrap_or_default().saturating_sub(at(rows.start).unwrap_or_default())
        }
        Arrow::List(_) => {
            let lists = array.as_list::<i32>();
            own + bytes(lists.values(), between(lists.value_offsets()))
        }
        Arrow::Map(..) => {
            let maps = array.as_map();
            let entries = between(maps.value_offsets());
            own + bytes(maps.keys(), entries.clone()) + bytes(maps.values(), entries)
        }
        Arrow::Struct(_) => {
            array.as_struct().columns().iter().map(|column| bytes(column, rows.clone())).sum()
        }
        other => match other.primitive_width() {
            Some(width) => rows.len().saturating_mul(width),
            None if array.is_empty() => 0,
            // By the mean: no type of the lake is among these but booleans.
            None => (array.get_array_memory_size() / array.len()).saturating_mul(rows.len()),
        },
    }
}

/// The bytes of all rows of a batch, those of a buffer as often as columns have them.
pub(super) fn own_bytes(batch: &RecordBatch) -> usize {
    let columns = batch.columns().iter();
    columns.fold(0_usize, |sum, column| sum.saturating_add(bytes(column, 0..batch.num_rows())))
}

/// Whether a batch with so many bytes of its own holds on to many more, which others have.
pub(super) fn shares_with_others(batch: &RecordBatch, own: usize) -> bool {
    batch.get_array_memory_size() > own.saturating_mul(SHARED).saturating_add(UNSHARED)
}

/// The widest of all rows of these columns, if it is wider than `limit`; else a width that no row exceeds.
pub(super) fn widest<'a>(columns: impl Iterator<Item = &'a ArrayRef> + Clone, limit: usize) -> usize {
    let rows = columns.clone().next().map_or(0, Array::len);
    let all = columns.clone().fold(0_usize, |sum, column| sum.saturating_add(bytes(column, 0..rows)));
    if all <= limit {
        return all;
    }
    let row = |row: usize| columns.clone().map(|column| bytes(column, row..row + 1)).sum::<usize>();
    (0..rows).map(row).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::{
        array::{Int64Array, ListArray, StringArray, StructArray},
        datatypes::{Field, Int32Type},
    };

    use super::*;

    #[test]
    fn rows_are_measured_by_their_own_bytes() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("abc"), None, Some("")]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3]));
        let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(1), Some(2)]),
            None,
            Some(vec![None]),
        ]);
        let field =
            |name: &str, array: &ArrayRef| Arc::new(Field::new(name, array.data_type().clone(), true));
        let both = StructArray::from(vec![
            (field("t", &texts), Arc::clone(&texts)),
            (field("n", &numbers), Arc::clone(&numbers)),
        ]);
        let cases: [(ArrayRef, [usize; 3]); 4] = [
            (texts, [7, 4, 4]),
            (numbers, [8, 8, 8]),
            (Arc::new(lists), [12, 4, 8]),
            (Arc::new(both), [15, 12, 12]),
        ];
        for (array, expected) in cases {
            let found = [0, 1, 2].map(|row| bytes(&array, row..row + 1));
            assert_eq!(found, expected, "{}", array.data_type());
            assert_eq!(bytes(&array, 0..3), expected.iter().sum::<usize>(), "{}", array.data_type());
            let last = array.slice(2, 1);
            assert_eq!(bytes(&last, 0..1), expected[2], "{}", array.data_type());
            let widest_row = widest(std::iter::once(&array), 10);
            let all: usize = expected.iter().sum();
            assert_eq!(widest_row, if all <= 10 { all } else { expected[0] }, "{}", array.data_type());
        }
    }
}
