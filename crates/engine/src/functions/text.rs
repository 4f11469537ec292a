//! `lower`, `upper` and `concat`.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, StringArray},
        datatypes::DataType as Arrow,
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

/// As Java's `Character.toLowerCase`: one character becomes one.
pub(crate) fn to_lower(text: &str) -> String {
    text.chars().map(|character| simple(character, character.to_lowercase())).collect()
}

/// As Java's `Character.toUpperCase`: `ß` stays what it is.
pub(crate) fn to_upper(text: &str) -> String {
    text.chars().map(|character| simple(character, character.to_uppercase())).collect()
}

/// The one character of the mapping. Where there are several, Unicode has one by itself for few characters.
fn simple(character: char, mut mapped: impl Iterator<Item = char> + ExactSizeIterator) -> char {
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
    let columns: Vec<&StringArray> = arguments.iter().map(|column| column.as_string::<i32>()).collect();
    let rows = columns.first().map_or(0, |column| column.len());
    let text = |row| {
        let parts = columns.iter().map(|column| column.is_valid(row).then(|| column.value(row)));
        parts.collect::<Option<String>>()
    };
    Ok(Arc::new((0..rows).map(text).collect::<StringArray>()))
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
}
