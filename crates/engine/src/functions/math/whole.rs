//! `ceil`, `floor` and `truncate`, and `sign`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Decimal128Array, Float32Array, Float64Array, Int32Array, Int64Array},
        datatypes::{DataType as Arrow, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type},
    },
    error::Result,
};

use super::out_of_range;
use crate::functions::own::{Own, unexpected};

/// The names of all.
pub(super) const NAMES: [&str; 5] = ["ceil", "ceiling", "floor", "sign", "truncate"];

/// All of them.
pub(super) fn all() -> Vec<Own> {
    let up: fn(&[ArrayRef]) -> Result<ArrayRef> = |columns| rounded(&columns[0], f64::ceil, ceiling);
    vec![
        Own::new("ceil", number, |given| whole(&given[0]), up),
        Own::new("ceiling", number, |given| whole(&given[0]), up),
        Own::new(
            "floor",
            number,
            |given| whole(&given[0]),
            |columns| rounded(&columns[0], f64::floor, i128::div_euclid),
        ),
        Own::new("sign", number, sign_type, |columns| sign(&columns[0])),
        Own::new("truncate", cut_number, cut_type, cut),
    ]
}

/// One number.
fn number(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Int8 | Arrow::Int16 | Arrow::Int32] => Some(vec![Arrow::Int32]),
        [Arrow::Int64 | Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..)] => Some(given.to_vec()),
        [Arrow::Null] => Some(vec![Arrow::Float64]),
        _ => None,
    }
}

/// A decimal may be a digit longer than its whole part.
fn whole(given: &Arrow) -> Arrow {
    match given {
        Arrow::Decimal128(precision, scale) => {
            let digits = i16::from(*precision) - i16::from(*scale) + i16::from((*scale).min(1));
            Arrow::Decimal128(u8::try_from(digits.clamp(1, 38)).unwrap_or(38), 0)
        }
        other => other.clone(),
    }
}

fn rounded(numbers: &ArrayRef, double: fn(f64) -> f64, units: fn(i128, i128) -> i128) -> Result<ArrayRef> {
    Ok(match numbers.data_type() {
        Arrow::Int32 | Arrow::Int64 => Arc::clone(numbers),
        Arrow::Float32 => {
            let reals = numbers.as_primitive::<Float32Type>();
            let rounded: Float32Array = reals.unary(|real| double(f64::from(real)) as f32);
            Arc::new(rounded)
        }
        Arrow::Float64 => {
            let rounded: Float64Array = numbers.as_primitive::<Float64Type>().unary(double);
            Arc::new(rounded)
        }
        found @ Arrow::Decimal128(_, scale) => {
            let divisor = ten_to(i64::from(*scale))?;
            let decimals = numbers.as_primitive::<Decimal128Type>();
            let rounded: Decimal128Array = decimals.unary(|value| units(value, divisor));
            Arc::new(rounded.with_data_type(whole(found)))
        }
        other => return Err(unexpected(other)),
    })
}

fn ceiling(units: i128, divisor: i128) -> i128 {
    units / divisor + i128::from(units % divisor > 0)
}

fn ten_to(exponent: i64) -> Result<i128> {
    let power = u32::try_from(exponent).ok().and_then(|exponent| 10_i128.checked_pow(exponent));
    power.ok_or_else(|| out_of_range("decimal overflow"))
}

fn sign_type(given: &[Arrow]) -> Arrow {
    match &given[0] {
        Arrow::Decimal128(..) => Arrow::Decimal128(1, 0),
        other => other.clone(),
    }
}

fn sign(numbers: &ArrayRef) -> Result<ArrayRef> {
    // Of a zero its own, and of NaN none.
    let of_double = |number: f64| if number == 0.0 { number } else { number.signum() };
    Ok(match numbers.data_type() {
        Arrow::Int32 => {
            let signs: Int32Array = numbers.as_primitive::<Int32Type>().unary(i32::signum);
            Arc::new(signs)
        }
        Arrow::Int64 => {
            let signs: Int64Array = numbers.as_primitive::<Int64Type>().unary(i64::signum);
            Arc::new(signs)
        }
        Arrow::Float32 => {
            let reals = numbers.as_primitive::<Float32Type>();
            let signs: Float32Array = reals.unary(|number| of_double(f64::from(number)) as f32);
            Arc::new(signs)
        }
        Arrow::Float64 => {
            let signs: Float64Array = numbers.as_primitive::<Float64Type>().unary(of_double);
            Arc::new(signs)
        }
        Arrow::Decimal128(..) => {
            let signs: Decimal128Array = numbers.as_primitive::<Decimal128Type>().unary(i128::signum);
            Arc::new(signs.with_data_type(Arrow::Decimal128(1, 0)))
        }
        other => return Err(unexpected(other)),
    })
}

/// A number, or a decimal and how many places are left. An integer is a decimal here.
fn cut_number(given: &[Arrow]) -> Option<Vec<Arrow>> {
    let number = match given.first()? {
        Arrow::Int8 => Arrow::Decimal128(3, 0),
        Arrow::Int16 => Arrow::Decimal128(5, 0),
        Arrow::Int32 => Arrow::Decimal128(10, 0),
        Arrow::Int64 => Arrow::Decimal128(19, 0),
        Arrow::Null => Arrow::Float64,
        found @ (Arrow::Float32 | Arrow::Float64 | Arrow::Decimal128(..)) => found.clone(),
        _ => return None,
    };
    match given {
        [_] => Some(vec![number]),
        [_, Arrow::Int32 | Arrow::Int64 | Arrow::Null] if matches!(number, Arrow::Decimal128(..)) => {
            Some(vec![number, Arrow::Int64])
        }
        _ => None,
    }
}

fn cut_type(given: &[Arrow]) -> Arrow {
    match given {
        [Arrow::Decimal128(precision, scale)] => {
            let digits = i16::from(*precision) - i16::from(*scale);
            Arrow::Decimal128(u8::try_from(digits.clamp(1, 38)).unwrap_or(38), 0)
        }
        _ => given[0].clone(),
    }
}

fn cut(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let [numbers, places] = columns else {
        let numbers = &columns[0];
        let Arrow::Decimal128(_, scale) = numbers.data_type() else {
            return rounded(numbers, f64::trunc, |value, _| value);
        };
        let divisor = ten_to(i64::from(*scale))?;
        let cut: Decimal128Array = numbers.as_primitive::<Decimal128Type>().unary(|value| value / divisor);
        return Ok(Arc::new(cut.with_data_type(cut_type(&[numbers.data_type().clone()]))));
    };
    let Arrow::Decimal128(precision, scale) = numbers.data_type() else {
        return Err(unexpected(numbers.data_type()));
    };
    let (decimals, places) = (numbers.as_primitive::<Decimal128Type>(), places.as_primitive::<Int64Type>());
    let row = |(units, places): (Option<i128>, Option<i64>)| {
        let (units, places) = (units?, places?);
        let beyond = i64::from(*scale).saturating_sub(places);
        // Beyond all digits nothing is left.
        Some(match beyond {
            ..=0 => units,
            1..=38 => units - units % ten_to(beyond).ok()?,
            _ => 0,
        })
    };
    let cut: Decimal128Array = decimals.iter().zip(places.iter()).map(row).collect();
    Ok(Arc::new(cut.with_precision_and_scale(*precision, *scale)?))
}
