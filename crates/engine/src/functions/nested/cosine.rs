//! `cosine_similarity`: how alike two sparse vectors are.

use std::{collections::HashMap, ops::Range, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array},
        datatypes::{DataType as Arrow, Float64Type},
    },
    error::Result,
};

use super::{arguments::Maps, types::pair_of};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        own::{Own, unexpected},
    },
};

/// Of two maps of numbers by their names. Null if a number is.
pub(super) fn cosine_similarity() -> Own {
    let takes = |given: &[Arrow]| (given.len() == 2 && given.iter().all(is_vector)).then(|| given.to_vec());
    Own::watched("cosine_similarity", takes, |_| Arrow::Float64, each)
}

fn is_vector(given: &Arrow) -> bool {
    pair_of(given).is_some_and(|(name, number)| {
        matches!(name, Arrow::Utf8 | Arrow::Null) && (number.is_numeric() || *number == Arrow::Null)
    })
}

fn each(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let [one, other] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let vectors = |argument| Maps::of(argument, &Arrow::Utf8, &Arrow::Float64);
    let (one, other) = (vectors(one)?, vectors(other)?);
    let similarity = |row: usize| -> Result<Option<f64>> {
        cancellation.check()?;
        let (Some(left), Some(right)) = (one.get(row), other.get(row)) else { return Ok(None) };
        let (Some(length), Some(other_length)) = (length(&one, left.clone()), length(&other, right.clone()))
        else {
            return Ok(None);
        };
        Ok(Some(product((&one, left), (&other, right)) / (length * other_length)))
    };
    Ok(Arc::new((0..rows).map(similarity).collect::<Result<Float64Array>>()?))
}

fn numbers<'m>(maps: &'m Maps<'_>) -> &'m Float64Array {
    maps.values().as_primitive::<Float64Type>()
}

/// `None`: a number is null.
fn length(maps: &Maps<'_>, places: Range<usize>) -> Option<f64> {
    let numbers = numbers(maps);
    let squares = places.map(|at| numbers.is_valid(at).then(|| numbers.value(at) * numbers.value(at)));
    squares.sum::<Option<f64>>().map(f64::sqrt)
}

fn product((one, left): (&Maps<'_>, Range<usize>), (other, right): (&Maps<'_>, Range<usize>)) -> f64 {
    let (names, other_names) = (one.keys().as_string::<i32>(), other.keys().as_string::<i32>());
    let found: HashMap<&str, f64> =
        right.map(|at| (other_names.value(at), numbers(other).value(at))).collect();
    let products = left.filter_map(|at| Some(numbers(one).value(at) * found.get(names.value(at))?));
    products.fold(0.0, |sum, product| sum + product)
}
