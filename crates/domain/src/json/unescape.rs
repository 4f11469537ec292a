//! The characters of a JSON string, its escapes undone.

/// Bytes that are looked at, and written, at a time.
const STEP: usize = 8;

/// Reads the string whose characters begin at `from`, behind the quote, and writes them to `out` from `at` on; `out`
/// grows as is needed, and what is in it behind them means nothing. Answers the place behind the closing quote, and
/// the end of what was written; `None` if the string does not end.
///
/// Nothing is checked: a control character is taken as it is, half a surrogate pair becomes U+FFFD, and a backslash
/// that begins no escape stays.
pub fn unescape(bytes: &[u8], from: usize, out: &mut Vec<u8>, at: usize) -> Option<(usize, usize)> {
    let (mut read, mut write) = (from, at);
    loop {
        if out.len() < write + 2 * STEP {
            out.resize((2 * out.len()).max(write + 64), 0);
        }
        match bytes.get(read..).and_then(<[u8]>::first_chunk::<STEP>) {
            Some(chunk) => {
                let plain = plain(*chunk);
                // What is behind the plain ones is written over by what comes next.
                out[write..write + STEP].copy_from_slice(chunk);
                (read, write) = (read + plain, write + plain);
                if plain == STEP {
                    continue;
                }
            }
            None => {
                let next = *bytes.get(read)?;
                if !matches!(next, b'"' | b'\\') {
                    out[write] = next;
                    (read, write) = (read + 1, write + 1);
                    continue;
                }
            }
        }
        // Escapes come in rows: a quote in a text in a text is three of them.
        while bytes.get(read) == Some(&b'\\') && write + 4 < out.len() {
            match bytes.get(read + 1).map(|byte| SIMPLE[usize::from(*byte)]) {
                Some(character) if character != 0 => {
                    out[write] = character;
                    (read, write) = (read + 2, write + 1);
                }
                _ => {
                    let (character, length) = other(&bytes[read..]);
                    write += character.encode_utf8(&mut out[write..]).len();
                    read += length;
                }
            }
        }
        if bytes.get(read) == Some(&b'"') {
            return Some((read + 1, write));
        }
    }
}

/// How many bytes at the beginning are neither a quote nor a backslash.
fn plain(chunk: [u8; STEP]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_le_bytes(chunk);
    // The lowest high bit that is set belongs to the first such byte; those above it may be false.
    let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
    let found = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
    found.trailing_zeros() as usize / 8
}

/// What the letter behind a backslash stands for; 0 for those that are no escape of two letters.
const SIMPLE: [u8; 256] = {
    let mut table = [0; 256];
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table[b'/' as usize] = b'/';
    table[b'b' as usize] = 8;
    table[b'f' as usize] = 12;
    table[b'n' as usize] = b'\n';
    table[b'r' as usize] = b'\r';
    table[b't' as usize] = b'\t';
    table
};

/// The character of a `\uXXXX` or of two, and their length; of anything else, that is the backslash itself.
fn other(bytes: &[u8]) -> (char, usize) {
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

    /// The characters of what stands between two quotes, with something around it and behind it.
    fn unescaped(text: &str) -> String {
        let bytes = format!("..\"{text}\", and more");
        let mut out = b"before".to_vec();
        let (read, write) = unescape(bytes.as_bytes(), 3, &mut out, 6).unwrap();
        assert!(out.starts_with(b"before") && bytes[..read].ends_with('"'), "{bytes}");
        String::from_utf8(out[6..write].to_vec()).unwrap()
    }

    #[test]
    fn every_escape_becomes_its_character() {
        assert_eq!(unescaped(r#"a\\\"\/\b\f\n\r\tz"#), "a\\\"/\u{8}\u{c}\n\r\tz");
        assert_eq!(unescaped(r"\u00f1\ud83d\ude00é"), "ñ😀é");
        assert_eq!(unescaped(""), "");
        assert_eq!(unescaped("twenty-four plain bytes!"), "twenty-four plain bytes!");
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_what_is_no_escape_stays() {
        assert_eq!(unescaped(r"\ud83dx\ude00\ud83d\u0041"), "\u{fffd}x\u{fffd}\u{fffd}A");
        for text in [r"\x", r"\u12", r"\u12zé", "\u{1}\n"] {
            assert_eq!(unescaped(text), text);
        }
    }

    #[test]
    fn a_string_that_does_not_end_is_none() {
        for text in ["", "abc", "twenty-four plain bytes!", r#"ends in an escape \""#, r"\", r"\u12"] {
            assert_eq!(unescape(text.as_bytes(), 0, &mut Vec::new(), 0), None, "{text}");
        }
        assert_eq!(unescape(b"abc", 7, &mut Vec::new(), 0), None);
    }

    proptest! {
        #[test]
        fn what_another_writer_escapes_comes_back(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescaped(&json[1..json.len() - 1]), text);
        }
    }
}
