//! Percent-encoded texts. What is encoded and no UTF-8 becomes U+FFFD.

use datafusion::error::Result;

use super::malformed;

/// The text of a part of a URL, in which each `%` has its two digits.
pub(super) fn decoded(part: &str) -> String {
    bytes_of(part, false).unwrap_or_else(|| part.to_owned())
}

/// The text of a value of a form, in which `+` is a space.
pub(super) fn decoded_form(value: &str) -> Result<String> {
    bytes_of(value, true).ok_or_else(|| malformed(value))
}

fn bytes_of(text: &str, plus_is_space: bool) -> Option<String> {
    if !text.contains(['%', '+']) {
        return Some(text.to_owned());
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' if plus_is_space => b' ',
            b'%' => {
                let (high, low) = (digit(bytes.next()?)?, digit(bytes.next()?)?);
                (high << 4) | low
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&decoded).into_owned())
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The oracle leaves a `%` without digits as it is.
        #[test]
        fn parts_are_decoded_as_by_the_crate_for_it(part in "([a-cé+ ]|%[0-9A-Fa-f]{2}){0,12}") {
            prop_assert_eq!(decoded(&part), percent_decode_str(&part).decode_utf8_lossy());
        }
    }

    #[test]
    fn what_is_not_encoded_right_is_refused() {
        for text in ["%", "a%2", "%zz", "%é"] {
            assert!(decoded_form(text).is_err(), "{text}");
        }
        assert_eq!(decoded_form("a+b%2Bc%C3%a9").unwrap(), "a b+cé");
        assert_eq!(decoded("a+b"), "a+b");
    }
}
