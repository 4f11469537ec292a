//! `nullif`.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::{CastOptions, cast_with_options, kernels::cmp, nullif as without},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    error::Result,
};

use super::{greatest::of_both, own::Own, zero};
use crate::types::UTC;

/// The first value, or null if the second one equals it. The type is that of the first one, and they are compared in the type
/// that both have (Trino's `ExpressionAnalyzer.visitNullIfExpression`). To a double, -0.0 equals 0.0, and NaN nothing.
pub(super) fn nullif() -> Own {
    Own::new("nullif", takes, |given| given[0].clone(), |columns| apply(&columns[0], &columns[1]))
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [first, Arrow::Null] => Some(vec![first.clone(); 2]),
        [Arrow::Null, second] => Some(vec![second.clone(); 2]),
        [first, second] => common(first, second).map(|_| given.to_vec()),
        _ => None,
    }
}

/// The type in which they are compared. Of a time with a zone, that is the instant; one without a zone is in UTC, the zone of
/// the session.
fn common(first: &Arrow, second: &Arrow) -> Option<Arrow> {
    match (first, second) {
        (Arrow::Timestamp(one, first_zone), Arrow::Timestamp(other, second_zone))
            if first_zone.is_some() || second_zone.is_some() =>
        {
            Some(Arrow::Timestamp((*one).max(*other), Some(UTC.into())))
        }
        (Arrow::Date32, Arrow::Timestamp(unit, Some(_)))
        | (Arrow::Timestamp(unit, Some(_)), Arrow::Date32) => Some(Arrow::Timestamp(*unit, Some(UTC.into()))),
        (first, second) => of_both(first, second),
    }
}

fn apply(first: &ArrayRef, second: &ArrayRef) -> Result<ArrayRef> {
    let Some(common) = common(first.data_type(), second.data_type()).filter(|common| *common != Arrow::Null)
    else {
        return Ok(first.clone());
    };
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let one = cast_with_options(first, &common, &options)?;
    let other = cast_with_options(second, &common, &options)?;
    let equal: BooleanArray = match common {
        Arrow::Float32 | Arrow::Float64 => {
            let equal = cmp::eq(&zero::normal(&one)?, &zero::normal(&other)?)?;
            (0..equal.len())
                .map(|row| Some(equal.is_valid(row) && equal.value(row) && !is_nan(&one, row)))
                .collect()
        }
        _ => cmp::eq(&one, &other)?,
    };
    Ok(without(first, &equal)?)
}

fn is_nan(column: &ArrayRef, row: usize) -> bool {
    match column.data_type() {
        Arrow::Float32 => column.as_primitive::<Float32Type>().value(row).is_nan(),
        _ => column.as_primitive::<Float64Type>().value(row).is_nan(),
    }
}
