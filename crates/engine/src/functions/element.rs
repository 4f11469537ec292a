//! `element_at(array or map, place or key)`.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, UInt64Array},
        compute::take,
        datatypes::{DataType as Arrow, Int64Type},
    },
    error::Result,
};

use super::own::{Own, invalid, unexpected};
use crate::values::range;

/// The element at a place, counted from 1, or from the end if it is negative; or the value of a key. Null if there
/// is none.
pub(super) fn element_at() -> Own {
    Own::new("element_at", takes, answers, find)
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [list @ Arrow::List(_), Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            Some(vec![list.clone(), Arrow::Int64])
        }
        [map @ Arrow::Map(..), Arrow::Utf8 | Arrow::Null] => Some(vec![map.clone(), Arrow::Utf8]),
        _ => None,
    }
}

fn answers(given: &[Arrow]) -> Arrow {
    match given.first() {
        Some(Arrow::List(element)) => element.data_type().clone(),
        Some(Arrow::Map(entries, _)) => match entries.data_type() {
            Arrow::Struct(pair) if pair.len() == 2 => pair[1].data_type().clone(),
            _ => Arrow::Null,
        },
        _ => Arrow::Null,
    }
}

fn find(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let [nested, wanted] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let is_known = |row: usize| nested.is_valid(row) && wanted.is_valid(row);
    let rows = (0..nested.len()).map(|row| is_known(row).then_some(row));
    let place = |place: usize| u64::try_from(place).ok();
    if matches!(nested.data_type(), Arrow::List(_)) {
        let (lists, wanted) = (nested.as_list::<i32>(), wanted.as_primitive::<Int64Type>());
        let element = |row: usize| {
            let elements = range(lists.value_offsets(), row);
            let offset = |number: i64| usize::try_from(number.unsigned_abs()).ok();
            Ok(match wanted.value(row) {
                0 => return Err(invalid("SQL array indices start at 1")),
                number if number > 0 => offset(number).and_then(|offset| elements.clone().nth(offset - 1)),
                number => offset(number).and_then(|offset| elements.clone().nth_back(offset - 1)),
            })
        };
        let places = rows.map(|row| Ok(row.map(element).transpose()?.flatten().and_then(place)));
        return Ok(take(lists.values(), &places.collect::<Result<UInt64Array>>()?, None)?);
    }
    let maps = nested.as_map();
    let (keys, wanted) = (maps.keys().as_string::<i32>(), wanted.as_string::<i32>());
    let value = |row: usize| {
        range(maps.value_offsets(), row).find(|at| keys.value(*at) == wanted.value(row)).and_then(place)
    };
    let places: UInt64Array = rows.map(|row| row.and_then(value)).collect();
    Ok(take(maps.values(), &places, None)?)
}
