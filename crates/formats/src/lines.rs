//! NDJSON: an event a line, or objects and arrays of objects after one another. Lines end in LF, CR LF or CR.

use std::io;

use crate::{
    LIMIT, Record, Source,
    event::Rules,
    extent::{Scan, are_values},
    values::{self, Unwrap, Within},
};

/// What the rest begins with.
enum Line {
    /// A line of this many bytes, its end included.
    Whole(usize),
    /// A line whose end is further off than any event's.
    Endless,
    /// Nothing: the input is at its end.
    None,
}

/// The next event. `within` is what the reader is within: an array is on one line, as an event is. Of an object that has an
/// array under the name of `unwrap`, the elements of that array are the events. Up to the offset `sound` the line is known
/// to be values after one another: then its next value is read, and what is behind it as a line of its own.
pub(crate) fn next(
    source: &mut Source,
    within: &mut Within,
    sound: &mut u64,
    unwrap: Option<&Unwrap>,
    rules: Rules,
) -> io::Result<Option<Record>> {
    loop {
        if *within != Within::Nothing {
            match values::element(source, within, unwrap, rules)? {
                Some(record) => return Ok(Some(record)),
                None => continue,
            }
        }
        let at = source.line();
        let known = usize::try_from(sound.saturating_sub(source.offset())).unwrap_or(0);
        let is_sound = known > 0 && known <= source.rest().len();
        let line = if is_sound { Line::Whole(known) } else { find(source)? };
        let event = match line {
            Line::None => return Ok(None),
            Line::Endless => {
                skip(source)?;
                Err(rules.too_large(format_args!("more than {LIMIT}")))
            }
            Line::Whole(end) => {
                let text = source.rest()[..end].trim_ascii();
                if text.is_empty() {
                    source.take(end);
                    continue;
                }
                // Most lines are one event.
                let event = if is_sound || unwrap.is_some() { None } else { rules.event(text).ok() };
                if let Some(event) = event.map(str::to_owned) {
                    source.take(end);
                    return Ok(Some(Record { line: at, event: Ok(event) }));
                }
                if is_sound || are_values(text) {
                    *sound = source.offset() + end as u64;
                    match value(source, end, within, unwrap, rules)? {
                        Some(record) => return Ok(Some(record)),
                        None => continue,
                    }
                }
                // What is wrong with it is no matter of the next line.
                let event = rules.event(text).map(str::to_owned);
                source.take(end);
                event
            }
        };
        return Ok(Some(Record { line: at, event }));
    }
}

/// The event that a line of `end` bytes begins with, which is values after one another. `None` if it begins with an array
/// without elements.
fn value(
    source: &mut Source,
    end: usize,
    within: &mut Within,
    unwrap: Option<&Unwrap>,
    rules: Rules,
) -> io::Result<Option<Record>> {
    let line = &source.rest()[..end];
    let text = line.trim_ascii_start();
    let blanks = line.len() - text.len();
    let (begin, opened) = if text.starts_with(b"[") {
        (1, Within::Array)
    } else {
        let length = Scan::default().feed(text).unwrap_or(text.len());
        let object = &text[..length];
        match unwrap.and_then(|unwrap| values::array_in(object, &unwrap.name)) {
            Some(begin) => (begin, Within::Object),
            None => {
                let record = Record { line: source.line(), event: rules.event(object).map(str::to_owned) };
                source.take(blanks + length);
                return Ok(Some(record));
            }
        }
    };
    source.take(blanks + begin);
    *within = opened;
    values::first(source, opened, unwrap, rules)
}

fn find(source: &mut Source) -> io::Result<Line> {
    let mut seen = 0;
    loop {
        if let Some(at) = memchr::memchr2(b'\n', b'\r', &source.rest()[seen..]) {
            return source.line_end(seen + at + 1).map(Line::Whole);
        }
        seen = source.rest().len();
        if seen > LIMIT {
            return Ok(Line::Endless);
        }
        if !source.fill()? {
            return Ok(if seen > 0 { Line::Whole(seen) } else { Line::None });
        }
    }
}

/// Takes the rest of the line.
fn skip(source: &mut Source) -> io::Result<()> {
    loop {
        if let Some(at) = memchr::memchr2(b'\n', b'\r', source.rest()) {
            let end = source.line_end(at + 1)?;
            source.take(end);
            return Ok(());
        }
        source.take(source.rest().len());
        if !source.fill()? {
            return Ok(());
        }
    }
}
