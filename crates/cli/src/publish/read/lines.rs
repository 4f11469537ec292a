//! NDJSON: an event a line.

use std::io;

use super::{LIMIT, Record, event::Rules, source::Source};

/// What the rest begins with.
enum Line {
    /// A line of this many bytes, its end included.
    Whole(usize),
    /// A line whose end is further off than any event's.
    Endless,
    /// Nothing: the input is at its end.
    None,
}

/// The next line that is not empty.
pub(super) fn next(source: &mut Source, rules: Rules) -> io::Result<Option<Record>> {
    loop {
        let at = source.line();
        let event = match find(source)? {
            Line::None => return Ok(None),
            Line::Endless => {
                skip(source)?;
                Err(rules.too_large(format_args!("more than {LIMIT}")))
            }
            Line::Whole(end) => {
                let text = source.rest()[..end].trim_ascii();
                let event = (!text.is_empty()).then(|| rules.event(text).map(str::to_owned));
                source.take(end);
                match event {
                    Some(event) => event,
                    None => continue,
                }
            }
        };
        return Ok(Some(Record { line: at, event }));
    }
}

fn find(source: &mut Source) -> io::Result<Line> {
    let mut seen = 0;
    loop {
        if let Some(at) = memchr::memchr(b'\n', &source.rest()[seen..]) {
            return Ok(Line::Whole(seen + at + 1));
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
        let end = memchr::memchr(b'\n', source.rest());
        source.take(end.map_or(source.rest().len(), |at| at + 1));
        if end.is_some() || !source.fill()? {
            return Ok(());
        }
    }
}
