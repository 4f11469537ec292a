//! `lower`, `upper`, `concat`, `replace` and `substr`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, Int64Array, StringArray},
        datatypes::{DataType as Arrow, Int64Type},
    },
    error::Result,
};

use super::own::{Own, exactly};

/// A text in lower case, character by character.
pub(super) fn lower() -> Own {
    Own::new(
        "lower",
        |given| exactly(given, &[Arrow::Utf8]),
        |_| Arrow::Utf8,
        |arguments| map(&arguments[0], to_lower),
    )
}

/// A text in upper case, character by character.
pub(super) fn upper() -> Own {
    Own::new(
        "upper",
        |given| exactly(given, &[Arrow::Utf8]),
        |_| Arrow::Utf8,
        |arguments| map(&arguments[0], to_upper),
    )
}

/// Two texts and more as one; null if one of them is.
pub(super) fn concat() -> Own {
    let takes = |given: &[Arrow]| match given.len() {
        0 | 1 => None,
        count => exactly(given, &vec![Arrow::Utf8; count]),
    };
    Own::new("concat", takes, |_| Arrow::Utf8, join)
}

/// A text with another in the place of each occurrence of a third; or without them.
pub(super) fn replace() -> Own {
    let takes = |given: &[Arrow]| match given.len() {
        count @ (2 | 3) => exactly(given, &vec![Arrow::Utf8; count]),
        _ => None,
    };
    Own::new(
        "replace",
        takes,
        |_| Arrow::Utf8,
        |arguments| {
            let columns = columns(arguments);
            rows(&columns, |row| {
                let to = columns.get(2).map_or("", |to| to.value(row));
                columns[0].value(row).replace(columns[1].value(row), to)
            })
        },
    )
}

/// A part of a text: from a character counted from 1, or from the end if it is negative, to its end or so many
/// characters of it.
pub(super) fn substr() -> Own {
    let takes = |given: &[Arrow]| {
        let numbers = given.iter().skip(1);
        let fits = numbers.clone().all(|number| matches!(number, Arrow::Int32 | Arrow::Int64 | Arrow::Null));
        let is_text = matches!(given.first(), Some(Arrow::Utf8 | Arrow::Null));
        let types = std::iter::once(Arrow::Utf8).chain(numbers.map(|_| Arrow::Int64));
        (is_text && fits && matches!(given.len(), 2 | 3)).then(|| types.collect())
    };
    Own::new(
        "substr",
        takes,
        |_| Arrow::Utf8,
        |arguments| {
            let texts = arguments[0].as_string::<i32>();
            let numbers: Vec<&Int64Array> =
                arguments[1..].iter().map(AsArray::as_primitive::<Int64Type>).collect();
            let part = |row: usize| {
                let known = texts.is_valid(row) && numbers.iter().all(|numbers| numbers.is_valid(row));
                let length = numbers.get(1).map_or(i64::MAX, |lengths| lengths.value(row));
                known.then(|| part_of(texts.value(row), numbers[0].value(row), length))
            };
            Ok(Arc::new((0..texts.len()).map(part).collect::<StringArray>()))
        },
    )
}

fn part_of(text: &str, from: i64, length: i64) -> &str {
    let before = match from {
        0 => return "",
        from if from > 0 => from - 1,
        from => i64::try_from(text.chars().count()).unwrap_or(i64::MAX).saturating_add(from),
    };
    let (Ok(before), Ok(length)) = (usize::try_from(before), usize::try_from(length)) else { return "" };
    let place = |text: &str, character: usize| {
        text.char_indices().nth(character).map_or(text.len(), |(place, _)| place)
    };
    let rest = &text[place(text, before)..];
    &rest[..place(rest, length)]
}

/// As Java's `Character.toLowerCase`: one character becomes one.
pub(crate) fn to_lower(text: &str) -> String {
    text.chars().map(|character| simple(character, character.to_lowercase())).collect()
}

/// As Java's `Character.toUpperCase`: `ß` stays what it is.
pub(crate) fn to_upper(text: &str) -> String {
    text.chars().map(|character| simple(character, character.to_uppercase())).collect()
}

/// The one character of the mapping. Where there are several, Unicode has one by itself for few characters.
fn simple(character: char, mut mapped: impl ExactSizeIterator<Item = char>) -> char {
    if mapped.len() == 1 {
        return mapped.next().unwrap_or(character);
    }
    match character {
        'İ' => 'i',
        // Greek letters with an iota, which is beside the capital one.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => shifted(character, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => shifted(character, 9),
        other => other,
    }
}

fn shifted(character: char, by: u32) -> char {
    char::from_u32(u32::from(character) + by).unwrap_or(character)
}

fn map(array: &ArrayRef, case: fn(&str) -> String) -> Result<ArrayRef> {
    let texts = array.as_string::<i32>().iter().map(|text| text.map(case));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

fn join(arguments: &[ArrayRef]) -> Result<ArrayRef> {
    let columns = columns(arguments);
    rows(&columns, |row| columns.iter().map(|column| column.value(row)).collect())
}

fn columns(arguments: &[ArrayRef]) -> Vec<&StringArray> {
    arguments.iter().map(AsArray::as_string::<i32>).collect()
}

/// A text for each row in which no column is null.
fn rows(columns: &[&StringArray], text: impl Fn(usize) -> String) -> Result<ArrayRef> {
    let rows = columns.first().map_or(0, |column| Array::len(*column));
    let is_known = |row: &usize| columns.iter().all(|column| column.is_valid(*row));
    let texts = (0..rows).map(|row| is_known(&row).then(|| text(row)));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_of_single_characters() {
        for (text, lower, upper) in [
            ("Straße", "straße", "STRAßE"),
            ("ΟΔΟΣ", "οδοσ", "ΟΔΟΣ"),
            ("İı", "iı", "İI"),
            ("ᾀᾳ", "ᾀᾳ", "ᾈᾼ"),
            ("Pérez ﬁ", "pérez ﬁ", "PÉREZ ﬁ"),
        ] {
            assert_eq!((to_lower(text).as_str(), to_upper(text).as_str()), (lower, upper), "{text}");
        }
    }

    #[test]
    fn parts_are_counted_in_characters_from_one() {
        for (from, length, expected) in [
            (1, i64::MAX, "añob"),
            (2, 2, "ño"),
            (4, 9, "b"),
            (5, 1, ""),
            (0, 2, ""),
            (-2, i64::MAX, "ob"),
            (-4, 1, "a"),
            (-5, 9, ""),
            (1, 0, ""),
            (1, -1, ""),
            (i64::MIN, 1, ""),
            (i64::MAX, 1, ""),
        ] {
            assert_eq!(part_of("añob", from, length), expected, "{from} {length}");
        }
    }
}
