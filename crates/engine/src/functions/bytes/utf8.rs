//! `to_utf8` and `from_utf8`.

use datafusion::{
    arrow::{array::ArrayRef, datatypes::DataType as Arrow},
    error::Result,
};

use super::{Bytes, Made};
use crate::functions::{
    argument::Argument,
    bounded::Bounded,
    made::Made as MadeTexts,
    own::{Own, exactly, invalid},
};

/// The bytes of a text.
pub(super) fn to_utf8() -> Own {
    Own::values("to_utf8", |given| exactly(given, &[Arrow::Utf8]), |_| Arrow::Binary, encode)
}

/// The text of bytes. What is no text becomes U+FFFD, or another character, or nothing.
pub(super) fn from_utf8() -> Own {
    let takes = |given: &[Arrow]| match given {
        [Arrow::Binary | Arrow::Null] => Some(vec![Arrow::Binary]),
        [Arrow::Binary | Arrow::Null, Arrow::Utf8 | Arrow::Null] => Some(vec![Arrow::Binary, Arrow::Utf8]),
        [Arrow::Binary | Arrow::Null, Arrow::Int32 | Arrow::Int64] => Some(vec![Arrow::Binary, Arrow::Int64]),
        _ => None,
    };
    Own::texts("from_utf8", takes, |_| Arrow::Utf8, decode)
}

fn encode(arguments: &[Argument], bounded: &mut Bounded<'_>) -> Result<ArrayRef> {
    let texts = arguments[0].texts::<i32>();
    let mut made = Made::new();
    for row in 0..bounded.rows() {
        made.append(texts.get(row).map(str::as_bytes), bounded)?;
    }
    Ok(made.finish())
}

fn decode(arguments: &[Argument], made: &mut MadeTexts<'_>) -> Result<()> {
    let values = Bytes::of(&arguments[0]);
    for row in 0..made.rows() {
        let replacement =
            arguments.get(1).map_or(Ok(Some("\u{fffd}".to_owned())), |by| replacement(by, row))?;
        let (Some(bytes), Some(replacement)) = (values.get(row), replacement) else {
            made.append(None)?;
            continue;
        };
        if let Ok(text) = std::str::from_utf8(bytes) {
            made.append(Some(text))?;
            continue;
        }
        let mut text = String::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let valid = match std::str::from_utf8(rest) {
                Ok(valid) => valid,
                Err(error) => std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default(),
            };
            made.admit(text.len() + valid.len() + replacement.len())?;
            text.push_str(valid);
            rest = &rest[valid.len()..];
            if !rest.is_empty() {
                text.push_str(&replacement);
                rest = &rest[wrong(rest)..];
            }
        }
        made.append(Some(&text))?;
    }
    Ok(())
}

/// The one character that stands for what is no text, or none.
fn replacement(argument: &Argument, row: usize) -> Result<Option<String>> {
    if matches!(argument.array().data_type(), Arrow::Int64) {
        let Some(number) = argument.bigints().get(row) else { return Ok(None) };
        let character = u32::try_from(number).ok().and_then(char::from_u32);
        let character = character.ok_or_else(|| invalid("Invalid replacement character"))?;
        return Ok(Some(character.to_string()));
    }
    let Some(text) = argument.texts::<i32>().get(row) else { return Ok(None) };
    if text.chars().nth(1).is_some() {
        return Err(invalid("Replacement character string must empty or a single character"));
    }
    Ok(Some(text.to_owned()))
}

/// How many bytes at the beginning, which are no character, are replaced by one: as many as Trino's decoder takes for
/// one, which are those that their first byte announces as far as they follow it. Rust's takes fewer.
fn wrong(bytes: &[u8]) -> usize {
    let announced = match bytes.first() {
        Some(0xc0..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf7) => 4,
        Some(0xf8..=0xfb) => 5,
        Some(0xfc..=0xfd) => 6,
        _ => 1,
    };
    let follow = bytes.iter().skip(1).take(announced - 1).take_while(|byte| matches!(byte, 0x80..=0xbf));
    1 + follow.count()
}

#[cfg(test)]
mod tests {
    use super::wrong;

    #[test]
    fn what_is_no_character_is_one_as_far_as_it_is_announced() {
        for (bytes, expected) in [
            (&b"\x80\x80"[..], 1),
            (b"\xff", 1),
            (b"\xc3", 1),
            (b"\xc3a", 1),
            (b"\xc0\x80", 2),
            (b"\xe2\x82", 2),
            (b"\xed\xa0\x80", 3),
            (b"\xf0\x9f\x98", 3),
            (b"\xf7\xbf\xbf\xbf", 4),
            (b"\xfc\x80\x80\x80\x80\x80\x80", 6),
        ] {
            assert_eq!(wrong(bytes), expected, "{bytes:?}");
        }
    }
}
