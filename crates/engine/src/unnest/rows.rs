//! The rows that come of the arrays and maps of a batch.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, RecordBatchOptions, UInt64Array},
        buffer::NullBuffer,
        compute::{cast, take},
        datatypes::{DataType as Arrow, SchemaRef},
    },
    error::{DataFusionError, Result},
};

use crate::{guard::bytes, values::range};

/// About how many bytes of the input's columns are repeated for one batch. A row is repeated once at least.
const MAX_REPEATED: usize = 16 << 20;

/// How the rows of an `UNNEST` are made.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// The input's columns, then those of the elements.
    pub(super) schema: SchemaRef,
    pub(super) has_ordinality: bool,
    /// Whether a row without elements is kept, with nulls.
    pub(super) keeps_all: bool,
}

/// A batch of the input, and where in it the next rows begin.
#[derive(Debug)]
pub(super) struct Pending {
    batch: RecordBatch,
    arrays: Vec<Elements>,
    row: usize,
    element: usize,
}

/// The places of the next rows' values.
#[derive(Debug, Default)]
struct Places {
    rows: Vec<u64>,
    /// For each array.
    elements: Vec<Vec<Option<u64>>>,
    ordinals: Vec<Option<i64>>,
}

impl Pending {
    /// The arrays are as long as the batch.
    pub(super) fn new(batch: RecordBatch, arrays: Vec<ArrayRef>) -> Result<Self> {
        let arrays = arrays.into_iter().map(Elements::of).collect::<Result<Vec<_>>>()?;
        Ok(Self { batch, arrays, row: 0, element: 0 })
    }

    /// The next rows, so many at most; none where there are no more.
    pub(super) fn next(&mut self, rule: &Rule, most: usize) -> Result<Option<RecordBatch>> {
        let places = self.places(rule, most.max(1));
        if places.rows.is_empty() {
            return Ok(None);
        }
        let rows = places.rows.len();
        let repeated = UInt64Array::from(places.rows);
        let mut columns = Vec::with_capacity(rule.schema.fields().len());
        for column in self.batch.columns() {
            columns.push(take(column, &repeated, None)?);
        }
        for (elements, places) in self.arrays.iter().zip(places.elements) {
            let places = UInt64Array::from(places);
            for column in &elements.columns {
                columns.push(take(column, &places, None)?);
            }
        }
        if rule.has_ordinality {
            columns.push(Arc::new(Int64Array::from(places.ordinals)));
        }
        for (column, field) in columns.iter_mut().zip(rule.schema.fields()) {
            if column.data_type() != field.data_type() {
                *column = cast(column, field.data_type())?;
            }
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        Ok(Some(RecordBatch::try_new_with_options(Arc::clone(&rule.schema), columns, &options)?))
    }

    fn places(&mut self, rule: &Rule, most: usize) -> Places {
        let mut places = Places { elements: vec![Vec::new(); self.arrays.len()], ..Places::default() };
        let mut room = MAX_REPEATED;
        while self.row < self.batch.num_rows() && places.rows.len() < most {
            let ranges: Vec<Range<usize>> =
                self.arrays.iter().map(|elements| elements.range(self.row)).collect();
            let longest = ranges.iter().map(Range::len).max().unwrap_or_default();
            let count = if rule.keeps_all { longest.max(1) } else { longest };
            let end = self.row + 1;
            let own: usize = self.batch.columns().iter().map(|column| bytes(column, self.row..end)).sum();
            if own > room && !places.rows.is_empty() {
                break;
            }
            let fit = (room / own.max(1)).max(1);
            let repeats = fit.min(most - places.rows.len());
            let until = count.min(self.element.saturating_add(repeats));
            for element in self.element..until {
                places.rows.push(self.row as u64);
                for (range, (places, elements)) in
                    ranges.iter().zip(places.elements.iter_mut().zip(&self.arrays))
                {
                    let place = Some(range.start + element).filter(|place| *place < range.end);
                    places.push(place.filter(|place| elements.is_there(*place)).map(|place| place as u64));
                }
                let ordinal = i64::try_from(element + 1).ok();
                places.ordinals.push(ordinal.filter(|_| element < longest));
            }
            room = room.saturating_sub(own.saturating_mul(until.saturating_sub(self.element)));
            self.element = until;
            if self.element >= count {
                self.row += 1;
                self.element = 0;
            }
        }
        places
    }
}

/// The elements of a column of arrays, or the entries of one of maps, as columns.
#[derive(Debug)]
struct Elements {
    array: ArrayRef,
    columns: Vec<ArrayRef>,
    /// Which elements are rows, where they may be: the columns of one that is null are null.
    nulls: Option<NullBuffer>,
}

impl Elements {
    fn of(array: ArrayRef) -> Result<Self> {
        let (columns, nulls) = match array.data_type() {
            Arrow::List(element) => {
                let values = array.as_list::<i32>().values();
                match element.data_type() {
                    Arrow::Struct(_) => (values.as_struct().columns().to_vec(), values.nulls().cloned()),
                    _ => (vec![Arc::clone(values)], None),
                }
            }
            Arrow::Map(..) => {
                let maps = array.as_map();
                (vec![Arc::clone(maps.keys()), Arc::clone(maps.values())], None)
            }
            other => return Err(DataFusionError::Internal(format!("UNNEST of a column of type {other}"))),
        };
        Ok(Self { array, columns, nulls })
    }

    fn range(&self, row: usize) -> Range<usize> {
        if self.array.is_null(row) {
            return 0..0;
        }
        match self.array.data_type() {
            Arrow::Map(..) => range(self.array.as_map().value_offsets(), row),
            _ => range(self.array.as_list::<i32>().value_offsets(), row),
        }
    }

    fn is_there(&self, place: usize) -> bool {
        self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(place))
    }
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::{
        array::{ListArray, StringArray},
        datatypes::{Field, Int32Type, Int64Type, Schema},
    };

    use super::*;

    fn pending(wide: usize) -> (Pending, Rule) {
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(1), None, Some(3)]),
            None,
            Some(vec![]),
            Some(vec![Some(4)]),
        ]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["x".repeat(wide); 4]));
        let field = |name: &str, data_type: Arrow| Field::new(name, data_type, true);
        let input = Arc::new(Schema::new(vec![field("s", Arrow::Utf8)]));
        let schema = Arc::new(Schema::new(vec![
            field("s", Arrow::Utf8),
            field("x", Arrow::Int32),
            field("n", Arrow::Int64),
        ]));
        let batch = RecordBatch::try_new(input, vec![texts]).unwrap();
        let rule = Rule { schema, has_ordinality: true, keeps_all: false };
        (Pending::new(batch, vec![lists]).unwrap(), rule)
    }

    type Found = (Vec<usize>, Vec<Option<i32>>, Vec<Option<i64>>);

    fn all(mut pending: Pending, rule: &Rule, most: usize) -> Found {
        let (mut sizes, mut elements, mut ordinals) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(batch) = pending.next(rule, most).unwrap() {
            sizes.push(batch.num_rows());
            elements.extend(batch.column(1).as_primitive::<Int32Type>());
            ordinals.extend(batch.column(2).as_primitive::<Int64Type>());
        }
        (sizes, elements, ordinals)
    }

    #[test]
    fn a_batch_has_no_more_rows_than_it_may_and_no_more_bytes() {
        for (most, wide, sizes) in [
            (10, 1, vec![4]),
            (2, 1, vec![2, 2]),
            (3, 1, vec![3, 1]),
            (1, 1, vec![1; 4]),
            (0, 1, vec![1; 4]),
            (10, 8 << 20, vec![1; 4]),
            (10, 5 << 20, vec![3, 1]),
        ] {
            let (pending, rule) = pending(wide);
            let (found, elements, ordinals) = all(pending, &rule, most);
            assert_eq!(found, sizes, "{most} of {wide}");
            assert_eq!(elements, [Some(1), None, Some(3), Some(4)]);
            assert_eq!(ordinals, [Some(1), Some(2), Some(3), Some(1)]);
        }
    }

    #[test]
    fn rows_without_elements_are_kept_where_they_shall_be() {
        for most in 1..8 {
            let (pending, rule) = pending(1);
            let rule = Rule { keeps_all: true, ..rule };
            let (_, elements, ordinals) = all(pending, &rule, most);
            assert_eq!(elements, [Some(1), None, Some(3), None, None, Some(4)], "{most}");
            assert_eq!(ordinals, [Some(1), Some(2), Some(3), None, None, Some(1)], "{most}");
        }
    }
}
