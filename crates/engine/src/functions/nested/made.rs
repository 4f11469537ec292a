//! The columns of arrays and maps that a function makes: each element is counted before it is copied.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{
            Array, ArrayData, ArrayRef, AsArray, ListArray, MapArray, MutableArrayData, StructArray,
            make_array,
        },
        buffer::{NullBuffer, OffsetBuffer, ScalarBuffer},
        datatypes::{DataType as Arrow, Field},
    },
    error::Result,
};

use super::types::{array_of, entry_of, map_of};
use crate::{
    functions::{
        bounded::Bounded,
        own::{failure, unexpected},
    },
    memory::EXCEEDED,
    values::range,
};

/// What an element takes at least.
const LEAST: usize = 4;

/// How many bytes a value takes.
pub(super) fn weight(values: &dyn Array, at: usize) -> usize {
    match values.data_type() {
        Arrow::Utf8 => LEAST + values.as_string::<i32>().value(at).len(),
        Arrow::LargeUtf8 => LEAST + values.as_string::<i64>().value(at).len(),
        Arrow::Binary => LEAST + values.as_binary::<i32>().value(at).len(),
        Arrow::List(_) => {
            let lists = values.as_list::<i32>();
            let elements = range(lists.value_offsets(), at);
            LEAST + elements.map(|element| weight(lists.values(), element)).sum::<usize>()
        }
        Arrow::Map(..) => {
            let maps = values.as_map();
            let entries = range(maps.value_offsets(), at);
            LEAST + entries.map(|at| weight(maps.keys(), at) + weight(maps.values(), at)).sum::<usize>()
        }
        Arrow::Struct(_) => {
            LEAST + values.as_struct().columns().iter().map(|column| weight(column, at)).sum::<usize>()
        }
        Arrow::Decimal128(..) => 16,
        Arrow::Null | Arrow::Boolean | Arrow::Int8 | Arrow::Int16 | Arrow::Int32 => LEAST,
        Arrow::Float32 | Arrow::Date32 => LEAST,
        _ => 8,
    }
}

/// Values that are copied from.
pub(super) struct Source {
    array: ArrayRef,
    data: ArrayData,
}

impl Source {
    pub(super) fn of(array: &ArrayRef) -> Self {
        Self { array: Arc::clone(array), data: array.to_data() }
    }
}

/// Copies of values of one type.
pub(super) struct Column<'s> {
    sources: &'s [Source],
    made: MutableArrayData<'s>,
}

impl<'s> Column<'s> {
    /// There is at least one source, and all are of one type.
    pub(super) fn of(sources: &'s [Source]) -> Self {
        let made = MutableArrayData::new(sources.iter().map(|source| &source.data).collect(), true, 0);
        Self { sources, made }
    }

    pub(super) fn len(&self) -> usize {
        self.made.len()
    }

    /// Appends the value at a place of a source.
    pub(super) fn push(
        &mut self,
        source: usize,
        at: usize,
        rows: &mut Rows,
        bounded: &Bounded<'_>,
    ) -> Result<()> {
        let bytes = self.sources.get(source).map_or(0, |source| weight(&source.array, at));
        rows.add(bytes, bounded)?;
        self.copy(source, at)
    }

    /// Appends what is counted already.
    pub(super) fn copy(&mut self, source: usize, at: usize) -> Result<()> {
        Ok(self.made.try_extend(source, at, at + 1)?)
    }

    /// Appends what is no value.
    pub(super) fn push_null(&mut self, rows: &mut Rows, bounded: &Bounded<'_>) -> Result<()> {
        rows.add(LEAST, bounded)?;
        Ok(self.made.try_extend_nulls(1)?)
    }

    /// Appends several that are counted already.
    pub(super) fn copy_all(&mut self, source: usize, places: Range<usize>) -> Result<()> {
        Ok(self.made.try_extend(source, places.start, places.end)?)
    }

    pub(super) fn finish(self) -> ArrayRef {
        make_array(self.made.freeze())
    }
}

/// The rows of a column of arrays or maps: which elements belong to each.
pub(super) struct Rows {
    offsets: Vec<i32>,
    valid: Vec<bool>,
    /// What the elements of the row take so far.
    row: usize,
}

impl Rows {
    pub(super) fn new(rows: usize) -> Self {
        let mut offsets = Vec::with_capacity(rows + 1);
        offsets.push(0);
        Self { offsets, valid: Vec::with_capacity(rows), row: 0 }
    }

    /// How many rows have ended.
    pub(super) fn len(&self) -> usize {
        self.valid.len()
    }

    /// Counts a further element of the row. Fails where it may not be made.
    pub(super) fn add(&mut self, bytes: usize, bounded: &Bounded<'_>) -> Result<()> {
        self.row = self.row.saturating_add(bytes);
        bounded.admit(self.row)
    }

    /// Ends the row: there are so many elements of all rows by now. A row that is null has none of its own.
    pub(super) fn end(&mut self, elements: usize, is_valid: bool, bounded: &mut Bounded<'_>) -> Result<()> {
        bounded.count(std::mem::take(&mut self.row))?;
        self.mark(elements, is_valid)
    }

    /// Ends the row of what is counted elsewhere.
    pub(super) fn mark(&mut self, elements: usize, is_valid: bool) -> Result<()> {
        let end = i32::try_from(elements);
        let end = end.map_err(|_| failure(EXCEEDED, "arrays of more than 2147483647 elements"))?;
        self.offsets.push(end);
        self.valid.push(is_valid);
        Ok(())
    }

    pub(super) fn parts(self) -> (OffsetBuffer<i32>, Option<NullBuffer>) {
        let nulls = self.valid.contains(&false).then(|| NullBuffer::from(self.valid));
        (OffsetBuffer::new(ScalarBuffer::from(self.offsets)), nulls)
    }

    /// The arrays of these elements.
    pub(super) fn arrays(self, elements: ArrayRef) -> Result<ArrayRef> {
        let Arrow::List(element) = array_of(elements.data_type().clone()) else {
            return Err(unexpected(elements.data_type()));
        };
        let (offsets, nulls) = self.parts();
        Ok(Arc::new(ListArray::try_new(element, offsets, elements, nulls)?))
    }

    /// The maps of these keys, of which none is null, and values.
    pub(super) fn maps(self, keys: ArrayRef, values: ArrayRef) -> Result<ArrayRef> {
        let types = (keys.data_type().clone(), values.data_type().clone());
        let Arrow::Map(entries, _) = map_of(types.0.clone(), types.1.clone()) else {
            return Err(unexpected(keys.data_type()));
        };
        let pairs = StructArray::try_new(entry_of(types.0, types.1), vec![keys, values], None)?;
        let (offsets, nulls) = self.parts();
        Ok(Arc::new(MapArray::try_new(entries, offsets, pairs, nulls, false)?))
    }
}

/// The rows of these columns, whose fields have no names.
pub(super) fn rows(columns: Vec<ArrayRef>) -> Result<ArrayRef> {
    let fields = columns.iter().map(|column| Field::new("", column.data_type().clone(), true)).collect();
    Ok(Arc::new(StructArray::try_new(fields, columns, None)?))
}
