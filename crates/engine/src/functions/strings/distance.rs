//! `levenshtein_distance` and `hamming_distance`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{ArrayRef, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::texts_and_bigints;
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        own::{Own, invalid},
    },
};

/// The product of two lengths up to which Trino compares two texts.
const MOST: usize = 1_000_000;

/// How many characters have to be inserted, left out or replaced to make one text of another.
pub(super) fn levenshtein_distance() -> Own {
    Own::watched(
        "levenshtein_distance",
        |given| texts_and_bigints(given, 2, 0, 0),
        |_| Arrow::Int64,
        |arguments, rows, cancellation| each(arguments, rows, cancellation, levenshtein),
    )
}

/// How many characters differ between two texts of one length.
pub(super) fn hamming_distance() -> Own {
    Own::watched(
        "hamming_distance",
        |given| texts_and_bigints(given, 2, 0, 0),
        |_| Arrow::Int64,
        |arguments, rows, cancellation| each(arguments, rows, cancellation, hamming),
    )
}

fn each(
    arguments: &[Argument],
    rows: usize,
    cancellation: &Cancellation,
    distance: fn(&str, &str) -> Result<usize>,
) -> Result<ArrayRef> {
    let (left, right) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    let each = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        let Some((left, right)) = left.get(row).zip(right.get(row)) else { return Ok(None) };
        Ok(i64::try_from(distance(left, right)?).ok())
    };
    Ok(Arc::new((0..rows).map(each).collect::<Result<Int64Array>>()?))
}

fn levenshtein(left: &str, right: &str) -> Result<usize> {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let (long, short) = if left.len() < right.len() { (right, left) } else { (left, right) };
    if short.is_empty() {
        return Ok(long.len());
    }
    if long.len().saturating_mul(short.len() - 1) > MOST {
        return Err(invalid("The combined inputs for Levenshtein distance are too large"));
    }
    // The distances of what was seen of the long one from every beginning of the short one.
    let mut distances: Vec<usize> = (0..=short.len()).collect();
    for (seen, character) in long.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut distances[0], seen + 1);
        for (place, other) in short.iter().enumerate() {
            let replaced = diagonal + usize::from(character != other);
            diagonal = distances[place + 1];
            distances[place + 1] = replaced.min(diagonal + 1).min(distances[place] + 1);
        }
    }
    Ok(distances[short.len()])
}

fn hamming(left: &str, right: &str) -> Result<usize> {
    let (mut left, mut right) = (left.chars(), right.chars());
    let mut distance = 0;
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ok(distance),
            (Some(left), Some(right)) => distance += usize::from(left != right),
            _ => {
                return Err(invalid(
                    "The input strings to hamming_distance function must have the same length",
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// By its definition.
    fn slow(left: &[char], right: &[char]) -> usize {
        match (left, right) {
            ([], rest) | (rest, []) => rest.len(),
            ([a, left_rest @ ..], [b, right_rest @ ..]) => {
                let replaced = slow(left_rest, right_rest) + usize::from(a != b);
                replaced.min(slow(left_rest, right) + 1).min(slow(left, right_rest) + 1)
            }
        }
    }

    proptest! {
        #[test]
        fn the_distance_is_the_least_number_of_changes(left in "[abé]{0,5}", right in "[abé]{0,5}") {
            let characters = [&left, &right].map(|text| text.chars().collect::<Vec<_>>());
            prop_assert_eq!(levenshtein(&left, &right).unwrap(), slow(&characters[0], &characters[1]));
        }
    }

    #[test]
    fn what_would_take_long_is_refused_as_trino_refuses_it() {
        let long = "a".repeat(1_001);
        assert_eq!(levenshtein(&long[..1_000], &long).unwrap(), 1);
        assert!(levenshtein(&long, &long).is_err());
        assert_eq!(levenshtein(&"a".repeat(50_000), "a").unwrap(), 49_999);
    }
}
