//! `lower`, `upper`, `concat`, `replace` and `substr`.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::{
    argument::{Argument, TextArgument},
    made::Made,
    own::{Own, exactly},
};

/// A text in lower case, character by character.
pub(super) fn lower() -> Own {
    Own::texts(
        "lower",
        |given| exactly(given, &[Arrow::Utf8]),
        |_| Arrow::Utf8,
        |arguments, made| map(&arguments[0], made, to_lower),
    )
}

/// A text in upper case, character by character.
pub(super) fn upper() -> Own {
    Own::texts(
        "upper",
        |given| exactly(given, &[Arrow::Utf8]),
        |_| Arrow::Utf8,
        |arguments, made| map(&arguments[0], made, to_upper),
    )
}

/// The name of [`concat()`], which the operator `||` stands for.
pub(crate) const CONCAT: &str = "concat";

/// Two texts and more as one; null if one of them is.
pub(super) fn concat() -> Own {
    let takes = |given: &[Arrow]| match given.len() {
        0 | 1 => None,
        count => exactly(given, &vec![Arrow::Utf8; count]),
    };
    Own::texts(CONCAT, takes, |_| Arrow::Utf8, join)
}

/// A text with another in the place of each occurrence of a third; or without them.
pub(super) fn replace() -> Own {
    let takes = |given: &[Arrow]| match given.len() {
        count @ (2 | 3) => exactly(given, &vec![Arrow::Utf8; count]),
        _ => None,
    };
    Own::texts("replace", takes, |_| Arrow::Utf8, replace_each)
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
    Own::texts("substr", takes, |_| Arrow::Utf8, parts)
}

fn parts(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (texts, starts) = (arguments[0].texts::<i32>(), arguments[1].bigints());
    let lengths = arguments.get(2).map(Argument::bigints);
    for row in 0..made.rows() {
        let length = lengths.as_ref().map_or(Some(i64::MAX), |lengths| lengths.get(row));
        made.append(match (texts.get(row), starts.get(row), length) {
            (Some(text), Some(from), Some(length)) => Some(part_of(text, from, length)),
            _ => None,
        })?;
    }
    Ok(())
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

fn map(argument: &Argument, made: &mut Made<'_>, case: fn(&str) -> String) -> Result<()> {
    let texts = argument.texts::<i32>();
    for row in 0..made.rows() {
        let Some(text) = texts.get(row) else {
            made.append(None)?;
            continue;
        };
        made.admit(text.len())?;
        made.append(Some(&case(text)))?;
    }
    Ok(())
}

fn join(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let columns = columns(arguments);
    for row in 0..made.rows() {
        if columns.iter().all(|column| column.get(row).is_some()) {
            made.append_parts(columns.iter().filter_map(|column| column.get(row)))?;
        } else {
            made.append(None)?;
        }
    }
    Ok(())
}

fn replace_each(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let columns = columns(arguments);
    let (texts, searched, replacements) = (&columns[0], &columns[1], columns.get(2));
    for row in 0..made.rows() {
        let to = replacements.map_or(Some(""), |replacements| replacements.get(row));
        let (Some(text), Some(from), Some(to)) = (texts.get(row), searched.get(row), to) else {
            made.append(None)?;
            continue;
        };
        // The length is known before the text is: nested calls multiply it.
        let longer = to.len().saturating_sub(from.len());
        let count = if longer == 0 { 0 } else { text.matches(from).count() };
        made.admit(text.len().saturating_add(count.saturating_mul(longer)))?;
        made.append(Some(&text.replace(from, to)))?;
    }
    Ok(())
}

fn columns(arguments: &[Argument]) -> Vec<TextArgument<'_, i32>> {
    arguments.iter().map(Argument::texts).collect()
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
