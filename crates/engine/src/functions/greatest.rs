//! `greatest` and `least`.

use std::cmp::Ordering;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, make_comparator},
        compute::{SortOptions, interleave},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    error::Result,
};

use super::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, unexpected},
};

/// The names of both.
pub(super) const NAMES: [&str; 2] = ["greatest", "least"];

/// Trino's bound on arguments.
const MOST: usize = 127;

/// The greatest of the values: null if one is null, and NaN only if there is nothing else.
pub(super) fn greatest() -> Own {
    Own::values(
        "greatest",
        takes,
        |given| given[0].clone(),
        |arguments, bounded| choose(arguments, bounded, Ordering::Greater),
    )
}

/// The least of the values: null if one is null, and NaN only if there is nothing else.
pub(super) fn least() -> Own {
    Own::values(
        "least",
        takes,
        |given| given[0].clone(),
        |arguments, bounded| choose(arguments, bounded, Ordering::Less),
    )
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let (first, others) = given.split_first()?;
    let common = others.iter().try_fold(first.clone(), |common, other| of_both(&common, other))?;
    let common = match common {
        Arrow::Null => Arrow::Boolean,
        Arrow::Boolean
        | Arrow::Int8
        | Arrow::Int16
        | Arrow::Int32
        | Arrow::Int64
        | Arrow::Float32
        | Arrow::Float64
        | Arrow::Decimal128(..)
        | Arrow::Utf8
        | Arrow::Date32
        | Arrow::Timestamp(..) => common,
        _ => return None,
    };
    (given.len() <= MOST).then(|| vec![common; given.len()])
}

/// The type that both have in Trino.
pub(super) fn of_both(one: &Arrow, other: &Arrow) -> Option<Arrow> {
    Some(match (one, other) {
        (one, other) if one == other => one.clone(),
        (Arrow::Null, known) | (known, Arrow::Null) => known.clone(),
        (Arrow::Date32, time @ Arrow::Timestamp(_, None))
        | (time @ Arrow::Timestamp(_, None), Arrow::Date32) => time.clone(),
        (Arrow::Timestamp(unit, zone), Arrow::Timestamp(other_unit, other_zone)) if zone == other_zone => {
            Arrow::Timestamp((*unit).max(*other_unit), zone.clone())
        }
        (one, other) if one.is_numeric() && other.is_numeric() => {
            if [one, other].contains(&&Arrow::Float64) {
                return Some(Arrow::Float64);
            }
            if [one, other].contains(&&Arrow::Float32) {
                return Some(Arrow::Float32);
            }
            let is_decimal = |found: &Arrow| matches!(found, Arrow::Decimal128(..));
            if !is_decimal(one) && !is_decimal(other) {
                let widest = [Arrow::Int64, Arrow::Int32, Arrow::Int16];
                return widest.into_iter().find(|width| one == width || other == width);
            }
            let ((p1, s1), (p2, s2)) = (digits(one)?, digits(other)?);
            let scale = s1.max(s2);
            let whole = (i16::from(p1) - i16::from(s1)).max(i16::from(p2) - i16::from(s2));
            Arrow::Decimal128(u8::try_from((whole + i16::from(scale)).min(38)).ok()?, scale)
        }
        _ => return None,
    })
}

/// Precision and scale of a decimal, and of one that holds an integer.
pub(super) fn digits(number: &Arrow) -> Option<(u8, i8)> {
    match number {
        Arrow::Decimal128(precision, scale) => Some((*precision, *scale)),
        Arrow::Int8 => Some((3, 0)),
        Arrow::Int16 => Some((5, 0)),
        Arrow::Int32 => Some((10, 0)),
        Arrow::Int64 | Arrow::UInt64 => Some((19, 0)),
        _ => None,
    }
}

fn choose(arguments: &[Argument], bounded: &mut Bounded<'_>, wanted: Ordering) -> Result<ArrayRef> {
    let values: Vec<&dyn Array> = arguments.iter().map(|argument| argument.array().as_ref()).collect();
    // Of each, one with each of those before it.
    let mut comparators = Vec::with_capacity(values.len());
    for (place, value) in values.iter().enumerate() {
        let before = values[..place].iter();
        let before = before.map(|other| make_comparator(*value, *other, SortOptions::default()));
        comparators.push(before.collect::<std::result::Result<Vec<_>, _>>()?);
    }
    let mut chosen = Vec::with_capacity(bounded.rows());
    for row in 0..bounded.rows() {
        let at = |argument: usize| arguments[argument].place(row);
        let null = (0..values.len()).find(|argument| values[*argument].is_null(at(*argument)));
        let mut best = null.unwrap_or_default();
        if null.is_none() {
            for next in 1..values.len() {
                let is_better = if is_nan(values[next], at(next)) {
                    false
                } else {
                    is_nan(values[best], at(best)) || comparators[next][best](at(next), at(best)) == wanted
                };
                if is_better {
                    best = next;
                }
            }
        }
        let place = at(best);
        // Of texts, those that are copied.
        let length = values[best].as_string_opt::<i32>().map_or(0, |texts| texts.value(place).len());
        bounded.count(length)?;
        chosen.push((best, place));
    }
    if values.is_empty() {
        return Err(unexpected(&Arrow::Null));
    }
    Ok(interleave(&values, &chosen)?)
}

fn is_nan(values: &dyn Array, place: usize) -> bool {
    match values.data_type() {
        Arrow::Float64 => values.as_primitive::<Float64Type>().value(place).is_nan(),
        Arrow::Float32 => values.as_primitive::<Float32Type>().value(place).is_nan(),
        _ => false,
    }
}
