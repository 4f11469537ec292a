//! One pass over a JSON text.

use std::{borrow::Cow, fmt, ops::Range};

use super::MAX_DEPTH;

/// One value, as its sender wrote it; it is valid JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a> {
    text: &'a str,
    escaped: bool,
}

impl<'a> Raw<'a> {
    /// The value's text, without white space around it.
    pub fn text(self) -> &'a str {
        self.text
    }

    /// Reads a text that is one value and nothing else.
    pub fn parse(text: &'a str) -> Result<Self, Fault> {
        let mut scanner = Scanner::new(text);
        let raw = scanner.value()?;
        scanner.end()?;
        Ok(raw)
    }

    /// The characters of a string; `None` for any other value.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.text.strip_prefix('"')?.strip_suffix('"')?;
        if !self.escaped {
            return Some(Cow::Borrowed(inner));
        }
        let mut bytes = inner.as_bytes().to_vec();
        let length = super::unescape_in_place(&mut bytes);
        bytes.truncate(length);
        // It was UTF-8, and escapes with both their surrogates become UTF-8.
        String::from_utf8(bytes).ok().map(Cow::Owned)
    }
}

/// Where a text stops being JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Bytes from the beginning of the text.
    pub at: usize,
    what: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

impl std::error::Error for Fault {}

/// Reads a text from left to right. After an error its place in the text means nothing.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Begins at the text's beginning.
    pub fn new(text: &'a str) -> Self {
        Self::resume(text, 0)
    }

    /// Begins at this byte of the text.
    pub fn resume(text: &'a str, at: usize) -> Self {
        Self { text, bytes: text.as_bytes(), at }
    }

    /// Bytes read so far.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The text between two places.
    pub fn text(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The next byte that is no white space, without taking it.
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
    pub fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Takes this byte, which has to be the next.
    pub fn expect(&mut self, wanted: u8, what: &'static str) -> Result<(), Fault> {
        if self.take(wanted) { Ok(()) } else { Err(self.fault(what)) }
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.fault("something follows the value")) }
    }

    /// Takes the next value, whatever it is.
    pub fn value(&mut self) -> Result<Raw<'a>, Fault> {
        let first = self.peek();
        let start = self.at;
        let escaped = self.skip(first, MAX_DEPTH)?;
        Ok(Raw { text: self.text(start..self.at), escaped })
    }

    /// Takes a string. Its text is with quotes.
    pub fn string(&mut self) -> Result<Raw<'a>, Fault> {
        match self.peek() {
            Some(b'"') => self.value(),
            _ => Err(self.fault("expected a string in quotes")),
        }
    }

    /// What is wrong here.
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

    fn skip_string(&mut self) -> Result<bool, Fault> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.at += plain(&self.bytes[self.at..]);
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
        super::unescape::unit(&self.bytes[at.min(self.bytes.len())..])
            .ok_or_else(|| self.fault("expected \\u and four hexadecimal digits"))
    }
}

/// How many bytes at the beginning can stand in a string as they are: eight at a time, then one by one.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let mut at = 0;
    let (chunks, _) = bytes.as_chunks::<8>();
    for chunk in chunks {
        let word = u64::from_le_bytes(*chunk);
        // The lowest high bit that is set belongs to the first such byte; those above it may be false.
        let zero = |x: u64| x.wrapping_sub(ONES) & !x & HIGH;
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = control | zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    rest.map_or(bytes.len(), |index| at + index)
}

#[cfg(test)]
mod tests;
