//! NDJSON in a message: lines that are judged one by one. A line is an object, or objects and arrays after one another.
//! Lines end in LF, CR LF or CR.

use std::{
    ops::Range,
    str::{self, Utf8Error},
};

use domain::{event::Event, json::Scanner, quarantine::Holds};

use super::{BadPiece, MAX_EVENTS, Piece, Stop, sized, values};
use crate::extent::are_values;

/// Whether the first line begins with an object, and is values and nothing else: then all lines are judged one by one. The
/// first line of one object over many lines is not.
pub(super) fn first_tells(body: &[u8]) -> bool {
    let first = body.split(is_end).map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
    first.is_some_and(|line| {
        line.starts_with(b"{") && line.len() < body.trim_ascii().len() && are_values(line)
    })
}

/// The same of the last line, which has to be one object from the line's beginning: within one object over many lines the
/// last one is not, and what is indented may be part of one that breaks off.
pub(super) fn last_tells(body: &[u8]) -> bool {
    let last = body.rsplit(is_end).find(|line| !line.trim_ascii().is_empty());
    last.is_some_and(|line| {
        line.starts_with(b"{")
            && line.trim_ascii().len() < body.trim_ascii().len()
            && str::from_utf8(line).is_ok_and(|line| Event::parse(line).is_ok())
    })
}

fn is_end(byte: &u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Hands over every line of the body from this byte on. `text` is the body, if all of it is text.
pub(super) fn split<'a>(
    body: &'a [u8],
    begin: usize,
    text: Option<&'a str>,
    each: &mut impl FnMut(Piece<'a>),
) {
    let mut lines = Lines { body, text, count: 0 };
    let mut start = begin;
    while start < body.len() {
        let end = memchr::memchr2(b'\n', b'\r', &body[start..]).map_or(body.len(), |end| start + end + 1);
        if !lines.judge(start..end, each) {
            return;
        }
        start = end;
    }
}

struct Lines<'a> {
    body: &'a [u8],
    text: Option<&'a str>,
    /// Events so far, the bad ones included.
    count: usize,
}

impl<'a> Lines<'a> {
    /// Hands over what is in this line; `false` if nothing behind it is to be read.
    fn judge(&mut self, line: Range<usize>, each: &mut impl FnMut(Piece<'a>)) -> bool {
        let bytes = self.body[line.clone()].trim_ascii();
        if bytes.is_empty() {
            return true;
        }
        if self.count == MAX_EVENTS {
            each(Piece::Bad(&self.body[line.start..], BadPiece::Count, Holds::Message));
            return false;
        }
        let reason: BadPiece = match self.text(line.clone()) {
            Ok(text) => match Event::parse(text) {
                Ok(event) => {
                    self.count += 1;
                    each(sized(text, event));
                    return true;
                }
                Err(_) if are_values(bytes) => return self.values(line, text, each),
                Err(error) => error.into(),
            },
            Err(error) => error.into(),
        };
        self.count += 1;
        each(Piece::Bad(bytes, reason, Holds::Event));
        true
    }

    /// A line of several values, or of one that is no event.
    fn values(&mut self, line: Range<usize>, text: &'a str, each: &mut impl FnMut(Piece<'a>)) -> bool {
        let blanks = self.body[line.clone()].len() - self.body[line.clone()].trim_ascii_start().len();
        match values(text, Scanner::new(text), false, &mut self.count, each) {
            Stop::End => true,
            Stop::Full(at, holds) => {
                each(Piece::Bad(&self.body[line.start + blanks + at..], BadPiece::Count, holds));
                false
            }
        }
    }

    /// The line without white space around it.
    fn text(&self, line: Range<usize>) -> Result<&'a str, Utf8Error> {
        match self.text.and_then(|text| text.get(line.clone())) {
            Some(text) => Ok(text.trim_ascii()),
            None => str::from_utf8(self.body[line].trim_ascii()),
        }
    }
}
