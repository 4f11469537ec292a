//! Crockford's base 32 in lower case: no two of its digits look alike, and none needs an escape anywhere.

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The bits of the bytes, five to a digit, zeros after the last.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(digit(bits >> held));
        }
    }
    if held > 0 {
        text.push(digit(bits << (5 - held)));
    }
    text
}

fn digit(bits: u32) -> char {
    char::from(DIGITS[(bits & 31) as usize])
}

/// The inverse of [`encode`] for `N` bytes; nothing else decodes, so that no bytes have two texts.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = [0; N];
    let (mut bits, mut held, mut at) = (0_u32, 0, 0);
    for character in text.bytes() {
        let value = DIGITS.iter().position(|digit| *digit == character)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        held += 5;
        if held >= 8 && at < N {
            held -= 8;
            bytes[at] = (bits >> held & 0xff) as u8;
            at += 1;
        }
    }
    let rest = bits & ((1 << held) - 1);
    (rest == 0).then_some(bytes)
}

/// Whether the text is made of digits.
pub(crate) fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| DIGITS.contains(&byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_come_back(bytes in any::<[u8; 32]>()) {
            let text = encode(&bytes);
            prop_assert_eq!(text.len(), 52);
            prop_assert_eq!(decode::<32>(&text), Some(bytes));
        }

        #[test]
        fn what_decodes_is_what_encodes(text in "[0-9a-z]{7,9}") {
            if let Some(bytes) = decode::<5>(&text) {
                prop_assert_eq!(encode(&bytes), text);
            }
        }
    }

    #[test]
    fn a_last_digit_has_one_spelling() {
        assert_eq!(decode::<32>(&"z".repeat(52)), None);
        assert_eq!(decode::<1>("00"), Some([0]));
        assert_eq!(decode::<1>("01"), None);
        assert_eq!(decode::<1>("0O"), None);
    }
}
