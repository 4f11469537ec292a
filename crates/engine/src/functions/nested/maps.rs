//! Functions that make maps, and take them apart. (Trino's chapter "Map functions and operators".)

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, ListArray, StructArray, new_empty_array},
        datatypes::DataType as Arrow,
    },
    error::{DataFusionError, Result},
};

use super::{
    arguments::{Arrays, Maps, types},
    fit::fit,
    keys::Keys,
    made::{Column, Rows, Source, rows},
    shape::first,
    show::shown,
    types::{array_of, common, element_of, is_comparable, map_of, normal, pair_of, row_of},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    own::{Own, invalid, unexpected},
};

/// What `map(...)` is rewritten to, of which DataFusion's planner has a form of its own. A query cannot call it by this name.
pub(crate) const MAP: &str = "map_of";

/// The map of an array of keys and an array of their values; without them, the empty one.
pub(super) fn map() -> Own {
    let takes = |given: &[Arrow]| match given {
        [] => Some(Vec::new()),
        [keys, values] => {
            element_of(values)?;
            is_comparable(element_of(keys)?).then(|| given.to_vec())
        }
        _ => None,
    };
    let answers = |given: &[Arrow]| match given {
        [keys, values] => {
            let part = |array: &Arrow| element_of(array).map_or(Arrow::Null, normal);
            map_of(part(keys), part(values))
        }
        _ => map_of(Arrow::Null, Arrow::Null),
    };
    Own::values(MAP, takes, answers, make)
}

/// The map of an array of rows of two fields.
pub(super) fn map_from_entries() -> Own {
    let answers = |given: &[Arrow]| match entry(given) {
        Some((key, value)) => map_of(normal(key), normal(value)),
        None => Arrow::Null,
    };
    Own::values("map_from_entries", takes_entries, answers, |arguments, bounded| {
        let array = first(arguments)?;
        let (keys, values) = fields(&array)?;
        let (key_source, value_source) = ([Source::of(keys)], [Source::of(values)]);
        let (mut made_keys, mut made_values) = (Column::of(&key_source), Column::of(&value_source));
        let known = Keys::of(keys.data_type())?.made(keys)?;
        let mut made = Rows::new(bounded.rows());
        for row in 0..bounded.rows() {
            let places = array.get(row);
            let is_map = places.is_some();
            let mut seen = HashSet::new();
            for at in places.into_iter().flatten() {
                check_entry(&array, keys, at)?;
                if !seen.insert(known.row(at)) {
                    return Err(duplicate_key(keys, at));
                }
                made_keys.push(0, at, &mut made, bounded)?;
                made_values.push(0, at, &mut made, bounded)?;
            }
            made.end(made_keys.len(), is_map, bounded)?;
        }
        made.maps(made_keys.finish(), made_values.finish())
    })
}

/// The same, where a key may be there more than once: each has the array of its values.
pub(super) fn multimap_from_entries() -> Own {
    let answers = |given: &[Arrow]| match entry(given) {
        Some((key, value)) => map_of(normal(key), array_of(normal(value))),
        None => Arrow::Null,
    };
    Own::values("multimap_from_entries", takes_entries, answers, |arguments, bounded| {
        let array = first(arguments)?;
        let (keys, values) = fields(&array)?;
        let (key_source, value_source) = ([Source::of(keys)], [Source::of(values)]);
        let (mut made_keys, mut made_values) = (Column::of(&key_source), Column::of(&value_source));
        let known = Keys::of(keys.data_type())?.made(keys)?;
        let (mut made, mut arrays) = (Rows::new(bounded.rows()), Rows::new(bounded.rows()));
        for row in 0..bounded.rows() {
            let places = array.get(row);
            let is_map = places.is_some();
            // In the order in which the keys are first met.
            let (mut order, mut found) = (Vec::<Vec<usize>>::new(), HashMap::<_, usize>::new());
            for at in places.into_iter().flatten() {
                check_entry(&array, keys, at)?;
                match found.entry(known.row(at)) {
                    Entry::Occupied(place) => order[*place.get()].push(at),
                    Entry::Vacant(place) => {
                        place.insert(order.len());
                        order.push(vec![at]);
                    }
                }
            }
            for group in order {
                if let Some(first) = group.first() {
                    made_keys.push(0, *first, &mut made, bounded)?;
                }
                for at in group {
                    made_values.push(0, at, &mut made, bounded)?;
                }
                arrays.mark(made_values.len(), true)?;
            }
            made.end(made_keys.len(), is_map, bounded)?;
        }
        made.maps(made_keys.finish(), arrays.arrays(made_values.finish())?)
    })
}

/// The entries of all; of two of one key the later one's.
pub(super) fn map_concat() -> Own {
    let takes = |given: &[Arrow]| (given.len() >= 2).then(|| pair(given).map(|_| given.to_vec())).flatten();
    let answers = |given: &[Arrow]| match pair(given) {
        Some((key, value)) => map_of(key, value),
        None => Arrow::Null,
    };
    Own::values("map_concat", takes, answers, |arguments, bounded| {
        let (key, value) = pair(&types(arguments)).ok_or_else(|| unexpected(&Arrow::Null))?;
        // The last one's entries come first, as in Trino.
        let maps = arguments.iter().rev().map(|argument| Maps::of(argument, &key, &value));
        let maps = maps.collect::<Result<Vec<_>>>()?;
        let converter = Keys::of(&key)?;
        let known = maps.iter().map(|map| converter.made(map.keys())).collect::<Result<Vec<_>>>()?;
        let key_sources: Vec<Source> = maps.iter().map(|map| Source::of(map.keys())).collect();
        let value_sources: Vec<Source> = maps.iter().map(|map| Source::of(map.values())).collect();
        let (mut keys, mut values) = (Column::of(&key_sources), Column::of(&value_sources));
        let mut made = Rows::new(bounded.rows());
        for row in 0..bounded.rows() {
            let places: Option<Vec<_>> = maps.iter().map(|map| map.get(row)).collect();
            let is_map = places.is_some();
            let mut seen = HashSet::new();
            for (source, (places, known)) in places.into_iter().flatten().zip(&known).enumerate() {
                for at in places {
                    if seen.insert(known.row(at).data()) {
                        keys.push(source, at, &mut made, bounded)?;
                        values.push(source, at, &mut made, bounded)?;
                    }
                }
            }
            made.end(keys.len(), is_map, bounded)?;
        }
        made.maps(keys.finish(), values.finish())
    })
}

/// The keys, in the order of the entries.
pub(super) fn map_keys() -> Own {
    let answers = |given: &[Arrow]| array_of(of_one(given).map_or(Arrow::Null, |(key, _)| key));
    Own::watched("map_keys", one_map, answers, |arguments, _, _| {
        parts(arguments, |keys, _| Ok(Arc::clone(keys)))
    })
}

/// The values, likewise.
pub(super) fn map_values() -> Own {
    let answers = |given: &[Arrow]| array_of(of_one(given).map_or(Arrow::Null, |(_, value)| value));
    Own::watched("map_values", one_map, answers, |arguments, _, _| {
        parts(arguments, |_, values| Ok(Arc::clone(values)))
    })
}

/// The entries as rows.
pub(super) fn map_entries() -> Own {
    let answers = |given: &[Arrow]| match of_one(given) {
        Some((key, value)) => array_of(row_of([key, value])),
        None => Arrow::Null,
    };
    Own::watched("map_entries", one_map, answers, |arguments, _, _| {
        parts(arguments, |keys, values| rows(vec![Arc::clone(keys), Arc::clone(values)]))
    })
}

fn make(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let [keys, values] = arguments else {
        let mut made = Rows::new(bounded.rows());
        for _ in 0..bounded.rows() {
            made.end(0, true, bounded)?;
        }
        return made.maps(new_empty_array(&Arrow::Null), new_empty_array(&Arrow::Null));
    };
    let arrays = [keys, values].map(|argument| {
        let found = argument.array().data_type();
        Arrays::of(argument, &normal(element_of(found).ok_or_else(|| unexpected(found))?))
    });
    let [keys, values] = arrays;
    let (keys, values) = (keys?, values?);
    let (key_source, value_source) = ([Source::of(keys.elements())], [Source::of(values.elements())]);
    let (mut made_keys, mut made_values) = (Column::of(&key_source), Column::of(&value_source));
    let known = Keys::of(keys.elements().data_type())?.made(keys.elements())?;
    let mut made = Rows::new(bounded.rows());
    for row in 0..bounded.rows() {
        let (Some(key_places), Some(value_places)) = (keys.get(row), values.get(row)) else {
            made.end(made_keys.len(), false, bounded)?;
            continue;
        };
        if key_places.len() != value_places.len() {
            return Err(invalid("Key and value arrays must be the same length"));
        }
        let mut seen = HashSet::new();
        for (key, value) in key_places.zip(value_places) {
            if is_null(keys.elements(), key) {
                return Err(invalid("map key cannot be null"));
            }
            if !seen.insert(known.row(key)) {
                return Err(duplicate_key(keys.elements(), key));
            }
            made_keys.push(0, key, &mut made, bounded)?;
            made_values.push(0, value, &mut made, bounded)?;
        }
        made.end(made_keys.len(), true, bounded)?;
    }
    made.maps(made_keys.finish(), made_values.finish())
}

fn check_entry(array: &Arrays<'_>, keys: &ArrayRef, at: usize) -> Result<()> {
    if array.elements().is_null(at) {
        return Err(invalid("map entry cannot be null"));
    }
    if is_null(keys, at) {
        return Err(invalid("map key cannot be null"));
    }
    Ok(())
}

fn is_null(values: &ArrayRef, at: usize) -> bool {
    *values.data_type() == Arrow::Null || values.is_null(at)
}

/// The failure of a key that a map has already.
pub(in crate::functions) fn duplicate_key(keys: &ArrayRef, at: usize) -> DataFusionError {
    invalid(format!("Duplicate map keys ({}) are not allowed", shown(keys, at)))
}

fn takes_entries(given: &[Arrow]) -> Option<Vec<Arrow>> {
    is_comparable(entry(given)?.0).then(|| given.to_vec())
}

/// The types of the fields of an array's rows, of which there are two.
fn entry(given: &[Arrow]) -> Option<(&Arrow, &Arrow)> {
    match given {
        [Arrow::List(element)] => match element.data_type() {
            Arrow::Struct(fields) if fields.len() == 2 => {
                Some((fields[0].data_type(), fields[1].data_type()))
            }
            _ => None,
        },
        _ => None,
    }
}

fn fields<'a>(array: &'a Arrays<'_>) -> Result<(&'a ArrayRef, &'a ArrayRef)> {
    let rows: &StructArray = array.elements().as_struct();
    match rows.columns() {
        [keys, values] => Ok((keys, values)),
        _ => Err(unexpected(rows.data_type())),
    }
}

/// The types of the keys and the values of all.
fn pair(given: &[Arrow]) -> Option<(Arrow, Arrow)> {
    let none = (Arrow::Null, Arrow::Null);
    let (key, value) = given.iter().try_fold(none, |(key, value), next| {
        let (next_key, next_value) = pair_of(next)?;
        Some((common(&key, next_key)?, common(&value, next_value)?))
    })?;
    is_comparable(&key).then_some((key, value))
}

fn one_map(given: &[Arrow]) -> Option<Vec<Arrow>> {
    of_one(given).map(|_| given.to_vec())
}

fn of_one(given: &[Arrow]) -> Option<(Arrow, Arrow)> {
    match given {
        [map] => pair_of(map).map(|(key, value)| (normal(key), normal(value))),
        _ => None,
    }
}

/// An array for each map, of what is made of all keys and values.
fn parts(
    arguments: &[Argument],
    part: impl Fn(&ArrayRef, &ArrayRef) -> Result<ArrayRef>,
) -> Result<ArrayRef> {
    let [argument] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let maps = argument.array();
    let (key, value) = of_one(&[maps.data_type().clone()]).ok_or_else(|| unexpected(maps.data_type()))?;
    let maps = fit(maps, &map_of(key, value))?;
    let maps = maps.as_map();
    let elements = part(maps.keys(), maps.values())?;
    let Arrow::List(element) = array_of(elements.data_type().clone()) else {
        return Err(unexpected(elements.data_type()));
    };
    let (offsets, nulls) = (maps.offsets().clone(), maps.nulls().cloned());
    Ok(Arc::new(ListArray::try_new(element, offsets, elements, nulls)?))
}
