//! `lpad` and `rpad`, and the casts to `char(n)`.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::count_characters;
use crate::functions::{
    argument::Argument,
    made::Made,
    own::{Own, invalid},
};

/// What a cast to a `char(n)` calls, with the text and the length: see [`crate::padded`]. A query cannot call it by its name.
pub(crate) const CAST_TO_CHAR: &str = "cast_to_char";

/// A text of so many characters: cut at its end, or with spaces after it.
pub(in crate::functions) fn cast_to_char() -> Own {
    Own::texts(CAST_TO_CHAR, takes_any, |_| Arrow::Utf8, in_characters)
}

/// Any value, so that a type that is none of texts can be named.
fn takes_any(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [value, Arrow::Int32 | Arrow::Int64] => {
            let value = if *value == Arrow::Null { Arrow::Utf8 } else { value.clone() };
            Some(vec![value, Arrow::Int64])
        }
        _ => None,
    }
}

fn in_characters(arguments: &[Argument], made: &mut Made<'_>) -> Result<()> {
    let (texts, lengths) = (arguments[0].texts::<i32>(), arguments[1].bigints());
    for row in 0..made.rows() {
        let (Some(text), Some(length)) = (texts.get(row), lengths.get(row)) else {
            made.append(None)?;
            continue;
        };
        let missing = usize::try_from(length - count_characters(text)).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or_default();
        let end = text.char_indices().nth(length).map_or(text.len(), |(end, _)| end);
        made.admit(end.saturating_add(missing))?;
        let spaces = " ".repeat(missing);
        made.append_parts([&text[..end], spaces.as_str()].into_iter())?;
    }
    Ok(())
}

/// A text of so many characters: cut at its end, or with another text before it as often as it fits.
pub(super) fn lpad() -> Own {
    Own::texts("lpad", takes, |_| Arrow::Utf8, |arguments, made| each(arguments, made, true))
}

/// A text of so many characters: cut at its end, or with another text after it as often as it fits.
pub(super) fn rpad() -> Own {
    Own::texts("rpad", takes, |_| Arrow::Utf8, |arguments, made| each(arguments, made, false))
}

fn takes(given: &[Arrow]) -> Option<Vec<Arrow>> {
    match given {
        [Arrow::Utf8 | Arrow::Null, Arrow::Int32 | Arrow::Int64 | Arrow::Null, Arrow::Utf8 | Arrow::Null] => {
            Some(vec![Arrow::Utf8, Arrow::Int64, Arrow::Utf8])
        }
        _ => None,
    }
}

fn each(arguments: &[Argument], made: &mut Made<'_>, is_left: bool) -> Result<()> {
    let (texts, lengths, pads) =
        (arguments[0].texts::<i32>(), arguments[1].bigints(), arguments[2].texts::<i32>());
    for row in 0..made.rows() {
        let (Some(text), Some(length), Some(pad)) = (texts.get(row), lengths.get(row), pads.get(row)) else {
            made.append(None)?;
            continue;
        };
        if !(0..=i64::from(i32::MAX)).contains(&length) {
            return Err(invalid("Target length must be in the range [0..2147483647]"));
        }
        if pad.is_empty() {
            return Err(invalid("Padding string must not be empty"));
        }
        let missing = length - count_characters(text);
        if missing <= 0 {
            let characters = usize::try_from(length).unwrap_or(usize::MAX);
            let end = text.char_indices().nth(characters).map_or(text.len(), |(end, _)| end);
            made.append(Some(&text[..end]))?;
            continue;
        }
        let missing = usize::try_from(missing).unwrap_or(usize::MAX);
        let of_pad = pad.chars().count();
        let (whole, left) = (missing / of_pad, missing % of_pad);
        let rest = &pad[..pad.char_indices().nth(left).map_or(0, |(end, _)| end)];
        let bytes = whole.saturating_mul(pad.len()).saturating_add(rest.len());
        made.admit(bytes.saturating_add(text.len()))?;
        let filling = pad.repeat(whole) + rest;
        let parts = if is_left { [filling.as_str(), text] } else { [text, filling.as_str()] };
        made.append_parts(parts.into_iter())?;
    }
    Ok(())
}
