//! The elements of arrays and the entries of maps of some rows, side by side; and arrays and maps made of such.

use std::{ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray, new_empty_array},
        buffer::{NullBuffer, OffsetBuffer},
        compute::{cast, concat},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use crate::{
    functions::{argument::Argument, own::unexpected},
    values::range,
};

/// About how many elements are looked at together: those of one row at least.
const WINDOW: usize = 8_192;

/// The elements of a column of arrays, or the entries of one of maps.
pub(super) struct Nested<'a> {
    argument: &'a Argument,
    offsets: &'a [i32],
    /// The elements; or the keys, then the values.
    pub(super) columns: Vec<&'a ArrayRef>,
}

impl<'a> Nested<'a> {
    /// `None`: it is a column of nothing but nulls.
    pub(super) fn of(argument: &'a Argument) -> Result<Option<Self>> {
        let array = argument.array();
        let (offsets, columns) = match array.data_type() {
            Arrow::Null => return Ok(None),
            Arrow::List(_) => {
                let lists = array.as_list::<i32>();
                (lists.value_offsets(), vec![lists.values()])
            }
            Arrow::Map(..) => {
                let maps = array.as_map();
                (maps.value_offsets(), vec![maps.keys(), maps.values()])
            }
            other => return Err(unexpected(other)),
        };
        Ok(Some(Self { argument, offsets, columns }))
    }

    /// The places of a row's elements; `None` if the row is null.
    pub(super) fn range(&self, row: usize) -> Option<Range<usize>> {
        let place = self.argument.place(row);
        let is_there = self.argument.array().is_valid(place);
        is_there.then(|| range(self.offsets, place))
    }

    pub(super) fn len(&self, row: usize) -> usize {
        self.range(row).map_or(0, |range| range.len())
    }
}

/// The rows in parts, of which none has many more elements than [`WINDOW`].
pub(super) fn windows(rows: usize, len: impl Fn(usize) -> usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let (mut begin, mut elements) = (0, 0_usize);
    for row in 0..rows {
        elements = elements.saturating_add(len(row));
        if elements >= WINDOW {
            all.push(begin..row + 1);
            (begin, elements) = (row + 1, 0);
        }
    }
    if begin < rows {
        all.push(begin..rows);
    }
    all
}

/// Elements, each with the row that it belongs to and its places.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) rows: Vec<u64>,
    pub(super) places: Vec<Option<u64>>,
    /// In a second column.
    pub(super) others: Vec<Option<u64>>,
}

impl Items {
    /// All elements of some rows.
    pub(super) fn of(nested: &Nested<'_>, rows: Range<usize>) -> Self {
        let mut items = Self::default();
        for row in rows {
            for place in nested.range(row).into_iter().flatten() {
                items.push(row, Some(place), None);
            }
        }
        items
    }

    pub(super) fn push(&mut self, row: usize, place: Option<usize>, other: Option<usize>) {
        self.rows.push(row as u64);
        self.places.push(place.map(|place| place as u64));
        self.others.push(other.map(|place| place as u64));
    }
}

/// The parts of a column as one, of a type that none of them says if there are none.
pub(super) fn joined(parts: &[ArrayRef], data_type: &Arrow) -> Result<ArrayRef> {
    let mut typed = Vec::with_capacity(parts.len());
    for part in parts {
        let fits = part.data_type() == data_type;
        typed.push(if fits { Arc::clone(part) } else { cast(part, data_type)? });
    }
    let all: Vec<&dyn Array> = typed.iter().map(|part| &**part).collect();
    Ok(if all.is_empty() { new_empty_array(data_type) } else { concat(&all)? })
}

/// A column of arrays of the type: for each row how many elements it has, or no array.
pub(super) fn arrays(of: &Arrow, lengths: &[Option<usize>], elements: &[ArrayRef]) -> Result<ArrayRef> {
    let Arrow::List(element) = of else { return Err(unexpected(of)) };
    let elements = joined(elements, element.data_type())?;
    let (offsets, nulls) = extents(lengths);
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls)?))
}

/// A column of maps of the type.
pub(super) fn maps(
    of: &Arrow,
    lengths: &[Option<usize>],
    keys: &[ArrayRef],
    values: &[ArrayRef],
) -> Result<ArrayRef> {
    let Arrow::Map(entries, is_sorted) = of else { return Err(unexpected(of)) };
    let Arrow::Struct(pair) = entries.data_type() else { return Err(unexpected(of)) };
    let (Some(key), Some(value)) = (pair.first(), pair.get(1)) else { return Err(unexpected(of)) };
    let columns = vec![joined(keys, key.data_type())?, joined(values, value.data_type())?];
    let both = StructArray::try_new(pair.clone(), columns, None)?;
    let (offsets, nulls) = extents(lengths);
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, both, nulls, *is_sorted)?))
}

/// What was counted has fewer elements than offsets can say.
fn extents(lengths: &[Option<usize>]) -> (OffsetBuffer<i32>, Option<NullBuffer>) {
    let offsets = OffsetBuffer::from_lengths(lengths.iter().map(|length| length.unwrap_or_default()));
    let nulls: Vec<bool> = lengths.iter().map(Option::is_some).collect();
    (offsets, Some(NullBuffer::from(nulls)))
}

#[cfg(test)]
mod tests {
    use std::iter;

    use super::*;

    #[test]
    fn rows_are_parted_by_their_elements() {
        assert!(windows(0, |_| 1).is_empty());
        assert!(windows(3, |_| 1).into_iter().eq(iter::once(0..3)));
        assert!(windows(3, |_| 0).into_iter().eq(iter::once(0..3)));
        assert_eq!(windows(3, |_| WINDOW), [0..1, 1..2, 2..3]);
        assert_eq!(windows(4, |row| if row == 1 { WINDOW } else { 1 }), [0..2, 2..4]);
    }
}
