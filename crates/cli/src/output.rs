//! What a command prints: text for a person, JSON for a machine, progress for whoever waits.
//!
//! All of it is printed here, and nowhere else: what strangers sent must not steer the terminal of who reads it (`safe`).

mod progress;
mod safe;
mod size;
mod table;

use std::{
    borrow::Cow,
    io::{self, ErrorKind, IsTerminal, Write},
};

use serde::Serialize;

use crate::failure::Failure;

pub(crate) use progress::{bar, into_bar, spinner};
pub(crate) use safe::{Notation, one_line};
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
    print_as(text, Notation::Text)
}

/// Writes bytes to standard output: as they are, unless that is a terminal.
pub(crate) fn write(bytes: &[u8], notation: Notation) -> Result<Reader, Failure> {
    if output_is_a_terminal() {
        let text = String::from_utf8_lossy(bytes);
        return out(&[safe::for_terminal(&text, notation).as_bytes()]);
    }
    out(&[bytes])
}

/// Prints one JSON document, indented.
pub(crate) fn print_json(value: &impl Serialize) -> Result<Reader, Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Output(error.into()))?;
    print_as(&text, Notation::Json)
}

/// Prints one JSON document as one line.
pub(crate) fn print_json_line(value: &impl Serialize) -> Result<Reader, Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))?;
    print_as(&text, Notation::Json)
}

fn print_as(text: &str, notation: Notation) -> Result<Reader, Failure> {
    out(&[shown(text, notation, output_is_a_terminal()).as_bytes(), b"\n"])
}

fn out(parts: &[&[u8]]) -> Result<Reader, Failure> {
    let mut out = io::stdout().lock();
    match parts.iter().try_for_each(|part| out.write_all(part)).and_then(|()| out.flush()) {
        Ok(()) => Ok(Reader::There),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::Output(error)),
    }
}

/// Says something beside the output, on standard error.
pub(crate) fn note(text: &str) {
    let text = shown(text, Notation::Text, errors_go_to_a_terminal());
    // Whoever started it may have closed its standard error.
    let _closed = writeln!(io::stderr(), "{text}");
}

/// Whether standard output is a terminal.
pub(crate) fn output_is_a_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub(crate) fn errors_go_to_a_terminal() -> bool {
    io::stderr().is_terminal()
}

fn shown(text: &str, notation: Notation, is_terminal: bool) -> Cow<'_, str> {
    if is_terminal { safe::for_terminal(text, notation) } else { Cow::Borrowed(text) }
}

/// Standard error, for the lines of the log. Each is written by one call.
#[derive(Debug)]
pub(crate) struct LogLines {
    is_terminal: bool,
}

impl LogLines {
    pub(crate) fn new() -> Self {
        Self { is_terminal: errors_go_to_a_terminal() }
    }
}

impl Write for LogLines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut err = io::stderr().lock();
        if self.is_terminal {
            err.write_all(safe::log_line(&String::from_utf8_lossy(line)).as_bytes())?;
        } else {
            err.write_all(line)?;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        path::{Path, PathBuf},
    };

    use super::*;

    fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }

    #[test]
    fn nothing_is_printed_past_this_module() {
        let (root, mut found) = (Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), Vec::new());
        sources(root, &mut found);
        assert!(found.len() > 100, "{found:?}");
        let past = ["io::stdout", "io::stderr", "println!(", "print!("];
        for path in found.iter().filter(|path| !path.ends_with("output.rs")) {
            let text = fs::read_to_string(path).unwrap();
            for words in past {
                assert!(!text.contains(words), "{} has {words}: use output", path.display());
            }
        }
    }

    #[test]
    fn only_a_terminal_gets_other_bytes() {
        let text = "a\u{1b}[2J\u{202e}";
        assert_eq!(shown(text, Notation::Text, false), text);
        assert_eq!(shown(text, Notation::Text, true), "a\\u{1b}[2J\\u{202e}");
    }
}
