//! The texts of all messages, one behind the other.

use std::{
    ops::Range,
    str::{self, Utf8Error},
};

use domain::json::{Cursor, Span, unescape, unescape_twice};

/// What the buffer grows by.
const SLACK: usize = 4096;

/// A buffer, of which the first part is used.
pub(super) struct Texts {
    bytes: Vec<u8>,
    used: usize,
}

impl Texts {
    /// For the texts of an event of this many bytes, which have no more: memory that is not used is never touched.
    pub(super) fn of(event: usize) -> Self {
        Self { bytes: Vec::with_capacity(event + SLACK), used: 0 }
    }

    /// Appends the characters of a string, its escapes undone.
    pub(super) fn string(&mut self, of: &[u8], Span { range, escaped }: Span) -> Range<usize> {
        if escaped {
            // It was found to be a string: it ends.
            return self.unescape(of, range.start + 1).map(|(characters, _)| characters).unwrap_or_default();
        }
        self.append(&of[range.start + 1..range.end - 1])
    }

    /// Appends the string that is next, and takes it; `None` if another value is next, or it does not end.
    pub(super) fn take(&mut self, of: &[u8], cursor: &mut Cursor<'_>) -> Option<Range<usize>> {
        if cursor.peek() != Some(b'"') {
            return None;
        }
        let (characters, end) = self.unescape(of, cursor.at() + 1)?;
        cursor.jump(end);
        Some(characters)
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Range<usize> {
        let (start, end) = (self.used, self.used + bytes.len());
        if self.bytes.len() < end {
            self.bytes.resize(end + SLACK, 0);
        }
        self.bytes[start..end].copy_from_slice(bytes);
        self.used = end;
        start..end
    }

    /// Appends a text that is there already, with bytes before and behind it.
    pub(super) fn around(&mut self, before: &[u8], text: Range<usize>, behind: &[u8]) -> Range<usize> {
        let begin = self.append(before).start;
        let (start, end) = (self.used, self.used + text.len());
        if self.bytes.len() < end {
            self.bytes.resize(end + SLACK, 0);
        }
        self.bytes.copy_within(text, start);
        self.used = end;
        begin..self.append(behind).end
    }

    fn unescape(&mut self, of: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
        let start = self.used;
        let (read, end) = unescape(of, from, &mut self.bytes, start)?;
        self.used = end;
        Some((start..end, read))
    }

    /// Appends the message of a notification whose own text is escaped, from its first character on; answers where it
    /// ends there, too.
    pub(super) fn unescape_twice(&mut self, of: &[u8], from: usize) -> Option<(Range<usize>, usize)> {
        let start = self.used;
        let (read, end) = unescape_twice(of, from, &mut self.bytes, start)?;
        self.used = end;
        Some((start..end, read))
    }

    /// How much is used, for [`Texts::forget`].
    pub(super) fn mark(&self) -> usize {
        self.used
    }

    /// Drops what was appended since.
    pub(super) fn forget(&mut self, mark: usize) {
        self.used = mark;
    }

    /// Nothing more will come.
    pub(super) fn end(&mut self) {
        self.bytes.truncate(self.used);
        self.bytes.shrink_to_fit();
    }

    /// One of them, if it is UTF-8.
    pub(super) fn text_at(&self, range: Range<usize>) -> Option<&str> {
        str::from_utf8(self.bytes.get(range)?).ok()
    }

    /// All of them, if they are UTF-8: undoing escapes leaves them what they were.
    pub(super) fn text(&self) -> Result<&str, Utf8Error> {
        str::from_utf8(&self.bytes[..self.used])
    }
}
