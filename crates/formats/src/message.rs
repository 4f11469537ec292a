//! From a message's body to its events: one JSON object, objects and arrays of objects after one another, or NDJSON.
//!
//! CloudEvents are objects too, alone or in an array. What is bad is kept apart from its good neighbours as far as
//! one can tell where it ends. A body is read where it is: pieces are slices of it, and an event is read once.
//!
//! The crate's `Reader` takes the same texts from files. It sees no more than how a file begins, where the last line
//! of a message counts too.

mod lines;

use std::str::{self, Utf8Error};

use domain::{
    event::Event,
    json::{Fault, InvalidObject, Scanner},
    quarantine::Holds,
};

use crate::extent::{Element, Scan, are_values};

/// The longest event, in bytes: four times what SNS takes. A longer one is no row that anybody reads.
pub const MAX_EVENT: usize = 1 << 20;

/// The most events of one message. What comes behind them is kept in quarantine, in one piece.
pub const MAX_EVENTS: usize = 50_000;

/// A part of a body, in order.
#[derive(Debug)]
pub enum Piece<'a> {
    /// An event, and the text it was read from.
    Event(&'a str, Event<'a>),
    /// What is no event, why, and how it is to be read when somebody reads it again.
    Bad(&'a [u8], BadPiece, Holds),
}

/// Why a part of a body is no event. The words go into quarantine.
#[derive(Debug, thiserror::Error)]
pub enum BadPiece {
    /// It is no object, or one that is not taken.
    #[error(transparent)]
    Object(#[from] InvalidObject),
    /// What follows in an array, or behind one.
    #[error("{0}: the array ends or breaks off here, and what follows is kept in one piece")]
    Array(Fault),
    /// What follows an object, and is neither object nor array.
    #[error("{0}: it is no object and no array, and what follows is kept in one piece")]
    Behind(Fault),
    /// It is no text.
    #[error("expected UTF-8: {0}")]
    Encoding(#[from] Utf8Error),
    /// It has more than [`MAX_EVENT`] bytes.
    #[error("the event has {0} bytes: at most {MAX_EVENT} are taken")]
    Size(usize),
    /// What follows the first [`MAX_EVENTS`].
    #[error("a message may have {MAX_EVENTS} events: what follows is kept in one piece")]
    Count,
}

/// Hands over every part of the body. A byte order mark at its beginning is no part of it, nor are empty lines.
pub fn split<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    // It stays with a body that is kept whole, as everything else around its events does.
    let begin = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let unmarked = &body[begin..];
    let text = match str::from_utf8(body) {
        Ok(text) => text,
        Err(_) if lines::first_tells(unmarked) || lines::last_tells(unmarked) => {
            return lines::split(body, begin, None, each);
        }
        Err(error) => return each(Piece::Bad(body, error.into(), Holds::Message)),
    };
    let mut scanner = Scanner::resume(text, begin);
    if scanner.peek() == Some(b'[') {
        return all_values(text, scanner, false, each);
    }
    let start = scanner.at();
    let read = Event::scan(&mut scanner).and_then(|event| {
        let end = scanner.at();
        scanner.end()?;
        Ok((end, event))
    });
    match read {
        Ok((end, event)) => each(sized(&text[start..end], event)),
        // What goes over several lines is not torn because its last line is an object by itself.
        Err(_) if lines::first_tells(unmarked) || (lines::last_tells(unmarked) && !are_values(unmarked)) => {
            lines::split(body, begin, Some(text), each);
        }
        Err(error) if is_one(&unmarked[start - begin..]) => {
            each(Piece::Bad(body, error.into(), Holds::Message));
        }
        Err(_) => all_values(text, Scanner::resume(text, begin), false, each),
    }
}

/// Whether nothing follows what this begins with, as far as one can tell.
fn is_one(text: &[u8]) -> bool {
    let end = if text.starts_with(b"{") { Scan::default().feed(text) } else { None };
    end.is_none_or(|end| text[end..].trim_ascii().is_empty())
}

#[inline] // An event is large, and who calls this is built into another crate.
fn sized<'a>(text: &'a str, event: Event<'a>) -> Piece<'a> {
    if text.len() <= MAX_EVENT {
        Piece::Event(text, event)
    } else {
        Piece::Bad(text.as_bytes(), BadPiece::Size(text.len()), Holds::Event)
    }
}

/// What follows in an array, without the bracket that began it.
pub fn rest<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    match str::from_utf8(body) {
        Ok(text) => all_values(text, Scanner::new(text), true, each),
        Err(error) => each(Piece::Bad(body, error.into(), Holds::Rest)),
    }
}

/// One event and nothing else.
pub fn one<'a>(body: &'a [u8], each: &mut impl FnMut(Piece<'a>)) {
    match str::from_utf8(body).map_err(BadPiece::from).and_then(|text| Ok((text, Event::parse(text)?))) {
        Ok((text, event)) => each(sized(text.trim_ascii(), event)),
        Err(error) => each(Piece::Bad(body, error, Holds::Event)),
    }
}

/// Why reading stopped.
enum Stop {
    /// Nothing follows, or it is told already.
    End,
    /// What begins at this byte is of one event too many.
    Full(usize, Holds),
}

/// The values of a body from here on.
fn all_values<'a>(text: &'a str, scanner: Scanner<'a>, is_in_array: bool, each: &mut impl FnMut(Piece<'a>)) {
    if let Stop::Full(at, holds) = values(text, scanner, is_in_array, &mut 0, each) {
        each(Piece::Bad(&text.as_bytes()[at..], BadPiece::Count, holds));
    }
}

/// Objects and arrays after one another, up to the end of the text. `count` is of the events of the body.
fn values<'a>(
    text: &'a str,
    mut scanner: Scanner<'a>,
    is_in_array: bool,
    count: &mut usize,
    each: &mut impl FnMut(Piece<'a>),
) -> Stop {
    let bytes = text.as_bytes();
    let mut is_behind_array = is_in_array;
    if is_in_array && let Some(stop) = array(text, &mut scanner, count, each) {
        return stop;
    }
    loop {
        let next = scanner.peek();
        let start = scanner.at();
        match next {
            None => return Stop::End,
            Some(b'[') => {
                scanner.take(b'[');
                if let Some(stop) = array(text, &mut scanner, count, each) {
                    return stop;
                }
                is_behind_array = true;
            }
            Some(b'{') => {
                if *count == MAX_EVENTS {
                    return Stop::Full(start, Holds::Message);
                }
                *count += 1;
                match Event::scan(&mut scanner) {
                    Ok(event) => each(sized(&text[start..scanner.at()], event)),
                    Err(error) => {
                        let Some(length) = Scan::default().feed(&bytes[start..]) else {
                            each(Piece::Bad(&bytes[start..], error.into(), Holds::Message));
                            return Stop::End;
                        };
                        let end = start + length;
                        each(Piece::Bad(&bytes[start..end], error.into(), Holds::Event));
                        scanner = Scanner::resume(text, end);
                    }
                }
                is_behind_array = false;
            }
            Some(_) => {
                let fault = scanner.fault("something follows the value");
                let (reason, holds) = if is_behind_array {
                    (BadPiece::Array(fault), Holds::Rest)
                } else {
                    (BadPiece::Behind(fault), Holds::Message)
                };
                each(Piece::Bad(&bytes[start..], reason, holds));
                return Stop::End;
            }
        }
    }
}

/// The elements of an array from the next one on. `None` behind its bracket.
fn array<'a>(
    text: &'a str,
    scanner: &mut Scanner<'a>,
    count: &mut usize,
    each: &mut impl FnMut(Piece<'a>),
) -> Option<Stop> {
    let bytes = text.as_bytes();
    let mut more = !scanner.take(b']');
    while more {
        scanner.peek();
        let start = scanner.at();
        if *count == MAX_EVENTS {
            return Some(Stop::Full(start, Holds::Rest));
        }
        *count += 1;
        match Event::scan(scanner) {
            Ok(event) => each(sized(&text[start..scanner.at()], event)),
            Err(error) => {
                let Some(length) = Element::default().feed(&bytes[start..]) else {
                    // It does not end: nobody can tell what else is in it.
                    each(Piece::Bad(&bytes[start..], error.into(), Holds::Rest));
                    return Some(Stop::End);
                };
                let end = start + length;
                each(Piece::Bad(bytes[start..end].trim_ascii_end(), error.into(), Holds::Event));
                *scanner = Scanner::resume(text, end);
            }
        }
        more = scanner.take(b',');
        if !more && !scanner.take(b']') {
            let fault = scanner.fault("expected \",\" or \"]\"");
            each(Piece::Bad(&bytes[scanner.at()..], BadPiece::Array(fault), Holds::Rest));
            return Some(Stop::End);
        }
    }
    None
}

#[cfg(test)]
mod tests;
