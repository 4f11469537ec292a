//! Functions of numbers (Trino's chapters "Mathematical functions and operators" and "Bitwise functions"): `abs` and `round`
//! here, the others below.

mod base;
mod bits;
mod bucket;
mod constant;
mod double;
mod great_circle;
mod whole;

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{
            Array, ArrayRef, ArrowPrimitiveType, AsArray, Decimal128Array, Float32Array, Float64Array,
            Int32Array, Int64Array, PrimitiveArray,
        },
        datatypes::{DataType as Arrow, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type},
    },
    error::Result,
    logical_expr::ScalarUDF,
};

use super::own::{Own, failure, unexpected, unsupported_value};

/// The names of all, in lists.
pub(super) const NAMES: [&[&str]; 4] =
    [&double::NAMES, &bits::NAMES, &whole::NAMES, &["abs", "from_base", "round", "to_base", "width_bucket"]];

/// All of them that have arguments.
pub(super) fn all() -> impl Iterator<Item = Own> {
    let others = [abs(), base::from_base(), round(), base::to_base(), bucket::width_bucket()];
    double::all().into_iter().chain(bits::all()).chain(whole::all()).chain(others)
}

/// Those that have none.
pub(super) fn constants() -> impl Iterator<Item = ScalarUDF> {
    constant::all()
}

/// A number without its sign.
fn abs() -> Own {
    let takes = |given: &[Arrow]| match given {
        [number] if is_number(number) => Some(vec![widened(number)]),
        _ => None,
    };
    Own::new("abs", takes, |given| given[0].clone(), without_sign)
}

/// A number rounded, a half away from zero: to so many places, or to a whole one.
fn round() -> Own {
    let takes = |given: &[Arrow]| match given {
        [number] if is_number(number) => Some(vec![widened(number)]),
        [number, Arrow::Int32 | Arrow::Int64 | Arrow::Null] if is_number(number) => {
            Some(vec![widened(number), Arrow::Int64])
        }
        [Arrow::Null] => Some(vec![Arrow::Float64]),
        [Arrow::Null, Arrow::Int32 | Arrow::Int64 | Arrow::Null] => Some(vec![Arrow::Float64, Arrow::Int64]),
        _ => None,
    };
    Own::new("round", takes, rounded_type, rounded)
}

/// So many doubles, where as many numbers are given.
fn doubles(given: &[Arrow], count: usize) -> Option<Vec<Arrow>> {
    let fits = given.len() == count && given.iter().all(|given| is_number(given) || *given == Arrow::Null);
    fits.then(|| vec![Arrow::Float64; count])
}

fn is_number(arrow: &Arrow) -> bool {
    matches!(
        arrow,
        Arrow::Int8
            | Arrow::Int16
            | Arrow::Int32
            | Arrow::Int64
            | Arrow::Float32
            | Arrow::Float64
            | Arrow::Decimal128(..)
    )
}

/// A smallint and a tinyint are integers to these functions.
fn widened(number: &Arrow) -> Arrow {
    match number {
        Arrow::Int8 | Arrow::Int16 => Arrow::Int32,
        other => other.clone(),
    }
}

fn out_of_range(what: &str) -> datafusion::error::DataFusionError {
    failure("NUMERIC_VALUE_OUT_OF_RANGE", what)
}

fn without_sign(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let numbers = &arguments[0];
    let least = || out_of_range("Value -9223372036854775808 is out of range for abs(bigint)");
    let least_integer = || out_of_range("Value -2147483648 is out of range for abs(integer)");
    Ok(match numbers.data_type() {
        Arrow::Int32 => map::<Int32Type>(numbers, |n| n.checked_abs().ok_or_else(least_integer))?,
        Arrow::Int64 => map::<Int64Type>(numbers, |n| n.checked_abs().ok_or_else(least))?,
        Arrow::Float32 => map::<Float32Type>(numbers, |n| Ok(n.abs()))?,
        Arrow::Float64 => map::<Float64Type>(numbers, |n| Ok(n.abs()))?,
        Arrow::Decimal128(..) => map::<Decimal128Type>(numbers, |n| Ok(n.abs()))?,
        other => return Err(unexpected(other)),
    })
}

fn map<T: ArrowPrimitiveType>(
    numbers: &ArrayRef,
    apply: impl Fn(T::Native) -> Result<T::Native>,
) -> Result<ArrayRef> {
    let numbers = numbers.as_primitive::<T>();
    let mapped: PrimitiveArray<T> = numbers.try_unary(apply)?;
    Ok(Arc::new(mapped.with_data_type(numbers.data_type().clone())))
}

fn rounded_type(given: &[Arrow]) -> Arrow {
    match given {
        // Rounded up, it may be a digit longer.
        [Arrow::Decimal128(precision, scale)] => {
            let whole = i16::from(*precision) - i16::from(*scale) + i16::from((*scale).min(1));
            Arrow::Decimal128(u8::try_from(whole.clamp(1, 38)).unwrap_or(38), 0)
        }
        [Arrow::Decimal128(precision, scale), ..] => Arrow::Decimal128((precision + 1).min(38), *scale),
        _ => given[0].clone(),
    }
}

fn rounded(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let numbers = &arguments[0];
    let places = arguments.get(1).map(AsArray::as_primitive::<Int64Type>);
    let places = |row: usize| match places {
        None => Some(0),
        Some(places) => places.is_valid(row).then(|| places.value(row)),
    };
    let rows = 0..numbers.len();
    if let Arrow::Decimal128(_, scale) = numbers.data_type() {
        let Arrow::Decimal128(precision, new_scale) = rounded_type(&types(arguments)) else {
            return Err(unexpected(numbers.data_type()));
        };
        let values = numbers.as_primitive::<Decimal128Type>();
        let round = |row| match places(row) {
            Some(places) if values.is_valid(row) => {
                units(values.value(row), (*scale).into(), new_scale.into(), places).map(Some)
            }
            _ => Ok(None),
        };
        let rounded = rows.map(round).collect::<Result<Decimal128Array>>()?;
        let rounded = rounded.with_precision_and_scale(precision, new_scale)?;
        rounded.validate_decimal_precision(precision).map_err(|_| out_of_range("decimal overflow"))?;
        return Ok(Arc::new(rounded));
    }
    Ok(match numbers.data_type() {
        Arrow::Int32 => {
            let values = numbers.as_primitive::<Int32Type>();
            let round = |row| match places(row) {
                Some(places) if values.is_valid(row) => {
                    let rounded = whole_number(values.value(row).into(), places)?;
                    let narrow = i32::try_from(rounded).map(Some);
                    narrow.map_err(|_| out_of_range(&format!("Out of range for integer: {rounded}")))
                }
                _ => Ok(None),
            };
            Arc::new(rows.map(round).collect::<Result<Int32Array>>()?)
        }
        Arrow::Int64 => {
            let values = numbers.as_primitive::<Int64Type>();
            let round = |row| match places(row) {
                Some(places) if values.is_valid(row) => whole_number(values.value(row), places).map(Some),
                _ => Ok(None),
            };
            Arc::new(rows.map(round).collect::<Result<Int64Array>>()?)
        }
        Arrow::Float32 => {
            let values = numbers.as_primitive::<Float32Type>();
            let round = |row| match places(row) {
                Some(places) if values.is_valid(row) => {
                    double(values.value(row).into(), places).map(|rounded| Some(rounded as f32))
                }
                _ => Ok(None),
            };
            Arc::new(rows.map(round).collect::<Result<Float32Array>>()?)
        }
        Arrow::Float64 => {
            let values = numbers.as_primitive::<Float64Type>();
            let round = |row| match places(row) {
                Some(places) if values.is_valid(row) => double(values.value(row), places).map(Some),
                _ => Ok(None),
            };
            Arc::new(rows.map(round).collect::<Result<Float64Array>>()?)
        }
        other => return Err(unexpected(other)),
    })
}

/// An integer rounded to tens and the like, where the places are negative.
fn whole_number(number: i64, places: i64) -> Result<i64> {
    if places >= 0 {
        return Ok(number);
    }
    let overflow = || out_of_range(&format!("numerical overflow: {number}"));
    let exponent = places.checked_neg().and_then(|exponent| u32::try_from(exponent).ok());
    let factor = exponent.and_then(|exponent| 10_i64.checked_pow(exponent)).ok_or_else(overflow)?;
    let half_up = (number % factor).unsigned_abs() >= factor.unsigned_abs() / 2;
    let units = number / factor + if half_up { number.signum() } else { 0 };
    units.checked_mul(factor).ok_or_else(overflow)
}

fn types(arguments: &[ArrayRef]) -> Vec<Arrow> {
    arguments.iter().map(|column| column.data_type().clone()).collect()
}

/// A decimal's units, rounded to so many places and written with the new scale.
fn units(units: i128, scale: i64, new_scale: i64, places: i64) -> Result<i128> {
    let power = |exponent: i64| 10_i128.checked_pow(u32::try_from(exponent).ok()?);
    let cut = (scale - places).max(0);
    // Further digits than there are: nothing is left.
    let Some(divisor) = power(cut) else { return Ok(0) };
    let half_up = (units % divisor).abs() >= divisor - divisor / 2 && cut > 0;
    let kept = units / divisor + if half_up { units.signum() } else { 0 };
    let added = new_scale - scale + cut;
    let scaled = if added >= 0 { power(added).and_then(|power| kept.checked_mul(power)) } else { None };
    scaled.ok_or_else(|| out_of_range("decimal overflow"))
}

/// As Athena calculates it: scaled, rounded and scaled back.
fn double(number: f64, places: i64) -> Result<f64> {
    if !number.is_finite() {
        return Ok(number);
    }
    // Up to there, powers of ten are exact.
    let Some(exponent) = i32::try_from(places).ok().filter(|places| (-22..=22).contains(places)) else {
        return Err(unsupported_value(&format!("round to {places} places")));
    };
    let factor = if exponent < 0 { 1.0 / 10_f64.powi(-exponent) } else { 10_f64.powi(exponent) };
    let sign = if number < 0.0 { -1.0 } else { 1.0 };
    let scaled = sign * number * factor;
    let below = scaled.floor();
    let whole = if scaled - below >= 0.5 { below + 1.0 } else { below };
    Ok(sign * (whole / factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_rounded_to_tens() {
        for (number, places, expected) in [
            (15, -1, Some(20)),
            (-15, -1, Some(-20)),
            (14, -1, Some(10)),
            (14, 3, Some(14)),
            (49, -2, Some(0)),
            (50, -2, Some(100)),
            (i64::MAX, -1, None),
            (1, -19, None),
            (1, i64::MIN, None),
        ] {
            assert_eq!(whole_number(number, places).ok(), expected, "{number} {places}");
        }
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (number, places, expected) in [
            (2.5, 0, 3.0),
            (-2.5, 0, -3.0),
            (0.499_999_999_999_999_94, 0, 0.0),
            (1.005, 2, 1.0),
            (2.675, 2, 2.68),
            (1234.5, -2, 1200.0),
            (1e300, 2, 1e300),
            (-0.4, 0, -0.0),
        ] {
            let found = double(number, places).unwrap();
            assert_eq!(found.to_bits(), f64::to_bits(expected), "{number} {places}: {found}");
        }
        for (value, scale, new_scale, places, expected) in [
            (250, 2, 0, 0, 3),
            (-250, 2, 0, 0, -3),
            (249, 2, 0, 0, 2),
            (1_235, 3, 3, 2, 1_240),
            (-1_235, 3, 3, 2, -1_240),
            (1_235, 3, 3, 5, 1_235),
            (15_000, 2, 2, -2, 20_000),
            (15_000, 2, 2, -90, 0),
        ] {
            assert_eq!(units(value, scale, new_scale, places).unwrap(), expected, "{value} {places}");
        }
    }
}
