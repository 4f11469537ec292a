//! `approx_percentile`, whose answer depends on nothing but the rows: neither on their order nor on the streams that they come
//! in. Up to [`MAX_VALUES`] different values it is exact. Beyond, values count as the least of those that agree with them in so
//! many leading bits that there are no more than so many values.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Float64Array, UInt64Array},
        datatypes::{DataType as Arrow, Float32Type, Float64Type, Int64Type},
    },
    error::Result,
};

use super::rows;
use crate::functions::own::{invalid, unexpected, unsupported_value};

/// How many values are kept: 2 MiB of them, with their weights.
const MAX_VALUES: usize = 131_072;

/// How many percentages one call may ask for: each group may keep a copy of them.
const MAX_SHARES: usize = 1_000;

/// The values, each once, in their order, with their weights; and by how many bits they are less exact. It is at least
/// `scale`.
pub(super) fn merged(columns: &[ArrayRef], scale: u32) -> Result<(Vec<ArrayRef>, u32)> {
    let [values, weights] = columns else { return Err(unexpected(&Arrow::Null)) };
    let keys = keys(values)?;
    let weights = weights.as_primitive::<Float64Type>();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|row| keys[*row]);
    let scale = scale.max(least_scale(order.iter().map(|row| keys[*row]), MAX_VALUES));
    let mut places: Vec<u64> = Vec::new();
    let mut sums: Vec<f64> = Vec::new();
    let mut last = None;
    for row in order {
        let bucket = keys[row].checked_shr(scale).unwrap_or(0);
        let weight = weights.value(row);
        match sums.last_mut() {
            Some(sum) if last == Some(bucket) => *sum += weight,
            _ => {
                places.push(row as u64);
                sums.push(weight);
            }
        }
        last = Some(bucket);
    }
    let values = rows::taken(std::slice::from_ref(values), &UInt64Array::from(places))?;
    let weights: ArrayRef = Arc::new(Float64Array::from(sums));
    Ok((values.into_iter().chain([weights]).collect(), scale))
}

/// The place of the value that has so large a share of all weights before it and with it, in what [`merged`] gives.
pub(super) fn place(weights: &ArrayRef, share: Option<f64>) -> Result<usize> {
    let share = share.ok_or_else(|| invalid("Percentile cannot be null"))?;
    if !(0.0..=1.0).contains(&share) {
        return Err(invalid("Percentile must be between 0 and 1"));
    }
    let weights = weights.as_primitive::<Float64Type>().values();
    let wanted = share * weights.iter().sum::<f64>();
    let mut passed = 0.0;
    let found = weights.iter().position(|weight| {
        passed += weight;
        passed > wanted
    });
    Ok(found.unwrap_or(weights.len().saturating_sub(1)))
}

/// Fails for a weight that Trino refuses.
pub(super) fn check_weights(weights: &ArrayRef) -> Result<()> {
    let weights = weights.as_primitive::<Float64Type>();
    match weights.iter().flatten().find(|weight| weight.is_nan() || *weight < 1.0) {
        Some(weight) => Err(invalid(format!("weight must be >= 1, was {weight:?}"))),
        None => Ok(()),
    }
}

/// Fails for an accuracy that Trino refuses.
pub(super) fn check_accuracy(accuracy: f64) -> Result<()> {
    if accuracy > 0.0 && accuracy < 1.0 {
        return Ok(());
    }
    Err(invalid(format!("Percentile accuracy must be exclusively between 0 and 1, was {accuracy:?}")))
}

/// Fails for more percentages than a group may keep.
pub(super) fn check_count(shares: usize) -> Result<()> {
    if shares <= MAX_SHARES {
        return Ok(());
    }
    Err(unsupported_value(&format!("approx_percentile with more than {MAX_SHARES} percentages")))
}

/// The least number of bits without which there are no more values than `most`. The keys come in their order.
fn least_scale(keys: impl Iterator<Item = u64>, most: usize) -> u32 {
    // By how many trailing bits neighbours have to be cut to be one.
    let mut steps = [0_usize; 65];
    let mut before = None;
    for key in keys {
        if let Some(before) = before.replace(key) {
            let differing: u64 = key ^ before;
            steps[(64 - differing.leading_zeros()) as usize] += 1;
        }
    }
    let mut values = 1 + steps.iter().skip(1).sum::<usize>();
    let mut scale = 0;
    while values > most && scale < 64 {
        scale += 1;
        values -= steps[scale];
    }
    scale as u32
}

/// Keys that have the order of the values. NaN is the greatest.
fn keys(values: &ArrayRef) -> Result<Vec<u64>> {
    const SIGN: u64 = 1 << 63;
    let of_double = |number: f64| {
        let number = if number.is_nan() { f64::NAN } else { number + 0.0 };
        let bits = number.to_bits();
        if bits & SIGN == 0 { bits | SIGN } else { !bits }
    };
    Ok(match values.data_type() {
        Arrow::Int64 => {
            values.as_primitive::<Int64Type>().values().iter().map(|n| n.cast_unsigned() ^ SIGN).collect()
        }
        Arrow::Float32 => {
            values.as_primitive::<Float32Type>().values().iter().map(|n| of_double((*n).into())).collect()
        }
        Arrow::Float64 => {
            values.as_primitive::<Float64Type>().values().iter().map(|n| of_double(*n)).collect()
        }
        other => return Err(unexpected(other)),
    })
}

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::Int64Array;
    use proptest::prelude::*;

    use super::*;

    fn columns(values: &[i64]) -> Vec<ArrayRef> {
        let weights = Float64Array::from(vec![1.0; values.len()]);
        vec![Arc::new(Int64Array::from(values.to_vec())), Arc::new(weights)]
    }

    fn values(columns: &[ArrayRef]) -> Vec<i64> {
        columns[0].as_primitive::<Int64Type>().values().to_vec()
    }

    proptest! {
        #[test]
        fn it_is_the_value_at_its_place_in_the_order(
            mut numbers in prop::collection::vec(-50_i64..50, 1..60),
            share in 0.0_f64..=1.0,
        ) {
            let (merged, scale) = merged(&columns(&numbers), 0).unwrap();
            prop_assert_eq!(scale, 0);
            let found = values(&merged)[place(&merged[1], Some(share)).unwrap()];
            numbers.sort_unstable();
            let wanted = (share * numbers.len() as f64).floor() as usize;
            prop_assert_eq!(found, numbers[wanted.min(numbers.len() - 1)]);
        }

        #[test]
        fn fewest_bits_are_cut(mut keys in prop::collection::vec(any::<u64>(), 1..50), most in 1_usize..20) {
            keys.sort_unstable();
            let scale = least_scale(keys.iter().copied(), most);
            let left = |scale: u32| {
                let mut cut: Vec<u64> =
                    keys.iter().map(|key| key.checked_shr(scale).unwrap_or(0)).collect();
                cut.dedup();
                cut.len()
            };
            prop_assert!(left(scale) <= most);
            prop_assert!(scale == 0 || left(scale - 1) > most);
        }
    }

    /// However the rows are divided, and merged in whatever order.
    #[test]
    fn more_values_than_are_kept_give_one_answer() {
        let all: Vec<i64> = (0..400_000).map(|n: i64| n * 7_919 % 1_000_003 - 500_000).collect();
        let mut answers = Vec::new();
        for parts in [1, 2, 7] {
            let (mut kept, mut scale) = (columns(&[]), 0);
            for part in all.chunks(all.len() / parts) {
                let chunk = columns(part);
                (kept, scale) = merged(&rows::joined(&[chunk, kept]).unwrap(), scale).unwrap();
            }
            assert!(kept[0].len() <= MAX_VALUES && scale > 0, "{} {scale}", kept[0].len());
            let median = values(&kept)[place(&kept[1], Some(0.5)).unwrap()];
            assert!(
                (median - values(&columns(&all)).iter().sum::<i64>() / 400_000).abs() < 2_000,
                "{median}"
            );
            answers.push((median, scale, kept[0].len()));
        }
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    }
}
