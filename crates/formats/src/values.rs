//! JSON: objects, and arrays of objects, whose elements are events.

mod wrapper;

use std::{borrow::Cow, io, mem};

use crate::{
    LIMIT, Record, Source,
    event::{Rules, found},
    extent::{Element, Scan},
};

pub(crate) use wrapper::array_in;
use wrapper::{array_within, leave};

/// How much of a text is shown that is not expected.
const SHOWN: usize = 80;

/// What a place between two events is within.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Within {
    /// Nothing: the next event is a value of its own.
    #[default]
    Nothing,
    /// An array.
    Array,
    /// The array of an object around it, whose elements are the events.
    Object,
}

/// The array whose elements are the events, within an object around it.
pub(crate) struct Unwrap {
    pub(crate) name: String,
    /// See [`Options::rewrap`](crate::Options::rewrap).
    pub(crate) rewrap: bool,
}

/// The next object. `within` is what the reader is within. Of an object that has an array under the name of `unwrap`, the
/// elements of that array are the events. A text that is out of joint ends the input: nobody knows where its next event
/// would begin.
pub(crate) fn next(
    source: &mut Source,
    within: &mut Within,
    unwrap: Option<&Unwrap>,
    rules: Rules,
) -> io::Result<Option<Record>> {
    loop {
        if *within != Within::Nothing {
            match element(source, within, unwrap, rules)? {
                Some(record) => return Ok(Some(record)),
                None => continue,
            }
        }
        let (begin, opened) = match blank(source)? {
            None => return Ok(None),
            Some(b'{') => {
                match unwrap.map(|unwrap| array_within(source, &unwrap.name)).transpose()?.flatten() {
                    Some(begin) => (begin, Within::Object),
                    None => return value(source, None, rules).map(Some),
                }
            }
            Some(b'[') => (1, Within::Array),
            Some(_) => return out_of_joint(source, "a JSON object or an array of objects").map(Some),
        };
        source.take(begin);
        *within = opened;
        if let Some(record) = first(source, opened, unwrap, rules)? {
            return Ok(Some(record));
        }
    }
}

/// The first element of an array whose bracket was taken; `None` if it has none.
pub(crate) fn first(
    source: &mut Source,
    within: Within,
    unwrap: Option<&Unwrap>,
    rules: Rules,
) -> io::Result<Option<Record>> {
    if blank(source)? == Some(b']') {
        Ok(None)
    } else {
        item(source, rewraps(within, unwrap), rules).map(Some)
    }
}

/// The next element of the array that the reader is in. `None` behind its end, and then it is in none any more.
pub(crate) fn element(
    source: &mut Source,
    within: &mut Within,
    unwrap: Option<&Unwrap>,
    rules: Rules,
) -> io::Result<Option<Record>> {
    match blank(source)? {
        None if source.is_abandoned() => *within = Within::Nothing,
        Some(b']') => {
            source.take(1);
            if mem::take(within) == Within::Object {
                return leave(source, unwrap.map(|unwrap| unwrap.name.as_str()));
            }
        }
        Some(b',') => {
            source.take(1);
            blank(source)?;
            return item(source, rewraps(*within, unwrap), rules).map(Some);
        }
        _ => return out_of_joint(source, "a comma or ]").map(Some),
    }
    Ok(None)
}

/// The name of the array that an element must not have itself, if it is sent without an object around it.
fn rewraps(within: Within, unwrap: Option<&Unwrap>) -> Option<&str> {
    unwrap.filter(|unwrap| unwrap.rewrap && within == Within::Object).map(|unwrap| unwrap.name.as_str())
}

/// The name of the array whose elements are the events, if the text begins with an object around one array, and nothing
/// else is in that object as far as its first [`LIMIT`] bytes tell. Nothing is taken.
pub fn find_wrapper(source: &mut Source) -> io::Result<Option<String>> {
    loop {
        let text = beginning(source.rest());
        let is_whole = Scan::default().feed(text).is_some();
        if is_whole || source.rest().len() > LIMIT || !source.fill()? {
            let text = beginning(source.rest());
            let is_object = text.first() == Some(&b'{');
            return Ok(if is_object { wrapper::sole_array(text) } else { None });
        }
    }
}

/// Without a byte order mark and white space.
fn beginning(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start()
}

/// Takes white space; answers the byte behind it.
pub(crate) fn blank(source: &mut Source) -> io::Result<Option<u8>> {
    loop {
        let rest = source.rest();
        let end = rest.iter().position(|byte| !byte.is_ascii_whitespace());
        let byte = end.map(|end| rest[end]);
        source.take(end.unwrap_or(rest.len()));
        if byte.is_some() || !source.fill()? {
            return Ok(byte);
        }
    }
}

/// What the rest begins with, for a person.
fn shown(source: &mut Source) -> io::Result<String> {
    while source.rest().len() < SHOWN && !source.rest().contains(&b'\n') && source.fill()? {}
    let rest = &source.rest()[..source.rest().len().min(SHOWN)];
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
    Ok(if rest.is_empty() { "the end of the file".to_owned() } else { found(&String::from_utf8_lossy(line)) })
}

fn out_of_joint(source: &mut Source, expected: &str) -> io::Result<Record> {
    let found = shown(source)?;
    let event = Err(format!("expected {expected}, found {found}; nothing behind it in this file is read"));
    let record = Record { line: source.line(), event };
    source.abandon();
    Ok(record)
}

/// The element of an array that the rest begins with, as [`value`] reads it. A bad one ends at the comma or bracket that
/// belongs to its array, so that its neighbours are read.
fn item(source: &mut Source, rewrap: Option<&str>, rules: Rules) -> io::Result<Record> {
    let record = match source.rest().first() {
        None => return out_of_joint(source, "a JSON object"),
        Some(b',' | b']' | b'}') => {
            let line = source.line();
            let found = shown(source)?;
            Record { line, event: Err(format!("expected a JSON object, found {found}")) }
        }
        Some(_) => value(source, rewrap, rules)?,
    };
    if record.event.is_err() && !source.is_abandoned() {
        skip_item(source)?;
    }
    Ok(record)
}

/// Takes what is left of a bad element. Where it does not end, nobody knows what else is in it.
fn skip_item(source: &mut Source) -> io::Result<()> {
    let mut element = Element::default();
    loop {
        let end = element.feed(source.rest());
        source.take(end.unwrap_or(source.rest().len()));
        if end.is_some() {
            return Ok(());
        }
        if !source.fill()? {
            source.abandon();
            return Ok(());
        }
    }
}

/// The value that the rest begins with. With the name of an array, an event that has such an array is given within an object
/// around it.
fn value(source: &mut Source, rewrap: Option<&str>, rules: Rules) -> io::Result<Record> {
    let line = source.line();
    let (mut scan, mut seen, mut dropped) = (Scan::default(), 0, 0);
    loop {
        if let Some(end) = scan.feed(&source.rest()[seen..]) {
            seen += end;
            break;
        }
        seen = source.rest().len();
        if seen > LIMIT {
            dropped += seen;
            source.take(seen);
            seen = 0;
        }
        if !source.fill()? {
            source.abandon();
            return Ok(Record { line, event: Err("the file ends within this value".to_owned()) });
        }
    }
    let event = if dropped > 0 {
        Err(rules.too_large(dropped + seen))
    } else {
        let text = on_one_line(&source.rest()[..seen]);
        match rewrap {
            Some(name) => rules.element(&text, name),
            None => rules.event(&text).map(str::to_owned),
        }
    };
    source.take(seen);
    Ok(Record { line, event })
}

/// A value that spans lines, on one: white space between its tokens becomes one blank. Within a line it is left as
/// it is.
pub(crate) fn on_one_line(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr2(b'\n', b'\r', value).is_none() {
        return value.into();
    }
    let mut line = Vec::with_capacity(value.len());
    let (mut in_text, mut escaped) = (false, false);
    for byte in value {
        if !in_text && byte.is_ascii_whitespace() {
            if line.last() != Some(&b' ') {
                line.push(b' ');
            }
            continue;
        }
        line.push(*byte);
        if escaped {
            escaped = false;
        } else if in_text && *byte == b'\\' {
            escaped = true;
        } else if *byte == b'"' {
            in_text = !in_text;
        }
    }
    line.into()
}
