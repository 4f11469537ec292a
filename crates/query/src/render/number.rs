//! Numbers: what is one by JSON's grammar goes through as it is.

use super::{
    mismatch::Mismatch,
    result::Value,
    simd::{self, LENGTH},
};

/// Appends a whole number.
#[inline]
pub(super) fn integer(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Mismatch> {
    append(out, value, |plain| plain == Plain::Integer, is_integer)
}

/// Appends a number of any kind.
#[inline]
pub(super) fn number(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Mismatch> {
    append(out, value, |plain| plain != Plain::Other, is_number)
}

/// Whether it is one of the words that Java has for what is no number.
pub(super) fn is_not_finite(value: Value<'_>) -> bool {
    matches!(value.bytes(), b"NaN" | b"Infinity" | b"-Infinity")
}

#[inline(always)]
fn append(
    out: &mut Vec<u8>,
    value: Value<'_>,
    plain: impl Fn(Plain) -> bool,
    valid: impl Fn(&[u8]) -> bool,
) -> Result<(), Mismatch> {
    if let Some(chunk) = value.short()
        && plain(look(chunk, value.len()))
    {
        simd::append(out, chunk, value.len());
        return Ok(());
    }
    if !valid(value.bytes()) {
        return Err(Mismatch);
    }
    out.extend_from_slice(value.bytes());
    Ok(())
}

/// What a short text is seen to be at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plain {
    Integer,
    /// With figures behind a point, and no exponent.
    Fraction,
    /// Any other number, or none.
    Other,
}

#[inline]
fn look(chunk: &[u8; LENGTH], length: usize) -> Plain {
    let mut others = !simd::digits(chunk) & simd::first(length);
    let negative = usize::from(length > 0 && chunk[0] == b'-');
    others &= !(negative as u32);
    let (integer, kind) = if others == 0 {
        (length, Plain::Integer)
    } else {
        let place = others.trailing_zeros() as usize;
        if chunk[place] != b'.' || others.count_ones() != 1 || place + 1 == length {
            return Plain::Other;
        }
        (place, Plain::Fraction)
    };
    // There must be figures, and no zero before others.
    let figures = integer - negative;
    if figures == 1 || (figures > 1 && chunk[negative] != b'0') { kind } else { Plain::Other }
}

fn is_integer(text: &[u8]) -> bool {
    whole(text).is_some_and(<[u8]>::is_empty)
}

/// Whether the text is a number by JSON's grammar.
pub(super) fn is_number(text: &[u8]) -> bool {
    let Some(mut rest) = whole(text) else { return false };
    if let Some(fraction) = rest.strip_prefix(b".") {
        let (figures, after) = digits(fraction);
        if figures.is_empty() {
            return false;
        }
        rest = after;
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = match exponent {
            [b'+' | b'-', unsigned @ ..] => unsigned,
            unsigned => unsigned,
        };
        let (figures, after) = digits(exponent);
        return !figures.is_empty() && after.is_empty();
    }
    rest.is_empty()
}

/// The integer part of a JSON number, and what follows it.
fn whole(text: &[u8]) -> Option<&[u8]> {
    let (integer, rest) = digits(text.strip_prefix(b"-").unwrap_or(text));
    let plain = !integer.is_empty() && (integer.len() == 1 || integer[0] != b'0');
    plain.then_some(rest)
}

/// Splits off the digits at the start.
pub(super) fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn at_a_glance_is_as_byte_by_byte(text in "-?[0-9]{0,4}(\\.[0-9]{0,3})?(e[+-]?[0-9]{0,2})?[x-]?", rest in "[0-9.]{16}") {
            let bytes = format!("{text}{rest}").into_bytes();
            let plain = look(bytes.first_chunk().unwrap(), text.len());
            prop_assume!(text.len() <= LENGTH);
            prop_assert_eq!(plain == Plain::Integer, is_integer(text.as_bytes()));
            let exponent = text.contains('e');
            prop_assert_eq!(plain != Plain::Other, is_number(text.as_bytes()) && !exponent);
        }
    }
}
