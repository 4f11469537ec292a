//! The characters of a JSON string, its escapes undone.

use super::sixteen::{self, BLOCK, LENGTH};

/// A block, and how far one reads and writes behind its end.
const WINDOW: usize = BLOCK + LENGTH;

/// What is added to the output at a time.
const GROWTH: usize = 4096;

/// Reads the string whose characters begin at `from`, behind the quote, and writes them to `out` from `at` on; `out`
/// grows as is needed, and what is in it behind them means nothing. Answers the place behind the closing quote, and
/// the end of what was written; `None` if the string does not end.
///
/// Nothing is checked: a control character is taken as it is, half a surrogate pair becomes U+FFFD, and a backslash
/// that begins no escape stays.
pub fn unescape(bytes: &[u8], from: usize, out: &mut Vec<u8>, at: usize) -> Option<(usize, usize)> {
    undo(bytes, from, out, at, *br#"\""#, |rest| match rest {
        [b'"', ..] => Some(Next::End(1)),
        _ => Some(escape(rest).into()),
    })
}

/// The same for a string within JSON that is itself the text of a string, and as it stands there: its quotes are
/// `\"`, and a quote in it is `\\\"`. Both texts' escapes are undone at once. `None` also for what few would write,
/// which is left to two calls of [`unescape`].
pub fn unescape_twice(bytes: &[u8], from: usize, out: &mut Vec<u8>, at: usize) -> Option<(usize, usize)> {
    undo(bytes, from, out, at, *br#"\\\""#, |rest| match rest {
        [b'\\', b'"', ..] => Some(Next::End(2)),
        [b'\\', b'\\', ..] => escape_twice(rest).map(Next::from),
        _ => None,
    })
}

/// What begins at a quote or a backslash, and its length.
enum Next {
    End(usize),
    Byte(u8, usize),
    Character(char, usize),
}

impl Next {
    /// Writes it. Answers how long it is in the string, and how many bytes were written, if it is not its end.
    #[inline]
    fn put(self, to: &mut [u8]) -> (usize, Option<usize>) {
        match self {
            Self::End(length) => (length, None),
            Self::Byte(byte, length) => {
                to[0] = byte;
                (length, Some(1))
            }
            Self::Character(character, length) => (length, Some(character.encode_utf8(to).len())),
        }
    }
}

impl From<(char, usize)> for Next {
    fn from((character, length): (char, usize)) -> Self {
        Self::Character(character, length)
    }
}

/// `quote` is how a quote is written most of the time: JSON in a string has more of them than of all else. What
/// begins at any other quote or backslash, `next` says.
#[inline]
fn undo<const QUOTE: usize>(
    bytes: &[u8],
    from: usize,
    out: &mut Vec<u8>,
    at: usize,
    quote: [u8; QUOTE],
    next: impl Fn(&[u8]) -> Option<Next>,
) -> Option<(usize, usize)> {
    let (mut read, mut write) = (from, at);
    loop {
        if out.len() < write + WINDOW {
            // In small steps, so that the zeroed bytes are still in cache when they are written over.
            out.resize(write + GROWTH, 0);
        }
        let (_, target) = out.split_at_mut(write);
        let (block, target) = match (bytes.get(read..)?.first_chunk(), target.first_chunk_mut()) {
            (Some(block), Some(target)) => (block, target),
            // The last ones, one by one.
            _ => {
                let written = match bytes.get(read..)? {
                    [] => return None,
                    rest @ [b'"' | b'\\', ..] => next(rest)?,
                    [byte, ..] => Next::Byte(*byte, 1),
                };
                match written.put(target) {
                    (length, None) => return Some((read + length, write)),
                    (length, Some(written)) => (read, write) = (read + length, write + written),
                }
                continue;
            }
        };
        // Where the special ones are is asked once for all of the block: so one need not be done with to find the next.
        let mut special = sixteen::special_of_block(block);
        let (mut done, mut written) = (0, 0);
        loop {
            let plain = special.trailing_zeros() as usize - done;
            copy(block, done, target, written, plain);
            (done, written) = (done + plain, written + plain);
            if done >= BLOCK {
                break;
            }
            let (length, put) = if block[done..].starts_with(&quote) {
                target[written] = b'"';
                (QUOTE, Some(1))
            } else {
                next(&bytes[read + done..])?.put(&mut target[written..])
            };
            done += length;
            let Some(put) = put else { return Some((read + done, write + written)) };
            written += put;
            if done >= BLOCK {
                break;
            }
            special &= u64::MAX << done;
        }
        (read, write) = (read + done, write + written);
    }
}

/// Copies so many bytes, and some that will be written over.
#[inline]
fn copy(from: &[u8; WINDOW], read: usize, to: &mut [u8; WINDOW], write: usize, length: usize) {
    let mut copied = 0;
    loop {
        to[write + copied..][..LENGTH].copy_from_slice(&from[read + copied..][..LENGTH]);
        copied += LENGTH;
        if copied >= length {
            return;
        }
    }
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

/// The same for an escape whose backslash is one itself; `None` if it is none that senders write.
#[inline]
fn escape_twice(bytes: &[u8]) -> Option<(char, usize)> {
    match bytes.get(2)? {
        b'\\' => match bytes.get(3)? {
            byte @ (b'"' | b'\\') => Some((char::from(*byte), 4)),
            _ => None,
        },
        b'u' => match unicode(&bytes[1..]) {
            (char::REPLACEMENT_CHARACTER, _) | ('\\', _) => None,
            (character, length) => Some((character, length + 1)),
        },
        _ => match escape(&bytes[1..]) {
            ('\\', _) => None,
            (character, length) => Some((character, length + 1)),
        },
    }
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

    /// The characters of what stands between two quotes, with something around it and behind it.
    fn unescaped(text: &str) -> String {
        let bytes = format!("..\"{text}\"");
        let mut out = b"before".to_vec();
        let (read, write) = unescape(bytes.as_bytes(), 3, &mut out, 6).unwrap();
        // The same with much behind it, of which whole blocks are read.
        let (longer, mut other) = (format!("{bytes}{}", r#", and "more\""#.repeat(20)), b"before".to_vec());
        let also = unescape(longer.as_bytes(), 3, &mut other, 6).unwrap();
        assert_eq!((also, &other[..write]), ((read, write), &out[..write]));
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

    /// A text in JSON in JSON, from its first character on.
    fn in_json_in_json(text: &str) -> String {
        let once = serde_json::to_string(text).unwrap();
        let twice = serde_json::to_string(&once).unwrap();
        twice[3..].to_owned() + &" and more".repeat(20)
    }

    #[test]
    fn what_few_would_write_is_not_undone_twice() {
        for text in [
            r#"a\\ud83d\""#,
            r#"a\\ud83d\\ude00\""#,
            r#"a\\x\""#,
            r#"a\u00e9\""#,
            r#"a\n\""#,
            r#"a" \""#,
            r"a\\\",
        ] {
            assert_eq!(unescape_twice(text.as_bytes(), 0, &mut Vec::new(), 0), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn both_texts_escapes_are_undone_at_once(
            text in prop_oneof![any::<String>(), "([ -~]|\\n|\"|é){0,60}"],
        ) {
            let bytes = in_json_in_json(&text);
            let mut out = b"before".to_vec();
            let (read, write) = unescape_twice(bytes.as_bytes(), 0, &mut out, 6).unwrap();
            prop_assert_eq!(std::str::from_utf8(&out[6..write]).unwrap(), text);
            let mut other = Vec::new();
            prop_assert_eq!(unescape_twice(&bytes.as_bytes()[..read], 0, &mut other, 0), Some((read, write - 6)));
            prop_assert_eq!(&other[..write - 6], &out[6..write]);
            prop_assert!(bytes[..read].ends_with("\\\"") && bytes[read..].starts_with('"'));
        }

        #[test]
        fn what_another_writer_escapes_comes_back(text: String) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(unescaped(&json[1..json.len() - 1]), text);
        }
    }
}
