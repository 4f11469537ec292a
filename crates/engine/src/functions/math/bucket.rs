//! `width_bucket`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array},
        compute::cast,
        datatypes::{DataType as Arrow, Field, Float64Type, Int64Type},
    },
    error::Result,
};

use super::is_number;
use crate::{
    functions::own::{Own, failure, invalid, unexpected},
    text::number,
};

/// The bucket that a number falls into: of so many of equal width between two bounds, or of those between the bins.
pub(super) fn width_bucket() -> Own {
    let takes = |given: &[Arrow]| match given {
        [number, Arrow::List(bin)] if is_double(number) && is_double(bin.data_type()) => {
            Some(vec![Arrow::Float64, given[1].clone()])
        }
        [number, first, second, Arrow::Int32 | Arrow::Int64 | Arrow::Null]
            if [number, first, second].into_iter().all(is_double) =>
        {
            Some(vec![Arrow::Float64, Arrow::Float64, Arrow::Float64, Arrow::Int64])
        }
        _ => None,
    };
    Own::new(
        "width_bucket",
        takes,
        |_| Arrow::Int64,
        |columns| match columns {
            [numbers, bins] => between(numbers, bins),
            [numbers, first, second, count] => equal(numbers, [first, second], count),
            _ => Err(unexpected(&Arrow::Null)),
        },
    )
}

fn is_double(given: &Arrow) -> bool {
    is_number(given) || *given == Arrow::Null
}

fn equal(numbers: &ArrayRef, bounds: [&ArrayRef; 2], counts: &ArrayRef) -> Result<ArrayRef> {
    let numbers = numbers.as_primitive::<Float64Type>();
    let bounds = bounds.map(AsArray::as_primitive::<Float64Type>);
    let counts = counts.as_primitive::<Int64Type>();
    let row = |row: usize| {
        let known = numbers.is_valid(row) && counts.is_valid(row);
        if !known || bounds.iter().any(|bound| bound.is_null(row)) {
            return Ok(None);
        }
        let [first, second] = bounds.map(|bound| bound.value(row));
        bucket(numbers.value(row), first, second, counts.value(row)).map(Some)
    };
    Ok(Arc::new((0..numbers.len()).map(row).collect::<Result<Int64Array>>()?))
}

fn bucket(number: f64, first: f64, second: f64, count: i64) -> Result<i64> {
    let wrong = [
        (count <= 0, "bucketCount must be greater than 0"),
        (number.is_nan(), "operand must not be NaN"),
        (!first.is_finite(), "first bound must be finite"),
        (!second.is_finite(), "second bound must be finite"),
        (first == second, "bounds cannot equal each other"),
    ];
    if let Some((_, message)) = wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
        return Err(invalid(message));
    }
    let (lower, upper) = (first.min(second), first.max(second));
    let result = if number < lower {
        0
    } else if number >= upper {
        count.checked_add(1).ok_or_else(|| {
            let message = format!("Bucket for value {} is out of range", java(number));
            failure("NUMERIC_VALUE_OUT_OF_RANGE", message)
        })?
    } else {
        (count as f64 * (number - lower) / (upper - lower) + 1.0) as i64
    };
    // From the greater bound to the lesser one they are counted the other way round.
    Ok(if first > second { count.wrapping_sub(result).wrapping_add(1) } else { result })
}

fn between(numbers: &ArrayRef, bins: &ArrayRef) -> Result<ArrayRef> {
    let numbers = numbers.as_primitive::<Float64Type>();
    let doubles = Arrow::List(Arc::new(Field::new_list_field(Arrow::Float64, true)));
    let bins = cast(bins, &doubles)?;
    let bins = bins.as_list::<i32>();
    let row = |row: usize| {
        if numbers.is_null(row) || bins.is_null(row) {
            return Ok(None);
        }
        let bins = bins.value(row);
        // A null among them is zero, as in Trino.
        let bins: Vec<f64> =
            bins.as_primitive::<Float64Type>().iter().map(Option::unwrap_or_default).collect();
        place(numbers.value(row), &bins).map(Some)
    };
    Ok(Arc::new((0..numbers.len()).map(row).collect::<Result<Int64Array>>()?))
}

fn place(number: f64, bins: &[f64]) -> Result<i64> {
    if bins.is_empty() {
        return Err(invalid("Bins cannot be an empty array"));
    }
    if number.is_nan() {
        return Err(invalid("Operand cannot be NaN"));
    }
    let (mut lower, mut upper) = (0, bins.len());
    while lower < upper {
        if bins[lower] > bins[upper - 1] {
            return Err(invalid("Bin values are not sorted in ascending order"));
        }
        let middle = (lower + upper) / 2;
        let bin = bins[middle];
        if !bin.is_finite() {
            return Err(invalid(format!("Bin value must be finite, got {}", java(bin))));
        }
        if number < bin {
            upper = middle;
        } else {
            lower = middle + 1;
        }
    }
    Ok(i64::try_from(lower).unwrap_or(i64::MAX))
}

fn java(number: f64) -> String {
    let mut text = Vec::new();
    number::floating(&mut text, number);
    String::from_utf8_lossy(&text).into_owned()
}
