//! Values that lie here and there, one by one, for each type of a table's columns.

use std::sync::Arc;

use arrow::{
    array::{
        Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, DictionaryArray, GenericByteArray,
        GenericByteBuilder, ListArray, MapArray, PrimitiveArray, StringArray, StringBuilder, StructArray,
        new_empty_array,
    },
    buffer::{BooleanBuffer, NullBuffer, OffsetBuffer},
    datatypes::{
        BinaryType, ByteArrayType, DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int32Type,
        Int64Type, TimeUnit, TimestampMillisecondType, UInt16Type, Utf8Type,
    },
    error::ArrowError,
};

use super::{Place, gather};

/// The values at these places, as [`gather`] answers them. Some arrays may have dictionaries: where they have one in
/// common, only numbers are moved.
pub(super) fn scattered(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    match like.data_type() {
        DataType::Boolean => Ok(booleans(arrays, first, places)),
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
        DataType::Utf8 if arrays.iter().any(|array| *array.data_type() != DataType::Utf8) => {
            texts(arrays, first, places)
        }
        DataType::Utf8 => bytes::<Utf8Type>(arrays, first, places),
        DataType::Binary => bytes::<BinaryType>(arrays, first, places),
        DataType::Dictionary(..) => codes(like, arrays, first, places),
        DataType::Struct(_) => {
            let structs: Vec<&StructArray> = arrays.iter().map(|array| array.as_struct()).collect();
            let structs = fields(like.as_struct(), &structs, first, places, nulls(arrays, first, places));
            Ok(Arc::new(structs?))
        }
        DataType::List(element) => {
            let lists: Vec<&ListArray> = arrays.iter().map(|array| array.as_list::<i32>()).collect();
            let parts = Parts::of(lists.iter().map(|list| list.value_offsets()), first, places)?;
            let elements: Vec<&dyn Array> = lists.iter().map(|list| list.values().as_ref()).collect();
            let elements = gather(like.as_list::<i32>().values(), &elements, first, &parts.places)?;
            let nulls = nulls(arrays, first, places);
            Ok(Arc::new(ListArray::try_new(Arc::clone(element), parts.offsets, elements, nulls)?))
        }
        DataType::Map(entry, sorted) => {
            let maps: Vec<&MapArray> = arrays.iter().map(|array| array.as_map()).collect();
            let parts = Parts::of(maps.iter().map(|map| map.value_offsets()), first, places)?;
            let entries: Vec<&StructArray> = maps.iter().map(|map| map.entries()).collect();
            let entries = fields(like.as_map().entries(), &entries, first, &parts.places, None)?;
            let nulls = nulls(arrays, first, places);
            Ok(Arc::new(MapArray::try_new(Arc::clone(entry), parts.offsets, entries, nulls, *sorted)?))
        }
        other => {
            Err(ArrowError::NotYetImplemented(format!("no column of a table has values of type {other}")))
        }
    }
}

fn booleans(arrays: &[&dyn Array], first: usize, places: &[Place]) -> ArrayRef {
    let columns: Vec<&BooleanBuffer> = arrays.iter().map(|array| array.as_boolean().values()).collect();
    let value = |row: usize| {
        let (array, value) = places[row];
        columns[array as usize - first].value(value as usize)
    };
    let values = BooleanBuffer::collect_bool(places.len(), value);
    Arc::new(BooleanArray::new(values, nulls(arrays, first, places)))
}

/// Numbers are most of what there is, so these are read from slices.
fn numbers<T: ArrowPrimitiveType>(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<&[T::Native]> =
        arrays.iter().map(|array| &array.as_primitive::<T>().values()[..]).collect();
    let values: Vec<T::Native> =
        places.iter().map(|(array, value)| columns[*array as usize - first][*value as usize]).collect();
    let numbers = PrimitiveArray::<T>::try_new(values.into(), nulls(arrays, first, places))?;
    Ok(Arc::new(numbers.with_data_type(like.data_type().clone())))
}

/// Texts or bytes.
fn bytes<T: ByteArrayType<Offset = i32>>(
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<&GenericByteArray<T>> = arrays.iter().map(|array| array.as_bytes::<T>()).collect();
    let offsets: Vec<&[i32]> = columns.iter().map(|column| column.value_offsets()).collect();
    let length = |(array, row): &Place| {
        let (offsets, row) = (offsets[*array as usize - first], *row as usize);
        (offsets[row + 1] - offsets[row]) as usize
    };
    let length: usize = places.iter().map(length).sum();
    check(length)?;
    let mut values = GenericByteBuilder::<T>::with_capacity(places.len(), length);
    if columns.iter().all(|column| column.null_count() == 0) {
        let value = |(array, row): &Place| columns[*array as usize - first].value(*row as usize);
        places.iter().for_each(|place| values.append_value(value(place)));
    } else {
        for (array, row) in places {
            let (column, row) = (columns[*array as usize - first], *row as usize);
            values.append_option(column.is_valid(row).then(|| column.value(row)));
        }
    }
    Ok(Arc::new(values.finish()))
}

/// Of arrays that have one dictionary in common, the numbers into it.
fn codes(
    like: &ArrayRef,
    arrays: &[&dyn Array],
    first: usize,
    places: &[Place],
) -> Result<ArrayRef, ArrowError> {
    let coded: Vec<&DictionaryArray<UInt16Type>> = arrays.iter().map(|array| array.as_dictionary()).collect();
    let codes: Vec<&dyn Array> = coded.iter().map(|coded| coded.keys() as &dyn Array).collect();
    let codes = gather(&new_empty_array(&DataType::UInt16), &codes, first, places)?;
    let values = Arc::clone(like.as_dictionary::<UInt16Type>().values());
    Ok(Arc::new(DictionaryArray::try_new(codes.as_primitive::<UInt16Type>().clone(), values)?))
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
fn texts(arrays: &[&dyn Array], first: usize, places: &[Place]) -> Result<ArrayRef, ArrowError> {
    let columns: Vec<Column<'_>> = arrays
        .iter()
        .map(|array| match array.as_dictionary_opt::<UInt16Type>() {
            Some(coded) => (coded.values().as_string::<i32>(), Some(coded)),
            None => (array.as_string::<i32>(), None),
        })
        .collect();
    let text = |(array, row): &Place| text_of(columns[*array as usize - first], *row as usize);
    let bytes: usize = places.iter().filter_map(text).map(str::len).sum();
    check(bytes)?;
    let mut texts = StringBuilder::with_capacity(places.len(), bytes);
    places.iter().map(text).for_each(|text| texts.append_option(text));
    Ok(Arc::new(texts.finish()))
}

/// Structs, field by field.
fn fields(
    like: &StructArray,
    structs: &[&StructArray],
    first: usize,
    places: &[Place],
    nulls: Option<NullBuffer>,
) -> Result<StructArray, ArrowError> {
    let columns = like.columns().iter().enumerate().map(|(index, like)| {
        let parts: Vec<&dyn Array> = structs.iter().map(|part| part.column(index).as_ref()).collect();
        gather(like, &parts, first, places)
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    StructArray::try_new_with_length(like.fields().clone(), columns, nulls, places.len())
}

/// The parts of lists or of maps.
struct Parts {
    /// Where each part is, in the order of the lists.
    places: Vec<Place>,
    /// Where the parts of each list begin and end among these.
    offsets: OffsetBuffer<i32>,
}

impl Parts {
    /// Those of the lists at these places. `offsets` says of each array where the parts of its lists are.
    fn of<'a>(
        offsets: impl Iterator<Item = &'a [i32]>,
        first: usize,
        places: &[Place],
    ) -> Result<Self, ArrowError> {
        let offsets: Vec<&[i32]> = offsets.collect();
        let (mut lengths, mut parts) = (Vec::with_capacity(places.len()), Vec::new());
        for (array, list) in places {
            let (offsets, list) = (offsets[*array as usize - first], *list as usize);
            // Offsets are never negative.
            let (begin, end) = (offsets[list] as u32, offsets[list + 1] as u32);
            parts.extend((begin..end).map(|part| (*array, part)));
            lengths.push((end - begin) as usize);
        }
        check(parts.len())?;
        Ok(Self { places: parts, offsets: OffsetBuffer::from_lengths(lengths) })
    }
}

/// Offsets count no further.
fn check(length: usize) -> Result<(), ArrowError> {
    i32::try_from(length).map(|_| ()).map_err(|_| ArrowError::OffsetOverflowError(length))
}

/// Which values are null, if any of the arrays has one that is.
fn nulls(arrays: &[&dyn Array], first: usize, places: &[Place]) -> Option<NullBuffer> {
    if arrays.iter().all(|array| array.null_count() == 0) {
        return None;
    }
    let nulls: Vec<Option<&NullBuffer>> = arrays.iter().map(|array| array.nulls()).collect();
    let valid = |row: usize| {
        let (array, value) = places[row];
        nulls[array as usize - first].is_none_or(|nulls| nulls.is_valid(value as usize))
    };
    Some(NullBuffer::new(BooleanBuffer::collect_bool(places.len(), valid)))
}
