//! `split`, `split_part` and `split_to_map`.

use std::collections::HashSet;

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::Result,
};

use super::texts_and_bigints;
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    lists::{Lists, Maps, array_of_texts, map_of_texts},
    made::Made,
    own::{Own, invalid},
};

/// The parts of a text between the places of another one, or so many of them: the last is the rest then.
pub(super) fn split() -> Own {
    Own::values("split", |given| texts_and_bigints(given, 2, 1, 1), |_| array_of_texts(), parts)
}

/// One of these parts, counted from 1; null if there are fewer. Without a delimiter, the parts are the characters.
pub(super) fn split_part() -> Own {
    Own::texts("split_part", |given| texts_and_bigints(given, 2, 1, 0), |_| Arrow::Utf8, part)
}

/// The keys and values of a text. The map has them in the order of the text, where Trino has none.
pub(super) fn split_to_map() -> Own {
    Own::values("split_to_map", |given| texts_and_bigints(given, 3, 0, 0), |_| map_of_texts(), entries)
}

fn parts(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let (texts, delimiters) = (arguments[0].texts::<i32>(), arguments[1].texts::<i32>());
    let limits = arguments.get(2).map(Argument::bigints);
    let mut lists = Lists::new();
    for row in 0..bounded.rows() {
        let limit = limits.as_ref().map_or(Some(i64::from(i32::MAX)), |limits| limits.get(row));
        let (Some(text), Some(delimiter), Some(limit)) = (texts.get(row), delimiters.get(row), limit) else {
            lists.end(false, bounded)?;
            continue;
        };
        if limit <= 0 {
            return Err(invalid("Limit must be positive"));
        }
        if limit > i64::from(i32::MAX) {
            return Err(invalid("Limit is too large"));
        }
        if delimiter.is_empty() {
            return Err(invalid("The delimiter may not be the empty string"));
        }
        for part in text.splitn(usize::try_from(limit).unwrap_or(usize::MAX), delimiter) {
            lists.push(Some(part), bounded)?;
        }
        lists.end(true, bounded)?;
    }
    Ok(lists.finish())
}

fn part(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (texts, delimiters, places) =
        (arguments[0].texts::<i32>(), arguments[1].texts::<i32>(), arguments[2].bigints());
    for row in 0..made.rows() {
        let (Some(text), Some(delimiter), Some(place)) =
            (texts.get(row), delimiters.get(row), places.get(row))
        else {
            made.append(None)?;
            continue;
        };
        if place <= 0 {
            return Err(invalid("Index must be greater than zero"));
        }
        let before = usize::try_from(place - 1).unwrap_or(usize::MAX);
        if delimiter.is_empty() {
            let found = text.char_indices().nth(before);
            made.append(found.map(|(at, character)| &text[at..at + character.len_utf8()]))?;
        } else {
            made.append(text.split(delimiter).nth(before))?;
        }
    }
    Ok(())
}

fn entries(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let [texts, between, within] = [0, 1, 2].map(|place: usize| arguments[place].texts::<i32>());
    let mut maps = Maps::new();
    for row in 0..bounded.rows() {
        let (Some(text), Some(between), Some(within)) = (texts.get(row), between.get(row), within.get(row))
        else {
            maps.end(false, bounded)?;
            continue;
        };
        let mut known = HashSet::new();
        for entry in entries_of(text, between, within)? {
            let (key, value) = entry.map_err(|entry| {
                invalid(format!(
                    "Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'"
                ))
            })?;
            if !known.insert(key) {
                return Err(invalid(format!("Duplicate keys ({key}) are not allowed")));
            }
            maps.push(key, value, bounded)?;
        }
        maps.end(true, bounded)?;
    }
    Ok(maps.finish())
}

/// The entries of a text between the places of one delimiter, each as what stands before and behind the other one. An entry
/// that does not have that exactly once is an error. Fails if there are no such delimiters.
pub(in crate::functions) fn entries_of<'t>(
    text: &'t str,
    between: &'t str,
    within: &'t str,
) -> Result<impl Iterator<Item = std::result::Result<(&'t str, &'t str), &'t str>>> {
    if between.is_empty() {
        return Err(invalid("entryDelimiter is empty"));
    }
    if within.is_empty() {
        return Err(invalid("keyValueDelimiter is empty"));
    }
    if between == within {
        return Err(invalid("entryDelimiter and keyValueDelimiter must not be the same"));
    }
    let mut all = text.split(between).peekable();
    Ok(std::iter::from_fn(move || {
        let entry = all.next()?;
        // A delimiter at the very end begins no further entry, and an empty text has none.
        if entry.is_empty() && all.peek().is_none() {
            return None;
        }
        let pair = entry.split_once(within).filter(|(_, value)| !value.contains(within));
        Some(pair.ok_or(entry))
    }))
}
