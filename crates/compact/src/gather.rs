//! Values out of several arrays, in any order.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, DictionaryArray, ListArray, StructArray, new_empty_array, new_null_array,
    },
    buffer::{BooleanBuffer, NullBuffer, OffsetBuffer},
    compute::{concat, interleave},
    datatypes::{DataType, UInt16Type},
    error::ArrowError,
};

use crate::coded::is_coded;

/// An array, and a value in it.
pub(crate) type Place = (usize, usize);

/// Neighbours are copied as a whole where at most one value in so many begins a new run of them.
const SHORTEST_RUNS: usize = 32;

/// The values at these places, in this order, of arrays of this type.
pub(crate) fn gather(
    data_type: &DataType,
    arrays: &[&dyn Array],
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    let Some(first) = arrays.first() else { return Ok(new_empty_array(data_type)) };
    if places.is_empty() {
        return Ok(first.slice(0, 0));
    }
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return Ok(new_null_array(first.data_type(), places.len()));
    }
    if is_coded(first.data_type()) {
        return gather_coded(first.data_type(), arrays, places);
    }
    let Some(runs) = runs(places) else { return interleave(arrays, places) };
    let slice = |(array, values): (usize, Range<usize>)| arrays[array].slice(values.start, values.len());
    let slices: Vec<ArrayRef> = runs.into_iter().map(slice).collect();
    if let [only] = slices.as_slice() {
        return Ok(Arc::clone(only));
    }
    concat(&slices.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())
}

/// The same of arrays that have one dictionary in common: of the texts only their numbers are moved.
fn gather_coded(
    data_type: &DataType,
    arrays: &[&dyn Array],
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    match data_type {
        DataType::Dictionary(..) => {
            let coded: Vec<&DictionaryArray<UInt16Type>> =
                arrays.iter().map(|array| array.as_dictionary()).collect();
            let Some(values) = coded.first().map(|coded| Arc::clone(coded.values())) else {
                return Ok(new_empty_array(data_type));
            };
            let codes: Vec<&dyn Array> = coded.iter().map(|coded| coded.keys() as &dyn Array).collect();
            let codes = gather(&DataType::UInt16, &codes, places)?;
            Ok(Arc::new(DictionaryArray::try_new(codes.as_primitive::<UInt16Type>().clone(), values)?))
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().enumerate().map(|(index, field)| {
                let parts: Vec<&dyn Array> =
                    arrays.iter().map(|array| array.as_struct().column(index).as_ref()).collect();
                gather(field.data_type(), &parts, places)
            });
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, nulls(arrays, places))?))
        }
        DataType::List(element) => {
            let lists: Vec<&ListArray> = arrays.iter().map(|array| array.as_list()).collect();
            let (mut ends, mut parts) = (Vec::with_capacity(places.len()), Vec::new());
            for (array, value) in places {
                let [begin, end] = [0, 1].map(|next| lists[*array].value_offsets()[*value + next] as usize);
                parts.extend((begin..end).map(|part| (*array, part)));
                ends.push(end - begin);
            }
            let elements: Vec<&dyn Array> = lists.iter().map(|list| list.values().as_ref()).collect();
            let elements = gather(element.data_type(), &elements, &parts)?;
            let offsets = OffsetBuffer::<i32>::from_lengths(ends);
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls(arrays, places))?))
        }
        _ => interleave(arrays, places),
    }
}

/// Which values are null, if any of the arrays has one that is.
fn nulls(arrays: &[&dyn Array], places: &[Place]) -> Option<NullBuffer> {
    if arrays.iter().all(|array| array.null_count() == 0) {
        return None;
    }
    let valid = |row: usize| {
        let (array, value) = places[row];
        arrays[array].is_valid(value)
    };
    Some(NullBuffer::new(BooleanBuffer::collect_bool(places.len(), valid)))
}

/// Values that lie side by side in one array; `None` if these runs are short.
fn runs(places: &[Place]) -> Option<Vec<(usize, Range<usize>)>> {
    let most = places.len() / SHORTEST_RUNS + 1;
    let mut runs: Vec<(usize, Range<usize>)> = Vec::new();
    for (array, value) in places {
        match runs.last_mut() {
            Some((of, values)) if *of == *array && values.end == *value => values.end += 1,
            _ => {
                if runs.len() == most {
                    return None;
                }
                runs.push((*array, *value..*value + 1));
            }
        }
    }
    Some(runs)
}

#[cfg(test)]
mod tests {
    use arrow::{
        array::{AsArray, Int32Array},
        datatypes::Int32Type,
    };

    use super::*;

    #[test]
    fn neighbours_and_scattered_values_come_in_the_order_of_their_places() {
        let arrays: Vec<Int32Array> =
            (0..3).map(|array| Int32Array::from_iter_values(array * 1_000..array * 1_000 + 200)).collect();
        let arrays: Vec<&dyn Array> = arrays.iter().map(|array| array as &dyn Array).collect();
        let run = |array: usize, values: Range<usize>| values.map(|value| (array, value)).collect::<Vec<_>>();
        let scattered: Vec<Place> = (0..200).map(|n| (n % 3, n * 7 % 200)).collect();
        // One run is a slice; two long ones are copied; of short ones and scattered values each one is.
        let cases = [
            (run(1, 10..150), 1),
            ([run(2, 100..200), run(0, 0..100)].concat(), 2),
            ([run(1, 0..90), run(1, 80..90), scattered.clone()].concat(), 0),
            (scattered, 0),
            (run(2, 7..8), 1),
            (Vec::new(), 0),
        ];
        for (places, wanted) in cases {
            let found = gather(&DataType::Int32, &arrays, &places).unwrap();
            let expected: Vec<i32> =
                places.iter().map(|(array, value)| (array * 1_000 + value) as i32).collect();
            assert_eq!(found.as_primitive::<Int32Type>().values()[..], expected[..]);
            assert_eq!(runs(&places).map_or(0, |runs| runs.len()), wanted, "{places:?}");
        }
    }
}
