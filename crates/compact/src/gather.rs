//! Values out of several arrays, in any order.

use std::{ops::Range, sync::Arc};

use arrow::{
    array::{
        Array, ArrayRef, ArrowPrimitiveType, AsArray, DictionaryArray, ListArray, PrimitiveArray,
        StringArray, StringBuilder, StructArray, new_empty_array, new_null_array,
    },
    buffer::{BooleanBuffer, NullBuffer, OffsetBuffer},
    compute::{concat, interleave},
    datatypes::{
        DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
        TimestampMillisecondType, UInt16Type,
    },
    error::ArrowError,
};

use crate::coded::is_coded;

/// An array, and a value in it.
pub(crate) type Place = (usize, usize);

/// Neighbours are copied as a whole where at most one value in so many begins a new run of them.
const SHORTEST_RUNS: usize = 32;

/// The values at these places, in this order. They get the type of `like`, with its dictionaries: either all arrays have
/// the same ones, or `like` has texts there. Then an array may have texts or a dictionary of its own.
///
/// The arrays are those from number `first` on. No place is in another one.
pub(crate) fn gather(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    if arrays.is_empty() || places.is_empty() {
        return Ok(like.slice(0, 0));
    }
    if arrays.iter().any(|array| is_coded(array.data_type())) {
        return gather_coded(like, arrays, first, places);
    }
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return Ok(new_null_array(like.data_type(), places.len()));
    }
    let Some(runs) = runs(places) else { return gather_scattered(like, arrays, first, places) };
    let slice =
        |(array, values): (usize, Range<usize>)| arrays[array - first].slice(values.start, values.len());
    let slices: Vec<ArrayRef> = runs.into_iter().map(slice).collect();
    if let [only] = slices.as_slice() {
        return Ok(Arc::clone(only));
    }
    concat(&slices.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())
}

/// Numbers are most of what there is, so these are read from slices.
fn gather_scattered(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    match like.data_type() {
        DataType::Int32 => numbers::<Int32Type>(like, arrays, first, places),
        DataType::Int64 => numbers::<Int64Type>(like, arrays, first, places),
        DataType::UInt16 => numbers::<UInt16Type>(like, arrays, first, places),
        DataType::Float32 => numbers::<Float32Type>(like, arrays, first, places),
        DataType::Float64 => numbers::<Float64Type>(like, arrays, first, places),
        DataType::Date32 => numbers::<Date32Type>(like, arrays, first, places),
        DataType::Decimal128(..) => numbers::<Decimal128Type>(like, arrays, first, places),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            numbers::<TimestampMillisecondType>(like, arrays, first, places)
        }
        _ if first == 0 => interleave(arrays, places),
        _ => {
            let places: Vec<Place> = places.iter().map(|(array, value)| (array - first, *value)).collect();
            interleave(arrays, &places)
        }
    }
}

fn numbers<T: ArrowPrimitiveType>(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<&[T::Native]> =
        arrays.iter().map(|array| &array.as_primitive::<T>().values()[..]).collect();
    let values: Vec<T::Native> =
        places.iter().map(|(array, value)| columns[*array - first][*value]).collect();
    let numbers = PrimitiveArray::<T>::try_new(values.into(), nulls(arrays, first, places))?;
    Ok(Arc::new(numbers.with_data_type(like.data_type().clone())))
}

/// The same of arrays of which some have dictionaries. Where they have one in common, only numbers are moved.
fn gather_coded(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    match like.data_type() {
        DataType::Dictionary(..) => {
            let coded: Vec<&DictionaryArray<UInt16Type>> =
                arrays.iter().map(|array| array.as_dictionary()).collect();
            let codes: Vec<&dyn Array> = coded.iter().map(|coded| coded.keys() as &dyn Array).collect();
            let codes = gather(&new_empty_array(&DataType::UInt16), &codes, first, places)?;
            let values = Arc::clone(like.as_dictionary::<UInt16Type>().values());
            Ok(Arc::new(DictionaryArray::try_new(codes.as_primitive::<UInt16Type>().clone(), values)?))
        }
        DataType::Utf8 => gather_texts(arrays, first, places),
        DataType::Struct(fields) => {
            let columns = like.as_struct().columns().iter().enumerate().map(|(index, like)| {
                let parts: Vec<&dyn Array> =
                    arrays.iter().map(|array| array.as_struct().column(index).as_ref()).collect();
                gather(like, &parts, first, places)
            });
            let columns = columns.collect::<Result<Vec<_>, _>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, nulls(arrays, first, places))?))
        }
        DataType::List(element) => {
            let lists: Vec<(&ListArray, &[i32])> = arrays
                .iter()
                .map(|array| {
                    let list = array.as_list::<i32>();
                    (list, list.value_offsets())
                })
                .collect();
            let (mut ends, mut parts) = (Vec::with_capacity(places.len()), Vec::new());
            for (array, value) in places {
                let (_, offsets) = lists[*array - first];
                let (begin, end) = (offsets[*value] as usize, offsets[*value + 1] as usize);
                parts.extend((begin..end).map(|part| (*array, part)));
                ends.push(end - begin);
            }
            let elements: Vec<&dyn Array> = lists.iter().map(|(list, _)| list.values().as_ref()).collect();
            let elements = gather(like.as_list::<i32>().values(), &elements, first, &parts)?;
            let (offsets, nulls) = (OffsetBuffer::<i32>::from_lengths(ends), nulls(arrays, first, places));
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, elements, nulls)?))
        }
        _ => gather_scattered(like, arrays, first, places),
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
fn gather_texts(arrays: &[&dyn Array], first: usize, places: &[Place]) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<Column<'_>> = arrays
        .iter()
        .map(|array| match array.as_dictionary_opt::<UInt16Type>() {
            Some(coded) => (coded.values().as_string::<i32>(), Some(coded)),
            None => (array.as_string::<i32>(), None),
        })
        .collect();
    let text = |(array, row): &Place| text_of(columns[*array - first], *row);
    let bytes: usize = places.iter().filter_map(text).map(str::len).sum();
    if i32::try_from(bytes).is_err() {
        return Err(ArrowError::OffsetOverflowError(bytes));
    }
    let mut texts = StringBuilder::with_capacity(places.len(), bytes);
    places.iter().map(text).for_each(|text| texts.append_option(text));
    Ok(Arc::new(texts.finish()))
}

/// Which values are null, if any of the arrays has one that is.
fn nulls(arrays: &[&dyn Array], first: usize, places: &[Place]) -> Option<NullBuffer> {
    if arrays.iter().all(|array| array.null_count() == 0) {
        return None;
    }
    let nulls: Vec<Option<&NullBuffer>> = arrays.iter().map(|array| array.nulls()).collect();
    let valid = |row: usize| {
        let (array, value) = places[row];
        nulls[array - first].is_none_or(|nulls| nulls.is_valid(value))
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
    use arrow::array::{Int32Array, RecordBatch};
    use domain::drawn::{Drawn, Random};

    use super::*;
    use crate::runs::tests::parsed;

    /// Columns of any type, and any of their arrays, against Arrow's own way.
    #[test]
    fn values_are_those_that_arrow_gathers() {
        for seed in 0..40 {
            let random = &mut Random::new(seed);
            let drawn = Drawn::new("d", random).unwrap();
            let batches: Vec<RecordBatch> =
                (0..1 + random.below(6)).map(|_| parsed(&drawn, 1 + random.below(50), random)).collect();
            let first = random.below(batches.len());
            let last = first + random.below(batches.len() - first);
            let place = |random: &mut Random| -> Place {
                let batch = first + random.below(last + 1 - first);
                (batch, random.below(batches[batch].num_rows()))
            };
            let places: Vec<Place> = (0..1 + random.below(300)).map(|_| place(random)).collect();
            for (index, field) in batches[0].schema().fields().iter().enumerate() {
                let arrays: Vec<&dyn Array> =
                    batches.iter().map(|batch| batch.column(index).as_ref()).collect();
                let like = new_empty_array(field.data_type());
                let found = gather(&like, &arrays[first..=last], first, &places).unwrap();
                let expected = interleave(&arrays, &places).unwrap();
                assert_eq!(
                    (&found, found.data_type()),
                    (&expected, field.data_type()),
                    "seed {seed}, {field}"
                );
            }
        }
    }

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
            let found = gather(&new_empty_array(&DataType::Int32), &arrays, 0, &places).unwrap();
            let expected: Vec<i32> =
                places.iter().map(|(array, value)| (array * 1_000 + value) as i32).collect();
            assert_eq!(found.as_primitive::<Int32Type>().values()[..], expected[..]);
            assert_eq!(runs(&places).map_or(0, |runs| runs.len()), wanted, "{places:?}");
        }
    }
}
