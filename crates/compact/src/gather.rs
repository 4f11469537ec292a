//! Values out of several arrays, in any order.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, AsArray, DictionaryArray, ListArray, StringArray, StringBuilder, StructArray,
        new_empty_array, new_null_array,
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

/// The values at these places, in this order. They get the type of `like`, with its dictionaries: either all arrays have
/// the same ones, or `like` has texts there. Then an array may have texts or a dictionary of its own.
pub(crate) fn gather(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    if arrays.is_empty() || places.is_empty() {
        return Ok(like.slice(0, 0));
    }
    if arrays.iter().any(|array| is_coded(array.data_type())) {
        return gather_coded(like, arrays, places);
    }
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return Ok(new_null_array(like.data_type(), places.len()));
    }
    let Some(runs) = runs(places) else { return interleave(arrays, places) };
    let slice = |(array, values): (usize, Range<usize>)| arrays[array].slice(values.start, values.len());
    let slices: Vec<ArrayRef> = runs.into_iter().map(slice).collect();
    if let [only] = slices.as_slice() {
        return Ok(Arc::clone(only));
    }
    concat(&slices.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())
}

/// The same of arrays of which some have dictionaries. Where they have one in common, only numbers are moved.
fn gather_coded(like: &ArrayRef, arrays: &[&dyn Array], places: &[Place]) -> Result<ArrayRef, ArrowError> {
    match like.data_type() {
        DataType::Dictionary(..) => {
            let coded: Vec<&DictionaryArray<UInt16Type>> =
                arrays.iter().map(|array| array.as_dictionary()).collect();
            let codes: Vec<&dyn Array> = coded.iter().map(|coded| coded.keys() as &dyn Array).collect();
            let codes = gather(&new_empty_array(&DataType::UInt16), &codes, places)?;
            let values = Arc::clone(like.as_dictionary::<UInt16Type>().values());
            Ok(Arc::new(DictionaryArray::try_new(codes.as_primitive::<UInt16Type>().clone(), values)?))
        }
        DataType::Utf8 => gather_texts(arrays, places),
        DataType::Struct(fields) => {
            let columns = like.as_struct().columns().iter().enumerate().map(|(index, like)| {
                let parts: Vec<&dyn Array> =
                    arrays.iter().map(|array| array.as_struct().column(index).as_ref()).collect();
                gather(like, &parts, places)
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
            let elements = gather(like.as_list::<i32>().values(), &elements, &parts)?;
            let offsets = OffsetBuffer::<i32>::from_lengths(ends);
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls(arrays, places))?))
        }
        _ => interleave(arrays, places),
    }
}

/// Texts, or those of a dictionary and the numbers into it.
type Column<'a> = (&'a StringArray, Option<&'a DictionaryArray<UInt16Type>>);

fn text_of((texts, coded): Column<'_>, row: usize) -> Option<&str> {
    match coded {
        Some(coded) => coded.is_valid(row).then(|| texts.value(coded.keys().value(row).into())),
        None => texts.is_valid(row).then(|| texts.value(row)),
    }
}

/// Texts, each of which is in its array or in the dictionary of that.
fn gather_texts(arrays: &[&dyn Array], places: &[Place]) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<Column<'_>> = arrays
        .iter()
        .map(|array| match array.as_dictionary_opt::<UInt16Type>() {
            Some(coded) => (coded.values().as_string::<i32>(), Some(coded)),
            None => (array.as_string::<i32>(), None),
        })
        .collect();
    let text = |(array, row): &Place| text_of(columns[*array], *row);
    let bytes: usize = places.iter().filter_map(text).map(str::len).sum();
    if i32::try_from(bytes).is_err() {
        return Err(ArrowError::OffsetOverflowError(bytes));
    }
    let mut texts = StringBuilder::with_capacity(places.len(), bytes);
    places.iter().map(text).for_each(|text| texts.append_option(text));
    Ok(Arc::new(texts.finish()))
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
            let found = gather(&new_empty_array(&DataType::Int32), &arrays, &places).unwrap();
            let expected: Vec<i32> =
                places.iter().map(|(array, value)| (array * 1_000 + value) as i32).collect();
            assert_eq!(found.as_primitive::<Int32Type>().values()[..], expected[..]);
            assert_eq!(runs(&places).map_or(0, |runs| runs.len()), wanted, "{places:?}");
        }
    }
}
