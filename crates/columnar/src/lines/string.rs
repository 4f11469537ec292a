//! Strings into columns.

use domain::json::{Span, bare};

use crate::buffers::Texts;

/// Appends the characters of a string, which a strict cursor read. `None` if it has an escape that is none, which the
/// cursor would have refused.
#[inline(always)] // Called for each text: the place of it stays in registers.
pub(super) fn append(strings: &mut impl Texts, bytes: &[u8], span: &Span) -> Option<()> {
    let (begin, end) = (span.range.start + 1, span.range.end.checked_sub(1)?);
    if !span.escaped {
        return strings.append_from(bytes, begin, end.checked_sub(begin)?);
    }
    unescape(bytes.get(begin..end)?, strings.open())?;
    strings.end();
    Some(())
}

fn unescape(mut inner: &[u8], out: &mut Vec<u8>) -> Option<()> {
    loop {
        let plain = bare(inner);
        out.extend_from_slice(plain);
        inner = &inner[plain.len()..];
        let Some((b'\\', escape)) = inner.split_first() else { return inner.is_empty().then_some(()) };
        let (letter, rest) = escape.split_first()?;
        inner = rest;
        let byte = match letter {
            b'"' | b'\\' | b'/' => *letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                inner = character(inner, out)?;
                continue;
            }
            _ => return None,
        };
        out.push(byte);
    }
}

/// The character of the four digits at the beginning, or of a pair of surrogates; answers with what follows it.
fn character<'b>(digits: &'b [u8], out: &mut Vec<u8>) -> Option<&'b [u8]> {
    let (unit, rest) = unit(digits)?;
    let (code, rest) = match unit {
        0xD800..0xDC00 => {
            let (low, rest) = self::unit(rest.strip_prefix(b"\\u")?)?;
            let low = low.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
            (0x1_0000 + ((unit - 0xD800) << 10) + low, rest)
        }
        _ => (unit, rest),
    };
    let character = char::from_u32(code)?;
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    Some(rest)
}

fn unit(digits: &[u8]) -> Option<(u32, &[u8])> {
    let (digits, rest) = digits.split_first_chunk::<4>()?;
    let unit = digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))?;
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Utf8Type;
    use domain::json::Cursor;
    use proptest::prelude::*;

    use super::*;
    use crate::buffers::Strings;

    /// What becomes of a string in quotes; `None` if it is refused.
    fn read(text: &str) -> Option<String> {
        let mut strings = Strings::new();
        let span = Cursor::strict(text.as_bytes(), 0).string().ok()?;
        append(&mut strings, text.as_bytes(), &span)?;
        Some(strings.finish::<Utf8Type>().unwrap().value(0).to_owned())
    }

    proptest! {
        #[test]
        fn another_parser_reads_the_same(
            inner in "([ -~é😀]|\\\\[\"\\\\/bfnrtux]|\\\\u[0-9a-fA-F]{4}|\\\\ud[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}){0,20}",
        ) {
            let text = format!("\"{inner}\"");
            // What follows the string is for the caller to see.
            let end = serde_json::Deserializer::from_str(&text).into_iter::<String>().next().unwrap();
            prop_assert_eq!(read(&text), end.ok(), "{}", text);
        }

        #[test]
        fn what_another_writer_escapes_comes_back(text: String) {
            prop_assert_eq!(read(&serde_json::to_string(&text).unwrap()), Some(text));
        }
    }
}
