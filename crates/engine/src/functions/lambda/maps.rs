//! Functions of maps.

use std::collections::{HashMap, HashSet};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, UInt64Array},
        compute::{concat, take},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    arrays::{Made, kept, nested},
    body::{Body, Evaluation, Source},
    items::{Items, maps, windows},
};
use crate::{
    functions::{
        argument::Argument,
        bounded::Bounded,
        nested::{Keys, duplicate_key},
        own::invalid,
    },
    guard::bytes,
};

pub(super) fn filter(
    evaluation: &Evaluation<'_>,
    body: &Body,
    map: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let map = nested(map)?;
    let (keys, values) = (map.columns[0], map.columns[1]);
    let (mut made, mut made_keys) = (Made::default(), Vec::new());
    for window in windows(bounded.rows(), |row| map.len(row)) {
        let items = Items::of(&map, window.clone());
        let found = evaluation.of(body, &entries(keys, values, &items), &items.rows)?;
        let (kept, lengths) = kept(&map, window, found.as_boolean());
        let keys = take(keys, &kept, None)?;
        bounded.count_more(bytes(&keys, 0..keys.len()))?;
        made_keys.push(keys);
        made.append(take(values, &kept, None)?, lengths.into_iter(), bounded)?;
    }
    maps(result, &made.lengths, &made_keys, &made.parts)
}

pub(super) fn transform_values(
    evaluation: &Evaluation<'_>,
    body: &Body,
    map: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let map = nested(map)?;
    let (keys, values) = (map.columns[0], map.columns[1]);
    let (mut made, mut made_keys) = (Made::default(), Vec::new());
    for window in windows(bounded.rows(), |row| map.len(row)) {
        let items = Items::of(&map, window.clone());
        let found = evaluation.of(body, &entries(keys, values, &items), &items.rows)?;
        let keys = take(keys, &UInt64Array::from(items.places), None)?;
        bounded.count_more(bytes(&keys, 0..keys.len()))?;
        made_keys.push(keys);
        made.append(found, window.map(|row| map.range(row).map(|range| range.len())), bounded)?;
    }
    maps(result, &made.lengths, &made_keys, &made.parts)
}

pub(super) fn transform_keys(
    evaluation: &Evaluation<'_>,
    body: &Body,
    map: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let map = nested(map)?;
    let (keys, values) = (map.columns[0], map.columns[1]);
    let (mut made, mut made_values) = (Made::default(), Vec::new());
    for window in windows(bounded.rows(), |row| map.len(row)) {
        let items = Items::of(&map, window.clone());
        let found = evaluation.of(body, &entries(keys, values, &items), &items.rows)?;
        let lengths: Vec<Option<usize>> = window.map(|row| map.range(row).map(|range| range.len())).collect();
        differ(&found, &lengths)?;
        let values = take(values, &UInt64Array::from(items.places), None)?;
        bounded.count_more(bytes(&values, 0..values.len()))?;
        made_values.push(values);
        made.append(found, lengths.into_iter(), bounded)?;
    }
    maps(result, &made.lengths, &made.parts, &made_values)
}

/// Each key of both maps, with its value in each of them, or null.
pub(super) fn zip_with(
    evaluation: &Evaluation<'_>,
    body: &Body,
    first: &Argument,
    second: &Argument,
    result: &Arrow,
    bounded: &mut Bounded<'_>,
) -> Result<ArrayRef> {
    let (first, second) = (nested(first)?, nested(second)?);
    let keys = concat(&[&**first.columns[0], &**second.columns[0]])?;
    let compared = Keys::of(keys.data_type())?.made(&keys)?;
    let beyond = first.columns[0].len();
    let (mut made, mut made_keys) = (Made::default(), Vec::new());
    for window in windows(bounded.rows(), |row| first.len(row).saturating_add(second.len(row))) {
        let (mut items, mut lengths) = (Items::default(), Vec::new());
        let mut places: Vec<Option<u64>> = Vec::new();
        for row in window {
            let (Some(one), Some(other)) = (first.range(row), second.range(row)) else {
                lengths.push(None);
                continue;
            };
            let before = places.len();
            let mut left: HashMap<_, usize> =
                other.clone().map(|place| (compared.row(beyond + place), place)).collect();
            for place in one {
                let found = left.remove(&compared.row(place));
                items.push(row, Some(place), found);
                places.push(Some(place as u64));
            }
            // Those of the second alone are behind, in its order.
            for place in other.filter(|place| left.contains_key(&compared.row(beyond + place))) {
                items.push(row, None, Some(place));
                places.push(Some((beyond + place) as u64));
            }
            lengths.push(Some(places.len() - before));
        }
        let sources = [
            Source { array: &keys, places: &places },
            Source { array: first.columns[1], places: &items.places },
            Source { array: second.columns[1], places: &items.others },
        ];
        let found = evaluation.of(body, &sources, &items.rows)?;
        let keys = take(&keys, &UInt64Array::from(places), None)?;
        bounded.count_more(bytes(&keys, 0..keys.len()))?;
        made_keys.push(keys);
        made.append(found, lengths.into_iter(), bounded)?;
    }
    maps(result, &made.lengths, &made_keys, &made.parts)
}

fn entries<'a>(keys: &'a ArrayRef, values: &'a ArrayRef, items: &'a Items) -> [Source<'a>; 2] {
    [keys, values].map(|array| Source { array, places: &items.places })
}

/// Fails where a key is null, or comes twice in one map.
fn differ(keys: &ArrayRef, lengths: &[Option<usize>]) -> Result<()> {
    if keys.null_count() > 0 {
        return Err(invalid("map key cannot be null"));
    }
    let compared = Keys::of(keys.data_type())?.made(keys)?;
    let mut begin = 0;
    for length in lengths.iter().flatten() {
        let mut seen = HashSet::with_capacity(*length);
        for place in begin..begin + length {
            if !seen.insert(compared.row(place)) {
                return Err(duplicate_key(keys, place));
            }
        }
        begin += length;
    }
    Ok(())
}
