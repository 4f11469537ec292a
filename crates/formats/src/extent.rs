//! Where values end: what both readers, of messages and of files, go by.

use domain::json::{Cursor, MAX_DEPTH};

/// Whether the text is objects and arrays after one another, and nothing else. What is in them need not be events: so
/// texts may have lone surrogates, and values may be twice as deep as those of an event.
pub(crate) fn are_values(text: &[u8]) -> bool {
    let mut cursor = Cursor::new(text, 0);
    let mut is_any = false;
    while let Some(byte) = cursor.peek() {
        if !matches!(byte, b'{' | b'[') || cursor.value_within(2 * MAX_DEPTH).is_err() {
            return false;
        }
        is_any = true;
    }
    is_any
}

/// Finds the end of a value by its brackets and quotes, over as many pieces as it takes.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    /// Where in these bytes the value ends, if it does.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.in_text {
                if std::mem::take(&mut self.escaped) {
                    at += 1;
                    continue;
                }
                at += memchr::memchr2(b'"', b'\\', &bytes[at..])?;
                if bytes[at] == b'\\' {
                    self.escaped = true;
                } else {
                    self.in_text = false;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                at += 1;
                continue;
            }
            match bytes[at] {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => return Some(at + self.depth),
                b'}' | b']' => self.depth -= 1,
                b',' if self.depth == 0 => return Some(at),
                byte if self.depth == 0 && byte.is_ascii_whitespace() => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }
}

/// Finds the end of a bad element of an array, over as many pieces as it takes: the comma or bracket that belongs to the
/// array, by brackets and quotes alone.
#[derive(Debug, Default)]
pub(crate) struct Element {
    open: usize,
    in_text: bool,
    escaped: bool,
}

impl Element {
    /// Where in these bytes that comma or bracket is, if it is there.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, byte) in bytes.iter().enumerate() {
            if std::mem::take(&mut self.escaped) {
                continue;
            }
            match byte {
                b'\\' if self.in_text => self.escaped = true,
                b'"' => self.in_text = !self.in_text,
                _ if self.in_text => {}
                b'{' | b'[' => self.open += 1,
                b']' | b',' if self.open == 0 => return Some(at),
                b'}' | b']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_after_one_another_are_told_from_anything_else() {
        for (text, expected) in [
            (&b"{\"a\":1}"[..], true),
            (b" {} [] \r\n\t{\"a\":[{}]}[{},7]", true),
            (b"{\"a\":\"\\ud800\"}", true),
            (b"", false),
            (b" \n", false),
            (b"{} 7", false),
            (b"{},{}", false),
            (b"{}}", false),
            (b"[{}", false),
            (b"{\"a\":tru}", false),
            (b"\"a\"", false),
        ] {
            assert_eq!(are_values(text), expected, "{:?}", String::from_utf8_lossy(text));
        }
        // The array around an event that is as deep as it may be.
        let event = format!("{{\"a\":{}{}}}", "[".repeat(MAX_DEPTH - 1), "]".repeat(MAX_DEPTH - 1));
        assert!(are_values(format!("[{event}]{event}").as_bytes()));
        assert!(!are_values("[".repeat(1_000_000).as_bytes()));
    }

    #[test]
    fn a_bad_element_ends_at_the_comma_or_bracket_of_its_array_in_pieces_too() {
        for (text, end) in [
            ("7, 8", Some(1)),
            ("7 8]", Some(3)),
            ("", None),
            (",", Some(0)),
            ("]", Some(0)),
            ("}], 1", Some(1)),
            (r#"{"a":[1,"]\",\\"]} x,"#, Some(20)),
            ("[1, {]}, 2", Some(7)),
            ("{\"a\": 1", None),
            ("\"a, b", None),
        ] {
            assert_eq!(Element::default().feed(text.as_bytes()), end, "{text}");
            let (mut element, mut found) = (Element::default(), None);
            for (at, byte) in text.bytes().enumerate() {
                if found.is_none() {
                    found = element.feed(&[byte]).map(|_| at);
                }
            }
            assert_eq!(found, end, "{text}");
        }
    }
}
