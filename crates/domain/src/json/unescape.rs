//! Escapes of a JSON string to the characters they stand for, where they stand.

/// Replaces the escapes in what stands between a string's quotes, and answers how many bytes are left: no escape
/// is shorter than what it stands for. Half a surrogate pair becomes U+FFFD; a backslash that begins no escape
/// stays.
pub fn in_place(bytes: &mut [u8]) -> usize {
    let mut write = backslash(bytes, 0);
    let mut read = write;
    while read < bytes.len() {
        // At a backslash.
        let (character, length) = escape(&bytes[read..]);
        write += character.encode_utf8(&mut bytes[write..]).len();
        read += length;
        let next = backslash(bytes, read);
        bytes.copy_within(read..next, write);
        write += next - read;
        read = next;
    }
    write
}

/// Where the next backslash is, or the end.
fn backslash(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| *byte == b'\\').map_or(bytes.len(), |index| from + index)
}

/// The character of the escape at the beginning, and the escape's length.
fn escape(bytes: &[u8]) -> (char, usize) {
    let simple = match bytes.get(1) {
        Some(b'u') => return unicode(bytes),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
        _ => return ('\\', 1),
    };
    (simple, 2)
}

fn unicode(bytes: &[u8]) -> (char, usize) {
    let Some(first) = unit(bytes) else { return ('\\', 1) };
    let second = unit(&bytes[6..]).filter(|_| (0xD800..0xDC00).contains(&first));
    match char::decode_utf16([Some(first), second].into_iter().flatten()).next() {
        Some(Ok(character)) => (character, 6 * character.len_utf16()),
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// The UTF-16 unit of `\uXXXX`.
pub(super) fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0_u16, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        u16::try_from(value).ok().map(|value| unit << 4 | value)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unescaped(text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        let length = in_place(&mut bytes);
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    #[test]
    fn every_escape_becomes_its_character() {
        assert_eq!(unescaped(r#"a\\\"\/\b\f\n\r\tz"#), "a\\\"/\u{8}\u{c}\n\r\tz");
        assert_eq!(unescaped(r"\u00f1\ud83d\ude00é"), "ñ😀é");
        assert_eq!(unescaped(""), "");
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_what_is_no_escape_stays() {
        assert_eq!(unescaped(r"\ud83dx\ude00\ud83d\u0041"), "\u{fffd}x\u{fffd}\u{fffd}A");
        for text in [r"\", r"a\", r"\x", r"\u12", r"\u12zé"] {
            assert_eq!(unescaped(text), text);
        }
    }

    proptest! {
        #[test]
        fn what_another_writer_escapes_comes_back(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescaped(&json[1..json.len() - 1]), text);
        }
    }
}
