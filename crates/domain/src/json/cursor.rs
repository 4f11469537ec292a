//! One pass over bytes that are JSON, or are not.

use std::ops::Range;

use super::{
    FIELD_DEPTH, Fault, MAX_DEPTH,
    sixteen::{plain_in_string, plain_of_sixteen_in_string},
    unescape,
};

/// Reads UTF-8 from left to right, and answers with places in it. After an error its own place means nothing.
///
/// What is called for every name and value is built into its callers: their results are too large for registers, and to
/// read them from memory just after they were written, and in other pieces, takes longer than to find them.
#[derive(Debug)]
pub struct Cursor<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
    /// Whether a string may have an escaped surrogate without its other half.
    lone_surrogates: bool,
}

/// Where a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// From its first byte to behind its last; of a string with the quotes.
    pub range: Range<usize>,
    /// Whether it is a string with escapes.
    pub escaped: bool,
}

impl Span {
    /// What stands between a string's quotes, escapes and all; of another value nothing. `of` is what was read.
    #[inline]
    pub fn bare<'b>(&self, of: &'b [u8]) -> &'b [u8] {
        match of.get(self.range.clone()) {
            Some([b'"', inner @ .., b'"']) => inner,
            _ => &[],
        }
    }
}

impl<'a> Cursor<'a> {
    /// Begins at this byte. Escaped surrogates may be alone in strings.
    pub fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, lone_surrogates: true }
    }

    /// Begins at this byte. Escaped surrogates may not be alone.
    #[inline]
    pub fn strict(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at, lone_surrogates: false }
    }

    /// Bytes read so far.
    #[inline]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes on at this byte.
    #[inline]
    pub fn jump(&mut self, at: usize) {
        self.at = at;
    }

    /// The next byte that is no white space, without taking it.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Takes the next byte if it is this one.
    #[inline]
    pub fn take(&mut self, wanted: u8) -> bool {
        // A branch, which the processor guesses right: a sum would have to wait for the byte, and all that follows for the sum.
        if self.peek() != Some(wanted) {
            return false;
        }
        self.at += 1;
        true
    }

    /// Takes this byte, which has to be the next.
    #[inline]
    pub fn expect(&mut self, wanted: u8, what: &'static str) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.fault(what)) }
    }

    /// Takes the next value, whatever it is.
    #[inline(always)] // See [`Cursor`].
    pub fn value(&mut self) -> Result<Span, Fault> {
        self.value_of(MAX_DEPTH)
    }

    /// Takes the next value, which is that of a field: the object around it is one of the levels.
    #[inline(always)] // See [`Cursor`].
    pub fn field(&mut self) -> Result<Span, Fault> {
        self.value_of(FIELD_DEPTH)
    }

    #[inline(always)] // See [`Cursor`].
    fn value_of(&mut self, depth: usize) -> Result<Span, Fault> {
        let first = self.peek();
        let start = self.at;
        let escaped = match first {
            Some(b'"') => self.skip_string()?,
            _ => self.skip(first, depth)?,
        };
        Ok(Span { range: start..self.at, escaped })
    }

    /// Takes the next value, which may nest so deep, and no deeper: a scalar is of depth 0, an array of scalars of depth
    /// 1.
    pub fn value_within(&mut self, depth: usize) -> Result<Span, Fault> {
        let first = self.peek();
        let start = self.at;
        let escaped = self.skip(first, depth)?;
        Ok(Span { range: start..self.at, escaped })
    }

    /// Takes the next value, wherever it is.
    pub fn pass(&mut self) -> Result<(), Fault> {
        self.value().map(|_| ())
    }

    /// Takes a string.
    #[inline(always)] // See [`Cursor`].
    pub fn string(&mut self) -> Result<Span, Fault> {
        match self.peek() {
            Some(b'"') => self.string_here(),
            _ => Err(self.fault("expected a string in quotes")),
        }
    }

    /// Takes the string whose quote is the next byte, as the caller has seen.
    #[inline(always)] // See [`Cursor`].
    pub fn string_here(&mut self) -> Result<Span, Fault> {
        debug_assert_eq!(self.bytes.get(self.at), Some(&b'"'));
        let start = self.at;
        let escaped = self.skip_string()?;
        Ok(Span { range: start..self.at, escaped })
    }

    /// What is wrong here.
    #[cold]
    pub fn fault(&self, what: &'static str) -> Fault {
        let what = if self.at >= self.bytes.len() { "the text ends too early" } else { what };
        Fault { at: self.at, what }
    }

    /// Takes the value that begins with `first`; answers whether it is a string with escapes.
    fn skip(&mut self, first: Option<u8>, depth: usize) -> Result<bool, Fault> {
        match first {
            Some(b'"') => self.skip_string(),
            Some(b'{') => self.skip_object(depth).map(|()| false),
            Some(b'[') => self.skip_array(depth).map(|()| false),
            Some(b'-' | b'0'..=b'9') => self.skip_number().map(|()| false),
            Some(b't') => self.skip_word("true").map(|()| false),
            Some(b'f') => self.skip_word("false").map(|()| false),
            Some(b'n') => self.skip_word("null").map(|()| false),
            _ => Err(self.fault("expected a JSON value")),
        }
    }

    fn skip_object(&mut self, depth: usize) -> Result<(), Fault> {
        let Some(depth) = depth.checked_sub(1) else { return Err(self.fault("nested too deep (64 levels)")) };
        self.at += 1;
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.string()?;
            self.expect(b':', "expected \":\" after a name")?;
            let first = self.peek();
            self.skip(first, depth)?;
            if !self.take(b',') {
                return self.expect(b'}', "expected \",\" or \"}\"");
            }
        }
    }

    fn skip_array(&mut self, depth: usize) -> Result<(), Fault> {
        let Some(depth) = depth.checked_sub(1) else { return Err(self.fault("nested too deep (64 levels)")) };
        self.at += 1;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            let first = self.peek();
            self.skip(first, depth)?;
            if !self.take(b',') {
                return self.expect(b']', "expected \",\" or \"]\"");
            }
        }
    }

    fn skip_word(&mut self, word: &'static str) -> Result<(), Fault> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.fault("expected a JSON value"))
        }
    }

    fn skip_number(&mut self) -> Result<(), Fault> {
        self.at += usize::from(self.bytes[self.at] == b'-');
        match self.bytes.get(self.at) {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(self.fault("expected a digit")),
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.fault("expected a digit")) }
    }

    /// Takes the string that begins here; answers whether it has escapes.
    #[inline(always)] // See [`Cursor`].
    fn skip_string(&mut self) -> Result<bool, Fault> {
        // Most strings end within the next sixteen bytes, and that is soon seen.
        if let Some(chunk) = self.bytes.get(self.at + 1..).and_then(<[u8]>::first_chunk) {
            let plain = plain_of_sixteen_in_string(chunk);
            self.at += plain + 1;
            if chunk.get(plain) == Some(&b'"') {
                self.at += 1;
                return Ok(false);
            }
        } else {
            self.at += 1;
        }
        self.skip_rest_of_string()
    }

    /// Takes the rest of a string from here on, with its end; answers whether it has escapes.
    fn skip_rest_of_string(&mut self) -> Result<bool, Fault> {
        let mut escaped = false;
        loop {
            self.at += plain_in_string(&self.bytes[self.at..]);
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    escaped = true;
                    self.skip_escape()?;
                }
                _ => return Err(self.fault("a control character in a string, which must be escaped")),
            }
        }
    }

    fn skip_escape(&mut self) -> Result<(), Fault> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') => {
                let lone = "half of a surrogate pair alone";
                match self.unit(self.at)? {
                    0xD800..0xE000 if self.lone_surrogates => self.at += 6,
                    0xD800..0xDC00 => match self.unit(self.at + 6) {
                        Ok(0xDC00..0xE000) => self.at += 12,
                        _ => return Err(self.fault(lone)),
                    },
                    0xDC00..0xE000 => return Err(self.fault(lone)),
                    _ => self.at += 6,
                }
                Ok(())
            }
            _ => Err(self.fault("unknown escape in a string")),
        }
    }

    /// The UTF-16 unit of the `\uXXXX` at this place.
    fn unit(&self, at: usize) -> Result<u16, Fault> {
        unescape::unit(&self.bytes[at.min(self.bytes.len())..])
            .ok_or_else(|| self.fault("expected \\u and four hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_may_be_alone_where_that_is_allowed() {
        let text = br#""\ud800x\udc00\ud83d\ude00""#;
        assert_eq!(Cursor::new(text, 0).value(), Ok(Span { range: 0..text.len(), escaped: true }));
        assert!(Cursor::strict(text, 0).value().is_err());
    }

    #[test]
    fn a_value_nests_as_deep_as_it_may() {
        for (text, depth) in [("1", 0), ("\"[\"", 0), ("[]", 1), ("{\"a\":[1]}", 2)] {
            let mut cursor = Cursor::strict(text.as_bytes(), 0);
            assert_eq!(cursor.value_within(depth).map(|span| span.range), Ok(0..text.len()), "{text}");
            for depth in 0..depth {
                assert!(Cursor::strict(text.as_bytes(), 0).value_within(depth).is_err(), "{text} {depth}");
            }
        }
    }
}
