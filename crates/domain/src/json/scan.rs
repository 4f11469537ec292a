//! A JSON text, split into values.

use std::{borrow::Cow, ops::Range};

use super::{
    cursor::{Cursor, Span},
    fault::Fault,
    unescape::unescape,
};

/// One value, as its sender wrote it; it is valid JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a> {
    text: &'a str,
    escaped: bool,
}

impl<'a> Raw<'a> {
    /// The value's text, without white space around it.
    #[inline]
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
    #[inline]
    pub fn string(self) -> Option<Cow<'a, str>> {
        let [b'"', .., b'"'] = self.text.as_bytes() else { return None };
        if !self.escaped {
            return self.text.get(1..self.text.len() - 1).map(Cow::Borrowed);
        }
        self.unescaped()
    }

    fn unescaped(self) -> Option<Cow<'a, str>> {
        let mut out = Vec::new();
        let (_, length) = unescape(self.text.as_bytes(), 1, &mut out, 0)?;
        out.truncate(length);
        // It was UTF-8, and escapes with both their surrogates become UTF-8.
        String::from_utf8(out).ok().map(Cow::Owned)
    }
}

/// Reads a text from left to right. After an error its place in the text means nothing.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    cursor: Cursor<'a>,
}

impl<'a> Scanner<'a> {
    /// Begins at the text's beginning.
    pub fn new(text: &'a str) -> Self {
        Self::resume(text, 0)
    }

    /// Begins at this byte of the text.
    pub fn resume(text: &'a str, at: usize) -> Self {
        Self { text, cursor: Cursor::strict(text.as_bytes(), at) }
    }

    /// Bytes read so far.
    #[inline]
    pub fn at(&self) -> usize {
        self.cursor.at
    }

    /// The text between two places.
    #[inline]
    pub fn text(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or_default()
    }

    /// The next byte that is no white space, without taking it.
    #[inline]
    pub fn peek(&mut self) -> Option<u8> {
        self.cursor.peek()
    }

    /// Takes the next byte if it is this one.
    #[inline]
    pub fn take(&mut self, wanted: u8) -> bool {
        self.cursor.take(wanted)
    }

    /// Takes this byte, which has to be the next.
    #[inline]
    pub fn expect(&mut self, wanted: u8, what: &'static str) -> Result<(), Fault> {
        self.cursor.expect(wanted, what)
    }

    /// Nothing but white space may follow.
    pub fn end(&mut self) -> Result<(), Fault> {
        if self.peek().is_none() { Ok(()) } else { Err(self.fault("something follows the value")) }
    }

    /// Takes the next value, whatever it is.
    #[inline(always)] // See [`Cursor`].
    pub fn value(&mut self) -> Result<Raw<'a>, Fault> {
        let Span { range, escaped } = self.cursor.value()?;
        Ok(Raw { text: self.text(range), escaped })
    }

    /// Takes the next value, which is that of a field: the object around it is one of the levels.
    #[inline(always)] // See [`Cursor`].
    pub fn field(&mut self) -> Result<Raw<'a>, Fault> {
        let Span { range, escaped } = self.cursor.field()?;
        Ok(Raw { text: self.text(range), escaped })
    }

    /// Takes a string. Its text is with quotes.
    #[inline]
    pub fn string(&mut self) -> Result<Raw<'a>, Fault> {
        let Span { range, escaped } = self.cursor.string()?;
        Ok(Raw { text: self.text(range), escaped })
    }

    /// Takes a string; answers with its characters.
    #[inline(always)] // See [`Cursor`].
    pub fn name(&mut self) -> Result<Cow<'a, str>, Fault> {
        let Span { range, escaped } = self.cursor.string()?;
        if escaped {
            return Ok(Raw { text: self.text(range), escaped }.string().unwrap_or_default());
        }
        Ok(Cow::Borrowed(self.text(range.start + 1..range.end - 1)))
    }

    /// What is wrong here.
    pub fn fault(&self, what: &'static str) -> Fault {
        self.cursor.fault(what)
    }
}

#[cfg(test)]
mod tests;
