//! Texts of UUIDs as the numbers that they are: 16 bytes for 36. Most ids are such texts, and of random digits zstd makes
//! more bytes, in ten times the time.
//!
//! The text is that of RFC 9562, with small letters.

/// Bytes of a number.
pub(super) const NUMBER: usize = 16;

/// Bytes of its text.
pub(super) const TEXT: usize = 36;

/// Where in a text the two digits of each byte are.
const DIGITS: [usize; NUMBER] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/// Where it has hyphens.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// What no digit is.
const NONE: u8 = 0xFF;

/// What each byte is as a digit.
const VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// The numbers one after the other, as the texts are; `None` if something else is among them, or if there are none.
pub(super) fn numbers(texts: &[u8]) -> Option<Vec<u8>> {
    let (texts, rest) = texts.as_chunks::<TEXT>();
    if texts.is_empty() || !rest.is_empty() {
        return None;
    }
    let mut numbers = Vec::with_capacity(texts.len() * NUMBER);
    for text in texts {
        numbers.extend_from_slice(&number(text)?);
    }
    Some(numbers)
}

fn number(text: &[u8; TEXT]) -> Option<[u8; NUMBER]> {
    let mut all = 0;
    let number = DIGITS.map(|place| {
        let (high, low) = (VALUES[usize::from(text[place])], VALUES[usize::from(text[place + 1])]);
        all |= high | low;
        high << 4 | low & 0xF
    });
    (all != NONE && HYPHENS.iter().all(|place| text[*place] == b'-')).then_some(number)
}

/// The texts one after the other.
pub(super) fn texts(numbers: &[u8]) -> Vec<u8> {
    let (numbers, _) = numbers.as_chunks::<NUMBER>();
    let mut texts = Vec::with_capacity(numbers.len() * TEXT);
    for number in numbers {
        let mut text = [b'-'; TEXT];
        for (byte, place) in number.iter().zip(DIGITS) {
            text[place] = digit(byte >> 4);
            text[place + 1] = digit(byte & 0xF);
        }
        texts.extend_from_slice(&text);
    }
    texts
}

/// The digit of a value below 16.
fn digit(value: u8) -> u8 {
    value + if value < 10 { b'0' } else { b'a' - 10 }
}
