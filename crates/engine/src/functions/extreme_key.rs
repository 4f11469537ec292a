//! Keys by which `max` and `min` find the greatest and the least double or real. To both, NaN is the last choice: Trino's
//! `max` takes it for the least, and its `min` for the greatest. DataFusion's answer depends on the order of the rows.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, AsArray, Float32Array, Float64Array, Int64Array},
        datatypes::{DataType as Arrow, Float32Type, Float64Type, Int64Type},
    },
    error::Result,
};

use super::own::{Own, unexpected};

/// Of a number a key that has its order, with that of NaN below all others. A query cannot call it by its name.
pub(crate) const MAX_KEY: &str = "max_key";

/// The same with that of NaN above all others.
pub(crate) const MIN_KEY: &str = "min_key";

const LEAST: i64 = i64::MIN;
const GREATEST: i64 = i64::MAX;

pub(super) fn max_key() -> Own {
    Own::new(MAX_KEY, takes, |_| Arrow::Int64, |columns| keys(&columns[0], LEAST))
}

pub(super) fn min_key() -> Own {
    Own::new(MIN_KEY, takes, |_| Arrow::Int64, |columns| keys(&columns[0], GREATEST))
}

/// The double of a key.
pub(super) fn double_of_key() -> Own {
    Own::new(
        "double_of_key",
        takes_key,
        |_| Arrow::Float64,
        |columns| {
            let numbers: Float64Array = columns[0].as_primitive::<Int64Type>().unary(number);
            Ok(Arc::new(numbers))
        },
    )
}

/// The real of a key.
pub(super) fn real_of_key() -> Own {
    Own::new(
        "real_of_key",
        takes_key,
        |_| Arrow::Float32,
        |columns| {
            let numbers: Float32Array =
                columns[0].as_primitive::<Int64Type>().unary(|key| number(key) as f32);
            Ok(Arc::new(numbers))
        },
    )
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Float32 | Arrow::Float64] => Some(given.to_vec()),
        _ => None,
    }
}

fn takes_key(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Int64] => Some(given.to_vec()),
        _ => None,
    }
}

fn keys(column: &ArrayRef, of_nan: i64) -> Result<ArrayRef> {
    let keys: Int64Array = match column.data_type() {
        Arrow::Float32 => column.as_primitive::<Float32Type>().unary(|number| key(f64::from(number), of_nan)),
        Arrow::Float64 => column.as_primitive::<Float64Type>().unary(|number| key(number, of_nan)),
        other => return Err(unexpected(other)),
    };
    Ok(Arc::new(keys))
}

fn key(number: f64, of_nan: i64) -> i64 {
    if number.is_nan() { of_nan } else { turned(number.to_bits().cast_signed()) }
}

fn number(key: i64) -> f64 {
    match key {
        LEAST | GREATEST => f64::NAN,
        key => f64::from_bits(turned(key).cast_unsigned()),
    }
}

/// The bits of a negative number count downwards. It is its own reverse.
fn turned(bits: i64) -> i64 {
    if bits < 0 { bits ^ i64::MAX } else { bits }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_have_the_order_of_the_numbers(left in any::<f64>(), right in any::<f64>()) {
            for of_nan in [LEAST, GREATEST] {
                let (one, other) = (key(left, of_nan), key(right, of_nan));
                if !left.is_nan() && !right.is_nan() {
                    prop_assert_eq!(one.cmp(&other), left.total_cmp(&right));
                    prop_assert_eq!(number(one).to_bits(), left.to_bits());
                }
            }
        }
    }

    #[test]
    fn nan_is_the_last_choice() {
        for number_with_a_sign in [f64::NAN, -f64::NAN] {
            assert!(key(number_with_a_sign, LEAST) < key(f64::NEG_INFINITY, LEAST));
            assert!(key(number_with_a_sign, GREATEST) > key(f64::INFINITY, GREATEST));
        }
        assert!(number(LEAST).is_nan() && number(GREATEST).is_nan());
    }
}
