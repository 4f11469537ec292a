//! Text on its way out, in pieces of a bounded size: neither a row nor a value is ever whole in memory.

use std::{convert::Infallible, io::Write};

use super::CsvError;
use crate::cancel::Cancellation;

/// The most bytes of a piece.
pub(super) const PIECE: usize = 256 << 10;

/// The most bytes that [`Text::short`] may append.
const SHORT: usize = 128;

/// Where a text goes, part by part.
pub(crate) trait Text {
    /// Why it takes no more.
    type Error;

    /// Appends some bytes.
    fn put(&mut self, part: &[u8]) -> Result<(), Self::Error>;

    /// Appends what is written, which must have at most 128 bytes and no double quote.
    fn short(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Self::Error>;
}

impl Text for Vec<u8> {
    type Error = Infallible;

    fn put(&mut self, part: &[u8]) -> Result<(), Infallible> {
        self.extend_from_slice(part);
        Ok(())
    }

    fn short(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), Infallible> {
        write(self);
        Ok(())
    }
}

/// Hands text on in pieces of at most [`PIECE`] bytes, each in one call to the inner writer. Before each it looks whether
/// the query is cancelled.
#[derive(Debug)]
pub(super) struct Pieces<W> {
    out: W,
    held: Vec<u8>,
    cancellation: Cancellation,
}

impl<W: Write> Pieces<W> {
    pub(super) fn new(out: W, cancellation: Cancellation) -> Self {
        Self { out, held: Vec::new(), cancellation }
    }

    /// Hands on what is held.
    pub(super) fn drain(&mut self) -> Result<(), CsvError> {
        self.cancellation.check().map_err(|cancelled| CsvError::Query(cancelled.into()))?;
        self.out.write_all(&self.held)?;
        self.held.clear();
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn inner(&self) -> &W {
        &self.out
    }

    /// Hands on what is held, flushes the inner writer and gives it back.
    pub(super) fn finish(mut self) -> Result<W, CsvError> {
        self.drain()?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> Text for Pieces<W> {
    type Error = CsvError;

    fn put(&mut self, mut part: &[u8]) -> Result<(), CsvError> {
        while let Some((now, later)) = part.split_at_checked(PIECE.saturating_sub(self.held.len())) {
            self.held.extend_from_slice(now);
            self.drain()?;
            part = later;
        }
        self.held.extend_from_slice(part);
        Ok(())
    }

    fn short(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), CsvError> {
        if self.held.len() > PIECE - SHORT {
            self.drain()?;
        }
        write(&mut self.held);
        Ok(())
    }
}

/// The text between two double quotes: those within it are doubled.
pub(super) struct Quoted<'p, W>(pub(super) &'p mut Pieces<W>);

impl<W: Write> Text for Quoted<'_, W> {
    type Error = CsvError;

    fn put(&mut self, part: &[u8]) -> Result<(), CsvError> {
        for (index, part) in part.split(|byte| *byte == b'"').enumerate() {
            if index > 0 {
                self.0.put(b"\"\"")?;
            }
            self.0.put(part)?;
        }
        Ok(())
    }

    fn short(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<(), CsvError> {
        self.0.short(write)
    }
}
