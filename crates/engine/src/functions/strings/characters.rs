//! `chr`, `codepoint`, `length` and `translate`.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int32Array, Int64Array},
        datatypes::DataType as Arrow,
    },
    error::Result,
};

use super::{count_characters, texts_and_bigints};
use crate::{
    cancel::Cancellation,
    functions::{
        argument::Argument,
        made::Made,
        own::{Own, exactly, invalid},
    },
};

/// The character of a code point.
pub(super) fn chr() -> Own {
    Own::texts("chr", |given| texts_and_bigints(given, 0, 1, 0), |_| Arrow::Utf8, to_characters)
}

/// The code point of a text that is one character.
pub(super) fn codepoint() -> Own {
    Own::watched("codepoint", |given| exactly(given, &[Arrow::Utf8]), |_| Arrow::Int32, code_points)
}

/// How many characters a text has, or how many bytes there are.
pub(super) fn length() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Binary] => Some(vec![Arrow::Binary]),
        _ => exactly(given, &[Arrow::Utf8]),
    };
    Own::watched("length", takes, |_| Arrow::Int64, lengths)
}

/// A text with each of some characters replaced by the one at the same place of another text, or left out where there is
/// none.
pub(super) fn translate() -> Own {
    Own::texts("translate", |given| texts_and_bigints(given, 3, 0, 0), |_| Arrow::Utf8, translated)
}

fn to_characters(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let numbers = arguments[0].bigints();
    for row in 0..made.rows() {
        let Some(number) = numbers.get(row) else {
            made.append(None)?;
            continue;
        };
        let character = u32::try_from(number).ok().and_then(char::from_u32);
        let character =
            character.ok_or_else(|| invalid(format!("Not a valid Unicode code point: {number}")))?;
        made.append(Some(character.encode_utf8(&mut [0; 4])))?;
    }
    Ok(())
}

fn code_points(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let code_point = |row| -> Result<Option<i32>> {
        cancellation.check()?;
        let Some(text) = texts.get(row) else { return Ok(None) };
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(i32::try_from(u32::from(character)).ok()),
            _ => Err(invalid("Input string must be a single character string")),
        }
    };
    Ok(Arc::new((0..rows).map(code_point).collect::<Result<Int32Array>>()?))
}

fn lengths(arguments: &[Argument], rows: usize, cancellation: &Cancellation) -> Result<ArrayRef> {
    let argument = &arguments[0];
    if matches!(argument.array().data_type(), Arrow::Binary) {
        let values = argument.array().as_binary::<i32>();
        let length = |row| {
            let place = argument.place(row);
            values.is_valid(place).then(|| i64::try_from(values.value(place).len()).unwrap_or(i64::MAX))
        };
        return Ok(Arc::new((0..rows).map(length).collect::<Int64Array>()));
    }
    let texts = argument.texts::<i32>();
    let length = |row| -> Result<Option<i64>> {
        cancellation.check()?;
        Ok(texts.get(row).map(count_characters))
    };
    Ok(Arc::new((0..rows).map(length).collect::<Result<Int64Array>>()?))
}

fn translated(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let [texts, from, to] = [0, 1, 2].map(|place: usize| arguments[place].texts::<i32>());
    let mut last: Option<(&str, &str, Replacements)> = None;
    for row in 0..made.rows() {
        let (Some(text), Some(from), Some(to)) = (texts.get(row), from.get(row), to.get(row)) else {
            made.append(None)?;
            continue;
        };
        let replacements = match last.take() {
            Some((known_from, known_to, replacements)) if known_from == from && known_to == to => {
                replacements
            }
            _ => replacements(from, to),
        };
        // A character takes four bytes at most.
        made.admit(text.len())?;
        let replaced: String = text
            .chars()
            .filter_map(|character| replacements.get(&character).copied().unwrap_or(Some(character)))
            .collect();
        made.append(Some(&replaced))?;
        last = Some((from, to, replacements));
    }
    Ok(())
}

/// What each character becomes; nothing, if it is dropped.
type Replacements = HashMap<char, Option<char>>;

/// Of several places of one character, the first counts.
fn replacements(from: &str, to: &str) -> Replacements {
    let mut replacements = HashMap::new();
    let mut to = to.chars();
    for character in from.chars() {
        let replacement = to.next();
        if let Entry::Vacant(entry) = replacements.entry(character) {
            entry.insert(replacement);
        }
    }
    replacements
}
