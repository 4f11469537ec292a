//! One row of a result, as places in its text.

use std::borrow::Cow;

/// Where a value is in the text that its row was read from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Span {
    Null,
    Value {
        /// Behind the opening quote.
        start: usize,
        /// At the closing one.
        end: usize,
        /// Whether there are quotes within, which are doubled.
        doubled: bool,
    },
}

/// A row; its values are in the order of the result's columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(super) text: &'a [u8],
    pub(super) spans: &'a [Span],
}

impl<'a> Row<'a> {
    /// The values. `None` is NULL.
    #[inline]
    pub(crate) fn values(self) -> impl Iterator<Item = Option<Value<'a>>> {
        self.spans.iter().map(move |span| match *span {
            Span::Null => None,
            Span::Value { start, end, doubled } => {
                let from = self.text.get(start..).unwrap_or_default();
                Some(Value { from, length: (end - start).min(from.len()), doubled })
            }
        })
    }
}

/// A value as it stands in a result, UTF-8 for certain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'a> {
    /// The value and what comes after it.
    from: &'a [u8],
    length: usize,
    doubled: bool,
}

impl<'a> Value<'a> {
    /// A value from elsewhere, in which no quote is doubled.
    pub(crate) fn of(text: &'a str) -> Self {
        Self { from: text.as_bytes(), length: text.len(), doubled: false }
    }

    /// A value of this length in a longer text.
    #[cfg(test)]
    pub(crate) fn within(text: &'a str, length: usize) -> Self {
        Self { from: text.as_bytes(), length, doubled: false }
    }

    /// Its bytes; where there are quotes among them, [`Self::is_doubled`] says how they are written.
    #[inline]
    pub(crate) fn bytes(self) -> &'a [u8] {
        self.from.get(..self.length).unwrap_or_default()
    }

    /// How many bytes there are.
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.length
    }

    /// Whether there are quotes, each written twice.
    #[inline]
    pub(crate) fn is_doubled(self) -> bool {
        self.doubled
    }

    /// So many bytes from this one of the value on: its own, and where it has fewer, some of what comes after it.
    /// `None` near the end of the text.
    #[inline]
    pub(crate) fn chunk<const N: usize>(self, at: usize) -> Option<&'a [u8; N]> {
        self.from.get(at..).and_then(<[u8]>::first_chunk)
    }

    /// The same from its first byte on, where it has no more than them.
    #[inline]
    pub(crate) fn short<const N: usize>(self) -> Option<&'a [u8; N]> {
        if self.length <= N { self.chunk(0) } else { None }
    }

    /// Its text, with every quote once. `None` if it is no text, which it always is.
    pub(crate) fn text(self) -> Option<Cow<'a, str>> {
        let text = std::str::from_utf8(self.bytes()).ok()?;
        Some(if self.doubled { text.replace("\"\"", "\"").into() } else { text.into() })
    }
}
