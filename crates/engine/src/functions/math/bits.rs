//! Functions of the bits of integers (Trino's class `BitwiseFunctions`).

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Int32Array, Int64Array},
        datatypes::{DataType as Arrow, Int32Type, Int64Type},
    },
    error::Result,
};

use crate::functions::own::{Own, invalid, unexpected};

/// The names of all.
pub(super) const NAMES: [&str; 8] = [
    "bit_count",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_right_shift_arithmetic",
    "bitwise_xor",
];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    vec![
        of_bigints("bit_count", |given| bigints(given, 2), |columns| zip(columns, count)),
        of_bigints("bitwise_and", |given| bigints(given, 2), |columns| zip(columns, |a, b| Ok(a & b))),
        of_bigints(
            "bitwise_not",
            |given| bigints(given, 1),
            |columns| {
                let turned: Int64Array = columns[0].as_primitive::<Int64Type>().unary(|number| !number);
                Ok(Arc::new(turned))
            },
        ),
        of_bigints("bitwise_or", |given| bigints(given, 2), |columns| zip(columns, |a, b| Ok(a | b))),
        of_bigints("bitwise_xor", |given| bigints(given, 2), |columns| zip(columns, |a, b| Ok(a ^ b))),
        shift("bitwise_left_shift", |columns| shifted(columns, left)),
        shift("bitwise_right_shift", |columns| shifted(columns, right)),
        shift("bitwise_right_shift_arithmetic", |columns| shifted(columns, right_with_sign)),
    ]
}

fn of_bigints(
    name: &'static str,
    takes: fn(&[Arrow]) -> Option<Vec<Arrow>>,
    apply: fn(&[ArrayRef]) -> Result<ArrayRef>,
) -> Own {
    Own::new(name, takes, |_| Arrow::Int64, apply)
}

/// The result has the type of the number.
fn shift(name: &'static str, apply: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Int8 | Arrow::Int16 | Arrow::Int32, by] if is_integer(by) => {
            Some(vec![Arrow::Int32, Arrow::Int64])
        }
        [Arrow::Int64 | Arrow::Null, by] if is_integer(by) => Some(vec![Arrow::Int64, Arrow::Int64]),
        _ => None,
    };
    Own::new(name, takes, |given| given[0].clone(), apply)
}

fn is_integer(given: &Arrow) -> bool {
    matches!(given, Arrow::Int8 | Arrow::Int16 | Arrow::Int32 | Arrow::Int64 | Arrow::Null)
}

fn bigints(given: &[Arrow], count: usize) -> Option<Vec<Arrow>> {
    (given.len() == count && given.iter().all(is_integer)).then(|| vec![Arrow::Int64; count])
}

fn zip(columns: &[ArrayRef], apply: fn(i64, i64) -> Result<i64>) -> Result<ArrayRef> {
    let (left, right) = (columns[0].as_primitive::<Int64Type>(), columns[1].as_primitive::<Int64Type>());
    let rows = left.iter().zip(right.iter()).map(|(left, right)| match (left, right) {
        (Some(left), Some(right)) => apply(left, right).map(Some),
        _ => Ok(None),
    });
    Ok(Arc::new(rows.collect::<Result<Int64Array>>()?))
}

/// How many bits are set in a number of so many bits.
fn count(number: i64, bits: i64) -> Result<i64> {
    if bits == 64 {
        return Ok(number.count_ones().into());
    }
    let Some(bits) = u32::try_from(bits).ok().filter(|bits| (2..64).contains(bits)) else {
        return Err(invalid(format!("Bits specified in bit_count must be between 2 and 64, got {bits}")));
    };
    let most = (1_i64 << (bits - 1)) - 1;
    if number > most || number < !most {
        return Err(invalid(format!(
            "Number must be representable with the bits specified. {number} cannot be represented with {bits} bits"
        )));
    }
    Ok((number & ((1_i64 << bits) - 1)).count_ones().into())
}

/// A shift of a number that has so many bits. `by` is less than 64.
type Shift = fn(i64, u32, bool) -> i64;

fn shifted(columns: &[ArrayRef], apply: Shift) -> Result<ArrayRef> {
    let by = columns[1].as_primitive::<Int64Type>();
    let is_small = *columns[0].data_type() == Arrow::Int32;
    let row = |(number, by): (Option<i64>, Option<i64>)| {
        let (number, by) = (number?, by?);
        Some(match by {
            // Java takes the last six bits of what is negative.
            ..64 => apply(number, u32::try_from(by & 63).unwrap_or_default(), is_small),
            _ => apply(apply(number, 63, is_small), 1, is_small),
        })
    };
    Ok(match columns[0].data_type() {
        Arrow::Int64 => {
            let numbers = columns[0].as_primitive::<Int64Type>();
            Arc::new(numbers.iter().zip(by.iter()).map(row).collect::<Int64Array>())
        }
        Arrow::Int32 => {
            let numbers = columns[0].as_primitive::<Int32Type>().iter().map(|number| number.map(i64::from));
            let narrow = |number: i64| number as i32;
            Arc::new(numbers.zip(by.iter()).map(|pair| row(pair).map(narrow)).collect::<Int32Array>())
        }
        other => return Err(unexpected(other)),
    })
}

fn left(number: i64, by: u32, _: bool) -> i64 {
    number.wrapping_shl(by)
}

/// Zeros come in from the left.
fn right(number: i64, by: u32, is_small: bool) -> i64 {
    if by == 0 {
        return number;
    }
    let bits = if is_small { u64::from(number as u32) } else { number as u64 };
    (bits >> by) as i64
}

/// The sign comes in from the left.
fn right_with_sign(number: i64, by: u32, _: bool) -> i64 {
    number >> by
}
