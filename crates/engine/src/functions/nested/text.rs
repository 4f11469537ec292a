//! `array_join`, `split_to_multimap`, and the texts among the functions that arrays have too.

use std::{collections::HashMap, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{
    cast::{converted, is_castable},
    made::Rows,
    shape::first,
    types::{array_of, element_of, map_of},
};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    made::Made,
    own::{Own, exactly, invalid, unexpected},
    strings::entries_of,
};

/// The elements as a text, with another one between them. What is null is left out, or the third text stands for it.
pub(super) fn array_join() -> Own {
    let takes = |given: &[Arrow]| {
        let (array, texts) = given.split_first()?;
        let is_text = is_castable(element_of(array)?, &Arrow::Utf8) && matches!(texts.len(), 1 | 2);
        let texts = exactly(texts, &vec![Arrow::Utf8; texts.len()])?;
        is_text.then(|| std::iter::once(array.clone()).chain(texts).collect())
    };
    Own::texts("array_join", takes, |_| Arrow::Utf8, join)
}

fn join(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let array = first(arguments)?;
    let delimiters = arguments.get(1).ok_or_else(|| unexpected(&Arrow::Null))?.texts::<i32>();
    let replacements = arguments.get(2).map(Argument::texts::<i32>);
    let texts = converted(array.elements(), &Arrow::Utf8)?;
    let texts: &StringArray = texts.as_string::<i32>();
    for row in 0..made.rows() {
        // Null where the third text is.
        let replacement = replacements.as_ref().map(|texts| texts.get(row));
        let (Some(places), Some(delimiter), false) =
            (array.get(row), delimiters.get(row), replacement == Some(None))
        else {
            made.append(None)?;
            continue;
        };
        let replacement = replacement.flatten();
        let shown =
            places.filter_map(|at| if texts.is_valid(at) { Some(texts.value(at)) } else { replacement });
        let parts = shown.enumerate().flat_map(|(number, text)| {
            let before = if number == 0 { "" } else { delimiter };
            [before, text]
        });
        made.append_parts(parts)?;
    }
    Ok(())
}

/// The characters in the opposite order.
pub(super) fn reverse() -> Own {
    Own::texts(
        "reverse",
        |given| exactly(given, &[Arrow::Utf8]),
        |_| Arrow::Utf8,
        |arguments, made| {
            let texts = arguments.first().ok_or_else(|| unexpected(&Arrow::Null))?.texts::<i32>();
            for row in 0..made.rows() {
                let Some(text) = texts.get(row) else {
                    made.append(None)?;
                    continue;
                };
                made.admit(text.len())?;
                let reversed: String = text.chars().rev().collect();
                made.append(Some(&reversed))?;
            }
            Ok(())
        },
    )
}

/// The keys and values of a text: each key has the array of its values.
pub(super) fn split_to_multimap() -> Own {
    Own::values(
        "split_to_multimap",
        |given| exactly(given, &[Arrow::Utf8, Arrow::Utf8, Arrow::Utf8]),
        |_| map_of(Arrow::Utf8, array_of(Arrow::Utf8)),
        split,
    )
}

fn split(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let [texts, between, within] = arguments else { return Err(unexpected(&Arrow::Null)) };
    let (texts, between, within) = (texts.texts::<i32>(), between.texts::<i32>(), within.texts::<i32>());
    let (mut keys, mut values) = (Vec::<&str>::new(), Vec::<&str>::new());
    let (mut maps, mut arrays) = (Rows::new(bounded.rows()), Rows::new(bounded.rows()));
    for row in 0..bounded.rows() {
        let (Some(text), Some(between), Some(within)) = (texts.get(row), between.get(row), within.get(row))
        else {
            maps.end(keys.len(), false, bounded)?;
            continue;
        };
        // In the order in which the keys are first met.
        let (mut order, mut known) = (Vec::<(&str, Vec<&str>)>::new(), HashMap::new());
        for entry in entries_of(text, between, within)? {
            let (key, value) = entry.map_err(|entry| {
                invalid(format!(
                    "Key-value delimiter must appear exactly once in each entry. Bad input: {entry}"
                ))
            })?;
            maps.add(2 * 16 + key.len() + value.len(), bounded)?;
            let place = *known.entry(key).or_insert_with(|| {
                order.push((key, Vec::new()));
                order.len() - 1
            });
            if let Some((_, values)) = order.get_mut(place) {
                values.push(value);
            }
        }
        for (key, found) in order {
            keys.push(key);
            values.extend(found);
            arrays.mark(values.len(), true)?;
        }
        maps.end(keys.len(), true, bounded)?;
    }
    let values: ArrayRef = Arc::new(StringArray::from(values));
    maps.maps(Arc::new(StringArray::from(keys)), arrays.arrays(values)?)
}
