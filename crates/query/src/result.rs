//! Reader of the CSV in which Athena leaves a result.
//!
//! Every value is in quotes, a quote inside is doubled, and NULL is nothing at all: that is how it differs
//! from the empty string, `""`. Rows end with a line feed. Anything else is an error: a guess here would be
//! somebody's wrong number.

use std::borrow::Cow;

/// A value of a result, borrowed where no quote inside it is doubled. `None` is NULL.
pub(crate) type Field<'a> = Option<Cow<'a, str>>;

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
        at: usize,
        /// What was found.
        what: &'static str,
    },
}

/// Goes through a result row by row.
#[derive(Debug)]
pub(crate) struct ResultReader<'a> {
    text: &'a str,
    at: usize,
    width: usize,
}

impl<'a> ResultReader<'a> {
    /// Begins behind the header, which must name `columns`.
    pub(crate) fn new<'c>(
        csv: &'a [u8],
        columns: impl Iterator<Item = &'c str>,
    ) -> Result<Self, MalformedResult> {
        let text = std::str::from_utf8(csv).map_err(|_| MalformedResult::NotText)?;
        let expected: Vec<&str> = columns.collect();
        let mut reader = Self { text, at: 0, width: expected.len() };
        let mut header = Vec::new();
        reader.read(&mut header)?;
        if !header.iter().map(Option::as_deref).eq(expected.iter().copied().map(Some)) {
            return Err(MalformedResult::Header {
                expected: expected.into_iter().map(str::to_owned).collect(),
                found: header.into_iter().map(|name| name.map(Cow::into_owned)).collect(),
            });
        }
        Ok(reader)
    }

    /// Replaces `row` by the next row's values. `false` at the end.
    pub(crate) fn read(&mut self, row: &mut Vec<Field<'a>>) -> Result<bool, MalformedResult> {
        row.clear();
        if self.at == self.text.len() {
            return Ok(false);
        }
        loop {
            row.push(self.field()?);
            match self.peek() {
                Some(b',') if row.len() < self.width => self.at += 1,
                Some(b',') => return Err(self.error("a row with too many values")),
                Some(b'\n') | None if row.len() < self.width => {
                    return Err(self.error("a row with too few values"));
                }
                Some(b'\n') => {
                    self.at += 1;
                    return Ok(true);
                }
                None => return Ok(true),
                Some(_) => return Err(self.error("text outside of quotes")),
            }
        }
    }

    fn field(&mut self) -> Result<Field<'a>, MalformedResult> {
        if self.peek() != Some(b'"') {
            return Ok(None);
        }
        let start = self.at + 1;
        let mut doubled = false;
        let mut at = start;
        loop {
            // A quote is one byte in UTF-8 and part of no other character: slices at it are text.
            let Some(offset) = self.text[at..].find('"') else {
                return Err(self.error("a value without its closing quote"));
            };
            at += offset + 1;
            if self.text.as_bytes().get(at) != Some(&b'"') {
                break;
            }
            doubled = true;
            at += 1;
        }
        self.at = at;
        let inner = &self.text[start..at - 1];
        Ok(Some(if doubled { inner.replace("\"\"", "\"").into() } else { inner.into() }))
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn error(&self, what: &'static str) -> MalformedResult {
        MalformedResult::Syntax { at: self.at, what }
    }
}

#[cfg(test)]
pub(crate) mod tests;
