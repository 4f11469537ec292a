//! What the rows of a group are in the end: arrays, maps and texts.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, ListArray, MapArray, StructArray, UInt64Array},
        buffer::OffsetBuffer,
        compute::SortOptions,
        datatypes::{DataType as Arrow, Int64Type},
    },
    common::ScalarValue,
    error::Result,
};

use super::{overflow::Overflow, rows};
use crate::{
    functions::own::{failure, unexpected},
    values::range,
};

/// The most bytes of a text that `listagg` makes, as on Athena.
const LONGEST: usize = 1_048_576;

/// An array of these values, which is of the type.
pub(super) fn array(values: ArrayRef, answer: &Arrow) -> Result<ScalarValue> {
    let Arrow::List(element) = answer else { return Err(unexpected(answer)) };
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    let arrays = ListArray::try_new(Arc::clone(element), offsets, values, None)?;
    Ok(ScalarValue::List(Arc::new(arrays)))
}

/// A map of these entries, which is of the type. No key is null, and each is there once.
fn map(keys: ArrayRef, values: ArrayRef, answer: &Arrow) -> Result<ScalarValue> {
    let Arrow::Map(entries, is_sorted) = answer else { return Err(unexpected(answer)) };
    let Arrow::Struct(parts) = entries.data_type() else { return Err(unexpected(answer)) };
    let offsets = OffsetBuffer::from_lengths([keys.len()]);
    let pairs = StructArray::try_new(parts.clone(), vec![keys, values], None)?;
    let maps = MapArray::try_new(Arc::clone(entries), offsets, pairs, None, *is_sorted)?;
    Ok(ScalarValue::Map(Arc::new(maps)))
}

/// The first value of each key.
pub(super) fn first_of_each(columns: &[ArrayRef], answer: &Arrow) -> Result<ScalarValue> {
    let [keys, ..] = columns else { return Err(unexpected(answer)) };
    let places = rows::distinct(std::slice::from_ref(keys))?;
    let mut columns = rows::taken(columns, &places)?.into_iter();
    match (columns.next(), columns.next()) {
        (Some(keys), Some(values)) => map(keys, values, answer),
        _ => Err(unexpected(answer)),
    }
}

/// The entries of all maps. Of a key that several have, the value of the first one.
pub(super) fn union(maps: &ArrayRef, answer: &Arrow) -> Result<ScalarValue> {
    let maps = maps.as_map();
    let mut places: Vec<u64> = Vec::new();
    for row in 0..maps.len() {
        places.extend(range(maps.value_offsets(), row).map(|place| place as u64));
    }
    let entries = rows::taken(&[Arc::clone(maps.keys()), Arc::clone(maps.values())], &places.into())?;
    let keys = rows::order(&entries[..1], &[SortOptions::default()])?;
    first_of_each(&rows::taken(&entries, &keys)?, answer)
}

/// All values of each key, as an array.
pub(super) fn all_of_each(columns: &[ArrayRef], answer: &Arrow) -> Result<ScalarValue> {
    let [keys, values] = columns else { return Err(unexpected(answer)) };
    let Some(Arrow::List(element)) = value_type(answer) else { return Err(unexpected(answer)) };
    let groups = rows::groups(keys)?;
    let first = UInt64Array::from_iter_values(groups.iter().map(|places| places[0]));
    let places = UInt64Array::from_iter_values(groups.iter().flatten().copied());
    let keys = rows::taken(std::slice::from_ref(keys), &first)?.swap_remove(0);
    let values = rows::taken(std::slice::from_ref(values), &places)?.swap_remove(0);
    let offsets = OffsetBuffer::from_lengths(groups.iter().map(Vec::len));
    let arrays = ListArray::try_new(Arc::clone(element), offsets, values, None)?;
    map(keys, Arc::new(arrays), answer)
}

fn value_type(map: &Arrow) -> Option<&Arrow> {
    let Arrow::Map(entries, _) = map else { return None };
    let Arrow::Struct(parts) = entries.data_type() else { return None };
    parts.get(1).map(|value| value.data_type())
}

/// Each value once, with the sum of its counts.
pub(super) fn counted(columns: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
    let [values, counts] = columns else { return Err(unexpected(&Arrow::Null)) };
    let counts = counts.as_primitive::<Int64Type>();
    let groups = rows::groups(values)?;
    let first = UInt64Array::from_iter_values(groups.iter().map(|places| places[0]));
    let sum = |places: &Vec<u64>| -> i64 { places.iter().map(|place| counts.value(*place as usize)).sum() };
    let sums: ArrayRef = Arc::new(Int64Array::from_iter_values(groups.iter().map(sum)));
    let values = rows::taken(std::slice::from_ref(values), &first)?;
    Ok(values.into_iter().chain([sums]).collect())
}

/// A map of the values that [`counted`] gives.
pub(super) fn histogram(columns: &[ArrayRef], answer: &Arrow) -> Result<ScalarValue> {
    let [values, counts] = columns else { return Err(unexpected(answer)) };
    map(Arc::clone(values), Arc::clone(counts), answer)
}

/// The texts with a separator between them. (Trino's `ListaggAggregationFunction`.)
pub(super) fn text(texts: &ArrayRef, separator: &str, overflow: &Overflow) -> Result<ScalarValue> {
    let texts = texts.as_string::<i32>();
    let mut text = String::new();
    for place in 0..texts.len() {
        let next = texts.value(place);
        let separator = if place > 0 { separator } else { "" };
        if text.len() + separator.len() + next.len() > LONGEST {
            return truncated(text, separator, texts.len() - place, overflow);
        }
        text.push_str(separator);
        text.push_str(next);
    }
    Ok(ScalarValue::Utf8(Some(text)))
}

fn truncated(mut text: String, separator: &str, left_out: usize, overflow: &Overflow) -> Result<ScalarValue> {
    match overflow {
        Overflow::Error => Err(failure(
            "EXCEEDED_FUNCTION_MEMORY_LIMIT",
            format!(
                "Concatenated string has the length in bytes larger than the maximum output length {LONGEST}"
            ),
        )),
        Overflow::Truncate { filler, is_counted } => {
            text.push_str(separator);
            text.push_str(filler);
            if *is_counted {
                text.push_str(&format!("({left_out})"));
            }
            Ok(ScalarValue::Utf8(Some(text)))
        }
    }
}
