//! `lpad` and `rpad`.

use datafusion::{arrow::datatypes::DataType as Arrow, error::Result};

use super::count_characters;
use crate::functions::{
    argument::Argument,
    made::Made,
    own::{Own, invalid},
};

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
