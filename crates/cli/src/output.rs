//! What a command prints: text for a person, JSON for a machine, progress for whoever waits.

mod progress;
mod safe;
mod size;
mod table;

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::failure::Failure;

pub(crate) use progress::{bar, into_bar, spinner};
pub(crate) use safe::one_line;
pub(crate) use size::{bytes, count, counted, span};
pub(crate) use table::{Side, Table};

/// Whether anybody reads on: `| head` does not, and that is no failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    There,
    Gone,
}

/// Prints to standard output, with a line break at the end.
pub(crate) fn print(text: &str) -> Result<Reader, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Writes bytes to standard output as they are.
pub(crate) fn write(bytes: &[u8]) -> Result<Reader, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Prints one JSON document, indented.
pub(crate) fn print_json(value: &impl Serialize) -> Result<Reader, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Output(error.into()))?;
    print(&text)
}

/// Prints one JSON document as one line.
pub(crate) fn print_json_line(value: &impl Serialize) -> Result<Reader, Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))?;
    print(&text)
}

/// Says something beside the output, on standard error.
pub(crate) fn note(text: &str) {
    // Whoever started it may have closed its standard error.
    let _closed = writeln!(std::io::stderr(), "{text}");
}
