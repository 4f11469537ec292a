//! -0.0 and 0.0 are one number to Athena, and two to whoever compares bit by bit.

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, AsArray, Float32Array, Float64Array},
    datatypes::{DataType as Arrow, Float32Type, Float64Type},
};
use datafusion::error::Result;

use super::own::{Own, unexpected};

/// The number, but 0.0 for -0.0. A query cannot call it by its name.
pub(super) fn one_zero() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Float32 | Arrow::Float64] => Some(given.to_vec()),
        _ => None,
    };
    Own::new("one_zero", takes, |given| given[0].clone(), |columns| normal(&columns[0]))
}

/// A column of doubles or reals without -0.0.
pub(super) fn normal(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(match column.data_type() {
        // The sum of the two is 0.0.
        Arrow::Float32 => {
            let normal: Float32Array = column.as_primitive::<Float32Type>().unary(|number| number + 0.0);
            Arc::new(normal)
        }
        Arrow::Float64 => {
            let normal: Float64Array = column.as_primitive::<Float64Type>().unary(|number| number + 0.0);
            Arc::new(normal)
        }
        other => return Err(unexpected(other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_sign_of_zero_is_lost() {
        let numbers = [0.0, -0.0, 1.5, -1.5, f64::MIN_POSITIVE, -5e-324, f64::INFINITY];
        let column: ArrayRef = Arc::new(Float64Array::from(numbers.to_vec()));
        let found = normal(&column).unwrap();
        let found: Vec<u64> =
            found.as_primitive::<Float64Type>().values().iter().map(|n| n.to_bits()).collect();
        let expected = [0.0, 0.0, 1.5, -1.5, f64::MIN_POSITIVE, -5e-324, f64::INFINITY];
        assert_eq!(found, expected.map(f64::to_bits));
    }
}
