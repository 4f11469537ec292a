//! Reader of the CSV in which Athena leaves a result.
//!
//! Every value is in quotes, a quote inside is doubled, and NULL is nothing at all: that is how it differs
//! from the empty string, `""`. Rows end with a line feed. Anything else is an error: a guess here would be
//! somebody's wrong number.
//!
//! A result is read in pieces of any length, from its beginning or from any row on. Rows are lent where they lie in
//! the piece; only one that is in two of them is put together first.

mod parse;
mod row;

use bytes::Bytes;

use parse::Quotes;
use row::Span;
pub(crate) use row::{Row, Value};

/// The longest row, in bytes of its CSV: Athena itself goes no further than 32 MB.
pub(crate) const MAX_ROW: usize = 32 << 20;

/// The result is not in Athena's form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MalformedResult {
    /// Not text.
    #[error("the result is not UTF-8")]
    NotText,
    /// No header, or the header of another query.
    #[error("the result's header names {found:?}, expected {expected:?}")]
    Header {
        /// What the plan has.
        expected: Vec<String>,
        /// What the result has.
        found: Vec<Option<String>>,
    },
    /// Not a row of this width, or not quoted as it should be.
    #[error("the result is malformed at byte {at}: {what}")]
    Syntax {
        /// Where.
        at: u64,
        /// What was found.
        what: &'static str,
    },
    /// A row that takes too much memory.
    #[error("the row at byte {at} of the result is longer than {MAX_ROW} bytes")]
    RowTooLong {
        /// Where it begins.
        at: u64,
    },
    /// Less than the engine said.
    #[error("the result ends at byte {at}, before its end")]
    Truncated {
        /// Where nothing came any more.
        at: u64,
    },
}

/// Goes through a result row by row.
#[derive(Debug)]
pub(crate) struct ResultReader {
    width: usize,
    /// The names that the header must have, until it was read.
    header: Option<Vec<String>>,
    /// Of the row that is lent.
    spans: Vec<Span>,
    /// The last piece, and how much of it was read.
    piece: Bytes,
    at: usize,
    /// The quotes in the rest of the piece, once it was seen to be text.
    quotes: Option<Quotes>,
    /// A row that began in earlier pieces, and whether it ends within quotes.
    begun: Vec<u8>,
    open: bool,
    /// Whether that row is whole, and is the one that is lent.
    joined: bool,
    /// Whether no more pieces come.
    last: bool,
    offset: u64,
}

impl ResultReader {
    /// Begins at the result's first byte, with the header, which must have these names.
    pub(crate) fn new<'c>(names: impl Iterator<Item = &'c str>) -> Self {
        let names: Vec<String> = names.map(str::to_owned).collect();
        Self { header: Some(names.clone()), ..Self::resume(names.len(), 0) }
    }

    /// Begins at this byte of a result of so many columns, where [`Self::offset`] said that a row begins.
    pub(crate) fn resume(width: usize, offset: u64) -> Self {
        Self {
            width,
            header: None,
            spans: Vec::with_capacity(width),
            piece: Bytes::new(),
            at: 0,
            quotes: None,
            begun: Vec::new(),
            open: false,
            joined: false,
            last: false,
            offset,
        }
    }

    /// Takes the bytes that follow those it has. They are not copied if [`Self::read`] has answered that there are no
    /// more rows in the ones before.
    pub(crate) fn feed(&mut self, piece: Bytes) {
        let unread = self.piece.get(self.at..).unwrap_or_default();
        self.piece = if unread.is_empty() { piece } else { [unread, &piece].concat().into() };
        (self.at, self.quotes) = (0, None);
    }

    /// Says that no more bytes follow.
    pub(crate) fn end(&mut self) {
        self.last = true;
    }

    /// The byte of the result at which the next row begins that was not read: the header, at first.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next row. `None` if it is not there as a whole: then more has to be fed, or the result is at its end.
    #[inline]
    pub(crate) fn read(&mut self) -> Result<Option<Row<'_>>, MalformedResult> {
        if self.header.is_some() && !self.read_header()? {
            return Ok(None);
        }
        Ok(if self.advance()? { Some(self.row()) } else { None })
    }

    fn row(&self) -> Row<'_> {
        Row { text: if self.joined { &self.begun } else { &self.piece }, spans: &self.spans }
    }

    fn read_header(&mut self) -> Result<bool, MalformedResult> {
        if !self.advance()? {
            // At its end, a result without a header is none.
            return if self.last { Err(self.other_header(Vec::new())) } else { Ok(false) };
        }
        let text = |value: Value<'_>| value.text().map(std::borrow::Cow::into_owned);
        let found: Vec<Option<String>> = self.row().values().map(|value| value.and_then(text)).collect();
        if !found.iter().map(Option::as_ref).eq(self.header.iter().flatten().map(Some)) {
            return Err(self.other_header(found));
        }
        self.header = None;
        Ok(true)
    }

    #[cold]
    fn other_header(&self, found: Vec<Option<String>>) -> MalformedResult {
        MalformedResult::Header { expected: self.header.clone().unwrap_or_default(), found }
    }

    /// Reads the next row into `spans`.
    #[inline(always)]
    fn advance(&mut self) -> Result<bool, MalformedResult> {
        if self.joined {
            self.begun.clear();
            (self.joined, self.open) = (false, false);
        }
        if !self.begun.is_empty() {
            return self.join();
        }
        if self.at == self.piece.len() {
            return Ok(false);
        }
        let quotes = match &mut self.quotes {
            Some(quotes) => quotes,
            unchecked => {
                check(&self.piece[self.at..], self.last)?;
                unchecked.insert(Quotes::from(&self.piece, self.at))
            }
        };
        match parse::row(&self.piece, self.at, quotes, (self.width, self.last), &mut self.spans) {
            Ok(Some(end)) => {
                self.offset += (end - self.at) as u64;
                self.at = end;
                Ok(true)
            }
            Ok(None) => {
                self.keep()?;
                Ok(false)
            }
            Err(error) => Err(self.moved(error, self.at)),
        }
    }

    /// Goes on with the row that began in earlier pieces.
    #[cold]
    fn join(&mut self) -> Result<bool, MalformedResult> {
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let end = parse::end_of_row(rest, &mut self.open);
        self.begun.extend_from_slice(&rest[..end.unwrap_or(rest.len())]);
        self.at += end.unwrap_or(rest.len());
        self.bounded()?;
        if end.is_none() && !self.last {
            return Ok(false);
        }
        if std::str::from_utf8(&self.begun).is_err() {
            return Err(MalformedResult::NotText);
        }
        let quotes = &mut Quotes::from(&self.begun, 0);
        parse::row(&self.begun, 0, quotes, (self.width, true), &mut self.spans)
            .map_err(|error| self.moved(error, 0))?;
        self.offset += self.begun.len() as u64;
        self.joined = true;
        Ok(true)
    }

    /// Keeps the beginning of a row until the rest of it comes.
    #[cold]
    fn keep(&mut self) -> Result<(), MalformedResult> {
        self.begun.extend_from_slice(&self.piece[self.at..]);
        self.at = self.piece.len();
        self.open = false;
        // It has no end: only whether quotes are open is asked for.
        parse::end_of_row(&self.begun, &mut self.open);
        self.bounded()
    }

    fn bounded(&self) -> Result<(), MalformedResult> {
        if self.begun.len() > MAX_ROW {
            return Err(MalformedResult::RowTooLong { at: self.offset });
        }
        Ok(())
    }

    /// The error, at its place in the result; it was found in a text in which the row begins at `start`.
    #[cold]
    fn moved(&self, error: MalformedResult, start: usize) -> MalformedResult {
        match error {
            MalformedResult::Syntax { at, what } => {
                MalformedResult::Syntax { at: self.offset + (at - start as u64), what }
            }
            other => other,
        }
    }
}

/// Sees to it that a piece is text, but for a character at its end that the next piece completes.
#[cold]
fn check(piece: &[u8], last: bool) -> Result<(), MalformedResult> {
    match std::str::from_utf8(piece) {
        Err(error) if last || error.error_len().is_some() => Err(MalformedResult::NotText),
        _ => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
