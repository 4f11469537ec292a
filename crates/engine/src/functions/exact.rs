//! `*`, `/` and `%` of decimals, with the digits and the rounding of Trino (its class `DecimalOperators`).

use std::sync::Arc;

use arrow_buffer::i256;
use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Decimal128Array},
        datatypes::{DataType as Arrow, Decimal128Type},
    },
    error::{DataFusionError, Result},
    logical_expr::{Operator, ScalarUDF},
};

use super::own::{Own, failure, unexpected};

/// The most digits of a decimal.
const MOST_DIGITS: i16 = 38;

/// Precision and scale.
type Digits = (u8, i8);

/// How many places the operands and the result have.
struct Places {
    left: u32,
    right: u32,
    result: u32,
}

type Apply = fn(i128, i128, &Places) -> Result<i128>;

/// The function that stands for an operator between two decimals. A query cannot call it by its name. The scales of a
/// product are at most 38 together.
pub(super) fn exact(operator: Operator) -> Option<ScalarUDF> {
    match operator {
        Operator::Multiply => Some(own(
            "decimal_times",
            |given| answer(given, product),
            |columns| each(columns, product, multiplied),
        )),
        Operator::Divide => Some(own(
            "decimal_over",
            |given| answer(given, quotient),
            |columns| each(columns, quotient, divided),
        )),
        Operator::Modulo => Some(own(
            "decimal_modulo",
            |given| answer(given, remainder),
            |columns| each(columns, remainder, left_over),
        )),
        _ => None,
    }
}

fn own(
    name: &'static str,
    answers: fn(&[Arrow]) -> Arrow,
    apply: fn(&[ArrayRef]) -> Result<ArrayRef>,
) -> ScalarUDF {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Decimal128(..), Arrow::Decimal128(..)] => Some(given.to_vec()),
        _ => None,
    };
    Own::new(name, takes, answers, apply).into()
}

fn answer(given: &[Arrow], digits: fn(Digits, Digits) -> Digits) -> Arrow {
    match given {
        [Arrow::Decimal128(p1, s1), Arrow::Decimal128(p2, s2)] => {
            let (precision, scale) = digits((*p1, *s1), (*p2, *s2));
            Arrow::Decimal128(precision, scale)
        }
        _ => Arrow::Null,
    }
}

fn product((p1, s1): Digits, (p2, s2): Digits) -> Digits {
    (at_most(i16::from(p1) + i16::from(p2)), s1.saturating_add(s2))
}

fn quotient((p1, s1): Digits, (_, s2): Digits) -> Digits {
    let further = (i16::from(s2) - i16::from(s1)).max(0);
    (at_most(i16::from(p1) + i16::from(s2) + further), s1.max(s2))
}

fn remainder((p1, s1): Digits, (p2, s2): Digits) -> Digits {
    let whole = (i16::from(p1) - i16::from(s1)).min(i16::from(p2) - i16::from(s2));
    (at_most(whole + i16::from(s1.max(s2))), s1.max(s2))
}

fn at_most(digits: i16) -> u8 {
    u8::try_from(digits.clamp(1, MOST_DIGITS)).unwrap_or(38)
}

fn each(columns: &[ArrayRef], digits: fn(Digits, Digits) -> Digits, apply: Apply) -> Result<ArrayRef> {
    let [left, right] = columns else { return Err(unexpected(&Arrow::Null)) };
    let (Arrow::Decimal128(p1, s1), Arrow::Decimal128(p2, s2)) = (left.data_type(), right.data_type()) else {
        return Err(unexpected(left.data_type()));
    };
    let (precision, scale) = digits((*p1, *s1), (*p2, *s2));
    let count = |scale: i8| u32::try_from(scale).unwrap_or_default();
    let places = Places { left: count(*s1), right: count(*s2), result: count(scale) };
    let bound = 10_u128.pow(u32::from(precision));
    let row = |(left, right): (Option<i128>, Option<i128>)| match (left, right) {
        (Some(left), Some(right)) => {
            let units = apply(left, right, &places)?;
            if units.unsigned_abs() < bound { Ok(Some(units)) } else { Err(overflow()) }
        }
        _ => Ok(None),
    };
    let (left, right) = (left.as_primitive::<Decimal128Type>(), right.as_primitive::<Decimal128Type>());
    let values = left.iter().zip(right.iter()).map(row).collect::<Result<Decimal128Array>>()?;
    Ok(Arc::new(values.with_precision_and_scale(precision, scale)?))
}

fn multiplied(left: i128, right: i128, _: &Places) -> Result<i128> {
    // What is beyond 128 bits has more than 38 digits.
    left.checked_mul(right).ok_or_else(overflow)
}

/// A half is rounded away from zero.
fn divided(left: i128, right: i128, places: &Places) -> Result<i128> {
    if right == 0 {
        return Err(by_zero());
    }
    let shift = (places.result + places.right).saturating_sub(places.left);
    let (quotient, remainder) = match scaled(left, shift) {
        Some(left) => (left.checked_div(right), left.checked_rem(right)),
        None => {
            // Beyond 256 bits, the quotient has more than 38 digits.
            let left = widely_scaled(left, shift).ok_or_else(overflow)?;
            let right = i256::from_i128(right);
            let narrow = |wide: Option<i256>| wide.and_then(i256::to_i128);
            (narrow(left.checked_div(right)), narrow(left.checked_rem(right)))
        }
    };
    let (quotient, remainder) = quotient.zip(remainder).ok_or_else(overflow)?;
    if remainder.unsigned_abs().saturating_mul(2) < right.unsigned_abs() {
        return Ok(quotient);
    }
    let away = if (left < 0) == (right < 0) { 1 } else { -1 };
    quotient.checked_add(away).ok_or_else(overflow)
}

/// It has the sign of the dividend.
fn left_over(left: i128, right: i128, places: &Places) -> Result<i128> {
    if right == 0 {
        return Err(by_zero());
    }
    let shifts = [places.result.saturating_sub(places.left), places.result.saturating_sub(places.right)];
    if let (Some(left), Some(right)) = (scaled(left, shifts[0]), scaled(right, shifts[1])) {
        return left.checked_rem(right).ok_or_else(overflow);
    }
    let wide = widely_scaled(left, shifts[0]).zip(widely_scaled(right, shifts[1]));
    let left = wide.and_then(|(left, right)| left.checked_rem(right)).and_then(i256::to_i128);
    left.ok_or_else(overflow)
}

fn scaled(units: i128, places: u32) -> Option<i128> {
    10_i128.checked_pow(places)?.checked_mul(units)
}

fn widely_scaled(units: i128, places: u32) -> Option<i256> {
    i256::from_i128(10).checked_pow(places)?.checked_mul(i256::from_i128(units))
}

fn overflow() -> DataFusionError {
    failure("NUMERIC_VALUE_OUT_OF_RANGE", "Decimal overflow")
}

fn by_zero() -> DataFusionError {
    failure("DIVISION_BY_ZERO", "Division by zero")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The quotient as it is taught in school, digit by digit.
    fn long_division(left: i128, right: i128, shift: u32) -> i128 {
        let (mut rest, divisor) = (left.unsigned_abs(), right.unsigned_abs());
        let mut quotient = rest / divisor;
        rest %= divisor;
        for _ in 0..shift {
            rest *= 10;
            quotient = quotient * 10 + rest / divisor;
            rest %= divisor;
        }
        let rounded = quotient + u128::from(rest * 2 >= divisor);
        let rounded = i128::try_from(rounded).unwrap();
        if (left < 0) == (right < 0) { rounded } else { -rounded }
    }

    proptest! {
        #[test]
        fn quotients_are_those_of_long_division(
            left in -1_000_000_000_000_i128..1_000_000_000_000,
            right in prop_oneof![-1_000_000_i128..-1, 1_i128..1_000_000],
            s1 in 0_u32..6,
            s2 in 0_u32..6,
        ) {
            let places = Places { left: s1, right: s2, result: s1.max(s2) };
            let expected = long_division(left, right, places.result + s2 - s1);
            prop_assert_eq!(divided(left, right, &places).unwrap(), expected);
        }

        #[test]
        fn a_dividend_is_made_of_its_quotient_and_what_is_left(
            left in -1_000_000_000_i128..1_000_000_000,
            right in 1_i128..1_000_000,
            s1 in 0_u32..8,
            s2 in 0_u32..8,
        ) {
            let places = Places { left: s1, right: s2, result: s1.max(s2) };
            let rest = left_over(left, right, &places).unwrap();
            let (left, right) = (scaled(left, places.result - s1).unwrap(), scaled(right, places.result - s2).unwrap());
            prop_assert_eq!((left - rest) % right, 0);
            prop_assert!(rest.abs() < right && (rest == 0 || (rest < 0) == (left < 0)));
        }
    }

    #[test]
    fn beyond_128_bits_the_result_is_the_same() {
        let most = 10_i128.pow(38) - 1;
        let places = Places { left: 0, right: 38, result: 38 };
        // 1 / 0.5, with 38 places.
        assert!(divided(1, 5 * 10_i128.pow(37), &places).is_err(), "39 digits");
        let places = Places { left: 10, right: 10, result: 10 };
        assert_eq!(divided(most, most, &places).unwrap(), 10_i128.pow(10));
        assert_eq!(divided(-most, most, &places).unwrap(), -(10_i128.pow(10)));
        let places = Places { left: 0, right: 37, result: 37 };
        assert_eq!(left_over(7, 3 * 10_i128.pow(37), &places).unwrap(), 10_i128.pow(37));
    }
}
