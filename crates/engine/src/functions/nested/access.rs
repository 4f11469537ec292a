//! `element_at`, and subscripts of arrays and maps.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::Result,
};

use super::{
    arguments::{Maps, Scalars, types},
    made::{Column, Rows, Source},
    order::Pairs,
    shape::first,
    show::shown,
    types::{common, element_of, is_comparable, normal, pair_of},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, invalid, unexpected},
};

/// What `a[i]` is rewritten to. A query cannot call it by this name.
pub(crate) const SUBSCRIPT: &str = "subscript";

/// The element at a place, counted from 1, or from the end if it is negative; or the value of a key. Null if there
/// is none.
pub(super) fn element_at() -> Own {
    Own::values("element_at", takes, answers, |arguments, bounded| find(arguments, bounded, false))
}

/// The same, of `a[i]`: it fails where there is none.
pub(super) fn element() -> Own {
    Own::values(SUBSCRIPT, takes, answers, |arguments, bounded| find(arguments, bounded, true))
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [array @ Arrow::List(_), Arrow::Int32 | Arrow::Int64 | Arrow::Null] => {
            Some(vec![array.clone(), Arrow::Int64])
        }
        [map @ Arrow::Map(..), wanted] => {
            let key = common(pair_of(map)?.0, wanted)?;
            is_comparable(&key).then(|| given.to_vec())
        }
        _ => None,
    }
}

fn answers(given: &[Arrow]) -> Arrow {
    match given.first() {
        Some(map @ Arrow::Map(..)) => pair_of(map).map_or(Arrow::Null, |(_, value)| normal(value)),
        Some(array) => element_of(array).map_or(Arrow::Null, normal),
        None => Arrow::Null,
    }
}

fn find(arguments: &[Argument], bounded: &mut Bounded<'_>, is_strict: bool) -> Result<ArrayRef> {
    match types(arguments).as_slice() {
        [Arrow::List(_), _] => find_element(arguments, bounded, is_strict),
        given => find_value(arguments, given, bounded, is_strict),
    }
}

fn find_element(arguments: &[Argument], bounded: &mut Bounded<'_>, is_strict: bool) -> Result<ArrayRef> {
    let [_, wanted] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let (array, wanted) = (first(arguments)?, wanted.bigints());
    let sources = [Source::of(array.elements())];
    let (mut found, mut counted) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let place = match (array.get(row), wanted.get(row)) {
            (Some(mut places), Some(number)) => {
                if number == 0 {
                    return Err(invalid("SQL array indices start at 1"));
                }
                if is_strict && number < 0 {
                    return Err(invalid(format!("Array subscript is negative: {number}")));
                }
                let length = places.len();
                let before = usize::try_from(number.unsigned_abs() - 1).ok();
                let place = before
                    .and_then(|before| if number > 0 { places.nth(before) } else { places.nth_back(before) });
                if is_strict && place.is_none() {
                    return Err(invalid(format!(
                        "Array subscript must be less than or equal to array length: {number} > {length}"
                    )));
                }
                place
            }
            _ => None,
        };
        match place {
            Some(at) => found.push(0, at, &mut counted, bounded)?,
            None => found.push_null(&mut counted, bounded)?,
        }
        counted.end(found.len(), true, bounded)?;
    }
    Ok(found.finish())
}

fn find_value(
    arguments: &[Argument],
    given: &[Arrow],
    bounded: &mut Bounded<'_>,
    is_strict: bool,
) -> Result<ArrayRef> {
    let ([map, wanted], [map_type, wanted_type]) = (arguments, given) else {
        return Err(unexpected(&Arrow::Null));
    };
    let (key, value) = pair_of(map_type).ok_or_else(|| unexpected(map_type))?;
    let key = common(key, wanted_type).ok_or_else(|| unexpected(wanted_type))?;
    let (maps, wanted) = (Maps::of(map, &key, &normal(value))?, Scalars::of(wanted, &key)?);
    let pairs = Pairs::of(maps.keys(), wanted.values())?;
    let sources = [Source::of(maps.values())];
    let (mut found, mut counted) = (Column::of(&sources), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let place = match maps.get(row) {
            Some(mut entries) if !wanted.is_null(row) => {
                let place = entries.find(|at| pairs.equal(*at, wanted.place(row)) == Some(true));
                if is_strict && place.is_none() {
                    let key = shown(wanted.values(), wanted.place(row));
                    return Err(invalid(format!("Key not present in map: {key}")));
                }
                place
            }
            _ => None,
        };
        match place {
            Some(at) => found.push(0, at, &mut counted, bounded)?,
            None => found.push_null(&mut counted, bounded)?,
        }
        counted.end(found.len(), true, bounded)?;
    }
    Ok(found.finish())
}
