//! `nullif`.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray},
        compute::{kernels::cmp, nullif as without},
        datatypes::{DataType as Arrow, Float32Type, Float64Type},
    },
    error::Result,
};

use super::{own::Own, zero};

/// The first value, or null if the second one equals it. To a double, -0.0 equals 0.0, and NaN nothing.
pub(super) fn nullif() -> Own {
    Own::new("nullif", takes, |given| given[0].clone(), |columns| apply(&columns[0], &columns[1]))
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [first, Arrow::Null] => Some(vec![first.clone(); 2]),
        [Arrow::Null, second] => Some(vec![second.clone(); 2]),
        [first, second] if first == second => Some(given.to_vec()),
        [Arrow::Int32, Arrow::Int64] | [Arrow::Int64, Arrow::Int32] => Some(vec![Arrow::Int64; 2]),
        [Arrow::Decimal128(p1, s1), Arrow::Decimal128(p2, s2)] => {
            let scale = *s1.max(s2);
            let whole = (i16::from(*p1) - i16::from(*s1)).max(i16::from(*p2) - i16::from(*s2));
            let digits = u8::try_from((whole + i16::from(scale)).min(38)).ok()?;
            Some(vec![Arrow::Decimal128(digits, scale); 2])
        }
        // Of one kind, which is another check's matter: two timestamps of which one is more precise.
        [first @ Arrow::Timestamp(one, _), second @ Arrow::Timestamp(other, _)] => {
            Some(vec![if one >= other { first.clone() } else { second.clone() }; 2])
        }
        _ => None,
    }
}

fn apply(first: &ArrayRef, second: &ArrayRef) -> Result<ArrayRef> {
    let equal: BooleanArray = match first.data_type() {
        Arrow::Null => return Ok(first.clone()),
        Arrow::Float32 | Arrow::Float64 => {
            let equal = cmp::eq(&zero::normal(first)?, &zero::normal(second)?)?;
            (0..equal.len())
                .map(|row| Some(equal.is_valid(row) && equal.value(row) && !is_nan(first, row)))
                .collect()
        }
        _ => cmp::eq(first, second)?,
    };
    Ok(without(first, &equal)?)
}

fn is_nan(column: &ArrayRef, row: usize) -> bool {
    match column.data_type() {
        Arrow::Float32 => column.as_primitive::<Float32Type>().value(row).is_nan(),
        _ => column.as_primitive::<Float64Type>().value(row).is_nan(),
    }
}
