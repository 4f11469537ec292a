//! Where rows end.

use std::io;

use crate::{LIMIT, Source};

/// What the rest begins with.
pub(super) enum Row {
    /// A row of this many bytes, its end included.
    Whole(usize),
    /// A row that is not to be read: why.
    Broken(String),
    /// Nothing: the input is at its end.
    None,
}

/// Looks for the next row, and takes nothing.
pub(super) fn find(source: &mut Source, delimiter: u8) -> io::Result<Row> {
    let (mut scan, mut seen) = (Scan::Start, 0);
    loop {
        if let Some(end) = scan.feed(&source.rest()[seen..], delimiter) {
            return source.line_end(seen + end).map(Row::Whole);
        }
        seen = source.rest().len();
        if seen > LIMIT {
            // Most likely a quote that nobody closed, and then nobody knows where the next row begins.
            return Ok(Row::Broken(format!("a row of more than {LIMIT} bytes; is a quote not closed?")));
        }
        if !source.fill()? {
            return Ok(match scan {
                Scan::Quoted => Row::Broken("a quote that is never closed".to_owned()),
                _ if seen == 0 => Row::None,
                _ => Row::Whole(seen),
            });
        }
    }
}

/// Finds the end of a row, over as many pieces as it takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scan {
    /// At the beginning of a cell.
    Start,
    /// In a cell without quotes.
    Plain,
    Quoted,
    /// Behind a quote within quotes: the end of the cell, or the first of two that stand for one.
    Closed,
}

impl Scan {
    /// Where in these bytes the row ends, behind the LF or CR.
    pub(super) fn feed(&mut self, bytes: &[u8], delimiter: u8) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            match self {
                Self::Plain => at += memchr::memchr3(delimiter, b'\n', b'\r', &bytes[at..])?,
                Self::Quoted => at += memchr::memchr(b'"', &bytes[at..])?,
                _ => {}
            }
            *self = match (*self, bytes[at]) {
                (Self::Quoted, _) => Self::Closed,
                (Self::Start | Self::Closed, b'"') => Self::Quoted,
                (_, b'\n' | b'\r') => return Some(at + 1),
                (_, byte) if byte == delimiter => Self::Start,
                // Blanks before a quote are no part of the cell.
                (Self::Start, b' ') => Self::Start,
                _ => Self::Plain,
            };
            at += 1;
        }
        None
    }
}
