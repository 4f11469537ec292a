//! From a message's body to its events: one JSON object, an array of objects or several after one another, or NDJSON.
//!
//! CloudEvents are objects too, alone or in an array. What is bad is kept apart from its good neighbours as far as
//! one can tell where it ends.

use std::str::{self, Utf8Error};

use domain::{
    event::Event,
    json::{Fault, InvalidObject, Scanner},
    quarantine::Holds,
};

/// The longest event, in bytes: four times what SNS takes. A longer one is no row that anybody reads.
pub(crate) const MAX_EVENT: usize = 1 << 20;

/// The most events of one message. What comes behind them is kept in quarantine, in one piece.
pub(crate) const MAX_EVENTS: usize = 50_000;

/// A part of a body, in order.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    /// An event, and the text it was read from.
    Event(&'a str, Event<'a>),
    /// What is no event, and why.
    Bad(&'a [u8], BadPiece, Holds),
}

/// Why a part of a body is no event. The words go into quarantine.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadPiece {
    #[error(transparent)]
    Object(#[from] InvalidObject),
    #[error("{0}: the array ends or breaks off here, and what follows is kept in one piece")]
    Array(Fault),
    #[error("expected UTF-8: {0}")]
    Encoding(#[from] Utf8Error),
    #[error("the event has {0} bytes: at most {MAX_EVENT} are taken")]
    Size(usize),
    #[error("a message may have {MAX_EVENTS} events: what follows is kept in one piece")]
    Count,
}

/// Hands over every part of the body. A byte order mark at its beginning is no part of it, nor are empty lines.
pub(crate) fn split<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    // It stays with a body that is kept whole, as everything else around its events does.
    let begin = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let unmarked = &body[begin..];
    let text = match str::from_utf8(body) {
        Ok(text) => text,
        Err(_) if is_ndjson(unmarked) => return lines(unmarked, each),
        Err(error) => return each(Piece::Bad(body, error.into(), Holds::Message)),
    };
    let mut scanner = Scanner::resume(text, begin);
    if scanner.take(b'[') {
        return array(text, scanner, each);
    }
    let start = scanner.at();
    let read = Event::scan(&mut scanner).and_then(|event| {
        let end = scanner.at();
        scanner.end()?;
        Ok((end, event))
    });
    match read {
        Ok((end, event)) => each(sized(&text[start..end], event)),
        Err(_) if is_ndjson(unmarked) => lines(unmarked, each),
        Err(error) => each(Piece::Bad(body, error.into(), Holds::Message)),
    }
}

fn sized<'a>(text: &'a str, event: Event<'a>) -> Piece<'a> {
    if text.len() <= MAX_EVENT {
        Piece::Event(text, event)
    } else {
        Piece::Bad(text.as_bytes(), BadPiece::Size(text.len()), Holds::Event)
    }
}

/// What follows in an array, without the bracket that began it.
pub(crate) fn rest<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    match str::from_utf8(body) {
        Ok(text) => array(text, Scanner::new(text), each),
        Err(error) => each(Piece::Bad(body, error.into(), Holds::Rest)),
    }
}

/// One event and nothing else.
pub(crate) fn one<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    match str::from_utf8(body).map_err(BadPiece::from).and_then(|text| Ok((text, Event::parse(text)?))) {
        Ok((text, event)) => each(sized(text.trim_ascii(), event)),
        Err(error) => each(Piece::Bad(body, error, Holds::Event)),
    }
}

/// The elements from the next one on, and those of the arrays that follow.
fn array<'a>(text: &'a str, mut scanner: Scanner<'a>, each: &mut impl FnMut(Piece<'a>)) {
    let mut count = 0;
    let mut more = !scanner.take(b']') || next_array(&mut scanner);
    while more {
        scanner.peek();
        let start = scanner.at();
        if count == MAX_EVENTS {
            return each(Piece::Bad(&text.as_bytes()[start..], BadPiece::Count, Holds::Rest));
        }
        count += 1;
        match Event::scan(&mut scanner) {
            Ok(event) => each(sized(&text[start..scanner.at()], event)),
            Err(error) => match element_end(text.as_bytes(), start) {
                Some(end) => {
                    each(Piece::Bad(
                        text[start..end].trim_ascii_end().as_bytes(),
                        error.into(),
                        Holds::Event,
                    ));
                    scanner = Scanner::resume(text, end);
                }
                // It does not end: nobody can tell what else is in it.
                None => return each(Piece::Bad(&text.as_bytes()[start..], error.into(), Holds::Rest)),
            },
        }
        more = scanner.take(b',');
        if more {
            continue;
        }
        if !scanner.take(b']') {
            let fault = scanner.fault("expected \",\" or \"]\"");
            return each(Piece::Bad(&text.as_bytes()[scanner.at()..], BadPiece::Array(fault), Holds::Rest));
        }
        more = next_array(&mut scanner);
    }
    if let Err(fault) = scanner.end() {
        each(Piece::Bad(&text.as_bytes()[scanner.at()..], BadPiece::Array(fault), Holds::Rest));
    }
}

/// Begins the next array that has elements, if one follows.
fn next_array(scanner: &mut Scanner<'_>) -> bool {
    while scanner.take(b'[') {
        if !scanner.take(b']') {
            return true;
        }
    }
    false
}

/// Where a bad element of an array ends: at the comma or bracket that belongs to the array, by brackets and quotes
/// alone. `None` if there is no such place.
fn element_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut open, mut quoted, mut at) = (0_usize, false, start);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => open += 1,
            b']' | b',' if open == 0 => return Some(at),
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether lines are to be judged one by one: there are several, and the first or the last is an object of its own,
/// from the line's beginning. (Within one object over many lines neither is.)
fn is_ndjson(body: &[u8]) -> bool {
    let mut all = Lines::of(body);
    let first = all.find(|line| is_filled(line));
    let last = all.rest.rsplit(|byte| *byte == all.end).find(|line| is_filled(line));
    let (Some(first), Some(last)) = (first, last) else { return false };
    [first, last].into_iter().any(|line| {
        line.starts_with(b"{") && str::from_utf8(line).is_ok_and(|line| Event::parse(line).is_ok())
    })
}

fn lines<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    let (mut all, mut count) = (Lines::of(body), 0);
    loop {
        let rest = all.rest;
        let Some(line) = all.next() else { return };
        if !is_filled(line) {
            continue;
        }
        if count == MAX_EVENTS {
            return each(Piece::Bad(rest, BadPiece::Count, Holds::Message));
        }
        count += 1;
        let line = line.trim_ascii();
        match str::from_utf8(line) {
            Ok(text) => match Event::parse(text) {
                Ok(event) => each(sized(text, event)),
                Err(error) => each(Piece::Bad(line, error.into(), Holds::Event)),
            },
            Err(error) => each(Piece::Bad(line, error.into(), Holds::Event)),
        }
    }
}

fn is_filled(line: &[u8]) -> bool {
    !line.trim_ascii().is_empty()
}

/// Lines, each with its line break.
struct Lines<'a> {
    /// What is left.
    rest: &'a [u8],
    /// What a line ends with.
    end: u8,
}

impl<'a> Lines<'a> {
    /// Lines end in LF, with or without CR before it. Without any LF they end in CR.
    fn of(body: &'a [u8]) -> Self {
        let end = if body.contains(&b'\n') { b'\n' } else { b'\r' };
        Self { rest: body, end }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == self.end);
        let (line, rest) = self.rest.split_at(end.map_or(self.rest.len(), |end| end + 1));
        self.rest = rest;
        Some(line)
    }
}

#[cfg(test)]
mod tests;
