//! NDJSON: an event a line, or an array of events. Lines end in LF, CR LF or CR.

use std::io;

use serde::de::IgnoredAny;

use crate::{
    LIMIT, Record, Source,
    event::Rules,
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
/// array under the name of `unwrap`, the elements of that array are the events.
pub(crate) fn next(
    source: &mut Source,
    within: &mut Within,
    unwrap: Option<&Unwrap>,
    rules: Rules,
) -> io::Result<Option<Record>> {
    loop {
        if *within != Within::Nothing {
            if values::blank(source)? == Some(b']') {
                // The line was parsed: behind its array there is the rest of the object around it, or nothing.
                skip(source)?;
                *within = Within::Nothing;
                continue;
            }
            match values::element(source, within, unwrap, rules)? {
                Some(record) => return Ok(Some(record)),
                None => continue,
            }
        }
        let at = source.line();
        let event = match find(source)? {
            Line::None => return Ok(None),
            Line::Endless => {
                skip(source)?;
                Err(rules.too_large(format_args!("more than {LIMIT}")))
            }
            Line::Whole(end) => {
                if let Some((begin, opened)) = array(&source.rest()[..end], unwrap) {
                    source.take(begin);
                    *within = opened;
                    match values::first(source, opened, unwrap, rules)? {
                        Some(record) => return Ok(Some(record)),
                        None => continue,
                    }
                }
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

/// Where the elements begin, and what they are within, if the line is an array or an object around one, and nothing else. A
/// line that is not JSON is no array, so that the next line is read whatever is wrong with this one.
fn array(line: &[u8], unwrap: Option<&Unwrap>) -> Option<(usize, Within)> {
    let blanks = line.len() - line.trim_ascii_start().len();
    let text = line.trim_ascii();
    let (begin, within) = match (text.first()?, unwrap) {
        (b'[', _) if serde_json::from_slice::<Vec<IgnoredAny>>(text).is_ok() => (1, Within::Array),
        (b'{', Some(unwrap)) if serde_json::from_slice::<IgnoredAny>(text).is_ok() => {
            (values::array_in(text, &unwrap.name)?, Within::Object)
        }
        _ => return None,
    };
    Some((blanks + begin, within))
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
