//! `trim`, `ltrim` and `rtrim`, of white space or of certain characters.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::texts_and_bigints;
use crate::functions::{argument::Argument, made::Made, own::Own};

/// A text without what is at both its ends.
pub(super) fn trim() -> Own {
    Own::texts(
        "trim",
        |given| texts_and_bigints(given, 2, 0, 1),
        |_| Arrow::Utf8,
        |arguments, made| each(arguments, made, true, true),
    )
}

/// A text without what is at its beginning.
pub(super) fn ltrim() -> Own {
    Own::texts(
        "ltrim",
        |given| texts_and_bigints(given, 2, 0, 1),
        |_| Arrow::Utf8,
        |arguments, made| each(arguments, made, true, false),
    )
}

/// A text without what is at its end.
pub(super) fn rtrim() -> Own {
    Own::texts(
        "rtrim",
        |given| texts_and_bigints(given, 2, 0, 1),
        |_| Arrow::Utf8,
        |arguments, made| each(arguments, made, false, true),
    )
}

fn each(arguments: &[Argument], made: &mut Made<'_>, start: bool, end: bool) -> Result<()> {
    let texts = arguments[0].texts::<i32>();
    let trimmed = arguments.get(1).map(Argument::texts::<i32>);
    // They are mostly the same for all rows, and may be many.
    let mut last: Option<(&str, Vec<char>)> = None;
    for row in 0..made.rows() {
        let Some(trimmed) = &trimmed else {
            made.append(texts.get(row).map(|text| cut(text, start, end, is_white_space)))?;
            continue;
        };
        let (Some(text), Some(characters)) = (texts.get(row), trimmed.get(row)) else {
            made.append(None)?;
            continue;
        };
        let ready = match last.take() {
            Some((known, ready)) if known == characters => ready,
            _ => sorted(characters),
        };
        made.append(Some(cut(text, start, end, |character| ready.binary_search(&character).is_ok())))?;
        last = Some((characters, ready));
    }
    Ok(())
}

fn sorted(characters: &str) -> Vec<char> {
    let mut characters: Vec<char> = characters.chars().collect();
    characters.sort_unstable();
    characters
}

fn cut(text: &str, start: bool, end: bool, is_cut: impl Fn(char) -> bool) -> &str {
    let text = if start { text.trim_start_matches(&is_cut) } else { text };
    if end { text.trim_end_matches(&is_cut) } else { text }
}

/// As Java's `Character.isWhitespace`, which leaves out spaces that do not break, and has four control characters.
fn is_white_space(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r'
            | '\u{1c}'..='\u{1f}'
            | ' '
            | '\u{1680}'
            | '\u{2000}'..='\u{2006}'
            | '\u{2008}'..='\u{200a}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{205f}'
            | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_javas() {
        let all = |is: fn(char) -> bool| -> Vec<char> { ('\0'..=char::MAX).filter(|c| is(*c)).collect() };
        let mut expected: Vec<char> = all(char::is_whitespace);
        expected.retain(|c| !matches!(c, '\u{85}' | '\u{a0}' | '\u{2007}' | '\u{202f}'));
        expected.extend('\u{1c}'..='\u{1f}');
        expected.sort_unstable();
        assert_eq!(all(is_white_space), expected);
    }
}
